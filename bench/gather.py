"""Gather the raw files of many small runs: how many files are left, and what reading and taking down cost.

    python -m bench.gather --runs 960 --pages 20

The texts are random words, so the sizes are plausible and no more.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from archive.archive import Archive
from archive.takedown import Decision, Targets
from bench.compact import PIPELINE, make_capture, make_page
from flows.shard import load

_NEXT = replace(PIPELINE, version="1")
_PAUSE = timedelta(minutes=15)


def fill(archive: Archive, runs: int, pages: int) -> None:
    """Commit and publish the runs of a schedule: a few pages of 1,500 words every quarter of an hour."""
    random_ = random.Random(0)  # noqa: S311 - nothing secret
    words = ["".join(random_.choices("etaoinshrdlucm", k=random_.randint(2, 11))) for _ in range(5_000)]
    for run in range(runs):
        captures = []
        for number in range(run * pages, (run + 1) * pages):
            made = make_capture(number)
            payload = f"{number} {' '.join(random_.choices(words, k=1_500))}".encode()
            assert made.captured_at is not None
            captures.append(replace(made, payload=payload, captured_at=made.captured_at + run * _PAUSE))
        batch = archive.commit(captures)
        archive.publish(batch, [make_page("one line") for _ in captures], PIPELINE)
    archive.promote(PIPELINE)


def measure(what: str, work: Callable[[], object]) -> None:
    """Print what something took."""
    started = time.process_time()
    work()
    print(f"{what}: {time.process_time() - started:.1f} CPU s")


def describe(archive: Archive) -> str:
    """Return how many raw files there are, and their size."""
    files = [path for path in Path(archive.root, "raw").rglob("*") if path.is_file()]
    return f"{len(files):,} raw files, {sum(path.stat().st_size for path in files) / 1e6:,.0f} MB"


def read_all(archive: Archive) -> int:
    """Read all captures again, as cleaning the past again does."""
    return sum(len(load(batch).captures) for batch in archive.unfinished(_NEXT))


def main() -> None:
    """Fill, measure, gather if that was asked for, and measure again."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=960)
    parser.add_argument("--pages", type=int, default=20, help="pages of a run")
    parser.add_argument("--apart", action="store_true", help="do not gather, to compare")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="strigil-gather-") as folder:
        archive = Archive.open(Path(folder, "archive"))
        fill(archive, options.runs, options.pages)
        print(describe(archive))
        if not options.apart:
            measure("gather", lambda: list(archive.gather()))
            print(describe(archive))
        measure("verify", lambda: list(archive.verify()))
        measure("read all captures again", lambda: read_all(archive))
        site = Targets(pattern="https://site7.example/*")
        measure("take down a site", lambda: archive.takedowns().take_down(site, Decision("bench")))
        print(f"problems: {len(list(archive.verify()))}")
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
