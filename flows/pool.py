"""A pool of worker processes that survives the death of its workers.

A worker may die under its work (killed by the system for its memory, a crash in a C library).
Every shard that was in flight then is tried again, each alone in a process of its own; the one
that dies again is the one to report. The run goes on either way: a shard may run twice, the
archive keeps its rows once.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection

from flows.shard import Job, ShardReport, Watch, run_job
from flows.stop import StopSwitch

_BEAT_CAPTURES = 50
"""Captures between two messages of a worker about how far it is."""


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
        self._workers = workers
        self._stop = stop
        self._beats, self._beat_writer = multiprocessing.Pipe(duplex=False)
        self._lock = threading.Lock()
        self._children_before = {child.pid for child in multiprocessing.active_children()}
        self._executor = self._new_executor(workers)
        self._listener = threading.Thread(target=self._listen, args=(on_captures,), daemon=True)
        self._listener.start()

    def run(self, job: Job) -> ShardReport:
        """Run one job in a worker and return its report; a job that kills workers is reported as lost."""
        executor = self._executor
        try:
            return _submit(executor, job).result()
        except BrokenProcessPool:
            self._replace(executor)
        return ShardReport(job.name, is_stopped=True) if self._stop.is_requested() else self._run_alone(job)

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
        with self._new_executor(1) as alone:
            try:
                return _submit(alone, job).result()
            except BrokenProcessPool:
                failure = "the worker process died twice on this shard, the second time alone"
                return ShardReport(job.name, failure=failure)

    def _replace(self, broken: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._executor is broken:
                self._executor = self._new_executor(self._workers)

    def _new_executor(self, workers: int) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(workers, context, _start_worker, (self._stop.reader, self._beat_writer))

    def _listen(self, on_captures: Callable[[int], None]) -> None:
        while True:
            try:
                on_captures(int.from_bytes(self._beats.recv_bytes()))
            except EOFError:
                return


def _submit(executor: ProcessPoolExecutor, job: Job) -> Future[ShardReport]:
    """Submit a job, starting workers that Ctrl-C cannot reach: it is this process that decides.

    A new process inherits the signal mask of the thread that starts it, from its first instruction.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return executor.submit(work, job)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# ---- inside a worker ----

_watch = Watch()


def _start_worker(stop: Connection, beats: Connection) -> None:
    """Prepare a worker: how it hears of a stop, and that without its parent there is no work."""
    global _watch  # noqa: PLW0603 - an initializer of a process pool has no other place
    _watch = Watch(stop.poll, _Beat(beats))
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    """End this process when its parent is gone, even if that was killed: nobody else would."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


class _Beat:
    """Says now and then how many captures were cleaned.

    One message is a single write of a few bytes, so messages of many workers cannot mix and need
    no lock that a killed worker would keep.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._count = 0

    def __call__(self, count: int) -> None:
        self._count += count
        if self._count >= _BEAT_CAPTURES:
            self._connection.send_bytes(self._count.to_bytes(4))
            self._count = 0


def work(job: Job) -> ShardReport:
    """Run one job, in a worker."""
    return run_job(job, _watch)
