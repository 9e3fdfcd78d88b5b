"""``strigil explain``: what became of every line, and why."""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import (
    DEFAULT_ARCHIVE,
    ArchiveOption,
    PolicyName,
    PolicyOption,
    archive_option,
    check_page,
    is_capture_id,
    open_archive,
    print_json,
    stderr,
    stdout,
)
from flows.errors import FlowError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cleaners.values import CleanedPage, Policy

_LIST_IDS = 'strigil sql "select capture_id, title from documents"'
_STDIN = "standard input"


def explain(  # noqa: PLR0913 - one parameter an option of the command line
    what: Annotated[
        str, typer.Argument(help="A file, - for standard input, or a capture_id.", metavar="FILE|ID")
    ],
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    policy: PolicyOption = PolicyName.BALANCED,
    limit: Annotated[int, typer.Option(min=1, help="Captures to show of a file that holds many.")] = 10,
    out: Annotated[
        Path | None, typer.Argument(help="With --html: the page to write.", metavar="PAGE")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a capture.")] = False,
    as_html: Annotated[
        bool, typer.Option("--html", help="Write a page to look at: PAGE, or standard output if it is piped.")
    ] = False,
) -> None:
    """Show every line of a capture: kept or removed, its label and the reason.

    A capture_id is looked up in the archive; a file is cleaned now and not archived.
    Example: strigil explain page.html
    """
    from cleaners.values import Policy

    if as_html and as_json:
        raise UsageError("Choose one of --html and --json.")
    if out and not as_html:
        raise UsageError(f"{out} can be written with --html only.")
    pages = _find_pages(what, archive, Policy(policy.value))
    shown = list(islice(pages, limit))
    if not shown:
        raise FlowError(f"{what} holds no capture.")
    if as_html:
        _write_html(what, shown, out)
    else:
        for name, page in shown:
            _print(name, page, as_json=as_json)
    if next(pages, None) is not None:
        stderr().print(f"… and more: --limit shows more than {limit}")


def _find_pages(what: str, archive: str, policy: Policy) -> Iterator[tuple[str, CleanedPage]]:
    if what == "-":
        return _from_stdin(policy)
    if Path(what).exists():
        return _from_file(what, policy)
    if is_capture_id(what):
        return _from_archive(what, archive)
    raise UsageError(
        f"{what} is neither a file nor a capture_id (32 hex digits). Ids of an archive: "
        f"{_LIST_IDS}{archive_option(archive)}"
    )


def _from_stdin(policy: Policy) -> Iterator[tuple[str, CleanedPage]]:
    """Yield what a pipe brings, whatever it is: readers go to and fro in it, so it becomes a file first."""
    with tempfile.NamedTemporaryFile() as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
        file.flush()
        for name, page in _from_file(file.name, policy):
            reason = page.reason and page.reason.replace(file.name, _STDIN)
            yield name.replace(file.name, _STDIN), replace(page, reason=reason)


def _from_file(path: str, policy: Policy) -> Iterator[tuple[str, CleanedPage]]:
    from captures.readers import read_item
    from captures.storage import find_items
    from captures.values import ReadOptions
    from cleaners import clean_many

    for item in find_items(path):
        for capture in read_item(item, ReadOptions()):
            for page in clean_many([capture], policy=policy):
                yield capture.url or capture.provenance.file, page


def _from_archive(capture_id: str, folder: str) -> Iterator[tuple[str, CleanedPage]]:
    archive = open_archive(folder)
    from flows.stored import read_page

    found = read_page(archive, capture_id)
    if found is None:
        raise FlowError(f"{folder} has no capture {capture_id}. Its ids: {_LIST_IDS}{archive_option(folder)}")
    yield found


def _print(name: str, page: CleanedPage, *, as_json: bool) -> None:
    from rich.text import Text

    if as_json:
        print_json(_to_json(name, page))
        return
    console = stdout()
    console.print(name, style="bold", markup=False, soft_wrap=True)
    console.print(Text.from_ansi(page.explain(color=True)), soft_wrap=True)


def _write_html(what: str, pages: Sequence[tuple[str, CleanedPage]], out: Path | None) -> None:
    """Write the pages as one page of HTML; never over a file that is no such page."""
    from flows.review import write_page
    from flows.review_capture import View
    from flows.review_page import to_page

    is_id = not Path(what).exists() and is_capture_id(what)
    views = [View(page, name, capture_id=what if is_id else "") for name, page in pages]
    html = to_page(views[0].page.fields.title or views[0].name, views[0].name, views)
    if out is None and not sys.stdout.isatty():
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")  # as the page says of itself
        print(html, end="")
        return
    path = out or Path("strigil-explain.html")
    check_page(path)
    write_page(path, html)
    stdout().print(f"{path}: open it in a browser.", markup=False, soft_wrap=True)


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
