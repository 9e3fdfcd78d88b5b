"""Gathering the small raw files of closed days: a run every few minutes need not leave files for ever.

The WARC files of many batches, put one behind the other, are a WARC file again, in which every record
keeps its bytes. For each group of batches:

1. the larger WARC file and its index are written, and given their names
2. a record in ``gathered/`` is created exclusively: from here on the batches lie there
3. the files of the batches are removed

Killed before 2, the larger files are left over; killed after it, the small ones. Both hold nothing
that is not elsewhere, and the next gathering or takedown removes them. All of it is done alone, so
that no takedown changes a file that is being copied.

Left alone: WARC files that captures were left in, what is not as it was written, and large files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final, NamedTuple

from archive.amended import read_amended
from archive.entries import LogEntry
from archive.errors import CannotExchangeError, DamagedFileError
from archive.gathered import (
    FOLDER,
    RAW_FOLDER,
    GatheredBatch,
    Gathering,
    find_place,
    read_gatherings,
    record_name,
    refresh,
    stem_of,
)
from archive.gathered_index import Move, move_lines, restore_index, split_index
from archive.log import Log
from archive.sealed import to_sealed
from archive.store import Store
from archive.values import FileRecord

MIN_RAW_BYTES: Final = 8 * 1024 * 1024
"""The raw files of a batch that has less are gathered with others, if there are others."""
MAX_RAW_BYTES: Final = 64 * 1024 * 1024
"""They are gathered up to about this size: a takedown has such a file in memory."""
MAX_INPUTS: Final = 1_000
"""Batches are gathered so many at a time: reading the index of one reads those of all."""

_NAME_DIGITS: Final = 16
_APART: Final = ".gathering"


class GatheredRaw(NamedTuple):
    """What became of the raw files of some batches."""

    batches: int
    files_before: int
    files_after: int
    size_bytes: int


def gather_raw(store: Store, log: Log, before: str) -> Iterator[GatheredRaw]:
    """Gather the small raw files of batches whose captures are all from before a day; yield each group."""
    if not store.can_exchange:
        raise CannotExchangeError(store.address())
    with store.lock("raw", alone=True):
        remove_left_over(store)
    for group in _choose(store, log, before):
        with store.lock("raw", alone=True):
            gathering = _gather(store, group)
            remove_left_over(store)
        if gathering is not None:
            gone = sum(len(batch.files) for batch in gathering.batches)
            size_bytes = sum(file.size_bytes for file in gathering.files)
            yield GatheredRaw(len(gathering.batches), gone, len(gathering.files), size_bytes)


def remove_left_over(store: Store) -> None:
    """Remove what killed gatherings left; whoever calls it holds ``raw`` alone.

    A larger file without a record goes only while all that it was made of is elsewhere: the record
    might be what was lost.
    """
    store.clear(_APART)
    refresh(store, anew=True)
    if next(store.names(RAW_FOLDER), None) is None:
        return
    there = set(store.names("raw"))
    named = set()
    with store.together() as group:
        for gathering in read_gatherings(store):
            named.add(stem_of(gathering.index.file))
            for file in (file for batch in gathering.batches for file in batch.files):
                if file.file in there:
                    group.remove(file.file)
        for name in sorted(there):
            is_index = name.startswith(f"{RAW_FOLDER}/") and name.endswith(".cdxj")
            if is_index and stem_of(name) not in named and _is_copy(store, name, there):
                group.remove(f"{stem_of(name)}.warc.gz")
                group.remove(name)


def _is_copy(store: Store, index: str, there: set[str]) -> bool:
    """Return whether everything in a gathered file is elsewhere, too."""
    names = [f"raw/{batch}.cdxj" for batch in split_index(store.read_bytes(index))]
    return bool(names) and all(name in there or find_place(store, name) for name in names)


def _choose(store: Store, log: Log, before: str) -> Iterator[list[LogEntry]]:
    """Yield groups of batches to gather: small ones of closed days, and not too large together."""
    group: list[LogEntry] = []
    size_bytes = 0
    for entry in log.entries():
        size = _size(entry)
        if entry.index is None or size >= MIN_RAW_BYTES or max(entry.dates) >= before:
            continue
        if find_place(store, entry.index.file):
            continue
        if len(group) == MAX_INPUTS or size_bytes + size > MAX_RAW_BYTES:
            yield group
            group, size_bytes = [], 0
        group.append(entry)
        size_bytes += size
    yield group


def _size(entry: LogEntry) -> int:
    return sum(file.size_bytes for file in (entry.index, entry.warc) if file)


def _gather(store: Store, group: Sequence[LogEntry]) -> Gathering | None:
    """Gather what is sound and was not gathered meanwhile; None if that is less than two batches."""
    while True:
        number = refresh(store) + 1
        _refuse_gap(store, number)
        left = [entry for entry in group if entry.index and not find_place(store, entry.index.file)]
        gathering = _Writer(store).write(left)
        if gathering is None or store.create(record_name(number), to_sealed(gathering.to_json())):
            refresh(store)
            return gathering


def _refuse_gap(store: Store, number: int) -> None:
    later = [name for name in store.names(FOLDER) if name >= record_name(number)]
    if later and not store.exists(record_name(number)):
        where = store.address(record_name(number))
        raise DamagedFileError(where, f"it is missing, though {later[0]} is there")


class _Writer:
    """Writes one gathered WARC file and its index."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._batches: list[GatheredBatch] = []
        self._indexes: list[bytes] = []

    def write(self, entries: Sequence[LogEntry]) -> Gathering | None:
        """Write the raw files of batches; None, and nothing is left, if less than two are sound."""
        staged = self._store.stage(lambda file: self._copy(entries, file), apart=_APART)
        try:
            if len(self._batches) < 2:
                return None
            digests = "".join(file.digest for batch in self._batches for file in batch.files)
            stem = f"{RAW_FOLDER}/{hashlib.sha256(digests.encode()).hexdigest()[:_NAME_DIGITS]}"
            index = self._store.stage(lambda file: self._write_index(stem, file), apart=_APART)
            self._store.keep(index, f"{stem}.cdxj")
            warc = None
            if staged.size_bytes:
                warc = FileRecord(f"{stem}.warc.gz", staged.digest, staged.size_bytes)
                self._store.keep(staged, warc.file)
            record = FileRecord(f"{stem}.cdxj", index.digest, index.size_bytes)
            return Gathering(record, warc, tuple(self._batches))
        finally:
            self._store.discard(staged)

    def _copy(self, entries: Sequence[LogEntry], file: BinaryIO) -> None:
        """Put the WARC files of batches one behind the other; keep their indexes for later."""
        for entry in entries:
            index = self._read_sound(entry.index)
            warc = self._read_sound(entry.warc)
            if index is None or (entry.warc and warc is None) or not _can_be_moved(*index):
                continue  # verify names what is damaged
            self._batches.append(GatheredBatch(index[0], warc[0] if warc else None, file.tell()))
            self._indexes.append(index[1])
            if warc:
                file.write(warc[1])

    def _read_sound(self, file: FileRecord | None) -> tuple[FileRecord, bytes] | None:
        """Return what is known of a raw file and what is in it; None if that does not agree."""
        if file is None or not self._store.exists(file.file):
            return None
        amended = read_amended(self._store, file.file)
        known = amended.record if amended else file
        data = self._store.read_bytes(file.file)
        is_sound = "sha256:" + hashlib.sha256(data).hexdigest() == known.digest
        return (known, data) if is_sound else None

    def _write_index(self, stem: str, file: BinaryIO) -> None:
        """Write the index of all."""
        lines: list[bytes] = []
        for batch, data in zip(self._batches, self._indexes, strict=True):
            lines += move_lines(data, Move(stem_of(batch.index.file), stem, batch.base))
        file.writelines(sorted(lines))


def _can_be_moved(index: FileRecord, data: bytes) -> bool:
    """Return whether an index comes back from a gathered one as it was."""
    move = Move(stem_of(index.file), f"{RAW_FOLDER}/0", 1)
    return restore_index(split_index(b"".join(move_lines(data, move))), move) == data
