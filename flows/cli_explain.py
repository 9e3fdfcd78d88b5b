"""``strigil explain``: what became of every line, and why."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import (
    DEFAULT_ARCHIVE,
    ArchiveOption,
    PolicyName,
    PolicyOption,
    open_archive,
    stderr,
    stdout,
)
from flows.errors import FlowError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cleaners.values import CleanedPage, Policy

_LIST_IDS = 'strigil sql "select capture_id, title from documents"'
# One class, repeated a fixed number of times: linear.
_CAPTURE_ID = re.compile(r"[0-9a-f]{32}")


def explain(
    what: Annotated[
        str, typer.Argument(help="A file, - for standard input, or a capture_id.", metavar="FILE|ID")
    ],
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    policy: PolicyOption = PolicyName.BALANCED,
    limit: Annotated[int, typer.Option(min=1, help="Captures to show of a file that holds many.")] = 10,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a capture.")] = False,
) -> None:
    """Show every line of a capture: kept or removed, its label and the reason.

    A capture_id is looked up in the archive; a file is cleaned now and not archived.
    Example: strigil explain page.html
    """
    from cleaners.values import Policy

    if what == "-":
        pages = _from_stdin(Policy(policy.value))
    elif Path(what).exists():
        pages = _from_file(what, Policy(policy.value))
    elif _CAPTURE_ID.fullmatch(what):
        pages = _from_archive(what, archive)
    else:
        raise UsageError(
            f"{what} is neither a file nor a capture_id (32 hex digits). Ids of an archive: {_LIST_IDS}"
        )
    shown = 0
    for name, page in islice(pages, limit):
        shown += 1
        _print(name, page, as_json=as_json)
    if not shown:
        raise FlowError(f"{what} holds no capture.")
    if next(pages, None) is not None:
        stderr().print(f"… and more: --limit shows more than {limit}")


def _from_stdin(policy: Policy) -> Iterator[tuple[str, CleanedPage]]:
    from captures.sniff import sniff
    from cleaners import clean

    payload = sys.stdin.buffer.read()
    yield "standard input", clean(payload, media_type=sniff(payload).media_type, policy=policy)


def _from_file(path: str, policy: Policy) -> Iterator[tuple[str, CleanedPage]]:
    from captures.readers import read_item
    from captures.storage import find_items
    from captures.values import ReadOptions
    from cleaners import clean_many

    for item in find_items(path):
        for capture in read_item(item, ReadOptions()):
            for page in clean_many([capture], policy=policy):
                yield capture.url or capture.provenance.file, page


def _from_archive(capture_id: str, folder: Path) -> Iterator[tuple[str, CleanedPage]]:
    archive = open_archive(folder)
    from flows.stored import read_page

    found = read_page(archive, capture_id)
    if found is None:
        raise FlowError(f"{folder} has no capture {capture_id}. Its ids: {_LIST_IDS} --archive {folder}")
    yield found


def _print(name: str, page: CleanedPage, *, as_json: bool) -> None:
    from rich.text import Text

    if as_json:
        print(json.dumps(_to_json(name, page), ensure_ascii=False, default=str))
        return
    console = stdout()
    console.print(name, style="bold", markup=False, soft_wrap=True)
    console.print(Text.from_ansi(page.explain(color=True)), soft_wrap=True)


def _to_json(name: str, page: CleanedPage) -> dict[str, object]:
    lines = [{**line._asdict(), "text": page.source_text[line.start : line.end]} for line in page.lines]
    return {
        "capture": name,
        "status": page.status,
        "reason": page.reason,
        "text": page.text,
        "lines": lines,
        "fields": asdict(page.fields),
    }
