"""Python values as Arrow arrays of a column's type, straight from their bytes.

``pa.array`` would ask whether the values are something of pandas, and import all of pandas to ask:
0.4 s in every process on a machine that has it.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, chain
from typing import Any, Final

import numpy as np
import pyarrow as pa

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_NUMBERS: Final = {pa.int16(): "h", pa.int32(): "i", pa.int64(): "q", pa.float32(): "f"}
# One character class: linear.
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def to_array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Return values as an array; raise ``OverflowError`` for a number out of the type's range."""
    if pa.types.is_list(kind):
        flat = list(chain.from_iterable(values))
        offsets = to_array([0, *accumulate(map(len, values))], pa.int32())
        to_items = _to_structs if pa.types.is_struct(kind.value_type) else to_array
        return pa.ListArray.from_arrays(offsets, to_items(flat, kind.value_type), type=kind)
    return pa.Array.from_buffers(kind, len(values), [_validity(values), *_data(values, kind)])


def encode(text: str) -> bytes:
    """Return text in UTF-8; a lone surrogate becomes U+FFFD, so that code points stay in their place."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text).encode()


def _to_structs(values: Sequence[tuple[Any, ...]], kind: pa.StructType) -> pa.StructArray:
    """Return named tuples, whose fields stand in the order of the type, as an array of structs."""
    columns: Iterable[tuple[Any, ...]] = zip(*values, strict=True) if values else [()] * kind.num_fields
    arrays = [to_array(column, field.type) for column, field in zip(columns, kind, strict=True)]
    return pa.StructArray.from_arrays(arrays, fields=list(kind))


def _data(values: Sequence[Any], kind: pa.DataType) -> list[pa.Buffer]:
    """Return the buffers of a type that hold its values; what stands for None there does not matter."""
    if pa.types.is_string(kind):
        return _text([value or "" for value in values] if None in values else values)
    if pa.types.is_boolean(kind):
        return [_bits([bool(value) for value in values])]
    if pa.types.is_timestamp(kind):
        microseconds = [0 if value is None else (value - _EPOCH) // _MICROSECOND for value in values]
        return [pa.py_buffer(array("q", microseconds))]
    numbers = [value or 0 for value in values] if None in values else values
    return [pa.py_buffer(array(_NUMBERS[kind], numbers))]


def _text(texts: Sequence[str]) -> list[pa.Buffer]:
    """Return where texts end, and their bytes. Most columns are ASCII: then all are encoded at once."""
    encoded: list[bytes] = []
    if not all(map(str.isascii, texts)):
        try:
            encoded = list(map(str.encode, texts))
        except UnicodeEncodeError:
            encoded = list(map(encode, texts))
    offsets = array("i", [0, *accumulate(map(len, encoded or texts))])
    data = b"".join(encoded) if encoded else "".join(texts).encode()
    return [pa.py_buffer(offsets), pa.py_buffer(data)]


def _validity(values: Sequence[Any]) -> pa.Buffer | None:
    """Return a bit for each value that is not None; no buffer if all are."""
    return _bits([value is not None for value in values]) if None in values else None


def _bits(flags: Sequence[bool]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(np.array(flags, dtype=bool), bitorder="little").tobytes())
