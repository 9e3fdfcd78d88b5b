"""What the archive costs: beside pyarrow's plain write of the same tables, and on top of cleaning.

    python -m bench.archive_speed                     5,000 generated captures
    python -m bench.archive_speed --captures 500

Three figures in CPU seconds of one process, the best of some rounds: pyarrow writing ready tables
with the archive's settings and nothing else; the archive writing the same rows as parts, from
pages to the ledger; and the whole of reading, cleaning and archiving beside ``clean_many`` alone.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from archive.archive import Archive
from archive.identity import capture_date
from archive.parts import writer_settings
from archive.rows import Row, to_table
from archive.values import Batch
from bench.generated import write_captures
from captures.shards import Finished, read_shard
from captures.storage import find_items
from captures.values import Capture, ReadOptions, Shard
from cleaners import clean_many
from cleaners.values import CleanedPage, Policy
from flows.jobs import ShardJob
from flows.shard import MAX_BATCH_CAPTURES, pipeline_of, run_job

ROUNDS = 3
PIPELINE = pipeline_of(Policy.BALANCED)


class Written(NamedTuple):
    """A committed batch with its pages: what both writers write."""

    batch: Batch
    pages: list[CleanedPage]


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return what a piece of work costs this process, its threads included."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    work()
    after = resource.getrusage(resource.RUSAGE_SELF)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def best(work: Callable[[int], object]) -> float:
    """Return the least of some rounds; each gets its number."""
    return min(cpu_seconds(partial(work, number)) for number in range(ROUNDS))


def to_tables(written: Written) -> list[pa.Table]:
    """Return the tables of a batch, one a day, sorted, as the archive makes them."""
    days: defaultdict[str, list[Row]] = defaultdict(list)
    batch = written.batch
    for parts in zip(batch.capture_ids, batch.captures, batch.refs, written.pages, strict=True):
        row = Row(*parts)
        days[capture_date(row.capture)].append(row)
    return [to_table(sorted(rows, key=lambda row: row.sort_key), PIPELINE) for rows in days.values()]


def measure_write(captures: list[Capture], folder: Path) -> tuple[float, float, float]:
    """Return CPU seconds of a plain write of ready tables, of making them, and of the archive's step."""
    pages = list(clean_many(captures))
    archive = Archive.open(folder / "raw")
    done: list[Written] = []
    for start in range(0, len(captures), MAX_BATCH_CAPTURES):
        part = slice(start, start + MAX_BATCH_CAPTURES)
        done.append(Written(archive.commit(captures[part]), pages[part]))
    tables = [table for one in done for table in to_tables(one)]

    def write_plainly(_number: int) -> None:
        for number, table in enumerate(tables):
            pq.write_table(table, folder / f"{number}.parquet", **writer_settings(len(table)))

    def make_tables(_number: int) -> None:
        for one in done:
            to_tables(one)

    def publish(number: int) -> None:
        opened = Archive.open(folder / f"archive-{number}")
        for one in done:
            opened.publish(*one, PIPELINE)

    return best(write_plainly), best(make_tables), best(publish)


def measure_pipeline(source: Path, captures: list[Capture], folder: Path) -> tuple[float, float]:
    """Return CPU seconds of ``clean_many`` alone, and of reading, cleaning and archiving."""
    items = tuple(find_items(str(source)))

    def run_all(number: int) -> None:
        report = run_job(ShardJob(str(folder / f"whole-{number}"), PIPELINE, Shard(items)))
        if not report.is_done:
            raise SystemExit(report.failure)

    alone = best(lambda _number: sum(1 for _ in clean_many(captures)))
    return alone, best(run_all)


def main() -> None:
    """Measure, and print the ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--captures", type=int, default=5_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="strigil-speed-") as name:
        folder = Path(name)
        write_captures(folder / "source", options.captures)
        items = tuple(find_items(str(folder / "source")))
        found = [one for one in read_shard(Shard(items, ReadOptions())) if not isinstance(one, Finished)]
        plain, tables, archived = measure_write(found, folder)
        alone, whole = measure_pipeline(folder / "source", found, folder)
    print(f"{options.captures:,} captures, CPU seconds, best of {ROUNDS}")
    print(f"plain write of ready tables  {plain:8.2f}")
    print(f"making the tables of rows    {tables:8.2f}")
    share = (plain + tables) / archived
    print(f"the archive's step           {archived:8.2f}   {share:.0%} of the speed of the two above")
    print(f"clean_many alone             {alone:8.2f}")
    print(f"read, clean, archive         {whole:8.2f}   {whole / alone - 1:+.0%}")


if __name__ == "__main__":
    main()
