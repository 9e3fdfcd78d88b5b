"""Who runs the jobs: this process when there is little to do, worker processes when there is much."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Final

from flows.jobs import Job, ShardReport, Watch
from flows.lanes import Lanes
from flows.pool import WorkerPool, cpu_count
from flows.shard import run_job
from flows.stop import StopSwitch

MAX_IN_PROCESS_BYTES: Final = 2 * 1024 * 1024
"""Input up to this size is cleaned in this process, unless workers were asked for.

A worker costs a second before its first capture; two megabytes of text take two, of HTML less.
"""
GRACE_SECONDS: Final = 5.0
"""How long workers may go on after a stop. They look after every page, so this is for hard ones."""


class Crew:
    """Runs jobs, a bounded number at a time; starts worker processes on first need."""

    def __init__(self, workers: int, stop: StopSwitch, on_captures: Callable[[int], None]) -> None:
        self._workers = workers or cpu_count()
        self._max_in_process_bytes = 0 if workers else MAX_IN_PROCESS_BYTES
        self._stop = stop
        self._on_captures = on_captures
        self._pool: WorkerPool | None = None
        self._deadline: float | None = None

    def run(
        self, jobs: Sequence[Job], size_bytes: int, *, may_kill: bool = False
    ) -> Iterator[tuple[Job, ShardReport]]:
        """Yield each job with its report, in the order they end; after a stop only what has begun.

        Jobs that ``may_kill`` the process that runs them are not run in this one.
        """
        has_much = self._workers > 1 and size_bytes > self._max_in_process_bytes
        if self._pool is None and jobs and (has_much or may_kill):
            self._pool = WorkerPool(self._workers, self._stop, self._on_captures)
        if self._pool is None:
            lanes = Lanes(self._run_here, 1, self._stop)
        else:
            lanes = Lanes(self._pool.run, self._pool.lanes, self._stop, self._end_after_grace)
        yield from lanes.run(jobs)

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.close()

    def _end_after_grace(self) -> None:
        """Kill the workers when they have gone on for too long after a stop."""
        if not self._stop.is_requested():
            return
        self._deadline = self._deadline or time.monotonic() + GRACE_SECONDS
        if self._pool is not None and time.monotonic() > self._deadline:
            self._pool.kill()

    def _run_here(self, job: Job) -> ShardReport:
        return run_job(job, Watch(self._stop.is_requested, self._on_captures))
