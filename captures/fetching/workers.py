"""Who is at work: each process holds a locked file, and what a dead one held is given back.

The lock goes with the process, however it ends; no clock has to run out first.
"""

from __future__ import annotations

import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from captures.fetching.state import State


class Worker:
    """The process that runs, among those that share a folder. ``token`` names it in the state."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.token = uuid.uuid4().hex
        self._path = folder / f"{self.token}.lock"
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def close(self) -> None:
        """Leave."""
        self._path.unlink(missing_ok=True)
        os.close(self._descriptor)


@contextmanager
def if_dead(folder: Path, token: str) -> Iterator[bool]:
    """Yield whether a worker is gone, and keep others from tidying up after it meanwhile."""
    path = folder / f"{token}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        try:
            yield True
        finally:
            path.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def give_back(state: State, token: str) -> None:
    """Give back what a dead worker had claimed: it was not answered, or the answer is not on disk."""
    with state.writing() as connection:
        rows = connection.execute(
            "SELECT run, host, count(*) FROM queue INDEXED BY queue_asked WHERE worker=? GROUP BY run, host",
            (token,),
        ).fetchall()
        connection.execute("UPDATE queue INDEXED BY queue_asked SET worker=NULL WHERE worker=?", (token,))
        connection.executemany(
            "INSERT INTO lines(run, host, waiting) VALUES(?, ?, ?) "
            "ON CONFLICT(run, host) DO UPDATE SET waiting=waiting+excluded.waiting",
            [tuple(row) for row in rows],
        )


def find_tokens(state: State) -> list[str]:
    """Return the tokens of all workers that hold something."""
    rows = state.rows(
        "SELECT worker FROM queue WHERE worker IS NOT NULL UNION SELECT worker FROM warcs WHERE NOT is_sealed"
    )
    return [row[0] for row in rows]
