"""The review page of an edition: what went in, what went, and captures to judge it by.

The captures are a sample that anybody gets again: statuses and sites in turn, and within each in
the order of the capture_id, which is a digest and so as good as chance.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from archive.archive import Archive
from archive.read import ask
from flows.review_capture import View
from flows.review_numbers import NO_SITE, Numbers, Scope, read_numbers
from flows.review_page import PAGE_BEGINS, to_page
from flows.stored import to_page as to_cleaned
from flows.summary import count

CAPTURES: Final = 60
"""Captures a page shows unless it is told otherwise."""
MAX_CAPTURES: Final = 2_000

_SAMPLE: Final = f"""
with ranked as (
    select capture_id, status, coalesce(host, nullif(source, ''), '{NO_SITE}') as site
    from documents
    where (? is null or coalesce(host, nullif(source, ''), '{NO_SITE}') = ?)
        and (?::date is null or capture_date >= ?::date) and (?::date is null or capture_date <= ?::date)
), by_site as (
    select capture_id, status, row_number() over (partition by status, site order by capture_id) as turn
    from ranked
)
select capture_id from by_site
order by row_number() over (partition by status order by turn, capture_id), status, capture_id
limit ?
"""  # noqa: S608 - a constant of ours


def write_review(
    archive_root: str | Path,
    path: str | Path,
    *,
    edition: str | None = None,
    captures: int = CAPTURES,
    site: str | None = None,
) -> Path:
    """Write the review page of an edition (the current one if none is named); return its path."""
    scope = Scope(edition=edition, site=site)
    return write_scope(Archive.open(archive_root, create=False), Path(path), scope, captures=captures)


def write_scope(archive: Archive, path: Path, scope: Scope, *, captures: int = CAPTURES) -> Path:
    """Write the review page of a scope of an archive."""
    numbers = read_numbers(archive, scope)
    name = scope.edition or archive.current_edition() or ""
    title = f"{scope.site or 'Strigil'} · {name}"
    write_page(path, to_page(title, _lead(numbers, scope), read_sample(archive, scope, captures), numbers))
    return path


def write_page(path: Path, page: str) -> None:
    """Write a page at one stroke: who has it open never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(page, encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def is_page(path: Path) -> bool:
    """Return whether a file begins as our pages do, and so may be written anew."""
    with path.open("rb") as file:
        return file.read(len(PAGE_BEGINS)) == PAGE_BEGINS.encode()


def read_sample(archive: Archive, scope: Scope, captures: int) -> list[View]:
    """Read the captures to show, those of the rarer statuses among them first."""
    limit = min(captures, MAX_CAPTURES)
    found = ask(archive, _SAMPLE, [*scope.values, limit], edition=scope.edition).rows
    ids = [capture_id for (capture_id,) in found]
    sql = "select * from documents where list_contains(?, capture_id)"
    columns, rows = ask(archive, sql, [ids], edition=scope.edition)
    views = {view.capture_id: view for view in _to_views(columns, rows)}
    return [views[capture_id] for capture_id in ids]


def _to_views(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[View]:
    views = []
    for values in rows:
        row = dict(zip(columns, values, strict=True))
        name = row["url"] or row["source_file"]
        site = row["host"] or row["source"] or NO_SITE
        day = f"{row['captured_at']:%Y-%m-%d %H:%M} UTC" if row["captured_at"] else ""
        views.append(View(to_cleaned(row), name, site, day, row["capture_id"]))
    return views


def _lead(numbers: Numbers, scope: Scope) -> str:
    parts = [count(numbers.captures, "capture"), count(len(numbers.sites), "site")]
    removed = sum(numbers.words_removed.values())
    words = numbers.words_kept + removed
    if words:
        parts.append(f"{removed / words:.0%} of {words:,} words removed")
    if scope.since or scope.until:
        parts.append(f"days {scope.since or '…'} to {scope.until or '…'}")
    return " · ".join(parts)
