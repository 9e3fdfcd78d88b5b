"""The queue of a run: what is to be asked, by whom, and when its host may be asked again.

A claimed URL holds a slot of its host. Ending it, or putting it back, gives the slot back and sets
the host's next moment in one transaction, so the pace holds over all threads and processes that
share the file. With one slot a host (the default) the pause is counted from the end of an answer: two
requests never reach a server closer together.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from captures.fetching.state import State
from captures.fetching.urls import to_origin
from captures.fetching.values import Found, Kind, Outcome, Place

_POLL_SECONDS: Final = 0.2
"""How soon a free slot of another process is noticed."""
_MAX_BACK_OFF_SECONDS: Final = 600.0


@dataclass(slots=True)
class Work:
    """A claimed URL. ``refusals``: how often in a row its host has said that it is busy.

    ``pause_seconds`` is how long its host is left alone when this is over; who asks it sets it before.
    """

    id: int
    host: str
    tries: int
    refusals: int
    found: Found
    pause_seconds: float = 0.0


class Ended(NamedTuple):
    """How a URL of a run ended, and why so."""

    outcome: Outcome
    reason: str = ""
    status: int | None = None


class Wait(NamedTuple):
    """Nothing can be claimed now; ask again then. ``is_over``: nothing is waiting, anywhere."""

    seconds: float
    is_over: bool


class Queue:
    """The queue of one run, as one worker sees it."""

    def __init__(self, state: State, run: int, worker: str, per_host: int = 1) -> None:
        self._state, self._run, self._worker, self._per_host = state, run, worker, per_host
        self._is_waiting = False

    def add(self, found: Iterable[Found]) -> int:
        """Add URLs; return how many were new to this run."""
        added: dict[str, int] = {}
        with self._state.writing() as connection:
            for one in found:
                host = to_origin(one.url).netloc
                cursor = connection.execute(
                    "INSERT OR IGNORE INTO queue(run, url, host, kind, source, found_on, hint, hops) "
                    "VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
                    (self._run, one.url, host, *one[1:]),
                )
                added[host] = added.get(host, 0) + cursor.rowcount
            for host, count in added.items():
                _count_waiting(connection, self._run, host, count)
        return sum(added.values())

    def refuse(self, found: Iterable[Found], reason: str) -> None:
        """Write down URLs that are not asked."""
        with self._state.writing() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO queue(run, url, host, kind, source, found_on, hint, hops, outcome, "
                "reason) VALUES(?, ?, '', ?, ?, ?, ?, ?, 'refused', ?)",
                [(self._run, *one, reason) for one in found],
            )

    def count(self, source: str) -> int:
        """Return how many URLs of a source are or were to be asked."""
        row = self._state.row(
            "SELECT count(*) FROM queue WHERE run=? AND source=? AND kind IN ('page', 'warc') "
            "AND coalesce(outcome, '')<>'refused'",
            self._run, source,
        )  # fmt: skip
        return row[0] if row else 0

    def way_to(self, url: str) -> list[str]:
        """Return the lists and redirects of this run through which a URL was found, the nearest first."""
        rows = self._state.rows(
            "WITH RECURSIVE way(url, depth) AS (SELECT ?, 0 UNION ALL SELECT q.found_on, depth+1 "
            "FROM way w JOIN queue q ON q.run=? AND q.url=w.url WHERE q.found_on IS NOT NULL AND depth<32) "
            "SELECT url FROM way WHERE depth>0 ORDER BY depth",
            url, self._run,
        )  # fmt: skip
        return [row[0] for row in rows]

    def claim(self) -> Work | Wait:
        """Claim a URL whose host may be asked now, or say how long to wait."""
        now = time.time()
        if self._is_waiting and self._find_ready(now) is None:
            return self._wait(now)  # looked without a lock: waiting must not keep others from writing
        with self._state.writing() as connection:
            ready = self._find_ready(now)
            self._is_waiting = ready is None
            if ready is None:
                return self._wait(now)
            host, refusals = ready
            row = connection.execute(
                "UPDATE queue SET worker=?, tries=tries+1 WHERE id=(SELECT id FROM queue WHERE run=? "
                "AND host=? AND not_before<=? AND outcome IS NULL AND worker IS NULL "
                "ORDER BY not_before, id LIMIT 1) RETURNING *",
                (self._worker, self._run, host, now),
            ).fetchone()
            _count_waiting(connection, self._run, host, -1)
        found = Found(row["url"], Kind(row["kind"]), row["source"], row["found_on"], row["hint"], row["hops"])
        return Work(row["id"], host, row["tries"], refusals, found)

    def finish(self, work: Work, ended: Ended, place: Place | None = None, kind: Kind | None = None) -> None:
        """Say how a URL ended, where its records are, and what it turned out to be."""
        with self._state.writing() as connection:
            self._pause_after(connection, work)
            connection.execute(
                "UPDATE queue SET outcome=?, reason=?, status=?, warc=?, start=?, kind=?, worker=NULL, "
                "at=strftime('%Y-%m-%dT%H:%M:%fZ','now') WHERE id=?",
                (*ended, *(place or (None, None)), kind or work.found.kind, work.id),
            )

    def put_back(self, work: Work, wait_seconds: float, *, is_try: bool) -> None:
        """Let a URL wait; ``is_try``: it was asked, in vain."""
        with self._state.writing() as connection:
            self._pause_after(connection, work)
            connection.execute(
                "UPDATE queue SET worker=NULL, not_before=?, tries=tries-? WHERE id=?",
                (time.time() + wait_seconds if wait_seconds else 0.0, not is_try, work.id),
            )
            _count_waiting(connection, self._run, work.host, 1)

    def begin(self, work: Work) -> bool:
        """Count the pause from here where several may ask a host at once; False: another was faster."""
        if self._per_host == 1 or not work.pause_seconds:
            return True
        with self._state.writing() as connection:
            row = connection.execute("SELECT next_at FROM hosts WHERE host=?", (work.host,)).fetchone()
            is_first = row is None or row[0] <= time.time()
            if is_first:
                _pause(connection, work.host, work.pause_seconds)
        return is_first

    def back_off(self, work: Work, retry_after: float | None) -> float:
        """Leave a host alone that said it is busy; return for how long, doubled each time in a row."""
        with self._state.writing() as connection:
            _pause(connection, work.host, 0.0)
            row = connection.execute(
                "UPDATE hosts SET refusals=refusals+1 WHERE host=? RETURNING refusals", (work.host,)
            ).fetchone()
            seconds = retry_after if retry_after is not None else min(2.0 ** row[0], _MAX_BACK_OFF_SECONDS)
            _pause(connection, work.host, seconds)
        return seconds

    def forgive(self, work: Work) -> None:
        """Forget that a host was busy: it answers again."""
        if work.refusals:
            with self._state.writing() as connection:
                connection.execute("UPDATE hosts SET refusals=0 WHERE host=?", (work.host,))

    def refuse_waiting(self, reason: str, host: str | None = None) -> int:
        """End all that waits (for one host), unasked; return how many."""
        where, values = ("AND host=?", (host,)) if host else ("", ())
        with self._state.writing() as connection:
            count = connection.execute(
                f"UPDATE queue SET outcome=?, reason=? WHERE run=? {where} "  # noqa: S608 - one of two texts
                "AND outcome IS NULL AND worker IS NULL",
                (Outcome.REFUSED, reason, self._run, *values),
            ).rowcount
            connection.execute(f"DELETE FROM lines WHERE run=? {where}", (self._run, *values))  # noqa: S608
        return count

    def _find_ready(self, now: float) -> tuple[str, int] | None:
        """Return a host with something waiting, a free slot and its pause over, and its refusals."""
        row = self._state.row(
            "SELECT l.host, coalesce(h.refusals, 0) FROM lines l LEFT JOIN hosts h USING(host) WHERE l.run=? "
            "AND coalesce(h.next_at, 0)<=? "
            "AND (SELECT count(*) FROM queue c WHERE c.host=l.host AND c.worker IS NOT NULL)<? "
            "AND EXISTS(SELECT 1 FROM queue q WHERE q.run=l.run AND q.host=l.host AND q.not_before<=? "
            "AND q.outcome IS NULL AND q.worker IS NULL) LIMIT 1",
            self._run, now, self._per_host, now,
        )  # fmt: skip
        return (row[0], row[1]) if row else None

    def _wait(self, now: float) -> Wait:
        row = self._state.row(
            "SELECT min(max(coalesce(h.next_at, 0), (SELECT min(q.not_before) FROM queue q WHERE q.run=l.run "
            "AND q.host=l.host AND q.outcome IS NULL AND q.worker IS NULL))) "
            "FROM lines l LEFT JOIN hosts h USING(host) WHERE l.run=?",
            self._run,
        )
        if row is None or row[0] is None:
            busy = self._state.row(
                "SELECT 1 FROM queue INDEXED BY queue_asked WHERE run=? AND worker IS NOT NULL "
                "AND outcome IS NULL LIMIT 1",
                self._run,
            )
            return Wait(_POLL_SECONDS, is_over=busy is None)
        # A moment that has passed: the slot is taken, and its release is not announced.
        left = row[0] - now
        return Wait(min(left, _POLL_SECONDS) if left > 0 else _POLL_SECONDS / 20, is_over=False)

    def _pause_after(self, connection: sqlite3.Connection, work: Work) -> None:
        """Count the pause from here where only one may ask a host at a time."""
        if self._per_host == 1 and work.pause_seconds:
            _pause(connection, work.host, work.pause_seconds)


def _pause(connection: sqlite3.Connection, host: str, seconds: float) -> None:
    connection.execute(
        "INSERT INTO hosts(host, next_at) VALUES(?, ?) "
        "ON CONFLICT(host) DO UPDATE SET next_at=max(next_at, excluded.next_at)",
        (host, time.time() + seconds),
    )


def _count_waiting(connection: sqlite3.Connection, run: int, host: str, count: int) -> None:
    row = connection.execute(
        "INSERT INTO lines(run, host, waiting) VALUES(?, ?, ?) "
        "ON CONFLICT(run, host) DO UPDATE SET waiting=waiting+excluded.waiting RETURNING waiting",
        (run, host, count),
    ).fetchone()
    if row[0] <= 0:
        connection.execute("DELETE FROM lines WHERE run=? AND host=?", (run, host))
