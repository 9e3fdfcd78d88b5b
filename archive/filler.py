"""What stands in a WARC file where a record was taken out: a record of the very same length.

So the offsets of all other records stay right, and every WARC reader goes on reading. The gzip
member is built of stored blocks by hand, so that its bytes do not depend on a version of zlib.
"""

from __future__ import annotations

import struct
import zlib
from typing import Final

_GZIP_HEAD: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_GZIP_TAIL_BYTES: Final = 8
_MAX_BLOCK_BYTES: Final = 0xFFFF
_BLOCK_HEAD_BYTES: Final = 5
_NOTE: Final = b"taken down"
_END: Final = b"\r\n\r\n"


def to_filler(record_id: str, length: int) -> bytes:
    """Return a gzip member of ``length`` bytes: a WARC metadata record that says only ``taken down``."""
    room = length - len(_GZIP_HEAD) - _GZIP_TAIL_BYTES
    blocks = -(-room // (_MAX_BLOCK_BYTES + _BLOCK_HEAD_BYTES))
    data = _to_record(record_id, room - blocks * _BLOCK_HEAD_BYTES)
    pieces = [data[at : at + _MAX_BLOCK_BYTES] for at in range(0, len(data), _MAX_BLOCK_BYTES)]
    pieces += [b""] * (blocks - len(pieces))
    stored = b"".join(
        struct.pack("<BHH", number == len(pieces), len(piece), len(piece) ^ 0xFFFF) + piece
        for number, piece in enumerate(pieces, 1)
    )
    return _GZIP_HEAD + stored + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def _to_record(record_id: str, size_bytes: int) -> bytes:
    """Return a plain WARC record of a size. Its length is written in ten digits, whatever it is."""
    head = (
        b"WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <" + record_id.encode() + b">\r\n"
        b"WARC-Date: 1970-01-01T00:00:00Z\r\nContent-Length: "
    )
    room = size_bytes - len(head) - 10 - 2 * len(_END)
    if room < len(_NOTE):
        raise ValueError(f"no record fits into {size_bytes} bytes")
    return head + b"%010d" % room + _END + _NOTE.ljust(room) + _END
