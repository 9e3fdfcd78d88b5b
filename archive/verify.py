"""Checking an archive: every file against what was written down of it. Yields, never raises.

Three rooms, each against the log: the raw files (here), the parts and their ledger
(``verify_parts``), and the current edition. Unreferenced files younger than a day are left alone:
a run may be about to commit them.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path

from archive.editions import Editions
from archive.errors import ArchiveError, DamagedFileError
from archive.history import read_history
from archive.idset import IdSet, pack
from archive.log import Log, LogEntry
from archive.raw import read_index, to_address
from archive.sealed import read_sealed
from archive.store import STALE_SECONDS, Store, digest_file
from archive.values import FileRecord, Problem
from archive.verify_parts import OnFile, verify_parts

_RESTORE = "restore the file from a copy"
_RESTORE_LOG = "restore the entry from a copy; until then nothing can be committed"
_MAX_PENDING_IDS = 200_000


def verify_archive(store: Store, on_file: OnFile) -> Iterator[Problem]:
    """Yield every problem of an archive; ``on_file`` hears of each file before it is read."""
    log = Log(store)
    batches: dict[str, int] = {}
    seen = _SeenIds()
    named: set[str] = set()
    references: set[FileRecord] = set()
    is_readable = True
    for number in _numbers(log):
        name = log.name(number)
        where = store.address(name)
        on_file(name)
        try:
            entry = LogEntry.from_json(read_sealed(store, name))
        except FileNotFoundError:
            yield Problem(where, "the log has a gap here", _RESTORE_LOG)
            is_readable = False
            continue
        except (ArchiveError, OSError, ValueError, TypeError, KeyError) as error:
            yield Problem(where, f"the entry cannot be read: {error}", _RESTORE_LOG)
            is_readable = False
            continue
        if seen.add(entry.capture_ids):
            yield Problem(where, "captures that an earlier entry has too", "report this as a bug")
        if entry.batch:
            batches[entry.batch] = number
        named |= {file.file for file in (entry.index, entry.warc) if file}
        references.update(entry.references)
        yield from _verify_raw(store, entry, on_file)
    yield from _verify_references(store, references, on_file)
    if is_readable:
        yield from _find_strays(store, named)
    yield from verify_parts(store, log, batches, on_file)
    yield from _verify_history(store, on_file)
    yield from _verify_current(store, log, batches)


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


def _numbers(log: Log) -> range:
    """Return the numbers that the log should have."""
    return range(1, max(log.numbers(), default=0) + 1)


def _verify_raw(store: Store, entry: LogEntry, on_file: OnFile) -> Iterator[Problem]:
    """Yield what is wrong with the raw files of a batch."""
    sound = [_is_sound(store, file, on_file) for file in (entry.warc, entry.index) if file]
    yield from (problem for problem in sound if problem)
    if entry.index and not any(sound):
        where = store.address(entry.index.file)
        try:
            ids = tuple(line.capture_id for line in read_index(store, entry.index))
        except (DamagedFileError, ValueError, TypeError, KeyError) as error:
            yield Problem(where, f"the index cannot be read: {error}", _RESTORE)
        else:
            if ids != entry.capture_ids:
                yield Problem(where, "other captures than its log entry", _RESTORE)


def _verify_references(store: Store, references: Iterable[FileRecord], on_file: OnFile) -> Iterator[Problem]:
    """Yield the WARC files that captures were left in and that are not as they were, where that is known."""
    for file, digest, size_bytes in sorted(references):
        path = Path(to_address(store, file))
        if size_bytes < 0:
            continue
        on_file(file)
        is_there = path.is_file() and path.stat().st_size == size_bytes
        with path.open("rb") if is_there else nullcontext() as opened:
            if opened is None or digest_file(opened) != digest:
                yield Problem(
                    file,
                    f"a WARC file of {size_bytes} bytes that captures were left in is gone or was changed",
                    "put it back as it was: the raw bytes of its captures are nowhere else",
                )


def _is_sound(store: Store, record: FileRecord, on_file: OnFile) -> Problem | None:
    """Return what is wrong with a raw file, if anything."""
    on_file(record.file)
    try:
        with store.open(record.file) as file:
            if digest_file(file) == record.digest:
                return None
        seen = f"{store.size(record.file)} bytes that are not the {record.size_bytes} that were written"
    except OSError as error:
        seen = f"the raw file cannot be read: {error.strerror or error}"
    return Problem(store.address(record.file), seen, _RESTORE)


def _find_strays(store: Store, named: set[str]) -> Iterator[Problem]:
    """Yield raw files that no log entry speaks of."""
    for name in store.names("raw"):
        if name in named or store.modified_at(name) > time.time() - STALE_SECONDS:
            continue
        yield Problem(
            store.address(name),
            "no log entry speaks of this file",
            "delete it: a run was killed before it committed",
        )


def _verify_history(store: Store, on_file: OnFile) -> Iterator[Problem]:
    """Yield the damaged record of what was current, if there is one."""
    for name in store.names("history"):
        on_file(name)
    try:
        list(read_history(store))
    except ArchiveError as error:
        yield Problem(store.address("history"), f"it cannot be read: {error}", _RESTORE)


def _verify_current(store: Store, log: Log, batches: dict[str, int]) -> Iterator[Problem]:
    """Yield what the current edition lacks, and whether name and link lead to the same one."""
    editions = Editions(store)
    current = editions.current()
    if current is None:
        return
    if not store.exists(f"clean/{current}/schema.json"):
        where = store.address("clean/CURRENT")
        yield Problem(where, f"it names {current!r}, which does not exist", "run again to write it anew")
        return
    if not editions.has_sound_link(current):
        where = store.address("clean/current")
        yield Problem(where, f"the link does not lead to {current}", "run again to turn it")
    entries = (LogEntry.from_json(read_sealed(store, log.name(number))) for number in batches.values())
    for entry, day in editions.missing(current, entries):
        yield Problem(
            store.address(f"clean/{current}"),
            f"no complete part for {day} of batch {entry.batch[:16]}",
            "run again: it finishes what is missing",
        )
