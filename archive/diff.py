"""What changed between two editions: their rows joined by capture, and the differences counted.

Of two editions most texts are the same, which their digests tell; words are counted only where
they differ. A word is what stands between blanks.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from archive.read import create_documents, edits_of, open_sql

if TYPE_CHECKING:
    from archive.archive import Archive

BY: Final = ("site", "label", "language")
"""What differences can be grouped by."""


class Group(NamedTuple):
    """Differences of one site, label or language.

    ``captures`` counts those in both editions (of a label: those with a removal under it in one of
    them), ``changed`` those that differ. ``words_more`` are kept only after, ``words_less`` only
    before, net for each capture.
    """

    name: str
    captures: int
    changed: int
    words_more: int
    words_less: int


class Sample(NamedTuple):
    """One capture whose text changed, before and after."""

    capture_id: str
    name: str
    site: str
    language: str
    words_before: int
    words_after: int
    text_before: str
    text_after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from one edition to another.

    ``changed`` counts captures with another text. ``source_changed`` counts those that were
    rendered or decoded otherwise before anything was removed.
    """

    before: str
    after: str
    captures: int
    only_before: int
    only_after: int
    changed: int
    status_changed: int
    source_changed: int
    words_more: int
    words_less: int
    groups: dict[str, tuple[Group, ...]]
    samples: tuple[Sample, ...]


_WORDS: Final = "create macro words(t) as len(regexp_extract_all(t, '[^\\s\\p{Z}]+'))"

_PAIRS: Final = """
create temp table pairs as
select capture_id, coalesce(a.domain, a.host, b.domain, b.host, '') as site,
    coalesce(a.language, b.language, '') as language,
    b.capture_id is not null as is_before, a.capture_id is not null as is_after,
    b.text_digest <> a.text_digest as is_changed,
    b.status <> a.status as is_other_status,
    b.source_text_digest <> a.source_text_digest as is_other_source
from before_rows b full join after_rows a using (capture_id)
"""

_CHANGES: Final = """
create temp view changes as
select capture_id, a.url, coalesce(a.url, a.source_file) as name, p.site, p.language, a.capture_date,
    b.status as status_before, a.status as status_after, p.is_other_source as source_changed,
    words(b.text) as words_before, words(a.text) as words_after, b.text as text_before, a.text as text_after
from (from pairs where is_changed) p
join before_rows b using (capture_id) join after_rows a using (capture_id)
"""

_COUNTED: Final = """
create temp table counted as
select capture_id, name, site, language, words_before, words_after from changes
"""

_TOTALS: Final = """
select count(*) filter (is_before and is_after) as captures,
    count(*) filter (is_before and not is_after) as only_before,
    count(*) filter (is_after and not is_before) as only_after,
    count(*) filter (is_changed) as changed,
    count(*) filter (is_other_status) as status_changed,
    count(*) filter (is_other_source) as source_changed,
    (select coalesce(sum(greatest(words_after - words_before, 0)), 0)::bigint from counted) as words_more,
    (select coalesce(sum(greatest(words_before - words_after, 0)), 0)::bigint from counted) as words_less
from pairs
"""

_BY_COLUMN: Final = """
select p.{by}, count(*), count(*) filter (p.is_changed),
    coalesce(sum(greatest(c.words_after - c.words_before, 0)), 0)::bigint,
    coalesce(sum(greatest(c.words_before - c.words_after, 0)), 0)::bigint
from pairs p left join counted c using (capture_id)
where p.is_before and p.is_after group by 1 order by 3 desc, 2 desc, 1
"""

_BY_LABEL: Final = """
with spans as (
    select 'before' as side, * from ({before}) union all select 'after', * from ({after})
), sums as (
    select capture_id, label,
        coalesce(sum(words(removed)) filter (side = 'before'), 0) as gone_before,
        coalesce(sum(words(removed)) filter (side = 'after'), 0) as gone_after
    from spans where label <> 'repair' group by all
)
select label, count(*), count(*) filter (gone_before <> gone_after),
    sum(greatest(gone_before - gone_after, 0))::bigint, sum(greatest(gone_after - gone_before, 0))::bigint
from sums group by 1 order by 3 desc, 2 desc, 1
"""

_SAMPLES: Final = """
select capture_id, name, site, language, words_before, words_after, text_before, text_after
from changes join (
    select capture_id, abs(words_after - words_before) as size,
        row_number() over (partition by site order by size desc, capture_id) as turn
    from counted order by turn, size desc, capture_id limit ?
) using (capture_id)
order by turn, size desc, capture_id
"""


def compare(
    archive: Archive, before: str, after: str, *, samples: int = 5, parquet: str | Path | None = None
) -> Comparison:
    """Return what changed from one edition to another; editions are named in full.

    Samples are the captures that changed most, of every site one before of any site two. Into
    ``parquet`` goes a row for each capture whose text changed, with both texts.
    """
    with archive.store.lock(f"clean/{before}"), open_sql(archive, edition=after) as sql:
        create_documents(sql, archive, edition=before, view="before_rows")
        create_documents(sql, archive, edition=after, view="after_rows")
        for statement in (_WORDS, _PAIRS, _CHANGES, _COUNTED):
            sql.execute(statement)
        if parquet is not None:
            sql.execute(f"copy (from changes order by capture_id) to {_quoted(parquet)} (format parquet)")
        [counts] = sql.execute(_TOTALS).fetchall()
        totals = {column[0]: count for column, count in zip(sql.description or (), counts, strict=True)}
        by_label = _BY_LABEL.format(before=edits_of(_changed("before")), after=edits_of(_changed("after")))
        queries = {by: _BY_COLUMN.format(by=by) for by in ("site", "language")} | {"label": by_label}
        groups = {by: tuple(Group(*row) for row in sql.execute(queries[by]).fetchall()) for by in BY}
        shown = sql.execute(_SAMPLES, [samples]).fetchall()
    return Comparison(before, after, **totals, groups=groups, samples=tuple(Sample(*row) for row in shown))


def _changed(side: str) -> str:
    """Return the rows of one edition whose text is another in the other."""
    return f"(from {side}_rows semi join counted using (capture_id))"


def _quoted(path: str | Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
