"""Import many small captures, verify them, ask them: how long, and with how much memory.

    python -m bench.million                        1,000,000 captures: an hour or so
    python -m bench.million --captures 20000
    python -m bench.million --grow 1000 10000 100000 --plot memory.png

Each step is a process of its own; its peak memory is what the system counted of it and its workers.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from bench.generated import to_note

STRIGIL: Final = Path(sys.executable).with_name("strigil")
FILE_CAPTURES: Final = 50_000
QUERIES: Final = {
    "count by day and status": "select capture_date, status, count(*) from documents group by all",
    "debris by label": "select label, count(*), sum(length(removed)) from edits group by label",
    "one URL": "select title, text_chars from documents where url = 'https://site7.example/7'",
}


class Step(NamedTuple):
    """What one step took. ``peak_mb`` is the largest of its processes."""

    name: str
    seconds: float
    cpu_seconds: float
    peak_mb: float


def write_source(folder: Path, captures: int) -> None:
    """Write text captures of a few lines as JSONL, over three days and 97 sites."""
    folder.mkdir()
    for start in range(0, captures, FILE_CAPTURES):
        with (folder / f"{start:08}.jsonl").open("w", encoding="utf-8") as file:
            for number in range(start, min(captures, start + FILE_CAPTURES)):
                row = {
                    "url": f"https://site{number % 97}.example/{number}",
                    "captured_at": f"2024-02-{27 + number % 3}T12:00:00Z",
                    "text": to_note(number),
                }
                file.write(json.dumps(row) + "\n")


def run(name: str, *words: str) -> Step:
    """Run a ``strigil`` command and return what it took."""
    started = time.monotonic()
    pid = os.posix_spawn(
        STRIGIL,
        [str(STRIGIL), *words],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, usage = os.wait4(pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"strigil {' '.join(words)} failed")
    seconds = time.monotonic() - started
    return Step(name, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def measure(captures: int, folder: Path, workers: int) -> Iterator[Step]:
    """Yield the steps of one archive."""
    source, archive = folder / f"source-{captures}", str(folder / f"archive-{captures}")
    write_source(source, captures)
    yield run("import", "clean", str(source), "--archive", archive, "--workers", str(workers))
    yield run("import again", "clean", str(source), "--archive", archive, "--workers", str(workers))
    yield run("verify", "verify", "--archive", archive)
    for name, sql in QUERIES.items():
        yield run(name, "sql", sql, "--archive", archive)


def plot(peaks: Mapping[str, Sequence[tuple[int, float]]], path: Path) -> None:
    """Draw the peak memory of some steps over the number of captures."""
    from matplotlib import pyplot  # noqa: PLC0415 - only who wants a picture needs it

    figure, axes = pyplot.subplots(figsize=(6, 3.5))
    for name, points in peaks.items():
        axes.plot(*zip(*points, strict=True), marker="o", label=name)
    axes.set(xscale="log", xlabel="captures", ylabel="peak memory of a process, MB", ylim=(0, None))
    axes.grid(visible=True, alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=120)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--captures", type=int, default=1_000_000)
    parser.add_argument(
        "--grow", type=int, nargs="*", default=[], help="numbers of captures, one after another"
    )
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--plot", type=Path, default=None, help="write peak memory as a picture")
    options = parser.parse_args()
    peaks: dict[str, list[tuple[int, float]]] = {"import": [], "verify": []}
    print(f"{'captures':>9} {'step':<24} {'seconds':>8} {'CPU s':>8} {'peak MB':>8}")
    with tempfile.TemporaryDirectory(prefix="strigil-million-") as folder:
        for captures in options.grow or [options.captures]:
            for step in measure(captures, Path(folder), options.workers):
                print(
                    f"{captures:>9,} {step.name:<24} {step.seconds:>8.1f} {step.cpu_seconds:>8.1f} "
                    f"{step.peak_mb:>8.0f}",
                    flush=True,
                )
                if step.name in peaks:
                    peaks[step.name].append((captures, step.peak_mb))
    if options.plot:
        plot(peaks, options.plot)


if __name__ == "__main__":
    main()
