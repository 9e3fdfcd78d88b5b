"""Bytes with look-ahead, for finding records: of a plain file, of gzip members, of any stream.

``position`` counts the bytes taken; ``place`` says where a stretch of them lies in the file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

from captures.errors import DamagedInputError
from captures.streams import CHUNK_BYTES, read_members

MAX_HEAD_BYTES = 256 * 1024
"""A WARC header longer than this is taken for damage."""

MIN_CHECKED_BYTES = 1 << 20
"""Blocks this long are looked behind before they are taken, so that wrong lengths cost no re-reading."""


class Ahead:
    """Bytes of any stream, not placed in a file. What is broken ends it, and is kept in ``damage``."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.position = 0
        self.damage: str | None = None
        self._chunks = chunks
        self._buffer = bytearray()

    def fill(self) -> bool:
        """Read one more chunk; False at the end."""
        try:
            chunk = next(self._chunks, b"")
        except DamagedInputError as error:
            self.damage = str(error)
            chunk = b""
        self._buffer += chunk
        return bool(chunk)

    def peek(self, count: int) -> bytes:
        """Return the next bytes without taking them."""
        while len(self._buffer) < count and self.fill():
            pass
        return bytes(self._buffer[:count])

    def take(self, count: int, keep: int) -> tuple[bytes, int]:
        """Take up to ``count`` bytes; return the first ``keep`` of them, and how many there were."""
        kept, taken = bytearray(), 0
        while taken < count and (self._buffer or self.fill()):
            piece = self._buffer[: count - taken]
            del self._buffer[: len(piece)]
            kept += piece[: max(0, keep - len(kept))]
            taken += len(piece)
        self.position += taken
        return bytes(kept), taken

    def take_until(self, mark: bytes, keep: int) -> tuple[bytes, int]:
        """Take all up to the first byte of ``mark``, that byte too, or to the end; else as ``take``."""
        kept, taken, found = bytearray(), 0, False
        while not found:
            at = self._buffer.find(mark)
            count = at + 1 if at >= 0 else max(0, len(self._buffer) - len(mark))
            found = at >= 0
            if not found and not self.fill():
                count, found = len(self._buffer), True
            piece, moved = self.take(count, max(0, keep - len(kept)))
            kept += piece
            taken += moved
        return bytes(kept), taken

    def take_head(self) -> bytes | None:
        """Take a header block with its blank line; None when there is no blank line near."""
        while True:
            ends = [at + len(end) for end in (b"\r\n\r\n", b"\n\n") if (at := self._buffer.find(end)) >= 0]
            if ends and min(ends) <= MAX_HEAD_BYTES:
                return self.take(min(ends), MAX_HEAD_BYTES)[0]
            if len(self._buffer) > MAX_HEAD_BYTES or not self.fill():
                return None

    def skip_blank_lines(self) -> None:
        """Take line breaks up to the next other byte."""
        while self.peek(1) in (b"\r", b"\n"):
            self.take(1, 0)

    def may_hold(self, count: int) -> bool:  # noqa: ARG002 - what follows overrides
        """Say whether a block of this length can lie ahead, as far as that can be known cheaply."""
        return True

    def rewind(self, position: int) -> bool:  # noqa: ARG002
        """Go back to a position; False where that is not possible."""
        return False

    def place(self, begin: int, end: int) -> tuple[int, int]:  # noqa: ARG002
        """Return offset and length in the file of a stretch of bytes, -1 where it has none."""
        return -1, -1


class PlainAhead(Ahead):
    """A file that is not compressed."""

    def __init__(self, raw: BinaryIO, start: int) -> None:
        super().__init__(iter(lambda: raw.read(CHUNK_BYTES), b""))
        self._raw, self._start = raw, start
        self._size = raw.seek(0, os.SEEK_END)
        raw.seek(start)

    def may_hold(self, count: int) -> bool:
        """Say whether the file is long enough and, behind a long block, a border follows."""
        end = self._start + self.position + count
        if end > self._size or count < MIN_CHECKED_BYTES:
            return end <= self._size
        here = self._raw.tell()
        self._raw.seek(end)
        behind = self._raw.read(64).lstrip(b"\r\n")
        self._raw.seek(here)
        return behind[:5] in (b"", b"WARC/")

    def rewind(self, position: int) -> bool:
        """Go back: the file is read again from there."""
        self._buffer.clear()
        self._raw.seek(self._start + position)
        self.position = position
        return True

    def place(self, begin: int, end: int) -> tuple[int, int]:
        """Return where the bytes stand: as they are."""
        return self._start + begin, end - begin


class MemberAhead(Ahead):
    """A run of gzip members, as a rule one a record.

    After a damage ``damaged_at`` is where the damaged member begins in the file and
    ``damaged_from`` where in the decompressed bytes.
    """

    def __init__(self, raw: BinaryIO, start: int) -> None:
        raw.seek(start)
        super().__init__(self._read(read_members(raw)))
        self.damaged_at = self.damaged_from = -1
        self._member = self._member_from = -1
        self._read_bytes = 0
        self._members: dict[int, int] = {}

    def place(self, begin: int, end: int) -> tuple[int, int]:
        """Return the members of a record, when it has them for itself."""
        offset, stop = self._members.get(begin, -1), self._members.get(end, -1)
        self._members = {at: member for at, member in self._members.items() if at >= end}
        return (offset, stop - offset) if offset >= 0 and stop >= 0 else (-1, -1)

    def _read(self, members: Iterator[tuple[int, bytes]]) -> Iterator[bytes]:
        try:
            for member, chunk in members:
                self._note(member)
                if chunk:
                    self._read_bytes += len(chunk)
                    yield chunk
        except DamagedInputError as error:
            self._note(error.offset)
            self.damaged_at, self.damaged_from = error.offset, self._member_from
            raise

    def _note(self, member: int) -> None:
        if member != self._member:
            self._member, self._member_from = member, self._read_bytes
            self._members[self._read_bytes] = member
