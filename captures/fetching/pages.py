"""What was last seen of each URL, how often it changes, and what lists listed."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Final, NamedTuple

from captures.fetching.state import State
from captures.fetching.values import Found, Kind, Place

FIRST_INTERVAL_SECONDS: Final = 3600.0
MIN_INTERVAL_SECONDS: Final = 900.0
MAX_INTERVAL_SECONDS: Final = 30 * 86400.0
_FASTER, _SLOWER = 0.5, 1.5
_BATCH: Final = 1000


class Known(NamedTuple):
    """What was last seen of a URL. ``digest`` is of the entity body, ``text_digest`` of it decoded.

    ``captured_at`` is when the capture was made that holds the content, ``checked_at`` the last answer.
    """

    status: int
    etag: str | None
    modified: str | None
    digest: str
    text_digest: str
    location: str | None
    captured_at: str
    kind: str = Kind.PAGE
    checked_at: str = ""
    due_at: float = 0.0
    interval_seconds: float = FIRST_INTERVAL_SECONDS


def next_interval(interval_seconds: float, *, is_changed: bool) -> float:
    """Return how long to leave a page alone: half as long after a change, half as long again without.

    >>> next_interval(3600, is_changed=True), next_interval(3600, is_changed=False)
    (1800.0, 5400.0)
    """
    factor = _FASTER if is_changed else _SLOWER
    return min(max(interval_seconds * factor, MIN_INTERVAL_SECONDS), MAX_INTERVAL_SECONDS)


class Pages:
    """The memory of all runs."""

    def __init__(self, state: State) -> None:
        self._state = state

    def known(self, url: str) -> Known | None:
        """Return what was last seen of a URL."""
        row = self._state.row(
            "SELECT status, etag, modified, digest, text_digest, location, captured_at, kind, "
            "checked_at, due_at, interval_seconds FROM pages WHERE url=?",
            url,
        )
        return Known(*row) if row else None

    def remember(self, url: str, seen: Known, place: Place, before: Known | None) -> None:
        """Remember a capture of new content; its first interval, or a shorter one than before."""
        interval = (
            next_interval(before.interval_seconds, is_changed=True) if before else FIRST_INTERVAL_SECONDS
        )
        with self._state.writing() as connection:
            connection.execute(
                "INSERT INTO pages(url, status, etag, modified, digest, text_digest, location, captured_at, "
                "kind, checked_at, warc, start, interval_seconds, due_at) "
                "VALUES(:url, :status, :etag, :modified, :digest, :text_digest, :location, :captured_at, "
                ":kind, :checked_at, :warc, :start, :interval, :due_at) ON CONFLICT(url) DO UPDATE SET "
                "status=:status, etag=:etag, modified=:modified, digest=:digest, text_digest=:text_digest, "
                "location=:location, captured_at=:captured_at, kind=:kind, "
                "checked_at=:checked_at, warc=:warc, "
                "start=:start, interval_seconds=:interval, due_at=:due_at, checks=checks+1, "
                "changes=changes+1",
                seen._asdict()
                | place._asdict()
                | {"url": url, "checked_at": _now(), "interval": interval, "due_at": time.time() + interval},
            )

    def confirm(self, url: str, known: Known, etag: str | None, modified: str | None) -> None:
        """Remember that a page was asked and had not changed; its validators may be new all the same."""
        interval = next_interval(known.interval_seconds, is_changed=False)
        with self._state.writing() as connection:
            connection.execute(
                "UPDATE pages SET checked_at=?, interval_seconds=?, due_at=?, checks=checks+1, "
                "etag=coalesce(?, etag), modified=coalesce(?, modified) WHERE url=?",
                (_now(), interval, time.time() + interval, etag, modified, url),
            )

    def forget_from(self, warc: str, start: int) -> None:
        """Forget captures whose records are lost, so that they are asked for without conditions."""
        with self._state.writing() as connection:
            connection.execute("DELETE FROM pages WHERE warc=? AND start>=?", (warc, start))

    def replace_members(self, listed_on: str, members: Iterable[Found]) -> Iterator[list[Found]]:
        """Remember what a feed or sitemap lists now, and yield it in batches."""
        with self._state.writing() as connection:
            connection.execute("DELETE FROM members WHERE listed_on=?", (listed_on,))
        each = iter(members)
        while batch := list(islice(each, _BATCH)):
            with self._state.writing() as connection:
                connection.executemany(
                    "INSERT OR REPLACE INTO members(listed_on, url, kind, hint) VALUES(?, ?, ?, ?)",
                    [(listed_on, one.url, one.kind, one.hint) for one in batch],
                )
            yield batch

    def members(self, listed_on: str, source: str) -> Iterator[list[Found]]:
        """Yield what a feed or sitemap listed when it was last read, in batches."""
        after = ""
        while rows := self._state.rows(
            "SELECT url, kind, hint FROM members WHERE listed_on=? AND url>? ORDER BY url LIMIT ?",
            listed_on, after, _BATCH,
        ):  # fmt: skip
            yield [_to_found(row, source, listed_on) for row in rows]
            after = rows[-1]["url"]


def _to_found(row: sqlite3.Row, source: str, listed_on: str) -> Found:
    return Found(row["url"], Kind(row["kind"]), source, listed_on, row["hint"])


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
