"""Kill ``strigil clean`` at random moments, again and again, and count the rows.

    python -m bench.kill --kills 100 --captures 3000

Every round starts with an empty archive, kills the run (``kill -9``, workers and all) at random
moments, repeats it until one run ends by itself, and then asks: is every capture there exactly
once, does ``verify`` find nothing, has anything been left running?
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from archive.archive import Archive
from archive.read import query
from bench.generated import write_captures

STRIGIL = Path(sys.executable).with_name("strigil")
MAX_WAIT_SECONDS = 2.5
"""Longest time before a kill: a little more than a small run takes."""
_COUNT = "select count(*) as rows, count(distinct capture_id) as captures from documents"


class Round(NamedTuple):
    """One archive: how often its run was killed, and what was in it at the end."""

    kills: int
    rows: int
    captures: int
    problems: int
    orphans: int
    seconds: float


def kill_until_done(
    source: Path, archive: Path, kills: int, random_: random.Random, workers: int = 0
) -> Round:
    """Run ``strigil clean`` and kill it, at most ``kills`` times, then let it end."""
    started = time.monotonic()
    done = orphans = 0
    command = ("clean", str(source), "--archive", str(archive), "--workers", str(workers))
    while done < kills:
        process = start(*command)
        time.sleep(random_.uniform(0.1, MAX_WAIT_SECONDS))
        if process.poll() is not None:
            break  # it was faster than the kill: there is nothing left to interrupt
        if random_.random() < 0.5:
            process.kill()  # its workers have to notice by themselves
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        orphans += wait_for_group(process.pid)
        done += 1
    finished = start(*command)
    _, errors = finished.communicate()
    if finished.returncode != 0:
        raise SystemExit(f"the run that was left alone failed: {errors}")
    problems = len(list(Archive.open(archive).verify()))
    return Round(done, *count_rows(archive), problems, orphans, time.monotonic() - started)


def start(*arguments: str) -> subprocess.Popen[str]:
    """Start ``strigil`` in a process group of its own."""
    return subprocess.Popen(
        [STRIGIL, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for_group(group: int, seconds: float = 5.0) -> int:
    """Wait for all processes of a group to end; return 1 if some were still there, after ending them."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return 0
        time.sleep(0.02)
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return 0  # it ended between the last look and now
    return 1


def count_rows(folder: Path) -> tuple[int, int]:
    """Return the rows of the current edition and the different captures among them."""
    [answer] = query(Archive.open(folder, create=False), _COUNT)
    return answer["rows"], answer["captures"]


def main() -> None:
    """Run rounds until enough kills were made, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=100, help="kills in all")
    parser.add_argument("--captures", type=int, default=3_000, help="captures in the source")
    parser.add_argument("--kills-a-round", type=int, default=5, help="kills before a run may end")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    random_ = random.Random(options.seed)  # noqa: S311 - moments, not secrets
    bad = total = 0
    with tempfile.TemporaryDirectory(prefix="strigil-kill-") as folder:
        source, archive = Path(folder, "captures"), Path(folder, "archive")
        write_captures(source, options.captures, seed=options.seed)
        print("round kills    rows captures verify orphans seconds")
        number = 0
        while total < options.kills:
            number += 1
            shutil.rmtree(archive, ignore_errors=True)
            result = kill_until_done(
                source, archive, min(options.kills_a_round, options.kills - total), random_
            )
            total += result.kills
            is_right = result[1:5] == (options.captures, options.captures, 0, 0)
            bad += not is_right
            print(
                f"{number:>5} {result.kills:>5} {result.rows:>7} {result.captures:>8} {result.problems:>6} "
                f"{result.orphans:>7} {result.seconds:>7.1f}  {'' if is_right else 'WRONG'}",
                flush=True,
            )
    print(f"{total} kills, {number} archives, {bad} of them wrong")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
