"""Compactions in processes of their own, to be killed and watched.

Run as ``python -m tests.edition_writers COMMAND ROOT``: it forks out of a process that has no threads.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb

from archive import gather as gathering
from archive.archive import Archive
from archive.errors import NoEditionError, NothingToTakeDownError
from archive.exchange import lock_folder
from archive.local import LocalStore
from archive.takedown import Decision, Targets
from tests.archive_builders import PIPELINE, fill, make_capture
from tests.archive_writers import write_all

CAPTURES = 40
DAY_CAPTURES = 6
MIX_ROUNDS = int(os.environ.get("STRIGIL_TEST_MIX_ROUNDS", "3"))
STEPS = ("stage", "link", "replace", "exchange", "remove", "discard")
"""What a compaction does to the store, in the words of the store."""
RUNS_CAPTURES = 8
RACES = int(os.environ.get("STRIGIL_TEST_GATHER_RACES", "4"))


def fill_days(root: Path) -> None:
    """Make an archive of five batches, each over three days, and promote its edition."""
    archive = Archive.open(root)
    size = CAPTURES // 5
    for start in range(0, CAPTURES, size):
        fill(archive, [make_capture(number) for number in range(start, start + size)])
    archive.promote(PIPELINE)


def fill_one_day(root: Path) -> None:
    """Make an archive of three batches of one day, and promote its edition."""
    archive = Archive.open(root)
    for start in range(0, DAY_CAPTURES, 2):
        fill(archive, [make_capture(3 * number) for number in range(start, start + 2)])
    archive.promote(PIPELINE)


def fill_runs(root: Path) -> None:
    """Make an archive of four runs of two captures each, the first of which was taken down."""
    archive = Archive.open(root)
    for start in range(0, RUNS_CAPTURES, 2):
        fill(archive, [make_capture(number) for number in range(start, start + 2)])
    archive.promote(PIPELINE)
    take_down(root, 0)


def take_down(root: Path, number: int) -> None:
    """Take a capture down by its URL."""
    urls = frozenset({str(make_capture(number).url)})
    with suppress(NothingToTakeDownError):
        Archive.open(root).takedowns().take_down(Targets(urls=urls), Decision("jane", "order 12/26"))


def run_killed_compactions(root: Path) -> int:
    """Kill a compaction at every step, each in a folder of its own; return how many were killed."""
    return _run("kill", root)[0]


def run_killed_gatherings(root: Path) -> int:
    """Kill a gathering at every step, each in a folder of its own; return how many were killed."""
    return _run("gather", root)[0]


def run_races(root: Path) -> int:
    """Gather three times and take a capture down, all at once, and kill some; return how many."""
    return _run("race", root)[0]


def run_reader(root: Path) -> list[int]:
    """Read while another process compacts; return how often that was right, wrong, and refused."""
    return _run("read", root)


def run_mixed(root: Path) -> list[int]:
    """Write and compact at the same time and kill all of it; return kills and rows seen twice."""
    return _run("mix", root)


def _run(command: str, root: Path) -> list[int]:
    words = [sys.executable, "-m", "tests.edition_writers", command, str(root)]
    folder = Path(__file__).parents[1]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=folder, timeout=300)
    return [int(word) for word in done.stdout.split()]


def kill(root: Path) -> list[int]:
    """Kill a compaction before and after its first step, its second step, and so on, until it ends."""
    return _kill_each(root, fill_one_day, lambda folder: list(Archive.open(folder).compact()))


def gather(root: Path) -> list[int]:
    """Kill a gathering of raw files in the same way."""
    return _kill_each(root, fill_runs, lambda folder: list(Archive.open(folder).gather()))


def _kill_each(root: Path, fill: Callable[[Path], None], work: Callable[[Path], object]) -> list[int]:
    whole = root / "whole"
    _wait(_fork(lambda: fill(whole)))
    step = 0
    while True:
        folder = shutil.copytree(whole, root / f"step-{step:03}", symlinks=True)
        status = _wait(_fork(lambda: _work_until(step, lambda: work(folder))))  # noqa: B023 - it runs at once
        if not os.WIFSIGNALED(status):
            break
        step += 1
    shutil.rmtree(whole)
    return [step]


def _work_until(step: int, work: Callable[[], object]) -> None:
    """Work, and die at a step: even numbers before one, odd ones after it."""
    count = 0

    def tick() -> None:
        nonlocal count
        if count == step:
            os.kill(os.getpid(), signal.SIGKILL)
        count += 1

    def watched(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            tick()
            result = method(*arguments, **options)
            tick()
            return result

        return call

    for name in STEPS:
        setattr(LocalStore, name, watched(getattr(LocalStore, name)))
    work()


def read(root: Path) -> list[int]:
    """Count rows again and again, the edition held, until a compaction by another process has ended."""
    current = f"{root}/clean/current"
    right = wrong = gone = 0
    pid = _fork(lambda: list(Archive.open(root).compact()))
    is_running = True
    while is_running or not right:
        is_running = is_running and os.waitpid(pid, os.WNOHANG) == (0, 0)
        try:
            with lock_folder(Path(current), alone=False):
                [(count,)] = duckdb.execute(
                    f"select count(*) from read_parquet('{current}/data/*/*.parquet')"
                ).fetchall()
        except duckdb.Error:
            gone += 1
            continue
        right, wrong = right + (count == CAPTURES), wrong + (count != CAPTURES)
    return [right, wrong, gone]


def mix(root: Path) -> list[int]:
    """Kill two writers and a compactor that are at work together, again and again: kills, doubles."""
    chance = random.Random(11)  # noqa: S311 - a seed, so that a failure can be repeated
    kills = doubles = 0
    for number in range(MIX_ROUNDS):
        folder = root / str(number)
        for _attempt in range(4):
            pids = [
                _fork(lambda: write_all(folder, 8)),  # noqa: B023 - they run at once
                _fork(lambda: write_all(folder, 12)),  # noqa: B023
                _fork(lambda: _compact_for_ever(folder)),  # noqa: B023
            ]
            time.sleep(chance.uniform(0.05, 0.6))
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
                kills += os.WIFSIGNALED(os.waitpid(pid, 0)[1])
            parts = [str(path) for path in folder.glob("clean/balanced-*/data/*/*.parquet")]
            if parts:
                ids = "count(*) - count(distinct capture_id)"
                [(double,)] = duckdb.execute(f"select {ids} from read_parquet({parts})").fetchall()
                doubles += double
    return [kills, doubles]


def race(root: Path) -> list[int]:
    """Let three gatherings of other groups and a takedown meet, and kill each of them or not."""
    chance = random.Random(7)  # noqa: S311 - a seed, so that a failure can be repeated
    kills = 0
    for number in range(RACES):
        folder = root / f"race-{number:03}"
        _wait(_fork(lambda: fill_runs(folder)))  # noqa: B023 - it runs at once
        pids = [_fork(lambda: _gather_by(folder, inputs)) for inputs in (2, 3, 4)]  # noqa: B023
        pids.append(_fork(lambda: take_down(folder, 3)))  # noqa: B023
        time.sleep(chance.uniform(0, 0.05))
        for pid in pids:
            if chance.random() < 0.5:
                os.kill(pid, signal.SIGKILL)
        kills += sum(os.WIFSIGNALED(_wait(pid)) for pid in pids)
    return [kills]


def _gather_by(root: Path, inputs: int) -> None:
    gathering.MAX_INPUTS = inputs  # type: ignore[misc]
    list(Archive.open(root).gather())


def _compact_for_ever(root: Path) -> None:
    while True:
        with suppress(NoEditionError):
            list(Archive.open(root).compact(PIPELINE.edition))


def _fork(work: Callable[[], object]) -> int:
    pid = os.fork()
    if pid == 0:
        code = 255
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return pid


def _wait(pid: int) -> int:
    status = os.waitpid(pid, 0)[1]
    if os.WIFEXITED(status) and os.waitstatus_to_exitcode(status):
        raise SystemExit(f"a process ended with {os.waitstatus_to_exitcode(status)}")
    return status


COMMANDS: dict[str, Callable[[Path], list[int]]] = {
    "kill": kill,
    "read": read,
    "mix": mix,
    "gather": gather,
    "race": race,
}

if __name__ == "__main__":
    name, folder = sys.argv[1:]
    sys.stdout.write(" ".join(map(str, COMMANDS[name](Path(folder)))))
