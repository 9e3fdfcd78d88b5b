"""What the archive costs: beside pyarrow's plain write of the same tables, and on top of cleaning.

    python -m bench.archive_speed                     5,000 generated captures, 600 gold pages in two forms
    python -m bench.archive_speed --captures 500 --pages 100

Figures in CPU seconds of one process, the best of some rounds, for small generated captures, and for
captures of real size, as text and as HTML, in batches as a run makes them:

* pyarrow writing ready tables, with its own settings and with the archive's, and nothing else
* the archive's step for the same tables: writing, page checksums, digests, syncs, names, ledger
* making these tables of cleaned pages, sorted, which whoever writes Parquet has to do in some way

Then the whole of reading, cleaning and archiving the generated ones beside ``clean_many`` alone.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from archive.archive import Archive
from archive.editions import Editions
from archive.identity import capture_date
from archive.parts import to_tables, writer_settings
from archive.rows import Row, to_rows
from archive.values import Batch
from bench.generated import write_captures
from bench.pages import DEFAULT_DATA, Selection, find_missing, read_pages
from captures.shards import Finished, read_shard
from captures.storage import find_items
from captures.values import Capture, Provenance, ReadOptions, Shard
from cleaners import clean_many
from cleaners.values import CleanedPage, Policy
from flows.jobs import ShardJob
from flows.shard import gather, pipeline_of, run_job

ROUNDS = 3
PIPELINE = pipeline_of(Policy.BALANCED)


class Written(NamedTuple):
    """A committed batch with its pages: what both writers write."""

    batch: Batch
    pages: list[CleanedPage]


class WriteCost(NamedTuple):
    """What some ways of writing the same rows cost, in CPU seconds."""

    captures: int
    parts: int
    megabytes: float
    with_own_settings: float
    with_our_settings: float
    archived: float
    making_tables: float

    def __str__(self) -> str:
        """Return the row of the table that is printed."""
        return (
            f"{self.captures:>8,} {self.parts:>5} {self.megabytes:>6.1f} {self.with_own_settings:>9.3f} "
            f"{self.with_our_settings:>10.3f} {self.archived:>9.3f} "
            f"{self.with_our_settings / self.archived:>6.0%} {self.making_tables:>8.3f}"
        )


HEAD = f"{'':12}captures parts     MB   plainly  same zstd   archive  speed   tables"


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return what a piece of work costs this process, its threads included."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    work()
    after = resource.getrusage(resource.RUSAGE_SELF)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def best(work: Callable[[int], object]) -> float:
    """Return the least of some rounds; each gets its number."""
    return min(cpu_seconds(partial(work, number)) for number in range(ROUNDS))


def to_days(written: Written) -> dict[str, list[pa.Table]]:
    """Return the tables of a batch by day, as the archive makes them."""
    days: defaultdict[str, list[Row]] = defaultdict(list)
    for row in to_rows(*written):
        days[capture_date(row.capture)].append(row)
    return {day: to_tables(rows, PIPELINE) for day, rows in days.items()}


def commit_all(captures: Sequence[Capture], archive: Archive) -> list[Written]:
    """Commit and clean captures in the batches of a run."""
    done = []
    for taken, _items in gather(captures):
        batch = archive.commit(taken)
        done.append(Written(batch, list(clean_many(batch.captures))))
    return done


def measure_write(captures: Sequence[Capture], folder: Path) -> WriteCost:
    """Return what the ways of writing the same rows cost."""
    done = commit_all(captures, Archive.open(folder / "raw"))
    ready = [(one.batch.digest, to_days(one)) for one in done]
    tables = [pa.concat_tables(groups) for _, days in ready for groups in days.values()]

    def write_plainly(settings: Callable[[int], dict[str, Any]], _number: int) -> None:
        for number, table in enumerate(tables):
            pq.write_table(table, folder / f"{number}.parquet", **settings(len(table)))

    archives = [Archive.open(folder / f"archive-{number}") for number in range(ROUNDS)]
    for archive in archives:
        archive.begin_edition(PIPELINE)

    def archive_all(number: int) -> None:
        editions = Editions(archives[number].store)
        for digest, days in ready:
            editions.publish(digest, days, PIPELINE)

    def make_tables(_number: int) -> None:
        for one in done:
            to_days(one)

    return WriteCost(
        sum(map(len, tables)),
        len(tables),
        sum(table.nbytes for table in tables) / 1e6,
        best(partial(write_plainly, lambda _rows: {})),
        best(partial(write_plainly, writer_settings)),
        best(archive_all),
        best(make_tables),
    )


def measure_pipeline(source: Path, captures: list[Capture], folder: Path) -> tuple[float, float]:
    """Return CPU seconds of ``clean_many`` alone, and of reading, cleaning and archiving."""
    items = tuple(find_items(str(source)))

    def run_all(number: int) -> None:
        report = run_job(ShardJob(str(folder / f"whole-{number}"), PIPELINE, Shard(items)))
        if not report.is_done:
            raise SystemExit(report.failure)

    alone = best(lambda _number: sum(1 for _ in clean_many(captures)))
    return alone, best(run_all)


def read_gold(data: Path, rendering: str, count: int) -> list[Capture]:
    """Return gold pages as captures, one rendering of each, from sets that have them by the hundred."""
    sets = ("wcxb_dev", "trafilatura_dev", "waddle_eval")
    selection = Selection(data, sets, (rendering,), -(-count // len(sets)))
    return [
        Capture(page.payload, Provenance(f"{page.set_name}/{page.page_id}"), page.media_type, url=page.url)
        for page in read_pages(selection)
    ]


def main() -> None:
    """Measure, and print the ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--captures", type=int, default=5_000, help="generated ones")
    parser.add_argument("--pages", type=int, default=600, help="gold pages, in each of two forms")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="the folder of gold pages")
    options = parser.parse_args()
    print(f"CPU seconds, best of {ROUNDS}")
    with tempfile.TemporaryDirectory(prefix="strigil-speed-") as name:
        folder = Path(name)
        write_captures(folder / "source", options.captures)
        items = tuple(find_items(str(folder / "source")))
        found = [one for one in read_shard(Shard(items, ReadOptions())) if not isinstance(one, Finished)]
        print(HEAD)
        print(f"{'generated':12}{measure_write(found, folder / 'generated')}", flush=True)
        for missing in find_missing(Selection(options.data)):
            print(missing)
        for kind, rendering in (("real text", "text:bs4"), ("real HTML", "html")):
            if pages := read_gold(options.data, rendering, options.pages):
                print(f"{kind:12}{measure_write(pages, folder / rendering)}", flush=True)
        alone, whole = measure_pipeline(folder / "source", found, folder)
    print(f"clean_many alone             {alone:8.2f}")
    print(f"read, clean, archive         {whole:8.2f}   {whole / alone - 1:+.0%}")


if __name__ == "__main__":
    main()
