"""The bytes that came in: where those of a capture are, and that they are still the same."""

from __future__ import annotations

from typing import NamedTuple

from archive.cdxj import IndexLine
from archive.errors import NoCaptureError, RawGoneError
from archive.log import Log
from archive.raw import ReadPayload, locate, read_capture, read_index
from archive.store import Store


class Original(NamedTuple):
    """Where the bytes of a capture are: in a record of a WARC file, of the archive or left elsewhere."""

    line: IndexLine
    where: str
    offset: int


def find_original(store: Store, log: Log, capture_id: str) -> Original:
    """Return where a capture is; raise if it never came, or was taken down."""
    for entry in log.entries():
        if entry.index and capture_id in entry.capture_ids:
            for line in read_index(store, entry.index):
                if line.capture_id == capture_id:
                    return Original(line, *locate(store, line.ref))
    raise NoCaptureError(store.address(), capture_id)


def read_original(store: Store, original: Original, read_payload: ReadPayload) -> bytes:
    """Return the payload of a capture; raise if it is not what came in."""
    try:
        return read_capture(store, original.line, read_payload).payload
    except FileNotFoundError as error:
        raise RawGoneError(original.where) from error
