"""Measure Strigil beside its peers: ``python -m bench.quality``.

Prints a table by set, input and extractor, and writes it to ``--out`` as CSV and Markdown,
with ``pages.csv``, the figures of every page, for whoever wants to see where one loses.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing, nullcontext
from pathlib import Path

from rich.console import Console
from rich.progress import track

from bench.measure import Measurement, PeerCache, measure
from bench.pages import DEFAULT_DATA, GOLD_SETS, RENDERINGS, Selection, find_missing, read_pages
from bench.peers import EXTRACTORS
from bench.pictures import draw_quality
from bench.tables import mean_of_sets, print_rows, to_rows, write_rows

PICTURE = Path("docs/quality.png")
_PAGE_COLUMNS = (
    "set", "input", "page", "language", "page_type", "extractor", "f1", "precision", "recall",
    "gold_words", "lost_words", "segment_f1", "line_f1", "error",
)  # fmt: skip


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say which pages to read; every command of this package has them."""
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the gold sets")
    parser.add_argument("--sets", type=_names_of(GOLD_SETS), default=tuple(GOLD_SETS), help="comma-separated")
    parser.add_argument("--limit", type=int, help="so many pages of each set, evenly spread")


def to_selection(arguments: argparse.Namespace, renderings: Sequence[str] = RENDERINGS) -> Selection:
    """Return the selection that the arguments describe."""
    return Selection(arguments.data, arguments.sets, tuple(renderings), arguments.limit)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write; 1 where there was nothing to measure."""
    options = _parse(arguments)
    console = Console(width=None if sys.stdout.isatty() else 180)
    selection = to_selection(options, options.renderings)
    for skipped in find_missing(selection):
        console.print(skipped, markup=False)
    extractors = {name: EXTRACTORS[name] for name in options.only}
    options.out.mkdir(parents=True, exist_ok=True)
    cache = None if options.no_cache else PeerCache(options.out / "peers.sqlite3")
    with closing(cache) if cache else nullcontext():
        batches = measure(read_pages(selection), extractors, cache=cache, processes=options.processes)
        found = [one for batch in _with_progress(batches) for one in batch]
    if not found:
        console.print("nothing was measured")
        return 1
    training = {name: extractor.training for name, extractor in extractors.items()}
    rows = to_rows(found, training)
    shown = to_rows(found, training, by=options.by) if options.by else mean_of_sets(rows) + rows
    print_rows(shown, console)
    write_rows(shown, options.out, f"quality-by-{options.by}" if options.by else "quality")
    _write_pages(found, options.out / "pages.csv")
    _print_errors(found, console)
    if options.picture:
        draw_quality(rows, PICTURE)
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__)
    add_selection(parser)
    parser.add_argument("--renderings", type=_names_of(RENDERINGS), default=RENDERINGS)
    parser.add_argument("--only", type=_rows_of, default=tuple(EXTRACTORS), help="packages, comma-separated")
    parser.add_argument("--by", choices=("language", "page_type"), help="break down by")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("bench/results"))
    parser.add_argument("--no-cache", action="store_true", help="run the peers again")
    parser.add_argument("--picture", action="store_true", help=f"draw {PICTURE}")
    return parser.parse_args(arguments)


def _names_of(known: Collection[str]) -> Callable[[str], tuple[str, ...]]:
    """Return a parser of comma-separated names, each of which has to be a known one."""

    def parse(text: str) -> tuple[str, ...]:
        names = tuple(name.strip() for name in text.split(","))
        if unknown := [name for name in names if name not in known]:
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}; there are: {', '.join(known)}")
        return names

    return parse


def _rows_of(text: str) -> tuple[str, ...]:
    """Return the rows of the named packages."""
    packages = _names_of(sorted({extractor.package for extractor in EXTRACTORS.values()}))(text)
    return tuple(name for name, extractor in EXTRACTORS.items() if extractor.package in packages)


def _with_progress(batches: Iterator[list[Measurement]]) -> Iterable[list[Measurement]]:
    console = Console(stderr=True)
    return track(batches, description="pages", console=console, disable=not console.is_terminal)


def _write_pages(measurements: Sequence[Measurement], path: Path) -> None:
    """Write the figures of every page."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_PAGE_COLUMNS)
        for one in measurements:
            words = one.words
            writer.writerow([
                one.set_name, one.rendering, one.page_id, one.language, one.page_type, one.extractor,
                *((words.f1, words.precision, words.recall, words.gold_words, words.lost_words)
                  if words else [""] * 5),
                one.segments.f1 if one.segments.total else "",
                one.lines.f1 if one.lines.total else "",
                one.error,
            ])  # fmt: skip


def _print_errors(measurements: Sequence[Measurement], console: Console, most: int = 10) -> None:
    """Show what the extractors that raised had to say."""
    errors = [one for one in measurements if one.error]
    for one in errors[:most]:
        console.print(f"{one.extractor} raised on {one.page_id} ({one.rendering}): {one.error}", markup=False)
    if len(errors) > most:
        console.print(f"… and {len(errors) - most} more, in pages.csv")


if __name__ == "__main__":
    sys.exit(main())
