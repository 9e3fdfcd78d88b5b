"""Compact a day of small parts: how long it takes, in how much memory, and what readers gain.

    python -m bench.compact --parts 60 --rows 1000

The texts are random words, so the sizes are plausible and no more.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from archive.archive import Archive
from archive.read import query
from archive.values import Pipeline
from bench.million import run
from captures.values import Capture, Provenance
from cleaners.values import CleanedPage, Edit, Fields, Status

PIPELINE = Pipeline("strigil", "0", "balanced", "sha256:" + "0" * 64)
_LETTERS = "etaoinshrdlucmfwypvbgk"
_DAY = datetime(2024, 2, 28, tzinfo=UTC)
_QUERY = "select count(*) as n, sum(text_chars) as chars, count(distinct host) as hosts from documents"


def fill(archive: Archive, parts: int, rows: int) -> None:
    """Publish parts of one day, each of a batch of its own."""
    random_ = random.Random(0)  # noqa: S311 - nothing secret
    words = ["".join(random_.choices(_LETTERS, k=random_.randint(2, 11))) for _ in range(20_000)]
    for part in range(parts):
        captures = [make_capture(part * rows + row) for row in range(rows)]
        batch = archive.commit(captures)
        pages = [make_page(" ".join(random_.choices(words, k=600))) for _ in captures]
        archive.publish(batch, pages, PIPELINE)
    archive.promote(PIPELINE)


def make_capture(number: int) -> Capture:
    """Return a capture of one of 97 sites."""
    url = f"https://site{number % 97}.example/{number * 7919 % 1_000_003}"
    where = Provenance("made", "bench", "jsonl", number)
    return Capture(b"%d" % number, where, url=url, captured_at=_DAY, captured_at_source="record")


def make_page(text: str) -> CleanedPage:
    """Return what cleaning may make of a text."""
    edits = (Edit(0, 5, "share", "share/button", 1.0, ""),)
    return CleanedPage(text, f"Share{text}", edits, (), Fields(), Status.CLEANED, removed_text="Share")


def measure_query(archive: Archive) -> float:
    """Return the seconds that a count over all parts takes, the best of three."""
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        query(archive, _QUERY)
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def main() -> None:
    """Fill, compact, and print what it took."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parts", type=int, default=60)
    parser.add_argument("--rows", type=int, default=1_000, help="rows of a part")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="strigil-compact-") as folder:
        archive = Archive.open(Path(folder, "archive"))
        fill(archive, options.parts, options.rows)
        before = measure_query(archive)
        step = run("compact", "compact", "--archive", archive.root)
        print(f"{step.seconds:.1f} s, {step.cpu_seconds:.1f} CPU s, peak memory {step.peak_mb:,.0f} MB")
        print(f"parts: {options.parts} before, {len(list(Path(archive.data_path()).glob('*/*')))} after")
        after = measure_query(archive)
        print(f"count over all parts: {before * 1000:.0f} ms before, {after * 1000:.0f} ms after")
        print(f"problems: {len(list(archive.verify()))}")


if __name__ == "__main__":
    main()
