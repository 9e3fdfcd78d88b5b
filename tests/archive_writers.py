"""Writers in processes of their own, to be killed, raced and cut short.

Run as ``python -m tests.archive_writers COMMAND ROOT NUMBER…``. It forks out of a process that
has no threads, so that many writers cost one start of Python.
"""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from archive.archive import Archive
from tests.archive_builders import fill, make_capture

CAPTURES = 40


def run_writers(command: str, root: Path | str, *numbers: int) -> list[int]:
    """Run one of the commands below in a fresh process; return the numbers it printed."""
    words = [sys.executable, "-m", "tests.archive_writers", command, str(root), *map(str, numbers)]
    folder = Path(__file__).parents[1]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=folder, timeout=120)
    return [int(word) for word in done.stdout.split()]


def write_all(root: Path | str, size: int, *, backwards: bool = False) -> int:
    """Commit and publish all captures in batches of a size; return how many were new."""
    archive = Archive.open(root)
    new = 0
    for start in range(0, CAPTURES, size):
        batch = [make_capture(n) for n in range(start, min(CAPTURES, start + size))]
        new += len(fill(archive, batch[::-1] if backwards else batch).captures)
    return new


def kill(root: str, rounds: int) -> list[int]:
    """Kill two writers at random moments, again and again; return kills and torn parts seen."""
    chance = random.Random(7)  # noqa: S311 - a seed, so that a failure can be repeated
    kills = torn = 0
    for number in range(rounds):
        folder = Path(root, str(number))
        for _attempt in range(5):
            pids = [_fork(folder, 8), _fork(folder, 12)]
            time.sleep(chance.uniform(0.0, 0.12))
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
                kills += os.WIFSIGNALED(os.waitpid(pid, 0)[1])
            for part in folder.glob("clean/*/data/**/*.*"):
                data = part.read_bytes()
                torn += not data[:4] == data[-4:] == b"PAR1"
    return [kills, torn]


def interrupt(root: str, rounds: int) -> list[int]:
    """Kill two writers in the same place at random moments, round after round; return how many died of it."""
    chance = random.Random(3)  # noqa: S311 - a seed, so that a failure can be repeated
    kills = 0
    for number in range(rounds):
        pids = [_fork(root, 5 + number), _fork(root, 12 - number, backwards=True)]
        time.sleep(chance.uniform(0.05, 0.6))
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
            kills += os.WIFSIGNALED(os.waitpid(pid, 0)[1])
    return [kills]


def race(root: str, *sizes: int) -> list[int]:
    """Let a writer for each size begin at one moment, half of them backwards; return what was new to each."""
    begin = time.monotonic() + 0.05
    pids = [_fork(root, size, backwards=n % 2 == 1, begin=begin) for n, size in enumerate(sizes)]
    return [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]


def limit(root: str, max_file_bytes: int) -> list[int]:
    """Write under a limit on the size of files; return the number of the error."""
    Archive.open(root)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (max_file_bytes, resource.RLIM_INFINITY))
    try:
        write_all(root, 10)
    except OSError as error:
        return [error.errno or 0]
    return []


def _fork(root: Path | str, size: int, *, backwards: bool = False, begin: float = 0.0) -> int:
    """Start a writer; its exit code is the number of captures that were new to it, 255 for an error."""
    pid = os.fork()
    if pid == 0:
        code = 255
        try:
            time.sleep(max(0.0, begin - time.monotonic()))
            code = write_all(root, size, backwards=backwards)
        finally:
            os._exit(code)
    return pid


COMMANDS: dict[str, Callable[..., list[int]]] = {
    "kill": kill,
    "interrupt": interrupt,
    "race": race,
    "limit": limit,
}

if __name__ == "__main__":
    command, folder, *words = sys.argv[1:]
    sys.stdout.write(" ".join(map(str, COMMANDS[command](folder, *map(int, words)))))
