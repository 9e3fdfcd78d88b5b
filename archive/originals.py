"""The bytes that came in: where those of a capture are, and that they are still the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from archive.cdxj import IndexLine
from archive.errors import NoCaptureError, RawChangedError, RawGoneError
from archive.log import Log
from archive.raw import ReadPayload, read_index, to_address
from archive.store import Store


class Original(NamedTuple):
    """Where the bytes of a capture are: in a record of a WARC file, of the archive or left elsewhere."""

    line: IndexLine
    where: str


def find_original(store: Store, log: Log, capture_id: str) -> Original:
    """Return where a capture is; raise if it never came, or was taken down."""
    for entry in log.entries():
        if entry.index and capture_id in entry.capture_ids:
            for line in read_index(store, entry.index):
                if line.capture_id == capture_id:
                    return Original(line, to_address(store, line.ref.file))
    raise NoCaptureError(store.address(), capture_id)


def read_original(original: Original, read_payload: ReadPayload) -> bytes:
    """Return the payload of a capture; raise if it is not what came in."""
    line, where = original
    if "://" not in where and not Path(where).is_file():
        raise RawGoneError(where)
    payload = read_payload(where, line.ref.offset, line.payload_bytes)[: line.payload_bytes]
    if replace(line.capture, payload=payload).payload_digest != line.payload_digest:
        raise RawChangedError(where, line.ref.offset)
    return payload
