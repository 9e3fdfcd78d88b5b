"""The raw side of a batch: captures packed into one WARC file, or referenced where they are.

Both files are named by the digest of what they hold, so writing them twice is writing them once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from archive.amended import read_amended
from archive.cdxj import IndexLine, from_line, to_line
from archive.errors import DamagedFileError, RawChangedError
from archive.gathered import Place, find_place, read_file, read_where
from archive.identity import capture_id
from archive.store import Staged, Store, digest_file
from archive.values import Batch, FileRecord, RawRef
from archive.warc import record_id_of, to_record
from captures.values import Capture

ReadPayload = Callable[[str, int, int], bytes]
"""``(file, offset, payload_bytes) -> payload`` of a WARC record; more than that is cut off."""

_NAME_DIGITS: Final = 16


class Identified(NamedTuple):
    """A capture with its id and its digest, which costs time to make."""

    capture_id: str
    capture: Capture
    payload_digest: str


@dataclass(frozen=True, slots=True)
class RawBatch:
    """A batch whose raw files are in place. ``warc`` is None if no capture had to be packed."""

    batch: Batch
    index: FileRecord
    warc: FileRecord | None
    references: tuple[FileRecord, ...]
    payload_bytes: int


def identify(captures: Sequence[Capture]) -> list[Identified]:
    """Return captures with their ids, each id once."""
    found: dict[str, Identified] = {}
    for capture in captures:
        digest = capture.payload_digest
        key = capture_id(capture, digest)
        found.setdefault(key, Identified(key, capture, digest))
    return list(found.values())


def write_raw(store: Store, batch: Sequence[Identified]) -> RawBatch:
    """Write the WARC file (if there is anything to pack) and the index of a batch."""
    packed = [one for one in batch if not _stays_in_place(one.capture)]
    refs: dict[str, RawRef] = {}
    staged = store.stage(lambda file: refs.update(_pack(file, packed))) if packed else None
    digest = _batch_digest(_index(store, batch, refs), staged)
    name = f"raw/{digest[:_NAME_DIGITS]}"
    if staged is not None:
        store.keep(staged, _warc_name(digest))
        refs = {key: ref._replace(file=_warc_name(digest)) for key, ref in refs.items()}
    lines = _index(store, batch, refs)
    index = store.stage_bytes("".join(sorted(map(to_line, lines))).encode())
    store.keep(index, f"{name}.cdxj")
    return RawBatch(
        _to_batch(digest, lines, [one.capture for one in batch]),
        FileRecord(f"{name}.cdxj", index.digest, index.size_bytes),
        FileRecord(_warc_name(digest), staged.digest, staged.size_bytes) if staged else None,
        _to_records(store, {line.ref.file for line in lines if line.capture_id not in refs}),
        sum(line.payload_bytes for line in lines),
    )


def read_index(store: Store, index: FileRecord) -> list[IndexLine]:
    """Return the index of a batch in the order of its captures."""
    try:
        data = read_file(store, index.file)
    except FileNotFoundError:
        data = b""
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    if digest != index.digest and not _is_amended(store, index, digest):
        raise DamagedFileError(store.address(index.file), "the index of a batch is missing or was changed")
    return sorted(map(from_line, data.decode().splitlines()))


def read_raw(store: Store, index: FileRecord, digest: str, read_payload: ReadPayload) -> Batch:
    """Return a batch as it was committed, its payloads read again and compared with their digests."""
    lines = read_index(store, index)
    captures = [read_capture(store, line, read_payload) for line in lines]
    return _to_batch(digest, lines, captures)


def read_capture(store: Store, line: IndexLine, read_payload: ReadPayload) -> Capture:
    """Return a capture with its payload, from where that lies now; raise if it is not what was committed."""

    def read(place: Place | None) -> Capture:
        where, offset = _locate(store, line.ref, place)
        payload = read_payload(where, offset, line.payload_bytes)[: line.payload_bytes]
        capture = replace(line.capture, payload=payload)
        if capture.payload_digest != line.payload_digest:
            raise RawChangedError(where, offset)
        return capture

    return read_where(store, line.ref.file, read)


def locate(store: Store, ref: RawRef) -> tuple[str, int]:
    """Return the file and the offset at which a record lies now."""
    return _locate(store, ref, find_place(store, ref.file))


def _locate(store: Store, ref: RawRef, place: Place | None) -> tuple[str, int]:
    if place is None:
        return to_address(store, ref.file), ref.offset
    return store.address(place.file(ref.file)), place.base + ref.offset


def _is_amended(store: Store, index: FileRecord, digest: str) -> bool:
    """Return whether a takedown made an index what it is."""
    amended = read_amended(store, index.file)
    return amended is not None and digest in amended.digests


def _stays_in_place(capture: Capture) -> bool:
    """Return whether a capture is a record of a WARC file, which is kept as it is and not copied."""
    return capture.provenance.source_format == "warc" and capture.provenance.offset >= 0


def _pack(file: BinaryIO, batch: Sequence[Identified]) -> dict[str, RawRef]:
    """Write the records of captures to a file; return where each is, the file still without a name."""
    refs: dict[str, RawRef] = {}
    for key, capture, payload_digest in batch:
        record_id = record_id_of(key)
        offset = file.tell()
        length = file.write(to_record(capture, record_id, payload_digest))
        refs[key] = RawRef("", offset, length, record_id)
    return refs


def to_address(store: Store, file: str) -> str:
    """Return where a raw file is: a relative name is of the archive's own, wherever that lies."""
    return file if file.startswith("/") or "://" in file else store.address(file)


def _index(store: Store, batch: Sequence[Identified], packed: Mapping[str, RawRef]) -> list[IndexLine]:
    return [
        IndexLine(
            position,
            key,
            capture,
            payload_digest,
            len(capture.payload),
            packed.get(key) or _reference(store, capture),
        )
        for position, (key, capture, payload_digest) in enumerate(batch)
    ]


def _reference(store: Store, capture: Capture) -> RawRef:
    """Return where a capture was left: a file inside the archive (fetched ones are) moves with it."""
    origin = capture.provenance
    return RawRef(
        origin.file.removeprefix(store.address().rstrip("/") + "/"),
        origin.offset,
        origin.length,
        (origin.record_id or "").strip("<>"),
    )


def _batch_digest(lines: Sequence[IndexLine], warc: Staged | None) -> str:
    """Digest all that is in a batch: its ids, what is known of its captures, and their packed bytes."""
    text = "".join(map(to_line, lines)) + (warc.digest if warc else "")
    return hashlib.sha256(text.encode()).hexdigest()


def _warc_name(digest: str) -> str:
    return f"raw/{digest[:_NAME_DIGITS]}.warc.gz"


def _to_batch(digest: str, lines: Sequence[IndexLine], captures: Sequence[Capture]) -> Batch:
    return Batch(
        digest,
        tuple(captures),
        tuple(line.ref for line in lines),
        tuple(line.capture_id for line in lines),
        tuple(line.payload_digest for line in lines),
    )


def _to_records(store: Store, files: Iterable[str]) -> tuple[FileRecord, ...]:
    """Return what is known of referenced files: of one that is not on a local disk, that it has size -1."""
    return tuple(_to_record(file, Path(to_address(store, file))) for file in sorted(files))


def _to_record(file: str, path: Path) -> FileRecord:
    if not path.is_file():
        return FileRecord(file, "", -1)
    seen = path.stat()
    return FileRecord(file, _digest_as_seen(path, seen.st_size, seen.st_mtime_ns), seen.st_size)


@lru_cache(maxsize=64)
def _digest_as_seen(path: Path, _size_bytes: int, _mtime_ns: int) -> str:
    """Return the digest of a file, which is read once for the many batches that are left in it."""
    with path.open("rb") as opened:
        return digest_file(opened)
