"""The log summed up: what a run has to know of it, in one file instead of one for each entry.

``checkpoints/0000035000.bin`` sums up the entries 1 to 35,000: a sealed line of JSON, then the ids of
all captures and of all items, 16 bytes each, sorted. Law: the same entries give the same bytes,
whoever sums them up. So writers cannot disagree, and verification sums up the log again and compares.
Nothing is lost with a checkpoint: where there is none that is sound, the entries themselves are read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import PurePosixPath
from typing import Final

from archive.entries import BatchDays, LogEntry
from archive.errors import DamagedFileError
from archive.idset import IdSet, pack
from archive.sealed import from_sealed, to_sealed
from archive.store import Store
from archive.values import FileRecord

FOLDER: Final = "checkpoints"
MAX_ENTRIES_BEHIND: Final = 1_000
"""After so many entries the log is summed up anew: reading them takes a twentieth of a second."""

_KEPT: Final = 2
"""The one before the last stays: somebody may be about to read it."""
_DIGITS: Final = 10
_ID_BYTES: Final = 16


class Summary:
    """What the entries from the first to the ``last`` say, in the small form."""

    def __init__(self) -> None:
        self.last = 0
        self.batches: list[BatchDays] = []
        self.takedowns: list[FileRecord] = []
        self._captures = IdSet()
        self._items = IdSet()
        self._new_captures = bytearray()
        self._new_items = bytearray()

    def add(self, entry: LogEntry) -> None:
        """Take in the next entry. Its ids are found once ``settle`` was called."""
        self.last += 1
        if entry.index:
            self.batches.append(entry.days(self.last))
        if entry.takedown:
            self.takedowns.append(entry.takedown)
        self._new_captures += pack(entry.capture_ids)
        self._new_items += pack(map(_item_id, entry.done_items))

    def settle(self) -> None:
        """Sort in the ids of what was added."""
        self._captures.add(bytes(self._new_captures))
        self._items.add(bytes(self._new_items))
        self._new_captures.clear()
        self._new_items.clear()

    def has_captures(self, ids: Sequence[str]) -> list[bool]:
        """Return for each capture id whether an entry has it."""
        return self._captures.has(ids)

    def has_items(self, keys: Iterable[str]) -> list[bool]:
        """Return for each item key whether an entry has it."""
        return self._items.has([_item_id(key) for key in keys])

    def to_bytes(self) -> bytes:
        """Return the content of a checkpoint."""
        self.settle()
        ids = self._captures.to_bytes() + self._items.to_bytes()
        head = {
            "last": self.last,
            "captures": len(self._captures),
            "ids": hashlib.sha256(ids).hexdigest(),
            "batches": self.batches,
            "takedowns": self.takedowns,
        }
        return to_sealed(head) + ids

    @classmethod
    def from_bytes(cls, data: bytes, where: str) -> Summary:
        """Return what a checkpoint says, or raise if it is not what was written."""
        head_bytes = data.find(b"\n") + 1
        head = from_sealed(data[:head_bytes], where)
        ids = memoryview(data)[head_bytes:]
        if hashlib.sha256(ids).hexdigest() != head["ids"]:
            raise DamagedFileError(where, "the ids are not those that were written")
        summary = cls()
        summary.last = head["last"]
        summary.batches = [BatchDays(*batch) for batch in head["batches"]]
        summary.takedowns = [FileRecord(*record) for record in head["takedowns"]]
        border = head["captures"] * _ID_BYTES
        summary._captures, summary._items = IdSet(ids[:border]), IdSet(ids[border:])
        return summary


def checkpoint_name(number: int) -> str:
    """Return the name of the file that sums up the entries up to a number."""
    return f"{FOLDER}/{number:0{_DIGITS}}.bin"


def checkpoint_numbers(store: Store) -> list[int]:
    """Return the numbers of the entries up to which the log is summed up, in order."""
    stems = (PurePosixPath(name).stem for name in store.names(FOLDER) if name.endswith(".bin"))
    return sorted(int(stem) for stem in stems if stem.isdecimal())


def read_checkpoint(store: Store) -> Summary:
    """Return the last sound summary; that of no entry if there is none."""
    for number in reversed(checkpoint_numbers(store)):
        name = checkpoint_name(number)
        with suppress(DamagedFileError, FileNotFoundError):  # `strigil verify` names it; the log has it all
            return Summary.from_bytes(store.read_bytes(name), store.address(name))
    return Summary()


def write_checkpoint(store: Store, summary: Summary) -> None:
    """Keep a summary, if there is none that is nearly as new, and remove those of long ago.

    Only of entries that are on the disk for good: a summary must not outlive what it sums up.
    """
    numbers = checkpoint_numbers(store)
    if numbers and summary.last - numbers[-1] < MAX_ENTRIES_BEHIND:
        return
    store.create(checkpoint_name(summary.last), summary.to_bytes())
    for number in numbers[: 1 - _KEPT]:
        store.remove(checkpoint_name(number))


def _item_id(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[: 2 * _ID_BYTES]
