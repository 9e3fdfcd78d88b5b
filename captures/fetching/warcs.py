"""The WARC files of fetching: appended record by record, sealed when full or when the run ends.

Two series: ``pages`` is cleaned later; ``lists`` holds feeds, sitemaps and robots.txt, which are kept
as evidence and never cleaned. A file that is being written ends in ``.open``. Each exchange is
acknowledged in the state right after it was written, so after a crash everything behind the last
acknowledged byte is cut off, and nothing before it.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from captures.fetching.pages import Pages
from captures.fetching.records import Recorded, to_warcinfo
from captures.fetching.state import State
from captures.fetching.values import Place
from captures.frames import read_frames
from captures.headers import HeaderMap, parse_headers

MAX_WARC_BYTES: Final = 1 << 30
PAGES, LISTS = "pages", "lists"
ToKey = Callable[[str], str]
"""The sort key of a URL in a CDXJ index."""


class WarcFiles:
    """The files one worker writes, one of each series at a time. Any number of threads may append."""

    def __init__(self, state: State, folder: Path, worker: str, contact: str, to_key: ToKey) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._state, self._folder, self._worker, self._contact = state, folder, worker, contact
        self._to_key = to_key
        self._lock = threading.RLock()
        self._open: dict[str, tuple[str, BinaryIO]] = {}

    def append(self, series: str, recorded: Recorded, acknowledge: Callable[[Place], None]) -> None:
        """Append the records of an exchange and acknowledge them; both are there, or neither."""
        with self._lock:
            name, file = self._open.get(series) or self._begin(series)
            start = file.tell()
            file.write(recorded.data)
            file.flush()
            with self._state.writing() as connection:
                connection.execute(
                    "UPDATE warcs SET acknowledged=?, responses=responses+? WHERE name=?",
                    (file.tell(), recorded.is_response, name),
                )
                acknowledge(Place(name, start))
            if file.tell() > MAX_WARC_BYTES:
                self._seal(series)

    def close(self) -> None:
        """Seal all files."""
        with self._lock:
            for series in list(self._open):
                self._seal(series)

    def _begin(self, series: str) -> tuple[str, BinaryIO]:
        name = f"{series}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{self._worker[:8]}.warc.gz"
        file = (self._folder / f"{name}.open").open("xb")
        file.write(to_warcinfo(name, self._contact))
        file.flush()
        with self._state.writing() as connection:
            connection.execute(
                "INSERT INTO warcs(name, worker, acknowledged) VALUES(?, ?, ?)",
                (name, self._worker, file.tell()),
            )
        self._open[series] = name, file
        return name, file

    def _seal(self, series: str) -> None:
        name, file = self._open.pop(series)
        os.fsync(file.fileno())
        file.close()
        seal(self._state, self._folder, name, self._to_key)


def seal(state: State, folder: Path, name: str, to_key: ToKey) -> None:
    """Index a synced file and give it its name."""
    path = folder / f"{name}.open"
    index = folder / f"{name.removesuffix('.warc.gz')}.cdxj"
    index.write_text("".join(sorted(_index_lines(path, name, to_key))), encoding="utf-8")
    path.replace(folder / name)
    _sync(folder)
    with state.writing() as connection:
        connection.execute("UPDATE warcs SET is_sealed=1 WHERE name=?", (name,))


def recover(state: State, folder: Path, name: str, to_key: ToKey) -> None:
    """Bring the file of a dead worker to where it was acknowledged, and seal it.

    What a power cut took from it is asked for again.
    """
    row = state.row("SELECT acknowledged FROM warcs WHERE name=?", name)
    acknowledged = row[0] if row else 0
    path = folder / f"{name}.open"
    if (folder / name).exists():  # it was sealed, but nobody was told
        (folder / name).replace(path)
    sound, responses = _find_sound(path, acknowledged)
    with state.writing() as connection:
        if sound < acknowledged:
            _ask_again(connection, name, sound)
            Pages(state).forget_from(name, sound)
        connection.execute(
            "UPDATE warcs SET acknowledged=?, responses=? WHERE name=?", (sound, responses, name)
        )
        if sound == 0:
            connection.execute("DELETE FROM warcs WHERE name=?", (name,))
    if sound == 0:
        path.unlink(missing_ok=True)
        return
    with path.open("r+b") as file:
        file.truncate(sound)
        os.fsync(file.fileno())
    seal(state, folder, name, to_key)


def _ask_again(connection: sqlite3.Connection, name: str, start: int) -> None:
    """Put back into the queue what was written to a file from there on."""
    lost = "WHERE warc=? AND start>=? AND outcome IS NOT NULL"
    connection.execute(
        f"INSERT INTO lines(run, host, waiting) SELECT run, host, count(*) FROM queue {lost} "  # noqa: S608
        "GROUP BY run, host ON CONFLICT(run, host) DO UPDATE SET waiting=waiting+excluded.waiting",
        (name, start),
    )
    connection.execute(f"UPDATE queue SET outcome=NULL, warc=NULL {lost}", (name, start))  # noqa: S608


def _find_sound(path: Path, acknowledged: int) -> tuple[int, int]:
    """Return how many bytes of a file are whole records that were acknowledged, and the responses in them."""
    sound = responses = 0
    with suppress(FileNotFoundError), path.open("rb") as file:
        for frame in read_frames(file, start=0, keep=0):
            if frame.damage or frame.offset != sound or sound + frame.length > acknowledged:
                break
            sound += frame.length
            responses += b"\r\nWARC-Type: response\r\n" in frame.head
    return sound, responses


def _index_lines(path: Path, name: str, to_key: ToKey) -> list[str]:
    """Return the CDXJ lines of a file, one a response or revisit."""
    lines = []
    with path.open("rb") as file:
        for frame in read_frames(file, start=0, keep=1 << 16):
            warc = parse_headers(frame.head) or HeaderMap()
            kind = warc.get("WARC-Type")
            if kind not in {"response", "revisit"}:
                continue
            http = parse_headers(frame.block.partition(b"\r\n\r\n")[0], encoding="latin1") or HeaderMap()
            url, date = warc.get("WARC-Target-URI") or "", warc.get("WARC-Date") or ""
            media_type = (http.get("Content-Type") or "").partition(";")[0].strip() or "unk"
            content = {
                "url": url,
                "mime": "warc/revisit" if kind == "revisit" else media_type,
                "status": str(http.status_code or "-"),
                "digest": warc.get("WARC-Payload-Digest") or warc.get("WARC-Block-Digest") or "-",
                "length": str(frame.length),
                "offset": str(frame.offset),
                "filename": name,
            }
            stamp = "".join(char for char in date[:19] if char.isdigit())
            lines.append(f"{to_key(url)} {stamp} {json.dumps(content)}\n")
    return lines


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
