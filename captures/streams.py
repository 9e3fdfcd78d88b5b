"""Decompression that keeps what it could read: gzip of any number of members, and Zstandard.

Laws: the bytes before a damage are handed out first (of Zstandard up to the block that holds
it), and no step makes more than a bounded number of bytes, however small the input that asks
for them (a decompression bomb).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import BinaryIO

import zstandard

from captures.errors import DamagedInputError, TrailingBytesError

CHUNK_BYTES = 64 * 1024
GZIP_MAGIC = b"\x1f\x8b\x08"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"

_ZSTD_INPUT_BYTES = 1024
"""4 bytes of Zstandard can ask for 128 KiB, so input goes in by small steps: 32 MiB at most come out."""


def read_chunks(raw: BinaryIO) -> Iterator[bytes]:
    """Yield the bytes of a file from where it stands, decompressed if it is compressed."""
    start = raw.tell()
    head = raw.read(4)
    raw.seek(start)
    if head.startswith(GZIP_MAGIC):
        for _, chunk in read_members(raw):
            yield chunk
    elif head == ZSTD_MAGIC:
        yield from _read_zstd(raw)
    else:
        while chunk := raw.read(CHUNK_BYTES):
            yield chunk


def gather(chunks: Iterable[bytes], limit: int) -> tuple[bytes, bool, str | None]:
    """Return the first ``limit`` bytes, whether there were more, and what damage ended them."""
    kept = bytearray()
    try:
        for chunk in chunks:
            kept += chunk
            if len(kept) > limit:
                return bytes(kept[:limit]), True, None
    except DamagedInputError as error:
        return bytes(kept), False, str(error)
    return bytes(kept), False, None


def read_members(raw: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield (offset of the gzip member in the file, decompressed bytes), from where the file stands.

    After the last byte the pair (offset of the end, ``b""``) follows. Padding of zeros after a
    member is legal and skipped.
    """
    offset = raw.tell()
    data = raw.read(CHUNK_BYTES)
    while data:
        if data[:1] == b"\0":
            kept = data.lstrip(b"\0")
            offset += len(data) - len(kept)
            data = kept or raw.read(CHUNK_BYTES)
            continue
        if len(data) < len(GZIP_MAGIC):
            data += raw.read(CHUNK_BYTES)
        if not data.startswith(GZIP_MAGIC):
            raise TrailingBytesError(f"no gzip member at byte {offset}", offset)
        inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
        for chunk in _inflate(inflate, data, raw, offset):
            yield offset, chunk
        data = inflate.unused_data
        offset = raw.tell() - len(data)
        data = data or raw.read(CHUNK_BYTES)
    yield offset, b""


def _inflate(inflate: zlib._Decompress, data: bytes, raw: BinaryIO, offset: int) -> Iterator[bytes]:
    while not inflate.eof:
        before = inflate.copy()
        try:
            out = inflate.decompress(data, CHUNK_BYTES)
        except zlib.error as error:
            yield from _salvage(before, data)
            raise DamagedInputError(f"gzip member at byte {offset} damaged: {error}", offset) from error
        if out:
            yield out
        data = inflate.unconsumed_tail
        if not data and not inflate.eof:
            data = raw.read(CHUNK_BYTES)
            if not data and not out:
                raise DamagedInputError(f"gzip member at byte {offset} cut off", offset)


def _salvage(inflate: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    """Yield what a failing call had decoded before it failed: byte by byte up to the same error."""
    with suppress(zlib.error):
        for position in range(len(data)):
            if out := inflate.decompress(data[position : position + 1]):
                yield out


def _read_zstd(raw: BinaryIO) -> Iterator[bytes]:
    data, offset = raw.read(_ZSTD_INPUT_BYTES), 0
    while data:
        frame = zstandard.ZstdDecompressor().decompressobj()
        while not frame.eof:
            try:
                out = frame.decompress(data)
            except zstandard.ZstdError as error:
                raise DamagedInputError(f"zstd frame at byte {offset} damaged: {error}", offset) from error
            if out:
                yield out
            data = b"" if frame.eof else raw.read(_ZSTD_INPUT_BYTES)
            if not data and not frame.eof:
                raise DamagedInputError(f"zstd frame at byte {offset} cut off", offset)
        offset = raw.tell() - len(frame.unused_data)
        data = frame.unused_data or raw.read(_ZSTD_INPUT_BYTES)
