"""A bounded number of jobs at a time, each waited for in a thread; jobs are made when a lane is free."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Final

from archive.archive import Archive
from flows.jobs import BatchJob, Job, ShardJob, ShardReport, ends_in
from flows.shard import commit_batches
from flows.stop import StopSwitch

RunOne = Callable[[Job], ShardReport]

_TICK_SECONDS: Final = 0.2


class Lanes:
    """Runs jobs with one function, ``count`` at a time. ``on_tick`` is called while nothing ends."""

    def __init__(
        self, run_one: RunOne, count: int, stop: StopSwitch, on_tick: Callable[[], None] = lambda: None
    ) -> None:
        self._run_one = run_one
        self._count = count
        self._stop = stop
        self._on_tick = on_tick

    def is_stopped(self) -> bool:
        """Return whether no more jobs are begun."""
        return self._stop.is_requested()

    def run(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, ShardReport]]:
        """Yield each job with its report, in the order they end; after a stop only what has begun."""
        waiting = iter(jobs)
        running: dict[Future[ShardReport], Job] = {}
        with ThreadPoolExecutor(self._count) as threads:
            while True:
                while len(running) < self._count and not self.is_stopped():
                    job = next(waiting, None)
                    if job is None:
                        break
                    running[threads.submit(self._run_one, job)] = job
                if not running:
                    return
                for future in self._wait(running):
                    yield running.pop(future), future.result()

    def _wait(self, running: Iterable[Future[ShardReport]]) -> set[Future[ShardReport]]:
        while True:
            ended, _ = wait(running, _TICK_SECONDS, FIRST_COMPLETED)
            if ended:
                return ended
            self._on_tick()


def run_shared(job: ShardJob, lanes: Lanes) -> ShardReport:
    """Read a large shard here and now, and have its batches cleaned in lanes as they come.

    What is in flight are names of committed batches, so that memory holds one batch at a time.
    """
    report = ShardReport(job.name)
    with ends_in(report):
        archive = Archive.open(job.archive)
        batches = commit_batches(job, archive, report.tally)
        jobs = (BatchJob(job.archive, job.pipeline, batch, job.clean) for batch in batches)
        for _job, ended in lanes.run(jobs):
            report.add(ended)
            if report.is_fatal:
                break
    report.is_stopped |= lanes.is_stopped()
    return report
