"""Parquet tables: a capture a row, read row group by row group, only the columns needed."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
from pyarrow import parquet

from captures.rows import capture_from_row, error_row
from captures.storage import open_input
from captures.values import Capture, Item, Provenance, ReadOptions

BATCH_ROWS = 64


def read_captures(item: Item, options: ReadOptions) -> Iterator[Capture]:
    """Yield a capture for every row of a table."""
    yield from read_range(item, options, start=0, stop=-1)


def read_range(item: Item, options: ReadOptions, *, start: int, stop: int) -> Iterator[Capture]:
    """Yield the captures of the row groups ``start`` to ``stop``; -1 stands for the last.

    A damaged row group costs that group: one capture says so, and the next group is read.
    """
    with open_input(item.path) as raw:
        try:
            table = parquet.ParquetFile(raw, page_checksum_verification=True)
        except (pa.ArrowException, OSError) as error:
            yield _error(f"not readable as Parquet ({error})", item, options, 0)
            return
        names = table.schema_arrow.names
        wanted = {*options.html_columns, *options.text_columns}
        if not wanted & set(names):
            why = (
                f"no column with text or HTML; the table has: {', '.join(names)}; "
                "name the one to read (--text-column, --html-column)"
            )
            yield _error(why, item, options, 0)
            return
        wanted |= {*options.url_columns, *options.time_columns}
        columns = [name for name in names if name in wanted]
        groups = table.metadata.num_row_groups
        ordinal = sum(table.metadata.row_group(group).num_rows for group in range(start))
        for group in range(start, groups if stop < 0 else min(stop, groups)):
            yield from _read_group(table, group, columns, ordinal, (item, options))
            ordinal += table.metadata.row_group(group).num_rows


def find_row_groups(path: str) -> list[int]:
    """Return the compressed size of each row group, from the footer alone."""
    with open_input(path) as raw:
        try:
            metadata = parquet.read_metadata(raw)
        except (pa.ArrowException, OSError):
            return []
        groups = (metadata.row_group(group) for group in range(metadata.num_row_groups))
        return [
            sum(group.column(column).total_compressed_size for column in range(group.num_columns))
            for group in groups
        ]


def _read_group(
    table: parquet.ParquetFile,
    group: int,
    columns: list[str],
    first: int,
    context: tuple[Item, ReadOptions],
) -> Iterator[Capture]:
    item, options = context
    ordinal = first
    try:
        for batch in table.iter_batches(batch_size=BATCH_ROWS, row_groups=[group], columns=columns):
            for row in _to_rows(batch):
                yield capture_from_row(row, item, options, _at(item, options, ordinal))
                ordinal += 1
    except (pa.ArrowException, OSError) as error:
        yield _error(f"row group {group} is damaged from here on ({error})", item, options, ordinal)


def _to_rows(batch: pa.RecordBatch) -> list[dict[str, object]]:
    """Return the rows as Python values; times lose what is below a microsecond."""
    for number, field in enumerate(batch.schema):
        if pa.types.is_timestamp(field.type):
            times = batch.column(number).cast(pa.timestamp("us", field.type.tz), safe=False)
            batch = batch.set_column(number, field.name, times)
    try:
        rows: list[dict[str, object]] = batch.to_pylist()
    except UnicodeDecodeError:  # a string column that holds other bytes than UTF-8: hand the bytes out
        binary = [pa.field(f.name, _without_charset(f.type)) for f in batch.schema]
        rows = batch.cast(pa.schema(binary)).to_pylist()
    return rows


def _without_charset(kind: pa.DataType) -> pa.DataType:
    return pa.large_binary() if pa.types.is_string(kind) or pa.types.is_large_string(kind) else kind


def _error(why: str, item: Item, options: ReadOptions, ordinal: int) -> Capture:
    return error_row(why, item, _at(item, options, ordinal))


def _at(item: Item, options: ReadOptions, ordinal: int) -> Provenance:
    return Provenance(item.path, options.source, "parquet", ordinal)
