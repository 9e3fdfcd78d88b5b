"""The commit log: numbered entries, each created exclusively; what it says has happened, once.

An entry names the raw files of a batch, its captures and the input items that were read to their
end with it. Whoever creates entry N + 1 has committed; everybody else reads it and tries again.
Nothing in the log is ever changed. Law: the captures of all entries are disjoint.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import compress, count
from typing import Final

from archive.checkpoint import MAX_ENTRIES_BEHIND, Summary, read_checkpoint, write_checkpoint
from archive.entries import BatchDays, LogEntry
from archive.errors import DamagedFileError
from archive.places import open_store
from archive.raw import ReadPayload, read_raw
from archive.sealed import from_sealed, read_sealed, to_sealed
from archive.store import Store
from archive.tombstones import Takedown, Tombstones
from archive.values import Batch, FileRecord

_DIGITS: Final = 10


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
        self._summary = Summary()
        self._is_begun = False
        self._checkpoint = 0
        self.tombstones = Tombstones()

    def refresh(self) -> int:
        """Take in what others have committed since; return the number of the last entry."""
        with self._lock:
            if not self._is_begun:
                self._begin()
            for entry in self._read_new():
                self._summary.add(entry)
            self._summary.settle()
            for takedown in self._summary.takedowns:
                if takedown.file not in self.tombstones.decisions:
                    content = read_sealed(self._store, takedown.file)
                    self.tombstones.add(takedown.file, Takedown.from_json(content))
            return self._summary.last

    def _begin(self) -> None:
        """Begin with the last checkpoint; refuse a log that lacks an entry."""
        summary = read_checkpoint(self._store)
        numbers = self.numbers()
        last = max([summary.last, *numbers[-1:]])
        for number in sorted(set(range(1, last + 1)).difference(numbers)):
            if not self._store.exists(self.name(number)):  # else it came while they were listed
                raise self._missing(number)
        self._summary, self._checkpoint, self._is_begun = summary, summary.last, True

    def _read_new(self) -> Iterator[LogEntry]:
        """Yield the entries that are not summed up, until one is missing. Mostly there is none."""
        number = self._summary.last + 1
        with suppress(FileNotFoundError):
            yield self._to_entry(number, self._store.read_bytes(self.name(number)))
            last = max(self.numbers())
            yield from self.read_entries(range(number + 1, last + 1))
            for later in count(max(last, number) + 1):
                yield self._to_entry(later, self._store.read_bytes(self.name(later)))

    def entries(self) -> Iterator[LogEntry]:
        """Yield all entries in order. What was taken down since does not count in their ``dates``."""
        numbers = range(1, self.refresh() + 1)
        return (entry.after(self.tombstones) for entry in self.read_entries(numbers))

    def read_entries(self, numbers: Sequence[int]) -> Iterator[LogEntry]:
        """Yield the entries of some numbers, as they are on disk; raise if one is missing."""
        found = self._store.read_each(map(self.name, numbers))
        for number in numbers:
            try:
                data = next(found)
            except FileNotFoundError as error:
                raise self._missing(number) from error
            yield self._to_entry(number, data)

    def batches(self) -> list[BatchDays]:
        """Return the days of all batches in order, without what was taken down since."""
        self.refresh()
        return [batch.after(self.tombstones) for batch in self._summary.batches]

    def _to_entry(self, number: int, data: bytes) -> LogEntry:
        return LogEntry.from_json(from_sealed(data, self._store.address(self.name(number))))

    def _missing(self, number: int) -> DamagedFileError:
        return DamagedFileError(
            self._store.address(self.name(number)), "it is missing, though later ones are there"
        )

    def append(self, entry: LogEntry, number: int) -> bool:
        """Create an entry. Return False if somebody else has created that number.

        Every now and then the log is summed up after it: only now are all entries before it on the
        disk for good, whoever wrote them. (Of later ones, that another thread took in, nobody knows.)
        """
        is_new = self._store.create(self.name(number), to_sealed(entry.to_json()))
        with self._lock:
            last = self._summary.last
            if last <= number and last - self._checkpoint >= MAX_ENTRIES_BEHIND:
                write_checkpoint(self._store, self._summary)
                self._checkpoint = last
        return is_new

    def numbers(self) -> list[int]:
        """Return the numbers of all entries on disk, in order."""
        stems = (name.removeprefix("log/").removesuffix(".json") for name in self._store.names("log"))
        return sorted(int(stem) for stem in stems if stem.isdecimal())

    def name(self, number: int) -> str:
        """Return the name of the file of an entry."""
        return f"log/{number:0{_DIGITS}}.json"

    def new_captures(self, ids: Sequence[str]) -> list[bool]:
        """Return for each capture id whether it was new when the log was refreshed."""
        return [not known for known in self._summary.has_captures(ids)]

    def known_items(self, keys: Iterable[str]) -> frozenset[str]:
        """Return those of some item keys that the log had when it was refreshed."""
        unique = list(dict.fromkeys(keys))
        return frozenset(compress(unique, self._summary.has_items(unique)))
