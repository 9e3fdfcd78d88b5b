"""Checking the log and the tombstones, by which everything else is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from archive.amended import FOLDER, Amended, read_amended
from archive.checkpoint import Summary, checkpoint_name, checkpoint_numbers
from archive.entries import LogEntry
from archive.errors import ArchiveError
from archive.idset import IdSet, pack
from archive.log import Log
from archive.sealed import from_sealed, read_sealed
from archive.store import Store
from archive.tombstones import Takedown, Tombstones, finished_name
from archive.values import FileRecord, Problem

OnFile = Callable[[str], None]

RESUME: Final = "run: strigil takedown --resume"
_RESTORE: Final = "restore the entry from a copy; until then nothing can be committed"
_RESTORE_TOMBSTONE: Final = "restore the file from a copy; until then nothing can be committed"
_SUM_UP: Final = "remove it, or run with --repair: the next run sums up the log again"
_MAX_PENDING_IDS: Final = 200_000
UNREADABLE: Final = (ArchiveError, OSError, ValueError, TypeError, KeyError)
"""What reading a damaged record may raise."""


@dataclass(slots=True)
class Judge:
    """What the log says, and what was taken down since."""

    store: Store
    log: Log
    on_file: OnFile
    numbers: dict[str, int] = field(default_factory=dict)
    """The numbers of the entries, by batch."""
    named: set[str] = field(default_factory=set)
    """Files that the log speaks of."""
    gathered: dict[str, FileRecord] = field(default_factory=dict)
    """The larger files that hold raw files of small batches, by the names of these."""
    tombstones: Tombstones = field(default_factory=Tombstones)
    is_whole: bool = True
    """Whether every entry, and every record of what was gathered, could be read."""

    def entry(self, batch: str) -> LogEntry:
        """Return the entry of a batch, with the counts of what is left of it."""
        entry = LogEntry.from_json(read_sealed(self.store, self.log.name(self.numbers[batch])))
        return entry.after(self.tombstones)

    def verify_log(self) -> Iterator[Problem]:
        """Yield what is wrong with the log, and take in what it says."""
        seen, summary = _SeenIds(), Summary()
        takedowns: list[FileRecord] = []
        checkpoints = checkpoint_numbers(self.store)
        for number in range(1, max([*self.log.numbers(), *checkpoints], default=0) + 1):
            name = self.log.name(number)
            where = self.store.address(name)
            self.on_file(name)
            try:
                entry = LogEntry.from_json(read_sealed(self.store, name))
            except FileNotFoundError:
                self.is_whole = False
                yield Problem(where, "the log has a gap here", _RESTORE)
                continue
            except UNREADABLE as error:
                self.is_whole = False
                yield Problem(where, f"the entry cannot be read: {error}", _RESTORE)
                continue
            if seen.add(entry.capture_ids):
                yield Problem(where, "captures that an earlier entry has too", "report this as a bug")
            if entry.batch:
                self.numbers[entry.batch] = number
            self.named |= {file.file for file in entry.files}
            takedowns += [entry.takedown] if entry.takedown else []
            summary.add(entry)
            if number in checkpoints and self.is_whole:
                yield from self._verify_checkpoint(checkpoint_name(number), summary)
        for takedown in takedowns:
            yield from self._verify_takedown(takedown)
        yield from self._verify_amended()

    def _verify_checkpoint(self, name: str, summary: Summary) -> Iterator[Problem]:
        """Yield that a checkpoint does not say what the entries up to it say."""
        self.on_file(name)
        with suppress(FileNotFoundError):  # a run has just made a newer one
            if self.store.read_bytes(name) != summary.to_bytes():
                yield Problem(self.store.address(name), "it does not say what the log says", _SUM_UP)

    def _verify_takedown(self, record: FileRecord) -> Iterator[Problem]:
        """Yield what is wrong with a tombstone, and take it in."""
        where = self.store.address(record.file)
        self.on_file(record.file)
        try:
            content = from_sealed(self.store.read_bytes(record.file), where)
            self.tombstones.add(record.file, Takedown.from_json(content))
        except UNREADABLE as error:
            yield Problem(where, f"the tombstone cannot be read: {error}", _RESTORE_TOMBSTONE)
            return
        name = finished_name(record.file)
        if not self.store.exists(name):
            yield Problem(where, "this takedown was not finished", RESUME)
            return
        self.on_file(name)
        try:
            read_sealed(self.store, name)
        except UNREADABLE as error:
            yield Problem(self.store.address(name), f"it cannot be read: {error}", RESUME)

    def _verify_amended(self) -> Iterator[Problem]:
        """Yield the records of changed raw files that are damaged themselves."""
        for name in self.store.names(FOLDER):
            self.on_file(name)
            try:
                Amended(**read_sealed(self.store, name))
            except UNREADABLE as error:
                where = self.store.address(name)
                yield Problem(where, f"it cannot be read: {error}", "restore it from a copy")

    def amended(self, file: FileRecord) -> Amended | None:
        """Return what a takedown made of a raw file, as far as that can be read."""
        try:
            return read_amended(self.store, file.file)
        except UNREADABLE:
            return None


class _SeenIds:
    """Ids seen so far, most of them in the small form."""

    def __init__(self) -> None:
        self._settled = IdSet()
        self._pending: set[str] = set()

    def add(self, ids: tuple[str, ...]) -> bool:
        """Add ids; return whether one of them was there or comes twice."""
        is_double = (
            len(set(ids)) < len(ids) or not self._pending.isdisjoint(ids) or any(self._settled.has(ids))
        )
        self._pending.update(ids)
        if len(self._pending) > _MAX_PENDING_IDS:
            self._settled.add(pack(self._pending))
            self._pending.clear()
        return is_double
