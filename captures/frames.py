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

from captures.ahead import Ahead, MemberAhead, PlainAhead
from captures.streams import CHUNK_BYTES, GZIP_MAGIC, ZSTD_MAGIC, read_chunks

MARK: Final = b"WARC/"

_NEXT: Final = b"\nWARC/1."
_RECORD_END: Final = b"\r\n\r\n"
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


def read_frames(raw: BinaryIO, *, start: int, keep: int) -> Iterator[Frame]:
    """Yield the frames of a file from an offset on, with ``keep`` bytes of each block."""
    raw.seek(0)
    head = raw.read(4)
    raw.seek(start)
    if head.startswith(GZIP_MAGIC):
        yield from _read_gzip(raw, start, keep)
    elif head == ZSTD_MAGIC:
        ahead = Ahead(read_chunks(raw))
        yield from _read_all(ahead, keep)
        if ahead.damage:
            yield Frame(-1, -1, b"", b"", cut=False, damage=ahead.damage)
    else:
        yield from _read_all(PlainAhead(raw, start), keep)


def _read_gzip(raw: BinaryIO, start: int, keep: int) -> Iterator[Frame]:
    """Yield frames from one run of undamaged members to the next."""
    while True:
        ahead = MemberAhead(raw, start)
        last: tuple[Frame, int, int] | None = None
        for record in _read_run(ahead, keep):
            if last:
                yield last[0]
            last = record if ahead.damage else None
            if last is None:
                yield record[0]
        if ahead.damage is None:
            return
        start = _find_member(raw, ahead.damaged_at + 1)
        length = start - ahead.damaged_at
        if last and last[2] <= ahead.damaged_from:  # complete: the damage is in the member behind it
            yield last[0]
            last = None
        if last is None:
            yield Frame(ahead.damaged_at, length, b"", b"", cut=False, damage=ahead.damage)
        elif last[1] == ahead.damaged_from:
            yield last[0]._replace(offset=ahead.damaged_at, length=length, damage=ahead.damage)
        else:
            yield last[0]._replace(damage=ahead.damage)


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
    for frame, _, _ in _read_run(ahead, keep):
        yield frame


def _read_run(ahead: Ahead, keep: int) -> Iterator[tuple[Frame, int, int]]:
    """Yield each frame with where its record begins and ends in the decompressed bytes."""
    ahead.skip_blank_lines()
    while ahead.peek(1):
        begin = ahead.position
        head = ahead.take_head() if ahead.peek(len(MARK)) == MARK else None
        if head is None:
            block, size = _take_to_next(ahead, keep)
            damage: str | None = "no WARC record begins here, or its header does not end"
        else:
            block, size, damage = _take_block(ahead, head, keep)
        ahead.skip_blank_lines()
        ahead.peek(1)  # so that it is known whether a gzip member ends here
        offset, length = ahead.place(begin, ahead.position)
        frame = Frame(offset, length, head or b"", block, cut=size > len(block), damage=damage)
        yield frame, begin, ahead.position


def _take_block(ahead: Ahead, head: bytes, keep: int) -> tuple[bytes, int, str | None]:
    """Return the kept bytes of the block, how long it was, and what is wrong with it."""
    declared = _LENGTH.search(head)
    if declared is None:
        return *_take_to_next(ahead, keep), "the header has no Content-Length"
    length, begin = int(declared.group(1)), ahead.position
    block, size = ahead.take(length, keep) if ahead.may_hold(length) else (b"", 0)
    if size == length and _is_at_border(ahead):
        return block, size, None
    if ahead.rewind(begin):
        block, size = _take_to_next(ahead, keep)
    else:
        rest, more = _take_to_next(ahead, keep - len(block))
        block, size = block + rest, size + more
    if size < length and not ahead.peek(1):
        return block, size, f"the record is cut off: {size} of {length} bytes are there"
    return block, size, f"Content-Length is {length}, but the record is {size} bytes long"


def _is_at_border(ahead: Ahead) -> bool:
    """Say whether the next record or the end follows. Blank lines before it are taken."""
    ahead.skip_blank_lines()
    return MARK.startswith(ahead.peek(len(MARK)))  # the end, too, or what a damage left of the mark


def _take_to_next(ahead: Ahead, keep: int) -> tuple[bytes, int]:
    """Take all before the next record; return what is kept of it, and its size without the record's end."""
    block, size = ahead.take_until(_NEXT, keep + len(_RECORD_END))
    if size == len(block):
        block = block.removesuffix(_RECORD_END)
        size = len(block)
    return block[: max(0, keep)], size
