"""Python values as Arrow arrays of a column's type, straight from their bytes.

``pa.array`` would ask whether the values are something of pandas, and import all of pandas to ask:
0.4 s in every process on a machine that has it.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence, Sized
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, Final

import numpy as np
import pyarrow as pa

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_NUMBERS: Final = {pa.int16(): "h", pa.int32(): "i", pa.int64(): "q", pa.float32(): "f"}
_EMPTY: Final = {
    pa.string(): "",
    pa.bool_(): False,
    pa.timestamp("us", "UTC"): _EPOCH,
    **dict.fromkeys(_NUMBERS, 0),
}
"""What stands where a value is None."""
_MAX_OFFSET: Final = 2**31 - 1
# One character class: linear.
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def to_array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Return values as an array; raise ``OverflowError`` for a number out of the type's range."""
    if pa.types.is_list(kind):
        flat = list(chain.from_iterable(values))
        to_items = _to_structs if pa.types.is_struct(kind.value_type) else to_array
        offsets = pa.Array.from_buffers(pa.int32(), len(values) + 1, [None, _offsets(values)])
        return pa.ListArray.from_arrays(offsets, to_items(flat, kind.value_type), type=kind)
    try:
        buffers = [None, *_data(values, kind)]
    except TypeError:  # some are None: to look for them first would cost the many columns without any
        empty = _EMPTY[kind]
        filled = [empty if value is None else value for value in values]
        buffers = [_bits(bytes([value is not None for value in values])), *_data(filled, kind)]
    return pa.Array.from_buffers(kind, len(values), buffers)


def encode(text: str) -> bytes:
    """Return text in UTF-8; a lone surrogate becomes U+FFFD, so that code points stay in their place.

    Raises ``TypeError`` for what is no text, also for None.
    """
    try:
        return str.encode(text)
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text).encode()


def _to_structs(values: Sequence[tuple[Any, ...]], kind: pa.StructType) -> pa.StructArray:
    """Return named tuples, whose fields stand in the order of the type, as an array of structs."""
    flat = list(chain.from_iterable(values))
    width = kind.num_fields
    if len(flat) != width * len(values):
        raise ValueError(f"a tuple among {len(values)} has not the {width} fields of {kind}")
    arrays = [to_array(flat[number::width], field.type) for number, field in enumerate(kind)]
    return pa.StructArray.from_arrays(arrays, fields=list(kind))


def _data(values: Sequence[Any], kind: pa.DataType) -> list[pa.Buffer]:
    """Return the buffers of a type that hold its values; raise ``TypeError`` if one is None."""
    if pa.types.is_string(kind):
        return _text(values)
    if pa.types.is_boolean(kind):
        return [_bits(bytes(values))]
    if pa.types.is_timestamp(kind):
        return [pa.py_buffer(array("q", [(value - _EPOCH) // _MICROSECOND for value in values]))]
    return [pa.py_buffer(array(_NUMBERS[kind], values))]


def _text(texts: Sequence[str]) -> list[pa.Buffer]:
    """Return where texts end, and their bytes. Most columns are ASCII: then all are encoded at once."""
    if all(map(str.isascii, texts)):
        return [_offsets(texts), pa.py_buffer("".join(texts).encode())]
    try:
        encoded = list(map(str.encode, texts))
    except UnicodeEncodeError:
        encoded = list(map(encode, texts))
    return [_offsets(encoded), pa.py_buffer(b"".join(encoded))]


def _offsets(values: Sequence[Sized]) -> pa.Buffer:
    """Return where each value begins if they stand one after another, and where the last one ends."""
    ends = np.cumsum(np.fromiter(map(len, values), np.int64, len(values)))
    if len(ends) and ends[-1] > _MAX_OFFSET:
        raise OverflowError(f"{ends[-1]:,} bytes in one array, which holds {_MAX_OFFSET:,}")
    return pa.py_buffer(np.concatenate(([0], ends)).astype(np.int32))


def _bits(flags: bytes) -> pa.Buffer:
    """Return a bit for each byte, which is 0 or 1."""
    return pa.py_buffer(np.packbits(np.frombuffer(flags, np.uint8), bitorder="little"))
