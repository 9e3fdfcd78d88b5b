"""kill -9, races, limits and write errors: what one machine can do to a writer."""

from __future__ import annotations

import errno
import os
import random
import resource
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bench.soak_writers import Job, State, ask, fork, kill, make_captures, moments, wait, wait_until

CAPTURES = 120
KILLS_A_ROUND = 5
MAX_KILL_SECONDS = 0.05
RACERS = 8
FAULT_CHANCE = 0.1
MAX_FILE_BYTES = 3_000


class Result(NamedTuple):
    """One line of the table: how often it was done, and what was wrong afterwards."""

    test: str
    times: int
    torn: int = 0
    lost: int = 0
    twice: int = 0
    problems: int = 0
    note: str = ""

    @property
    def is_right(self) -> bool:
        """Return whether nothing was wrong."""
        return not (self.torn or self.lost or self.twice or self.problems)

    def plus(self, state: State | None) -> Result:
        """Return the result with what is in one more archive; a check that died counts as a problem."""
        lost, twice, problems = state or (0, 0, 1)
        return self._replace(
            lost=self.lost + lost, twice=self.twice + twice, problems=self.problems + problems
        )


def run_kills(kills: int, workers: int) -> Result:
    """Kill writers on the same captures at random moments, restart them, and look after each kill."""
    result = Result(f"kill -9, {workers} writer{'s' if workers > 1 else ''}", 0)
    pauses = moments(MAX_KILL_SECONDS, seed=workers)
    while result.times < kills:
        with _job() as job:
            for _ in range(KILLS_A_ROUND):
                pids = [fork(partial(job.write, number)) for number in range(workers)]
                time.sleep(next(pauses))
                killed = kill(pids)
                result = result._replace(
                    times=result.times + killed,
                    torn=result.torn + job.torn_parts(),
                    lost=result.lost + job.lost_acknowledged(),
                )
            result = result.plus(_state(job))
    return result


def run_races(races: int) -> Result:
    """Let eight writers begin the same captures at one moment; each capture is new to one of them."""
    result = Result(f"races of {RACERS}", 0)
    while result.times < races:
        with _job() as job:
            begin = time.monotonic() + 0.05

            def race(start: int, job: Job = job, begin: float = begin) -> None:
                wait_until(begin)
                new = job.write(start)
                with job.acknowledged.with_name("new").open("a") as file:
                    file.write(f"{new}\n")

            failed = wait([fork(partial(race, number)) for number in range(RACERS)])
            new = sum(map(int, job.acknowledged.with_name("new").read_text().split()))
            result = result._replace(
                times=result.times + 1,
                torn=result.torn + job.torn_parts(),
                lost=result.lost + job.lost_acknowledged() + max(0, CAPTURES - new),
                twice=result.twice + max(0, new - CAPTURES),
                problems=result.problems + failed,
            ).plus(_state(job))
    return result


def run_limits(rounds: int) -> Result:
    """Write under a limit on the size of a file: the first large file fails with EFBIG."""
    return _run_with_errors("limit on file size", rounds, _limit_files, errno.EFBIG)


def run_faults(rounds: int) -> Result:
    """Let every tenth write, sync, link, rename and removal fail, wherever it is called."""
    return _run_with_errors("write errors, 10 % of calls", rounds, _inject_faults, errno.EIO)


def _run_with_errors(name: str, rounds: int, prepare: Callable[[int], None], expected: int) -> Result:
    result = Result(name, 0)
    seen = 0
    for number in range(rounds):
        with _job() as job:

            def write(job: Job = job, number: int = number) -> int:
                prepare(number)
                try:
                    job.write()
                except OSError as error:
                    return error.errno or 0
                return 0

            code = ask(write)
            seen += code == expected
            result = result._replace(
                times=result.times + 1,
                torn=result.torn + job.torn_parts(),
                lost=result.lost + job.lost_acknowledged(),
                problems=result.problems + (code not in {0, expected}),
            ).plus(_state(job))
    return result._replace(note=f"{seen} writers were told ({errno.errorcode[expected]})")


def _limit_files(number: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE_BYTES + 500 * number, resource.RLIM_INFINITY))


def _inject_faults(number: int) -> None:
    chance = random.Random(number)  # noqa: S311 - a seed, so that a failure can be repeated

    def fail_sometimes(call: Callable[..., object]) -> Callable[..., object]:
        def wrapped(*words: object, **named: object) -> object:
            if chance.random() < FAULT_CHANCE:
                raise OSError(errno.EIO, "injected")
            return call(*words, **named)

        return wrapped

    for name in ("fsync", "link", "replace", "unlink", "rename"):
        setattr(os, name, fail_sometimes(getattr(os, name)))


@contextmanager
def _job() -> Iterator[Job]:
    """Yield a job with an archive that does not exist yet."""
    with tempfile.TemporaryDirectory(prefix="strigil-soak-") as folder:
        yield Job(Path(folder, "archive"), make_captures(CAPTURES), Path(folder, "acknowledged"))


def _state(job: Job) -> State | None:
    found = ask(job.state)
    return State(*found) if found else None
