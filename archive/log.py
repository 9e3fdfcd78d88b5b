"""The commit log: numbered entries, each created exclusively; what it says has happened, once.

An entry names the raw files of a batch, its captures and the input items that were read to their
end with it. Whoever creates entry N + 1 has committed; everybody else reads it and tries again.
Nothing in the log is ever changed. Law: the captures of all entries are disjoint.
"""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import PurePosixPath
from typing import Any, Final

from archive.errors import DamagedFileError
from archive.identity import capture_date
from archive.idset import IdSet, pack
from archive.places import open_store
from archive.raw import RawBatch, ReadPayload, read_raw
from archive.sealed import from_sealed, read_sealed, to_sealed
from archive.store import Store
from archive.tombstones import Takedown, Tombstones
from archive.values import Batch, FileRecord

_DIGITS: Final = 10


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One commit. ``dates`` counts the captures of each day: one part file an edition for each.

    ``references`` are the WARC files that captures were left in; of one that is not on a local
    disk only the name is known (size -1). A commit without captures has an empty ``batch`` and no
    ``index``. ``takedown`` is the tombstone of what was taken down with this entry.
    """

    batch: str = ""
    index: FileRecord | None = None
    warc: FileRecord | None = None
    references: tuple[FileRecord, ...] = ()
    dates: dict[str, int] = field(default_factory=dict)
    payload_bytes: int = 0
    capture_ids: tuple[str, ...] = ()
    done_items: tuple[str, ...] = ()
    takedown: FileRecord | None = None

    @classmethod
    def from_raw(cls, raw: RawBatch, done_items: tuple[str, ...]) -> LogEntry:
        """Return the entry of a batch whose raw files are in place."""
        return cls(
            raw.batch.digest,
            raw.index,
            raw.warc,
            raw.references,
            dict(Counter(map(capture_date, raw.batch.captures))),
            raw.payload_bytes,
            raw.batch.capture_ids,
            done_items,
        )

    @property
    def files(self) -> tuple[FileRecord, ...]:
        """Return all files that the entry speaks of."""
        return tuple(file for file in (self.index, self.warc, self.takedown, *self.references) if file)

    def after(self, tombstones: Tombstones) -> LogEntry:
        """Return the entry with the counts of what is left of its captures."""
        gone = tombstones.days(self.batch)
        days = {day: rows - gone.get(day, 0) for day, rows in self.dates.items()}
        return replace(self, dates=days) if gone else self

    def to_json(self) -> dict[str, Any]:
        """Return the entry as plain data."""
        files = {"index": self.index, "warc": self.warc, "takedown": self.takedown}
        data = {name: getattr(self, name) for name in self.__slots__}
        return data | {name: file._asdict() if file else None for name, file in files.items()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> LogEntry:
        """Return the entry from plain data."""
        for name in ("index", "warc", "takedown"):
            data[name] = FileRecord(**data[name]) if data.get(name) else None
        data["references"] = tuple(FileRecord(*file) for file in data["references"])
        for name in ("capture_ids", "done_items"):
            data[name] = tuple(data[name])
        return cls(**data)


@dataclass(frozen=True, slots=True)
class LoggedBatch:
    """A committed batch that is not loaded. Plain data: it can go to another process."""

    root: str
    digest: str
    index: FileRecord
    captures_count: int
    payload_bytes: int

    def load(self, read_payload: ReadPayload) -> Batch:
        """Return the batch as it was committed, read again from the raw files."""
        return read_raw(open_store(self.root), self.index, self.digest, read_payload)


class Log:
    """The log of one archive. It knows the ids of its entries, 16 bytes each, and all tombstones."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._last = 0
        self._captures = IdSet()
        self._items = IdSet()
        self.tombstones = Tombstones()

    def refresh(self) -> int:
        """Take in what others have committed since; return the number of the last entry."""
        with self._lock:
            captures, items = bytearray(), bytearray()
            number = self._last
            for number, entry in enumerate(self._read(after=self._last), self._last + 1):  # noqa: B007
                if entry.takedown:
                    content = read_sealed(self._store, entry.takedown.file)
                    self.tombstones.add(entry.takedown.file, Takedown.from_json(content))
                captures += pack(entry.capture_ids)
                items += pack(map(_item_id, entry.done_items))
            self._captures.add(bytes(captures))
            self._items.add(bytes(items))
            self._last = number
            return number

    def entries(self) -> Iterator[LogEntry]:
        """Yield all entries in order. What was taken down since does not count in their ``dates``."""
        self.refresh()
        return (entry.after(self.tombstones) for entry in self._read())

    def _read(self, after: int = 0) -> Iterator[LogEntry]:
        """Yield the entries after a number, in order, as they are on disk."""
        number = after + 1
        with suppress(FileNotFoundError):
            for data in self._read_files(number):
                yield LogEntry.from_json(from_sealed(data, self._store.address(self.name(number))))
                number += 1
        if after == 0:
            self._refuse_gap(number)

    def _read_files(self, number: int) -> Iterator[bytes]:
        """Yield the files from a number on, until one is missing. Mostly there is none, or a long log."""
        yield self._store.read_bytes(self.name(number))
        last = max(self.numbers())
        yield from self._store.read_each(map(self.name, range(number + 1, last + 1)))
        for later in count(max(last, number) + 1):
            yield self._store.read_bytes(self.name(later))

    def append(self, entry: LogEntry, number: int) -> bool:
        """Create an entry. Return False if somebody else has created that number."""
        return self._store.create(self.name(number), to_sealed(entry.to_json()))

    def numbers(self) -> list[int]:
        """Return the numbers of all entries on disk, in order."""
        stems = (PurePosixPath(name).stem for name in self._store.names("log") if name.endswith(".json"))
        return sorted(int(stem) for stem in stems if stem.isdigit())

    def name(self, number: int) -> str:
        """Return the name of the file of an entry."""
        return f"log/{number:0{_DIGITS}}.json"

    def new_captures(self, ids: Sequence[str]) -> list[bool]:
        """Return for each capture id whether it is new."""
        return [not known for known in self._captures.has(ids)]

    def new_items(self, keys: Sequence[str]) -> tuple[str, ...]:
        """Return those item keys that are new, each once."""
        unique = list(dict.fromkeys(keys))
        known = self._items.has([_item_id(key) for key in unique])
        return tuple(key for key, is_known in zip(unique, known, strict=True) if not is_known)

    def _refuse_gap(self, number: int) -> None:
        later = [n for n in self.numbers() if n > number]
        if later and not self._store.exists(self.name(number)):
            where = self._store.address(self.name(number))
            raise DamagedFileError(where, f"it is missing, though number {later[0]} is there")


def _item_id(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
