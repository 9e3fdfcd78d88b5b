"""Inside a worker process: how it hears of a stop, says how far it is, and leaves with its parent."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from flows.jobs import Job, ShardReport, Watch
from flows.shard import run_job

_BEAT_CAPTURES = 50
"""Captures between two messages of a worker about how far it is."""

_watch = Watch()


@contextmanager
def started_without_ctrl_c() -> Iterator[None]:
    """Start processes that Ctrl-C cannot reach: it is their parent that decides.

    A new process inherits the signal mask of the thread that starts it, from its first instruction.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def start_worker(stop: Connection, beats: Connection) -> None:
    """Prepare a worker: how it hears of a stop, and that without its parent there is no work."""
    global _watch  # noqa: PLW0603 - an initializer of a process pool has no other place
    _watch = Watch(stop.poll, _Beat(beats))
    leave_with_parent()


def leave_with_parent() -> None:
    """End this process when its parent is gone, even if that was killed: nobody else would."""

    def wait() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def work(job: Job) -> ShardReport:
    """Run one job, in a worker."""
    return run_job(job, _watch)


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
