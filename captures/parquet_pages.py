"""How large the pages of a Parquet column are, by their own headers: what the footer says may be wrong.

A page is what a reader must unpack at once, and no value of it is longer than the page. A few
kilobytes of file can unpack to a page of 2 GB, and a dictionary of one such value serves any number
of rows. Only what is asked here is read of a header: sizes and counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from pyarrow.parquet import ColumnChunkMetaData

_HEADER_BYTES: Final = (1 << 12, 1 << 16, 1 << 20, 1 << 24)
"""How much is read in search of the end of a header: its statistics may hold long values."""
_UNPACKED_BYTES, _PACKED_BYTES, _DICTIONARY, _VALUES = 2, 3, 7, 1
"""Numbers of fields, as in the format's definition."""
_ENTRY_BYTES: Final = 16
"""What Arrow holds for each value of a dictionary besides the value."""
_MAX_DEPTH: Final = 8


def find_page_sizes(raw: BinaryIO, chunk: ColumnChunkMetaData) -> Iterator[int]:
    """Yield how many bytes of memory each page of a column chunk takes; ``ValueError`` if one is missing."""
    at = chunk.data_page_offset
    if chunk.dictionary_page_offset is not None and 0 < chunk.dictionary_page_offset < at:
        at = chunk.dictionary_page_offset
    stop = at + chunk.total_compressed_size if chunk.num_values else at
    while at < stop:
        header, size = _read_header(raw, at)
        unpacked, packed = header.get(_UNPACKED_BYTES), header.get(_PACKED_BYTES)
        dictionary = header.get(_DICTIONARY)
        if not isinstance(unpacked, int) or not isinstance(packed, int) or min(packed, unpacked) < 0:
            raise ValueError(f"no page at byte {at}")
        entries = dictionary.get(_VALUES) if isinstance(dictionary, dict) else 0
        yield unpacked + _ENTRY_BYTES * (entries if isinstance(entries, int) else 0)
        at += size + packed


Field = int | dict[int, "Field"] | None


def _read_header(raw: BinaryIO, at: int) -> tuple[dict[int, Field], int]:
    """Return the fields of the page header at an offset, and its size."""
    for size in _HEADER_BYTES:
        raw.seek(at)
        header = _Compact(raw.read(size))
        try:
            return header.read_struct(), header.at
        except IndexError:
            continue
    raise ValueError(f"the header of the page at byte {at} does not end")


class _Compact:
    """Thrift's compact protocol, as far as page headers use it; beyond the last byte is an ``IndexError``."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def read_struct(self, depth: int = 0) -> dict[int, Field]:
        """Return the fields by number; strings and floats are passed over."""
        if depth > _MAX_DEPTH:
            raise ValueError("a page header of too many levels")
        fields: dict[int, Field] = {}
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._integer()
            fields[number] = self._value(head & 15, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Field:
        match kind:
            case 1 | 2:  # a boolean, which is in its type
                return None
            case 3:
                return self._byte()
            case 4 | 5 | 6:
                return self._integer()
            case 7:
                self.at += 8
            case 8:
                length = self._varint()  # moves on too
                self.at += length
            case 12:
                return self.read_struct(depth + 1)
            case _:
                raise ValueError(f"a page header with a field of type {kind}")
        return None

    def _byte(self) -> int:
        self.at += 1
        return self._data[self.at - 1]

    def _varint(self) -> int:
        number = shift = 0
        while True:
            byte = self._byte()
            number |= (byte & 127) << shift
            if byte < 128:
                return number
            shift += 7

    def _integer(self) -> int:
        number = self._varint()
        return -(number >> 1) - 1 if number & 1 else number >> 1
