"""Merging sorted parts into one sorted part, row by row, with a bounded number of rows in memory.

The order of all rows is found first, from the sort keys alone. As each part is sorted, the rows of
an output row group are the next few rows of each part: they are read in turn and put in order.
Law: the merged part has exactly the rows of its inputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import BinaryIO, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from archive.errors import DamagedFileError
from archive.parts import MAX_GROUP_CHARS, MAX_GROUP_ROWS, writer_settings
from archive.schema import SCHEMA
from archive.store import Store

_KEYS: Final = ("urlkey", "captured_at", "capture_id")
_SIZES: Final = ("text_chars", "source_text_chars")
_MIN_READ_ROWS: Final = 16
_MAX_READ_AHEAD_ROWS: Final = 4_096
"""Of all parts together."""
_READ_BYTES: Final = 64 * 1024
"""Of each column of each part, at once."""

Ints = npt.NDArray[np.int64]


class Order(NamedTuple):
    """The rows of the merged part, in its order: from which part each comes, and its size in characters."""

    parts: Ints
    chars: Ints


def merge_parts(store: Store, names: Sequence[str], file: BinaryIO, keys: dict[str, str]) -> None:
    """Write the rows of parts as one part with a footer of these keys."""
    with ExitStack() as stack:
        parts = [
            stack.enter_context(
                pq.ParquetFile(
                    stack.enter_context(store.open(name)),
                    pre_buffer=False,  # would hold what is read ahead of all parts
                    buffer_size=_READ_BYTES,
                    page_checksum_verification=True,
                )
            )
            for name in names
        ]
        order = _find_order(store, names, parts)
        readers = [_Rows(part, max(_MIN_READ_ROWS, _MAX_READ_AHEAD_ROWS // len(parts))) for part in parts]
        with pq.ParquetWriter(
            file, SCHEMA.with_metadata(keys), **writer_settings(len(order.parts))
        ) as writer:
            for start, stop in _row_groups(order.chars):
                table = _take_group(readers, order.parts[start:stop]).replace_schema_metadata(keys)
                writer.write_table(table, row_group_size=len(table))
                del table
                pa.default_memory_pool().release_unused()  # pages of many parts lie scattered in it


def _find_order(store: Store, names: Sequence[str], parts: Sequence[pq.ParquetFile]) -> Order:
    tables = [part.read([*_KEYS, *_SIZES]) for part in parts]
    table = pa.concat_tables(tables)
    indices = pc.sort_indices(table, [(key, "ascending", "at_start") for key in _KEYS]).to_numpy()
    origin = np.repeat(np.arange(len(tables)), [len(part) for part in tables])
    for number, name in enumerate(names):
        if np.any(np.diff(indices[origin[indices] == number].astype(np.int64)) < 0):
            raise DamagedFileError(store.address(name), "its rows are not sorted")
    chars = sum(table[name].to_numpy().astype(np.int64) for name in _SIZES)
    return Order(origin[indices], np.asarray(chars)[indices])


def _row_groups(chars: Ints) -> Iterator[tuple[int, int]]:
    """Yield where row groups of bounded length and text begin and end."""
    ends = np.cumsum(chars)
    start = 0
    while start < len(chars):
        before = ends[start - 1] if start else 0
        fitting = int(np.searchsorted(ends, before + MAX_GROUP_CHARS, side="right"))
        stop = min(max(fitting, start + 1), start + MAX_GROUP_ROWS)
        yield start, stop
        start = stop


def _take_group(readers: Sequence[_Rows], origin: Ints) -> pa.Table:
    """Return the next rows of each reader, as many as are wanted of it, in the order wanted."""
    counts = np.bincount(origin, minlength=len(readers))
    table = pa.concat_tables(
        reader.read(int(count)) for reader, count in zip(readers, counts, strict=True) if count
    )
    places = np.argsort(np.argsort(origin, kind="stable"))
    return table.take(pa.array(places)).combine_chunks()


class _Rows:
    """The rows of a part, in order, some at a time."""

    def __init__(self, part: pq.ParquetFile, batch_rows: int) -> None:
        self._batches = part.iter_batches(batch_rows)
        self._left = SCHEMA.empty_table()

    def read(self, count: int) -> pa.Table:
        """Return the next rows."""
        found = [self._left]
        missing = count - len(self._left)
        while missing > 0:
            batch = next(self._batches)
            found.append(pa.Table.from_arrays(batch.columns, schema=SCHEMA))
            missing -= len(batch)
        table = pa.concat_tables(found)
        self._left = table.slice(count)
        return table.slice(0, count)
