"""Parquet tables: a capture a row, read row group by row group, only the columns needed."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO, Final

import pyarrow as pa
from pyarrow import parquet

from captures.guards import guarded
from captures.parquet_pages import Chunk, find_chunks, find_page_sizes
from captures.rows import capture_from_row, error_row
from captures.storage import BUFFER_BYTES, open_input
from captures.values import Capture, Item, Provenance, ReadOptions

MAX_BATCH_ROWS: Final = 64
BATCH_BYTES: Final = 64 << 20
"""Rows are read so few at a time that they are no more than this, each as long as a page can make it."""
MAX_PAGE_BYTES: Final = 256 << 20
"""A longer page is not read: writers make pages of 1 MB, a few of 100."""


def read_captures(item: Item, options: ReadOptions) -> Iterator[Capture]:
    """Yield a capture for every row of a table."""
    yield from read_range(item, options, start=0, stop=-1)


def read_range(item: Item, options: ReadOptions, *, start: int, stop: int) -> Iterator[Capture]:
    """Yield the captures of the row groups ``start`` to ``stop``; -1 stands for the last.

    A damaged row group costs that group: one capture says so, and the next group is read.
    """
    with open_input(item.path) as raw:
        try:
            table = parquet.ParquetFile(raw, page_checksum_verification=True, buffer_size=BUFFER_BYTES)
            schema, groups = table.schema_arrow, find_chunks(raw)
        except (pa.ArrowException, OSError, ValueError) as error:
            yield _error(f"not readable as Parquet ({error})", item, options, 0)
            return
        flat = [field.name for field in schema if not pa.types.is_nested(_stored_type(field.type))]
        if not {*options.html_columns, *options.text_columns} & set(flat):
            names = (f.name if f.name in flat else f"{f.name} (nested: {f.type})" for f in schema)
            why = (
                f"no column with text or HTML; the table has: {', '.join(names)}; "
                "name the one to read (--text-column, --html-column)"
            )
            yield _error(why, item, options, 0)
            return
        wanted = {*options.html_columns, *options.text_columns, *options.url_columns, *options.time_columns}
        columns = [name for name in flat if name in wanted]
        ordinal = sum(table.metadata.row_group(group).num_rows for group in range(start))
        for group in range(start, len(groups) if stop < 0 else min(stop, len(groups))):
            chunks = [chunk for chunk in groups[group] if chunk.name in columns]
            yield from _read_group((raw, table, chunks), group, ordinal, (item, options))
            ordinal += table.metadata.row_group(group).num_rows


def find_row_groups(path: str) -> list[int]:
    """Return the compressed size of each row group, from the footer alone."""
    with open_input(path) as raw:
        try:
            return [sum(chunk.stop - chunk.start for chunk in group) for group in find_chunks(raw)]
        except (ValueError, OSError):
            return []


def _read_group(
    source: tuple[BinaryIO, parquet.ParquetFile, list[Chunk]],
    group: int,
    first: int,
    context: tuple[Item, ReadOptions],
) -> Iterator[Capture]:
    raw, table, chunks = source
    item, options = context
    ordinal = first
    try:
        rows, columns = _batch_rows(raw, chunks), [chunk.name for chunk in chunks]
        for batch in table.iter_batches(batch_size=rows, row_groups=[group], columns=columns):
            for number in range(batch.num_rows):
                at = _at(item, options, ordinal)
                yield guarded(
                    partial(_read_row, batch, number, context, at), partial(error_row, item=item, at=at)
                )
                ordinal += 1
    except (pa.ArrowException, OSError, ValueError) as error:
        yield _error(f"row group {group} cannot be read from here on ({error})", item, options, ordinal)


def _batch_rows(raw: BinaryIO, chunks: list[Chunk]) -> int:
    """Return how many rows to read at a time, by the longest page: a value may be as long, in every row."""
    longest = max((size for chunk in chunks for size in find_page_sizes(raw, chunk)), default=0)
    if longest > MAX_PAGE_BYTES:
        raise ValueError(f"a page takes {longest} bytes; {MAX_PAGE_BYTES} are the limit: write smaller pages")
    return max(1, min(MAX_BATCH_ROWS, BATCH_BYTES // max(longest, 1)))


def _read_row(
    batch: pa.RecordBatch, number: int, context: tuple[Item, ReadOptions], at: Provenance
) -> Capture:
    item, options = context
    names = batch.schema.names
    row = {
        name: _to_cell(column[number], options.max_payload_bytes)
        for name, column in zip(names, batch.columns, strict=True)
    }
    return capture_from_row(row, item, options, at)


def _to_cell(scalar: pa.Scalar, limit: int) -> object:
    """Return a cell as a Python value: of a long one the beginning, of a time nothing below a microsecond.

    A string that holds other bytes than UTF-8 is handed out as bytes; a time out of range is none.
    """
    while isinstance(scalar, pa.DictionaryScalar | pa.ExtensionScalar):
        scalar = scalar.value
    if not scalar.is_valid:
        return None
    if isinstance(scalar, pa.BinaryScalar):  # strings are of its kind
        buffer = scalar.as_buffer()
        cut = buffer.size > limit + 4
        data = buffer.slice(0, limit + 4 if cut else buffer.size).to_pybytes()
        return _to_text(data, cut=cut) if isinstance(scalar, pa.StringScalar) else data
    try:
        if pa.types.is_timestamp(scalar.type):
            scalar = scalar.cast(pa.timestamp("us", scalar.type.tz and "UTC"), safe=False)
        return scalar.as_py()
    except (ValueError, OverflowError):
        return None


def _to_text(data: bytes, *, cut: bool) -> str | bytes:
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(data, final=not cut)
    except UnicodeDecodeError:
        return data


def _stored_type(kind: pa.DataType) -> pa.DataType:
    """Return the type of the values of a column, without dictionary and extension around it."""
    while pa.types.is_dictionary(kind) or isinstance(kind, pa.BaseExtensionType):
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind.storage_type
    return kind


def _error(why: str, item: Item, options: ReadOptions, ordinal: int) -> Capture:
    return error_row(why, item, _at(item, options, ordinal))


def _at(item: Item, options: ReadOptions, ordinal: int) -> Provenance:
    return Provenance(item.path, options.source, "parquet", ordinal)
