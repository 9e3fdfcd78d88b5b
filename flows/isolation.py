"""Finding the captures that kill: a batch that no worker survived is cleaned one capture at a time.

The cleaning happens in a process of its own, which says after each capture that it is still there.
Where it dies twice, the capture it was at is deadly; the batch then gets all its rows without it.
"""

from __future__ import annotations

import multiprocessing
from contextlib import suppress
from multiprocessing.connection import Connection

from archive.errors import ArchiveError
from cleaners.errors import CleanerError
from flows.jobs import BatchJob
from flows.shard import load
from flows.stop import StopSwitch
from flows.worker import leave_with_parent, started_without_ctrl_c


def find_deadly(job: BatchJob, stop: StopSwitch) -> frozenset[int]:
    """Return the positions in a batch of the captures that no process survives."""
    deadly: set[int] = set()
    start, suspect = 0, -1
    while start < job.batch.captures_count and not stop.is_requested():
        survived = _survive(job, start, stop)
        if survived is None:
            break
        start += survived
        if start == suspect:
            deadly.add(start)
            start += 1
        else:
            suspect = start
    return frozenset(deadly)


def _survive(job: BatchJob, start: int, stop: StopSwitch) -> int | None:
    """Clean a batch from a position on; return after how many captures the process died, None if not.

    None too if it died before the first capture: then it is none of them that kills.
    """
    heard, told = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(
        target=_clean_each, args=(job, start, stop.reader, told)
    )
    with started_without_ctrl_c():
        process.start()
    told.close()
    messages = 0
    with heard:
        try:
            while heard.recv_bytes():
                messages += 1
        except EOFError:
            pass
    process.join()
    has_died = process.exitcode != 0 and messages > 0
    return messages - 1 if has_died else None


def _clean_each(job: BatchJob, start: int, stop: Connection, told: Connection) -> None:
    """Clean captures one by one, in a process of its own: a message when they are loaded, and for each."""
    leave_with_parent()
    with suppress(ArchiveError, CleanerError, OSError):  # no deaths: the run that follows says what it was
        captures = load(job.batch).captures[start:]
        told.send_bytes(b"loaded")
        for capture in captures:
            if stop.poll():
                return
            for _page in job.clean([capture], policy=job.pipeline.policy):
                told.send_bytes(b"cleaned")
