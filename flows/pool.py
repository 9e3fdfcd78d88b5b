"""A pool of worker processes that survives the death of its workers.

A worker may die under its work (killed by the system for its memory, a crash in a C library).
Every job that was in flight then is tried again, each alone in a process of its own. The one that
dies again is done without what kills: a shard is committed and its batches are left for later, a
batch is searched for the captures that kill. A job may run twice; the archive keeps its rows once.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import replace

from flows.isolation import find_deadly
from flows.jobs import Job, ShardJob, ShardReport
from flows.lanes import Lanes, run_shared
from flows.stop import StopSwitch
from flows.worker import start_worker, started_without_ctrl_c, work


def cpu_count() -> int:
    """Return the processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class WorkerPool:
    """Runs jobs in worker processes. ``run`` blocks and may be called from many threads at once.

    ``stop`` says when workers should end early;
    ``on_captures`` hears, in a thread of its own, how many captures were cleaned.
    """

    def __init__(
        self, workers: int, stop: StopSwitch, on_captures: Callable[[int], None] = lambda _count: None
    ) -> None:
        self.lanes = workers + 1  # one more, so that no worker waits
        self._workers = workers
        self._stop = stop
        self._beats, self._beat_writer = multiprocessing.Pipe(duplex=False)
        self._lock = threading.Lock()
        self._children_before = {child.pid for child in multiprocessing.active_children()}
        self._executor = self._new_executor(workers)
        self._listener = threading.Thread(target=self._listen, args=(on_captures,), daemon=True)
        self._listener.start()

    def run(self, job: Job) -> ShardReport:
        """Run one job in a worker, or in many, and return its report."""
        if isinstance(job, ShardJob) and job.is_shared:
            return run_shared(job, Lanes(self.run, self.lanes, self._stop))
        executor = self._executor
        with suppress(BrokenProcessPool):
            return _submit(executor, job).result()
        self._replace(executor)
        with suppress(BrokenProcessPool):
            return self._run_alone(job)
        with suppress(BrokenProcessPool):
            return self._run_alone(self._without_death(job))
        return ShardReport(job.name, failure="its process died three times, not while cleaning")

    def kill(self) -> None:
        """End the workers at once, whatever they are doing. The archive is built to survive that."""
        for child in multiprocessing.active_children():
            if child.pid not in self._children_before:
                child.kill()

    def close(self) -> None:
        """Let the workers end and wait for them."""
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._beat_writer.close()
        self._listener.join()

    def _run_alone(self, job: Job) -> ShardReport:
        if self._stop.is_requested():
            return ShardReport(job.name, is_stopped=True)
        with self._new_executor(1) as alone:
            return _submit(alone, job).result()

    def _without_death(self, job: Job) -> Job:
        """Return what can be done of a job without what kills: rows say of which captures that was."""
        if isinstance(job, ShardJob):
            return replace(job, only_commits=True)  # its batches are cleaned as those of a killed run
        return replace(job, deadly=find_deadly(job, self._stop))

    def _replace(self, broken: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._executor is broken:
                self._executor = self._new_executor(self._workers)

    def _new_executor(self, workers: int) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(workers, context, start_worker, (self._stop.reader, self._beat_writer))

    def _listen(self, on_captures: Callable[[int], None]) -> None:
        while True:
            try:
                on_captures(int.from_bytes(self._beats.recv_bytes()))
            except EOFError:
                return


def _submit(executor: ProcessPoolExecutor, job: Job) -> Future[ShardReport]:
    """Submit a job; this may start workers."""
    with started_without_ctrl_c():
        return executor.submit(work, job)
