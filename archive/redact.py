"""Taking captures out of files: rows out of parts, records and index lines out of raw files.

Each step first writes down what a file is going to be, then puts the new file in place of the old
at one stroke, and is repeated until it finds nothing to do. So a reader sees a file before or
after, never half; a run that is killed is finished by the next; and of two that work on the same
file, the last to write sees what the other had to remove.
"""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from archive.amended import is_own, read_amended, replace_raw
from archive.cdxj import IndexLine, from_line
from archive.entries import LogEntry
from archive.errors import DamagedFileError
from archive.filler import to_filler
from archive.gathered import read_file
from archive.log import Log
from archive.parts import WRITER, writer_settings
from archive.sealed import read_sealed, to_sealed
from archive.store import Store
from archive.values import FileRecord, PartRecord, RawRef

_ID: Final = "capture_id"
_GZIP_WINDOW: Final = 31  # zlib's largest, in a gzip wrapper


@dataclass(frozen=True, slots=True)
class Redactor:
    """Takes out of the files of one archive what its log says is taken down."""

    store: Store
    log: Log

    def redact_part(self, name: str, ledger: str | None) -> bool:
        """Take rows out of a part, and mend its ledger record; return whether there were any."""
        was_changed = False
        while ids := find_ids(self.store, name, self._taken()):
            data, statuses = _without(self.store, name, ids)
            if ledger and self.store.exists(ledger):
                record = PartRecord.from_json(read_sealed(self.store, ledger))
                record = record._replace(
                    rows=sum(statuses.values()),
                    size_bytes=len(data),
                    part_digest=_digest(data),
                    statuses=statuses,
                    writer=WRITER,
                )
                self.store.replace(ledger, to_sealed(record.to_json()))
            self.store.replace(name, data)
            was_changed = True
        return was_changed

    def redact_raw(self, entries: Sequence[LogEntry]) -> bool:
        """Take records out of the raw files of batches, indexes last; return whether there were any.

        Batches that were gathered into one file are given together, so that it is written once.
        """
        was_changed = False
        while True:
            warcs: dict[str, bytes] = {}
            indexes: dict[str, bytes] = {}
            for entry in entries:
                self._redact_batch(entry, warcs, indexes)
            if not indexes:
                return was_changed
            replace_raw(self.store, warcs)
            replace_raw(self.store, indexes)
            was_changed = True

    def _redact_batch(self, entry: LogEntry, warcs: dict[str, bytes], indexes: dict[str, bytes]) -> None:
        """Add what the raw files of a batch are to be, if that is not what they are."""
        if entry.index is None:
            return
        own = [file for file in (entry.warc, *entry.references) if file and is_own(file.file)]
        taken = self._taken()
        gone = [line for line in self._read_lines(entry.index) if line.capture_id in taken]
        if not gone and all(map(self._is_settled, [entry.index, *own])):
            return
        for file in own:
            self._check(file)
            there = {line.ref.offset: line.ref for line in gone if line.ref.file == file.file}
            data = warcs[file.file] if file.file in warcs else read_file(self.store, file.file)
            warcs[file.file] = _with_fillers(data, there)
            self._redact_sidecar(file.file, there)
        indexes[entry.index.file] = _index_bytes(self.store, entry.index.file, taken)

    def _redact_sidecar(self, warc: str, gone: Mapping[int, RawRef]) -> None:
        """Take lines out of the index that fetching keeps beside each of its WARC files."""
        name = warc.removesuffix(".warc.gz") + ".cdxj"
        if warc.startswith("raw/") or not gone or not self.store.exists(name):
            return
        lines = self.store.read_bytes(name).decode().splitlines(keepends=True)
        left = [line for line in lines if int(json.loads(line.split(" ", 2)[2])["offset"]) not in gone]
        self.store.replace(name, "".join(left).encode())

    def _taken(self) -> Collection[str]:
        """Return the ids of all captures that are taken down by now."""
        self.log.refresh()
        return self.log.tombstones.ids

    def _read_lines(self, index: FileRecord) -> list[IndexLine]:
        self._check(index)
        return [from_line(line) for line in read_file(self.store, index.file).decode().splitlines()]

    def _is_settled(self, file: FileRecord) -> bool:
        """Return whether a file is what is written down of it last."""
        amended = read_amended(self.store, file.file)
        return digest_of(self.store, file.file) == (amended.digest if amended else file.digest)

    def _check(self, file: FileRecord) -> None:
        """Refuse a file that is not the archive's own work: it would be made to look sound."""
        amended = read_amended(self.store, file.file)
        known = amended.digests if amended else frozenset()
        if digest_of(self.store, file.file) not in known | {file.digest}:
            raise DamagedFileError(self.store.address(file.file), "it is not what was written")


def find_ids(store: Store, name: str, ids: Collection[str]) -> Collection[str]:
    """Return which of the ids have a row in a part."""
    if not ids:
        return ()
    with store.open(name) as file, pq.ParquetFile(file) as part:
        found = part.read([_ID]).column(_ID)
    return set(ids).intersection(found.filter(pc.is_in(found, pa.array(list(ids)))).to_pylist())


def digest_of(store: Store, name: str) -> str:
    """Return the digest of a file as it is now; an empty one if it is gone."""
    try:
        return _digest(read_file(store, name))
    except FileNotFoundError:
        return ""


def _without(store: Store, name: str, ids: Collection[str]) -> tuple[bytes, dict[str, int]]:
    """Return a part without some of its rows, and how many rows of each status are left."""
    gone = pa.array(sorted(ids))
    statuses: Counter[str] = Counter()
    out = io.BytesIO()
    with store.open(name) as file, pq.ParquetFile(file, page_checksum_verification=True) as part:
        schema = part.schema_arrow
        left = part.metadata.num_rows - len(ids)
        with pq.ParquetWriter(out, schema, **writer_settings(left)) as writer:
            for number in range(part.num_row_groups):
                group = part.read_row_group(number)
                rows = group.filter(pc.invert(pc.is_in(group.column(_ID), gone))).combine_chunks()
                statuses.update(rows.column("status").to_pylist())
                if rows.num_rows:
                    writer.write_table(rows, row_group_size=rows.num_rows)
    return out.getvalue(), dict(sorted(statuses.items()))


def _with_fillers(whole: bytes, gone: Mapping[int, RawRef]) -> bytes:
    """Return a WARC file with fillers in place of the records at some offsets."""
    data = bytearray(whole)
    for offset, ref in gone.items():
        end = offset + ref.length
        for start, length in _concurrent(data, end, ref.record_id):
            data[start : start + length] = to_filler(ref.record_id, length)
        data[offset:end] = to_filler(ref.record_id, ref.length)
    return bytes(data)


def _concurrent(data: bytes | bytearray, start: int, record_id: str) -> Iterator[tuple[int, int]]:
    """Yield where the records of the same exchange are (requests), which follow its response."""
    concurrent = f"WARC-Concurrent-To: <{record_id}>".lower().encode()
    while start < len(data):
        member = zlib.decompressobj(_GZIP_WINDOW)
        try:
            head = member.decompress(data[start:]).partition(b"\r\n\r\n")[0]
        except zlib.error:
            return
        if concurrent not in head.lower():
            return
        length = len(data) - start - len(member.unused_data)
        yield start, length
        start += length


def _index_bytes(store: Store, name: str, gone: Collection[str]) -> bytes:
    """Return an index without the lines of some captures."""
    lines = read_file(store, name).decode().splitlines(keepends=True)
    return "".join(line for line in lines if from_line(line).capture_id not in gone).encode()


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()
