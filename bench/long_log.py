"""Begin a run on an archive of years: what a long log costs before the first capture is cleaned.

    python -m bench.long_log --entries 35000 --captures 20

The log, and the names of parts and records, are made up and written without syncing; each step is a
`strigil clean` of one small file, which the second and third find known. The first sums up the log.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from archive.archive import Archive
from archive.coverage import ledger_name
from archive.entries import LogEntry
from archive.log import Log
from archive.parts import Place, part_name
from archive.sealed import to_sealed
from archive.values import FileRecord
from bench.generated import to_note
from bench.million import run
from cleaners.values import Policy
from flows.shard import pipeline_of


def make_entry(number: int, captures: int) -> LogEntry:
    """Return the entry of one run of a schedule that has fetched some pages."""
    batch = _digest(f"batch {number}")
    return LogEntry(
        batch,
        FileRecord(f"raw/{batch}.cdxj", f"sha256:{batch}", 8_000),
        references=(FileRecord(f"fetched/{number}.warc.gz", f"sha256:{_digest(batch)}", 80_000),),
        dates={f"20{number // 12_000 % 100:02}-{number // 1_000 % 12 + 1:02}-{number % 28 + 1:02}": captures},
        payload_bytes=80_000,
        capture_ids=tuple(_digest(f"{number} {n}")[:32] for n in range(captures)),
        done_items=(f"/archives/news/fetched/{number}.warc.gz|80000|1700000000000000000",),
    )


def fill(root: Path, entries: int, captures: int) -> None:
    """Make an archive with a log of so many entries, and an edition in which nothing lacks, by its names."""
    archive = Archive.open(root)
    log, pipeline = Log(archive.store), pipeline_of(Policy.BALANCED)
    archive.begin_edition(pipeline)
    for number in range(1, entries + 1):
        entry = make_entry(number, captures)
        _write(root / log.name(number), to_sealed(entry.to_json()))
        [day] = entry.dates
        for name in (part_name, ledger_name):
            _write(root / name(pipeline.edition, Place(entry.batch, day)), b"")
    archive.promote(pipeline)


def measure(folder: Path, entries: int, captures: int) -> Iterator[str]:
    """Yield what each step took."""
    source = folder / "note.txt"
    source.write_text(to_note(0), encoding="utf-8")
    fill(folder / "long", entries, captures)
    for archive, names in (
        ("long", ("first run", "next run", "and again")),
        ("new", ("new archive", "again")),
    ):
        for name in names:
            step = run(name, "clean", str(source), "--archive", str(folder / archive), "--workers", "1")
            yield f"{name:<12} {step.cpu_seconds:>6.2f} CPU s {step.peak_mb:>6.0f} MB"


def main() -> None:
    """Measure, and print a line a step."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--entries", type=int, default=35_000)
    parser.add_argument("--captures", type=int, default=20, help="captures of an entry")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="strigil-long-log-") as folder:
        for line in measure(Path(folder), options.entries, options.captures):
            print(line, flush=True)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    main()
