"""Who runs the jobs: this process when there is little to do, worker processes when there is much."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from types import TracebackType
from typing import Final

from flows.pool import WorkerPool, cpu_count
from flows.shard import Job, ShardReport, Watch, run_job
from flows.stop import StopSwitch

MAX_IN_PROCESS_BYTES: Final = 2 * 1024 * 1024
"""Input up to this size is cleaned in this process, unless workers were asked for.

A worker costs a second before its first capture; two megabytes of text take two, of HTML less.
"""
GRACE_SECONDS: Final = 5.0
"""How long workers may go on after a stop. They look after every page, so this is for hard ones."""
_TICK_SECONDS: Final = 0.2


class Crew:
    """Runs jobs, a bounded number at a time; starts worker processes on first need."""

    def __init__(self, workers: int, stop: StopSwitch, on_captures: Callable[[int], None]) -> None:
        self._workers = workers or cpu_count()
        self._max_in_process_bytes = 0 if workers else MAX_IN_PROCESS_BYTES
        self._stop = stop
        self._on_captures = on_captures
        self._pool: WorkerPool | None = None

    def run(self, jobs: Iterable[Job], size_bytes: int) -> Iterator[tuple[Job, ShardReport]]:
        """Yield each job with its report, in the order they end; after a stop only what has begun."""
        if self._pool is None and self._workers > 1 and size_bytes > self._max_in_process_bytes:
            self._pool = WorkerPool(self._workers, self._stop, self._on_captures)
        run_one = self._run_here if self._pool is None else self._pool.run
        lanes = 1 if self._pool is None else self._workers + 1  # one more, so that no worker waits
        waiting = iter(jobs)
        running: dict[Future[ShardReport], Job] = {}
        with ThreadPoolExecutor(lanes) as threads:
            while True:
                if not self._stop.is_requested():
                    for job in islice(waiting, lanes - len(running)):
                        running[threads.submit(run_one, job)] = job
                if not running:
                    return
                for future in self._wait(running):
                    yield running.pop(future), future.result()

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.close()

    def _wait(self, running: Iterable[Future[ShardReport]]) -> set[Future[ShardReport]]:
        """Wait for some job to end; after a stop no longer than the time of grace."""
        deadline: float | None = None
        while True:
            ended, _ = wait(running, _TICK_SECONDS, FIRST_COMPLETED)
            if ended:
                return ended
            if self._stop.is_requested():
                deadline = deadline or time.monotonic() + GRACE_SECONDS
                if self._pool is not None and time.monotonic() > deadline:
                    self._pool.kill()

    def _run_here(self, job: Job) -> ShardReport:
        return run_job(job, Watch(self._stop.is_requested, self._on_captures))
