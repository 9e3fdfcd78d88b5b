"""What is known between runs and shared by workers: one SQLite file, any number of processes.

    runs      a run and its workers may end and come back: an unfinished run is taken up again
    queue     what a run has to ask, who is at it, and how it ended
    hosts     when a host may be asked again
    pages     what was last seen of a URL: validators, digest, how often it changes
    members   what a feed or sitemap listed when it was last read
    robots    robots.txt of an origin
    warcs     files written, and how far they are acknowledged

A commit survives ``kill -9``; what a power cut may take with it, ``recover`` finds by reading the
WARC files, which are synced before they are sealed.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS runs(
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, started_at TEXT NOT NULL, ended_at TEXT,
    requests INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS queue(
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL, url TEXT NOT NULL, host TEXT NOT NULL, kind TEXT NOT NULL,
    source TEXT NOT NULL, found_on TEXT, hint TEXT, hops INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0, not_before REAL NOT NULL DEFAULT 0, worker TEXT,
    outcome TEXT, reason TEXT, status INTEGER, at TEXT, warc TEXT, start INTEGER,
    UNIQUE(run, url));
CREATE INDEX IF NOT EXISTS queue_waiting ON queue(run, host, not_before)
    WHERE outcome IS NULL AND worker IS NULL;
CREATE INDEX IF NOT EXISTS queue_asked ON queue(host) WHERE worker IS NOT NULL;
CREATE TABLE IF NOT EXISTS lines(
    run INTEGER NOT NULL, host TEXT NOT NULL, waiting INTEGER NOT NULL, PRIMARY KEY(run, host)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS hosts(
    host TEXT PRIMARY KEY, next_at REAL NOT NULL DEFAULT 0,
    refusals INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pages(
    url TEXT PRIMARY KEY, status INTEGER NOT NULL, etag TEXT, modified TEXT, digest TEXT NOT NULL,
    text_digest TEXT NOT NULL, location TEXT, captured_at TEXT NOT NULL, kind TEXT NOT NULL,
    checked_at TEXT NOT NULL,
    warc TEXT, start INTEGER, interval_seconds REAL NOT NULL, due_at REAL NOT NULL,
    checks INTEGER NOT NULL DEFAULT 1, changes INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS members(
    listed_on TEXT NOT NULL, url TEXT NOT NULL, kind TEXT NOT NULL, hint TEXT,
    PRIMARY KEY(listed_on, url)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS robots(
    origin TEXT PRIMARY KEY, body BLOB NOT NULL, reason TEXT NOT NULL, until REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS warcs(
    name TEXT PRIMARY KEY, worker TEXT NOT NULL, acknowledged INTEGER NOT NULL DEFAULT 0,
    responses INTEGER NOT NULL DEFAULT 0, is_sealed INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
"""
_BUSY_SECONDS: Final = 120.0
_CHECKPOINT_PAGES: Final = 8192
"""Commits are gathered (32 MB of log) before they are synced into the file: most touch the same pages."""


class State:
    """The SQLite file of an archive's fetching. One connection a process, shared by its threads."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(
            path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
        with self.writing() as connection:
            for statement in _SCHEMA.split(";\n"):
                connection.execute(statement)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection within a transaction that no other process can interleave with."""
        with self._lock:
            if self._connection.in_transaction:  # a part of a larger one
                yield self._connection
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Return the rows of a query."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """Return the first row of a query."""
        found = self.rows(sql, *values)
        return found[0] if found else None
