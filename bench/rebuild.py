"""Hold the first promise on every gold page: nothing is lost. ``python -m bench.rebuild``.

Cleans every page in every rendering and fails, with the page's id, on the first one whose
ledger does not account for each character of the source.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from bench.measure import spread
from bench.pages import GoldPage, find_missing, read_pages
from bench.quality import add_selection, to_selection
from cleaners import CleanedPage, clean

_REMOVED, _REPAIRED = 1, 2
"""What became of a character; a kept line may lose its last one by repair, if nobody can see it."""


class Checked(NamedTuple):
    """What was found on one page."""

    name: str
    rendering: str
    status: str
    characters: int
    removed: int
    problem: str | None


def verify_ledger(page: CleanedPage) -> Iterator[str]:
    """Yield what is wrong with a page's account of its source text."""
    source = page.source_text
    if page.rebuild() != source:
        yield "rebuild() is not the source text"
    if any(one.end > after.start for one, after in pairwise(page.edits)):
        yield "edits overlap or are out of order"
    if any(not 0 <= edit.start < edit.end <= len(source) for edit in page.edits):
        yield "an edit is empty or lies outside the text"
    if page.removed_text != "".join(source[edit.start : edit.end] for edit in page.edits):
        yield "removed_text is not what the edits took out"
    yield from _verify_lines(page)


def _verify_lines(page: CleanedPage) -> Iterator[str]:
    """Yield where the lines do not tile the source, or disagree with the edits."""
    at, between = 0, []
    for line in page.lines:
        between.append(page.source_text[at : line.start])
        at = line.end
    between.append(page.source_text[at:])
    if "".join(between).strip():
        yield "some text stands in no line"
    if any(one.end > after.start for one, after in pairwise(page.lines)):
        yield "lines overlap or are out of order"
    removed = bytearray(len(page.source_text))
    for edit in page.edits:
        if not edit.replacement:
            mark = _REPAIRED if edit.label == "repair" else _REMOVED
            removed[edit.start : edit.end] = bytes([mark]) * (edit.end - edit.start)
    for number, line in enumerate(page.lines):
        text = page.source_text[line.start : line.end]
        gone = removed[line.start : line.end]
        if not line.kept and any(not c.isspace() and not out for c, out in zip(text, gone, strict=True)):
            yield f"line {number} is not kept, but some of it was not removed"
        if line.kept and text.strip() and gone.count(_REMOVED) == len(gone):
            yield f"line {number} is kept, but all of it was removed"


def check(gold: GoldPage) -> Checked:
    """Clean one page and look at its ledger; a cleaner that raises loses the page."""
    name = f"{gold.set_name} {gold.page_id}"
    try:
        page = clean(gold.payload, media_type=gold.media_type, url=gold.url)
    except Exception as error:  # noqa: BLE001 - the page has to be named, whatever went wrong
        return Checked(name, gold.rendering, "raised", 0, 0, f"{type(error).__name__}: {error}")
    return Checked(
        name,
        gold.rendering,
        page.status.value,
        len(page.source_text),
        len(page.removed_text),
        next(verify_ledger(page), None),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Check all pages; 1 on the first page that loses something."""
    parser = argparse.ArgumentParser(prog="python -m bench.rebuild", description=__doc__)
    add_selection(parser)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args(arguments)
    selection = to_selection(options)
    for skipped in find_missing(selection):
        print(skipped)
    statuses: Counter[tuple[str, str]] = Counter()
    characters = removed = 0
    for checked in spread(check, read_pages(selection), processes=options.processes):
        if checked.problem:
            print(f"FAILED: {checked.name} ({checked.rendering}): {checked.problem}")
            return 1
        statuses[checked.rendering, checked.status] += 1
        characters += checked.characters
        removed += checked.removed
    for (rendering, status), pages in sorted(statuses.items()):
        print(f"{rendering:18} {status:10} {pages:7,}")
    print(
        f"{statuses.total():,} pages rebuilt exactly: {characters:,} characters, {removed:,} of them in edits"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
