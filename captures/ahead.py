"""Bytes with look-ahead, for finding records: of a plain file, of gzip members, of any stream.

``position`` counts the bytes taken; ``place`` says where a stretch of them lies in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from captures.errors import DamagedInputError
from captures.streams import CHUNK_BYTES, read_members

MARK = b"WARC/"
"""What every record begins with."""

MAX_HEAD_BYTES = 256 * 1024
"""A WARC header longer than this is taken for damage."""

MIN_CHECKED_BYTES = 1 << 20
"""Blocks this long are looked behind before they are taken, so that wrong lengths cost no re-reading."""

RECORD_END: Final = b"\r\n\r\n"
_BREAKS: Final = re.compile(rb"[\r\n]*")
"""Blank lines. Linear: one class."""
BORDER_BYTES = 64
"""Looked at behind a block: line breaks, and the mark of the next record."""


def is_border(behind: bytes | bytearray) -> bool:
    """Say whether a record ends here: as it should, or with other blank lines before the next or the end."""
    return behind.startswith(RECORD_END) or MARK.startswith(bytes(behind.lstrip(b"\r\n")[: len(MARK)]))


class Ahead:
    """Bytes of any stream, not placed in a file. What is broken ends it, and is kept in ``damage``."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.position = 0
        self.damage: str | None = None
        self._chunks = chunks
        self._buffer = bytearray()
        self._no_blank_before = 0  # so that headers without end are not searched again and again

    def fill(self) -> bool:
        """Read one more chunk; False at the end."""
        try:
            chunk = next(self._chunks, b"")
        except DamagedInputError as error:
            self.damage = str(error)
            chunk = b""
        self._buffer += chunk
        return bool(chunk)

    def span(self) -> bool:
        """Go on behind an end that only borders a group; False at the very end."""
        return False

    def peek(self, count: int) -> bytes:
        """Return the next bytes without taking them."""
        while len(self._buffer) < count and self.fill():
            pass
        return bytes(self._buffer[:count])

    def is_at(self, mark: bytes) -> bool:
        """Say whether these bytes are next, also over the border of a group."""
        while len(self.peek(len(mark))) < len(mark) and mark.startswith(self._buffer) and self.span():
            pass
        return self._buffer.startswith(mark)

    def take(self, count: int, keep: int) -> tuple[bytes, int]:
        """Take up to ``count`` bytes; return the first ``keep`` of them, and how many there were."""
        kept, taken = bytearray(), 0
        while taken < count and (self._buffer or self.fill() or self.span()):
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
            start = max(0, self._no_blank_before - self.position)
            end = self._buffer.find(RECORD_END, start, MAX_HEAD_BYTES)
            stop = end if end >= 0 else MAX_HEAD_BYTES
            bare = self._buffer.find(b"\n\n", start, stop)  # line breaks without CR
            count = bare + 2 if bare >= 0 else end + 4 if end >= 0 else 0
            if count:
                return self.take(count, count)[0]
            searched = min(len(self._buffer), MAX_HEAD_BYTES) - len(RECORD_END) + 1
            self._no_blank_before = max(self._no_blank_before, self.position + searched)
            if len(self._buffer) > MAX_HEAD_BYTES or not (self.fill() or self.span()):
                return None

    def skip_blank_lines(self) -> None:
        """Take line breaks up to the next other byte."""
        while self.peek(1) and (breaks := _BREAKS.match(self._buffer)):
            self.take(breaks.end(), 0)
            if self._buffer:
                return

    def may_hold(self, count: int) -> bool:
        """Say whether a border follows a block of this length, as far as that can be seen from here."""
        if count >= MIN_CHECKED_BYTES:
            return True
        while len(self._buffer) < count + BORDER_BYTES and self.fill():
            pass
        return len(self._buffer) >= count and is_border(self._buffer[count : count + BORDER_BYTES])

    def rewind(self, position: int) -> bool:  # noqa: ARG002
        """Go back to a position; False where that is not possible."""
        return False

    def place(self, begin: int, end: int) -> tuple[int, int]:  # noqa: ARG002
        """Return offset and length in the file of a stretch of bytes, -1 where it has none."""
        return -1, -1


def _read_plain(raw: BinaryIO) -> Iterator[bytes]:
    while chunk := raw.read(CHUNK_BYTES):
        yield chunk


class PlainAhead(Ahead):
    """A file that is not compressed."""

    def __init__(self, raw: BinaryIO, start: int) -> None:
        super().__init__(_read_plain(raw))
        self._raw, self._start = raw, start

    def may_hold(self, count: int) -> bool:
        """Say whether a border follows a long block; a short one may as well be read to see."""
        if count < MIN_CHECKED_BYTES:
            return True
        here = self._raw.tell()
        self._raw.seek(self._start + self.position + count - 1)
        last, behind = self._raw.read(1), self._raw.read(BORDER_BYTES)
        self._raw.seek(here)
        return bool(last) and is_border(behind)

    def rewind(self, position: int) -> bool:
        """Go back: the file is read again from there."""
        self._buffer.clear()
        self._raw.seek(self._start + position)
        self._chunks = _read_plain(self._raw)
        self.position = position
        return True

    def place(self, begin: int, end: int) -> tuple[int, int]:
        """Return where the bytes stand: as they are."""
        return self._start + begin, end - begin


class MemberAhead(Ahead):
    """The gzip members of a file, as a rule one a record: each is a group that ends by itself.

    Only a block that is not complete goes on into the next member, and only if no record begins
    there: so a wrong length or a damage stays in its member, and records over many members are
    read all the same.
    """

    def __init__(self, raw: BinaryIO, start: int) -> None:
        raw.seek(start)
        super().__init__(self._read_group())
        self.damaged_at = -1
        self.group_from = 0
        self._members = read_members(raw)
        self._member = -1
        self._pending: tuple[int, bytes] | None = None
        self._failed: DamagedInputError | None = None
        self._read_bytes = 0
        self._starts: dict[int, int] = {}
        self._pull()

    def next_group(self) -> bool:
        """Go on to the next member; False at the end or at a member that cannot be read at all."""
        if self.damage is None and self._failed:
            self.damage, self.damaged_at = str(self._failed), self._failed.offset
        if self.damage or not self._pending:
            return False
        self.group_from = self.position
        self._chunks = self._read_group()
        return True

    def span(self) -> bool:
        """Go on into the next member within a record."""
        if self.damage or not self._pending or self._pending[1].startswith(MARK):
            return False
        self._chunks = self._read_group()
        return self.fill()

    def place(self, begin: int, end: int) -> tuple[int, int]:
        """Return the members of a record, when it has them for itself."""
        offset, stop = self._starts.get(begin, -1), self._starts.get(end, -1)
        self._starts = {at: member for at, member in self._starts.items() if at >= end}
        return (offset, stop - offset) if offset >= 0 and stop >= 0 else (-1, -1)

    def _read_group(self) -> Iterator[bytes]:
        """Yield the chunks of the pending member, up to the first chunk of the next."""
        member = self._pending[0] if self._pending else -1
        while self._pending and self._pending[0] == member:
            chunk = self._pending[1]
            self._read_bytes += len(chunk)
            yield chunk
            self._pull()
        if self._failed and self._failed.offset == member:
            self.damaged_at = member
            raise self._failed

    def may_hold(self, count: int) -> bool:  # noqa: ARG002
        """Say nothing: the block may go on in the next member."""
        return True

    def _pull(self) -> None:
        self._pending = None
        try:
            member, chunk = next(self._members, (-1, b""))
        except DamagedInputError as error:
            self._failed = error
            member, chunk = error.offset, b""
        if member >= 0 and member != self._member:
            self._member = member
            self._starts[self._read_bytes] = member
        if chunk:
            self._pending = member, chunk
