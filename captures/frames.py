"""Where WARC records begin and end in a file, whatever is broken in it.

A frame is one record's header block and data block. Laws: the frames of an undamaged file are
its records; one damaged stretch is one frame with ``damage``, and reading goes on behind it; a
frame read again from its own ``offset`` is the same frame.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from captures.ahead import MARK, RECORD_END, Ahead, MemberAhead, PlainAhead
from captures.streams import CHUNK_BYTES, GZIP_MAGIC, ZSTD_MAGIC, read_chunks

_NEXT: Final = b"\nWARC/1."
_LENGTH: Final = re.compile(rb"(?:^|\n)content-length:[ \t]{0,100}(\d{1,18})[ \t]{0,100}\r?\n", re.I)
"""The length of the block. Linear: a literal first, then bounded repetitions."""


class Frame(NamedTuple):
    """One record as it stands in the file.

    ``offset`` and ``length`` are bytes of the file, -1 where the record has no bytes of its own
    (many records in one gzip member). ``block`` is at most as long as asked for; ``cut`` says
    that there was more.
    """

    offset: int
    length: int
    head: bytes
    block: bytes
    cut: bool
    damage: str | None


def read_frames(raw: BinaryIO, *, start: int, keep: int, is_stream: bool = False) -> Iterator[Frame]:
    """Yield the frames of a file from an offset on, with ``keep`` bytes of each block.

    A stream is read once, without going back: a damaged gzip member ends it, as a damaged Zstandard
    frame does, and its records have no offsets.
    """
    raw.seek(0)
    head = raw.read(4)
    raw.seek(start)
    if head.startswith(GZIP_MAGIC) and not is_stream:
        yield from _read_gzip(raw, start, keep)
    elif head == ZSTD_MAGIC or is_stream:
        ahead = Ahead(read_chunks(raw))
        yield from _read_all(ahead, keep)
        if ahead.damage:
            yield Frame(-1, -1, b"", b"", cut=False, damage=ahead.damage)
    else:
        yield from _read_all(PlainAhead(raw, start), keep)


def _read_gzip(raw: BinaryIO, start: int, keep: int) -> Iterator[Frame]:
    """Yield frames member by member; behind a damaged one go on with the next that holds a record."""
    while True:
        ahead = MemberAhead(raw, start)
        last: tuple[Frame, int] | None = None
        while ahead.next_group():
            last = None
            for record in _read_run(ahead, keep):
                if last:
                    yield last[0]
                last = record
            if last and ahead.damage is None:
                yield last[0]
                last = None
        if ahead.damage is None:
            return
        start = _find_member(raw, ahead.damaged_at + 1)
        place = ahead.damaged_at, start - ahead.damaged_at
        if last is None:
            yield Frame(*place, b"", b"", cut=False, damage=ahead.damage)
        else:
            offset, length = place if last[1] == ahead.group_from else (-1, -1)
            yield last[0]._replace(offset=offset, length=length, damage=ahead.damage)


def _find_member(raw: BinaryIO, start: int) -> int:
    """Return where the next gzip member with a record begins, or where the file ends."""
    offset, window = start, b""
    raw.seek(start)
    while data := raw.read(CHUNK_BYTES):
        window += data
        at = window.find(GZIP_MAGIC)
        while at >= 0:
            here = raw.tell()
            if _holds_record(raw, offset + at):
                return offset + at
            raw.seek(here)
            at = window.find(GZIP_MAGIC, at + 1)
        offset += max(0, len(window) - 2)
        window = window[-2:]
    return offset + len(window)


def _holds_record(raw: BinaryIO, offset: int) -> bool:
    raw.seek(offset)
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(raw.read(512), 512).startswith(MARK)
    except zlib.error:
        return False


def _read_all(ahead: Ahead, keep: int) -> Iterator[Frame]:
    for frame, _ in _read_run(ahead, keep):
        yield frame


def _read_run(ahead: Ahead, keep: int) -> Iterator[tuple[Frame, int]]:
    """Yield each frame with where its record begins in the decompressed bytes."""
    ahead.skip_blank_lines()
    while ahead.peek(1):
        begin = ahead.position
        head = ahead.take_head() if ahead.is_at(MARK) else None
        if head is None:
            block, size = _take_to_next(ahead, 0)[0], 0  # what it is is not known: it is no payload
            damage: str | None = "no WARC record begins here, or its header does not end"
        else:
            block, size, damage = _take_block(ahead, head, keep)
        ahead.skip_blank_lines()
        ahead.peek(1)  # so that it is known whether a gzip member ends here
        offset, length = ahead.place(begin, ahead.position)
        yield Frame(offset, length, head or b"", block, cut=size > len(block), damage=damage), begin


def _take_block(ahead: Ahead, head: bytes, keep: int) -> tuple[bytes, int, str | None]:
    """Return the kept bytes of the block, how long it was, and what is wrong with it."""
    declared = _LENGTH.search(head)
    if declared is None:
        return *_take_to_next(ahead, keep), "the header has no Content-Length"
    length, begin = int(declared.group(1)), ahead.position
    block, size = ahead.take(length, keep + len(RECORD_END)) if ahead.may_hold(length) else (b"", 0)
    if size == length and _is_at_border(ahead):
        return block[:keep], size, None
    if ahead.rewind(begin):
        block, size = _take_to_next(ahead, keep)
    else:
        rest, more = ahead.take_until(_NEXT, keep + len(RECORD_END) - len(block))
        block, size = _without_end(block + rest, size + more, keep)
    if size < length and not ahead.peek(1):
        return block, size, f"the record is cut off: {size} of {length} bytes are there"
    return block, size, f"Content-Length is {length}, but the record is {size} bytes long"


def _is_at_border(ahead: Ahead) -> bool:
    """Say whether the record ends here: as it should, or with other blank lines before the next."""
    ends_well = ahead.peek(len(RECORD_END)) == RECORD_END
    ahead.skip_blank_lines()
    return ends_well or MARK.startswith(ahead.peek(len(MARK)))  # a part of the mark: cut off in it


def _take_to_next(ahead: Ahead, keep: int) -> tuple[bytes, int]:
    """Take all before the next record; return what is kept of it, and its size without the record's end."""
    return _without_end(*ahead.take_until(_NEXT, keep + len(RECORD_END)), keep)


def _without_end(block: bytes, size: int, keep: int) -> tuple[bytes, int]:
    """Return what is kept of a block, and its size, both without the blank lines that end a record."""
    if size == len(block) and block.endswith(RECORD_END):
        size -= len(RECORD_END)
    return block[: min(size, keep)], size
