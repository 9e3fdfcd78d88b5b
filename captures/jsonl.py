"""JSON Lines: a capture a line, plain, gzip or Zstandard; in UTF-16 too. A bad line costs that line."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from captures.errors import DamagedInputError
from captures.guards import guarded
from captures.rows import capture_from_row, error_row
from captures.storage import open_input
from captures.streams import CHUNK_BYTES, GZIP_MAGIC, ZSTD_MAGIC, read_chunks
from captures.values import Capture, Item, Provenance, ReadOptions

_BOM = b"\xef\xbb\xbf"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LINE_PAYLOADS = 2
"""A line may be so many times as long as the longest payload: it is escaped, and not alone in its line."""
_FREE_BYTES = 16 << 20
_MAX_VALUES = 4_000_000
"""A value takes up to 200 bytes of memory and 2 of a line: of a longer line the values are counted first."""


def read_captures(item: Item, options: ReadOptions) -> Iterator[Capture]:
    """Yield a capture for every line that is not blank."""
    with open_input(item.path) as raw:
        head = raw.read(4)
        raw.seek(0)
        plain = not head.startswith((GZIP_MAGIC, ZSTD_MAGIC, *_UTF_16))
        yield from _read_lines(_to_utf_8(read_chunks(raw)), item, options, first_offset=0 if plain else -1)


def read_range(item: Item, options: ReadOptions, *, start: int, stop: int) -> Iterator[Capture]:
    """Yield the captures of the lines that begin in a byte range of a plain file.

    Ranges that cover a file yield every line once: a line belongs to where it begins.
    Ordinals count from the start of the range.
    """
    with open_input(item.path) as raw:
        if raw.read(2) in _UTF_16:  # its lines cannot be told in the middle: the first range has them all
            yield from read_captures(item, options) if start == 0 else ()
            return
        raw.seek(0)
        begin = _next_line(raw, start)
        if begin < stop:
            chunks = _until_line_end(raw, stop - begin)
            yield from _read_lines(chunks, item, options, first_offset=begin)


def read_payload(path: str, offset: int, options: ReadOptions) -> bytes:
    """Return the payload of the line at an offset of a plain file, as ``read_captures`` made it."""
    with open_input(path) as raw:
        raw.seek(offset)
        line = raw.readline(options.max_payload_bytes * _LINE_PAYLOADS + CHUNK_BYTES)
    at = Provenance(path, offset=offset, length=len(line))
    return _read_line(line, Item(path, 0, ""), options, at).payload


def _to_utf_8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the chunks of a file, those of one in UTF-16 as UTF-8: Windows writes such files."""
    first = next(chunks, b"")
    if not first.startswith(_UTF_16):
        yield first
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder("utf-16")("replace")
    yield decoder.decode(first).encode("utf-8", "replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode()


def _next_line(raw: BinaryIO, start: int) -> int:
    """Move to the first line that begins at ``start`` or later, and return where it begins."""
    if start > 0:
        raw.seek(start - 1)
        while (piece := raw.readline(CHUNK_BYTES)) and not piece.endswith(b"\n"):
            pass
    return raw.tell()


def _until_line_end(raw: BinaryIO, wanted: int) -> Iterator[bytes]:
    """Yield ``wanted`` bytes, and then the rest of the line they end in."""
    last = b""
    while wanted > 0 and (last := raw.read(min(wanted, CHUNK_BYTES))):
        wanted -= len(last)
        yield last
    while last and not last.endswith(b"\n"):
        last = raw.readline(CHUNK_BYTES)
        yield last


def _read_lines(
    chunks: Iterable[bytes], item: Item, options: ReadOptions, *, first_offset: int
) -> Iterator[Capture]:
    """Yield a capture a line; ``first_offset`` is -1 where lines have no place in the file."""
    position = ordinal = 0
    limit = options.max_payload_bytes * _LINE_PAYLOADS
    for line, damage in _split_lines(chunks, limit):
        size = len(line)
        offset = -1 if first_offset < 0 else first_offset + position
        at = Provenance(item.path, options.source, "jsonl", ordinal, offset, size if offset >= 0 else -1)
        position += size
        if damage:
            yield error_row(damage, item, at, line.strip()[: options.max_payload_bytes])
        elif line.strip():
            yield _read_line(line, item, options, at)
        else:
            continue
        ordinal += 1


def _read_line(line: bytes, item: Item, options: ReadOptions, at: Provenance) -> Capture:
    """Return the capture of a line; one that cannot be read is the payload of its error."""
    raw = line.removeprefix(_BOM).strip()

    def unread(why: str) -> Capture:
        return error_row(why, item, at, raw[: options.max_payload_bytes])

    def read() -> Capture:
        if len(raw) > _FREE_BYTES and sum(map(raw.count, (b"[", b"{", b","))) > _MAX_VALUES:
            return unread(f"a line of {len(raw)} bytes with more than {_MAX_VALUES} values")
        try:
            row = json.loads(raw)
        except (ValueError, RecursionError) as error:
            return unread(f"not JSON ({error})")
        if not isinstance(row, dict):
            return unread("not a JSON object")
        return capture_from_row(row, item, options, at)

    return guarded(read, unread)


def _split_lines(chunks: Iterable[bytes], limit: int) -> Iterator[tuple[bytes, str | None]]:
    """Yield (line with its line break, damage); a line beyond ``limit`` bytes is cut into damaged pieces."""
    rest = bytearray()
    try:
        for chunk in chunks:
            first, newline, others = chunk.partition(b"\n")
            rest += first + newline
            if newline:
                line = bytes(rest)  # a long one is held once
                rest.clear()
                yield line, None
                *lines, last = others.split(b"\n")
                for line in lines:
                    yield line + b"\n", None
                rest += last
            if len(rest) > limit:
                yield bytes(rest), f"a line longer than {limit} bytes; this is a piece of it"
                rest.clear()
    except DamagedInputError as error:
        yield bytes(rest), str(error)
        return
    if rest:
        yield bytes(rest), None
