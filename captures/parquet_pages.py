"""Where the columns of a Parquet file lie, and how large their pages are by their own headers.

A page is what a reader must unpack at once, and no value of it is longer than the page. A few
kilobytes of file can unpack to a page of 2 GB, and a dictionary of one such value serves any number
of rows; what the footer says of sizes may be wrong, so each page is asked. Arrow is not: it ends the
process over some footers that are damaged. Only what is needed here is kept of footer and headers.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final, NamedTuple

Shape = Mapping[int, "Shape | None"]
"""Which fields to keep, by their numbers in the format's definition, and of which of their fields what."""

_FOOTER: Final[Shape] = {4: {1: {3: {3: None, 5: None, 7: None, 9: None, 11: None}}}}
"""Row groups, their column chunks, and of their metadata: path, values, size, first page, dictionary."""
_HEADER: Final[Shape] = {2: None, 3: None, 7: {1: None}}
"""Sizes of a page, unpacked and packed, and how many values a dictionary has."""

_TAIL_BYTES: Final = 8
_MAX_FOOTER_BYTES: Final = 64 << 20
_HEADER_BYTES: Final = (1 << 12, 1 << 16, 1 << 20, 1 << 24)
"""How much is read in search of the end of a header: its statistics may hold long values."""
_ENTRY_BYTES: Final = 16
"""What Arrow holds for each value of a dictionary besides the value."""
_MAX_DEPTH: Final = 16
_MAX_SHIFT: Final = 63
_OTHER_SHAPE: Final = (IndexError, KeyError, TypeError, AttributeError)
"""What comes of fields that are missing or of other types than they should be."""


class Chunk(NamedTuple):
    """The pages of one column in one row group: the name of the column, and their bytes in the file."""

    name: str
    start: int
    stop: int


def find_chunks(raw: BinaryIO) -> list[list[Chunk]]:
    """Return the column chunks of each row group; ``ValueError`` where no footer tells of them."""
    end = raw.seek(0, io.SEEK_END)
    raw.seek(max(0, end - _TAIL_BYTES))
    size = int.from_bytes(raw.read(4), "little")
    if not 0 < size <= min(end - _TAIL_BYTES, _MAX_FOOTER_BYTES):
        raise ValueError(f"a footer of {size} bytes")
    raw.seek(end - _TAIL_BYTES - size)
    try:
        footer = _Compact(raw.read(size)).read_struct(_FOOTER)
        return [[_to_chunk(chunk[3]) for chunk in group[1]] for group in footer.get(4, [])]
    except _OTHER_SHAPE as error:
        raise ValueError(f"a footer that does not say where the columns are ({error!r})") from error


def find_page_sizes(raw: BinaryIO, chunk: Chunk) -> Iterator[int]:
    """Yield how many bytes of memory each page of a column chunk takes; ``ValueError`` if one is missing."""
    at = chunk.start
    while at < chunk.stop:
        header, size = _read_header(raw, at)
        try:
            unpacked, packed, entries = header[2], header[3], header.get(7, {}).get(1, 0)
            is_page = min(unpacked, packed, entries) >= 0
        except _OTHER_SHAPE:
            is_page = False
        if not is_page:
            raise ValueError(f"no page at byte {at}")
        yield unpacked + _ENTRY_BYTES * entries
        at += size + packed


def _to_chunk(about: dict[int, Any]) -> Chunk:
    start = about[9]
    if 0 < about.get(11, 0) < start:
        start = about[11]
    stop = start + about[7] if about[5] else start
    if not 0 <= start <= stop < 1 << _MAX_SHIFT:
        raise IndexError(f"a column at byte {start}")
    return Chunk(b".".join(about[3]).decode("utf-8", "replace"), start, stop)


def _read_header(raw: BinaryIO, at: int) -> tuple[dict[int, Any], int]:
    """Return the fields of the page header at an offset, and its size."""
    for size in _HEADER_BYTES:
        raw.seek(at)
        header = _Compact(raw.read(size))
        try:
            return header.read_struct(_HEADER), header.at
        except IndexError:
            continue
    raise ValueError(f"the header of the page at byte {at} does not end")


class _Compact:
    """Thrift's compact protocol, as far as Parquet uses it; beyond the last byte is an ``IndexError``."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def read_struct(self, shape: Shape, depth: int = 0) -> dict[int, Any]:
        """Return the fields of the shape by their numbers."""
        fields: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._integer()
            value = self._value(head & 15, shape.get(number) or {}, depth + 1)
            if number in shape:
                fields[number] = value
        return fields

    def _value(self, kind: int, shape: Shape, depth: int) -> Any:
        if depth > _MAX_DEPTH:
            raise ValueError("too many levels")
        match kind:
            case 1 | 2:  # a boolean, which is in its type
                return kind == 1
            case 3:
                return self._byte()
            case 4 | 5 | 6:
                return self._integer()
            case 7 | 8:
                return self._take(8 if kind == 7 else self._varint())
            case 9 | 10:
                return self._list(shape, depth)
            case 12:
                return self.read_struct(shape, depth)
            case _:
                raise ValueError(f"a field of type {kind}")

    def _list(self, shape: Shape, depth: int) -> list[Any]:
        head = self._byte()
        count, kind = head >> 4, head & 15
        if count == 15:
            count = self._varint()
        if kind in {1, 2}:  # in lists they take a byte each
            return list(self._take(count))
        return [self._value(kind, shape, depth + 1) for _ in range(count)]

    def _byte(self) -> int:
        self.at += 1
        return self._data[self.at - 1]

    def _take(self, count: int) -> bytes:
        self.at += count
        if self.at > len(self._data):
            raise IndexError(self.at)
        return self._data[self.at - count : self.at]

    def _varint(self) -> int:
        number = shift = 0
        while shift <= _MAX_SHIFT:
            byte = self._byte()
            number |= (byte & 127) << shift
            if byte < 128:
                return number
            shift += 7
        raise ValueError("a number of more than 64 bits")

    def _integer(self) -> int:
        number = self._varint()
        return -(number >> 1) - 1 if number & 1 else number >> 1
