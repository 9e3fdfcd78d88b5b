"""Check the two captures the project began with, line by line: ``python -m bench.seeds``.

``gold.json`` in their folder holds a label for every line that is not blank. What a field
has to be is read from there too: the tags are the line labelled so, split at its commas.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from bench.rebuild import verify_ledger
from cleaners import CleanedPage, clean

DEFAULT_SEEDS: Final = Path("../shared/data/seeds")
_STORY: Final = frozenset({"body", "title"})
_PAGE_CLOCK: Final = datetime(2020, 7, 8, 9, 11, tzinfo=UTC)
"""What the header clock of one capture says; a grammar may not take it for the story's date."""


class Check(NamedTuple):
    """One thing that has to hold of one capture."""

    capture: str
    what: str
    holds: bool
    seen: str


def find_checks(folder: Path) -> Iterator[Check]:
    """Clean each capture of the folder and yield its checks."""
    gold = json.loads((folder / "gold.json").read_text())
    for name, marks in gold.items():
        payload = (folder / name).read_bytes()
        labels = {mark["line"]: mark["label"] for mark in marks}
        for what, holds, seen in _check(clean(payload, media_type="text/plain"), labels):
            yield Check(name, what, holds, seen)


def _check(page: CleanedPage, labels: dict[int, str]) -> Iterator[tuple[str, bool, str]]:
    """Yield what has to hold, whether it does, and what was seen."""
    lines = page.source_text.split("\n")
    kept = _kept_lines(page, lines)
    debris = [lines[n].strip() for n, label in labels.items() if label not in _STORY and kept[n]]
    lost = [lines[n].strip() for n, label in labels.items() if label in _STORY and not kept[n]]
    yield "no debris line is left", not debris, "; ".join(debris)
    yield "no line of the story is lost", not lost, "; ".join(lost)
    yield from _check_fields(page, lines, labels)
    date = page.fields.published_at
    yield "the page clock is no publication date", date is None or date.year != 2020, str(date)
    problems = list(verify_ledger(page))
    yield "the source is rebuilt exactly", not problems, "; ".join(problems)


def _check_fields(
    page: CleanedPage, lines: list[str], labels: dict[int, str]
) -> Iterator[tuple[str, bool, str]]:
    """Yield the checks of the fields that the labelled lines of this capture ask for."""
    labelled: dict[str, list[str]] = {}
    for number, label in labels.items():
        labelled.setdefault(label, []).append(lines[number].strip())
    fields = page.fields
    if title := labelled.get("title"):
        yield (
            "the title is a field and stays",
            fields.title == title[0] and title[0] in page.text,
            repr(fields.title),
        )
    else:
        yield "no title is made up", fields.title is None, repr(fields.title)
    if section := labelled.get("section"):
        yield f"the section is {section[0]}", fields.section == section[0], repr(fields.section)
    if tags := labelled.get("tags"):
        wanted = tuple(tag.strip() for tag in tags[0].split(","))
        yield f"{len(wanted)} tags", fields.tags == wanted, repr(fields.tags)
    if related := labelled.get("related"):
        yield f"{len(related)} related headlines", fields.related == tuple(related), repr(fields.related)
    if "page_clock" in labelled:
        yield (
            f"the page clock is {_PAGE_CLOCK:%Y-%m-%dT%H:%MZ}",
            fields.page_clock == _PAGE_CLOCK,
            str(fields.page_clock),
        )


def _kept_lines(page: CleanedPage, lines: Sequence[str]) -> list[bool]:
    """Tell for each line of the source whether some of it is kept."""
    kept, start = [], 0
    for line in lines:
        end = start + len(line)
        kept.append(any(one.kept for one in page.lines if start <= one.start and one.end <= end))
        start = end + 1
    return kept


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the list of checks; 1 on any miss."""
    parser = argparse.ArgumentParser(prog="python -m bench.seeds", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_SEEDS, help="folder of the captures")
    folder = parser.parse_args(arguments).data
    if not (folder / "gold.json").is_file():
        print(f"skipped: there is no {folder / 'gold.json'} (give the folder with --data)")
        return 0
    missed = 0
    for check in find_checks(folder):
        missed += not check.holds
        print(f"{'ok  ' if check.holds else 'MISS'} {check.capture}: {check.what}")
        if not check.holds:
            print(f"     seen: {check.seen}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
