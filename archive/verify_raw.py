"""Checking raw files: WARC files, their indexes, and the WARC files that captures were left in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from archive.amended import is_own
from archive.entries import LogEntry
from archive.raw import read_index
from archive.sample import Sample
from archive.store import STALE_SECONDS, digest_file
from archive.values import FileRecord, Problem
from archive.verify_log import RESUME, UNREADABLE, Judge

_RESTORE: Final = "restore the file from a copy"
_PUT_BACK: Final = "put it back as it was: the raw bytes of its captures are nowhere else"
STRAY: Final = "no log entry speaks of this file"


class VerifyRaw:
    """Checks the raw files of batch after batch; a file that many batches share is read once."""

    def __init__(self, judge: Judge, sample: Sample) -> None:
        self._judge = judge
        self._store = judge.store
        self._sample = sample
        self._seen: set[FileRecord] = set()
        self._damaged: set[FileRecord] = set()
        self._old_before = time.time() - STALE_SECONDS  # from when the log was read: reading all takes long

    def verify_batch(self, entry: LogEntry) -> Iterator[Problem]:
        """Yield what is wrong with the raw files of a batch."""
        if entry.warc:
            yield from self._verify_own(entry.warc)
        if entry.index:
            damage = list(self._verify_own(entry.index))
            yield from damage
            if not damage and self._holder(entry.index) not in self._damaged:
                yield from self._verify_lines(entry, entry.index)
        for file in sorted(set(entry.references) - self._seen):
            self._seen.add(file)
            if file.size_bytes >= 0:
                yield from self._verify_reference(file)

    def find_strays(self) -> Iterator[Problem]:
        """Yield raw files and tombstones that no log entry speaks of, unless a run may be at work on them."""
        for folder in ("raw", "tombstones"):
            for name in self._store.names(folder):
                is_other = name in self._judge.named or name.count("/") > 1
                if is_other or self._store.modified_at(name) > self._old_before:
                    continue
                yield Problem(
                    self._store.address(name), STRAY, "run: strigil verify --repair, which removes it"
                )

    def _holder(self, file: FileRecord) -> FileRecord:
        """Return the file that holds the bytes of one: itself, or a larger one."""
        return self._judge.gathered.get(file.file, file)

    def _verify_own(self, file: FileRecord) -> Iterator[Problem]:
        """Yield what is wrong with a file of the archive; with a larger one that holds many, once."""
        holder = self._holder(file)
        if holder == file:
            yield from self._verify_file(file)
        elif holder not in self._seen:
            self._seen.add(holder)
            for problem in self._verify_file(holder):
                self._damaged.add(holder)
                yield problem

    def _verify_file(self, file: FileRecord) -> Iterator[Problem]:
        where = self._store.address(file.file)
        try:
            if not self._sample.takes(file.file):
                is_sound = self._store.exists(file.file)
                digest = ""
            else:
                self._judge.on_file(file.file)
                with self._store.open(file.file) as opened:
                    digest = digest_file(opened)
                amended = self._judge.amended(file)
                is_sound = digest == (amended.digest if amended else file.digest)
                if amended and not is_sound and digest in amended.digests | {file.digest}:
                    yield Problem(where, "a takedown was not finished here", RESUME)
                    return
            if not is_sound:
                size_bytes = self._store.size(file.file)
                seen = f"{size_bytes} bytes that are not the {file.size_bytes} that were written"
                yield Problem(where, seen, _RESTORE)
        except OSError as error:
            yield Problem(where, f"the raw file cannot be read: {error.strerror or error}", _RESTORE)

    def _verify_lines(self, entry: LogEntry, index: FileRecord) -> Iterator[Problem]:
        holder = self._holder(index).file
        if not self._sample.takes(holder):
            return
        where = self._store.address(holder)
        gone = self._judge.tombstones.of_batch(entry.batch)
        try:
            ids = [line.capture_id for line in read_index(self._store, index)]
        except UNREADABLE as error:
            yield Problem(where, f"the index cannot be read: {error}", _RESTORE)
            return
        if not gone.isdisjoint(ids):
            yield Problem(where, "captures that were taken down", RESUME)
        elif ids != [key for key in entry.capture_ids if key not in gone]:
            yield Problem(where, "other captures than its log entry", _RESTORE)

    def _verify_reference(self, file: FileRecord) -> Iterator[Problem]:
        """Yield a WARC file that captures were left in, if it is not as it was."""
        if is_own(file.file):
            yield from self._verify_own(file)
            return
        path = Path(file.file)
        is_sound = path.is_file() and path.stat().st_size == file.size_bytes
        if is_sound and self._sample.takes(file.file):
            self._judge.on_file(file.file)
            with path.open("rb") as opened:
                is_sound = digest_file(opened) == file.digest
        if not is_sound:
            seen = f"a WARC file of {file.size_bytes} bytes that captures were left in is gone or was changed"
            yield Problem(file.file, seen, _PUT_BACK)
