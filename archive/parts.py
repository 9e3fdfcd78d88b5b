"""Part files: one immutable Parquet file for each batch, day and edition.

The same rows give the same bytes, given the same pyarrow: no clock and no host in the file, rows
sorted, one chunk a row group, footer keys sorted. The footer says in full what the name abbreviates.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from archive.errors import CollisionError
from archive.rows import Row, to_table
from archive.schema import LOOKED_UP, REPETITIVE, SCHEMA, WITH_STATISTICS
from archive.store import Store, digest_file
from archive.values import SCHEMA_VERSION, FileRecord, Pipeline

WRITER: Final = f"pyarrow {pa.__version__}"

MAX_GROUP_ROWS: Final = 10_000
MAX_GROUP_CHARS: Final = 32 * 1024 * 1024
"""Of source and kept texts together: who reads, or merges, holds a whole group in memory."""
_ZSTD_LEVEL: Final = 3
_IDENTIFYING: Final = (
    "archive.batch", "archive.capture_date", "archive.edition", "archive.format", "archive.schema_version",
)  # fmt: skip
"""Footer keys that tell one part of an edition from every other."""
_FALSE_POSITIVES: Final = 0.01
_PAGE_CHECK_ROWS: Final = 64
"""After so many rows the writer looks whether a page has its megabyte: texts are long."""


class Place(NamedTuple):
    """The batch and the day a part holds."""

    batch: str
    day: str


def part_name(edition: str, place: Place) -> str:
    """Return the path of a part, relative to the archive."""
    name = f"part-{place.batch[:16]}-{edition[-8:]}.parquet"
    return f"clean/{edition}/data/capture_date={place.day}/{name}"


class WrittenPart(NamedTuple):
    """A part that is there: its file, what made its rows, and how many there are of each status."""

    file: FileRecord
    pipeline: dict[str, str]
    statuses: dict[str, int]


def to_tables(rows: Sequence[Row], pipeline: Pipeline) -> list[pa.Table]:
    """Return the rows of a part, sorted, as one table a row group."""
    return [to_table(group, pipeline) for group in _row_groups(sorted(rows, key=lambda row: row.sort_key))]


def write_part(store: Store, tables: Sequence[pa.Table], pipeline: Pipeline, place: Place) -> WrittenPart:
    """Write a part, unless it is there, and return what is there; raise if another file has its name.

    What is there may be the work of another state of the cleaner that adds to the same edition.
    """
    name, keys = part_name(pipeline.edition, place), footer_keys(place, pipeline)
    staged = store.stage(lambda file: _write(file, tables, keys))
    if store.link(staged, name):
        file = FileRecord(name, staged.digest, staged.size_bytes)
        return WrittenPart(file, pipeline.identity, _count_statuses(pa.concat_tables(tables)))
    return _read_part(store, name, keys)


def _read_part(store: Store, name: str, keys: dict[str, str]) -> WrittenPart:
    """Return what is known of a part that is there, if it is the one that was to be written."""
    with store.open(name) as file:
        found = read_footer(file)
        if any(found.get(key) != keys[key] for key in _IDENTIFYING):
            raise CollisionError(store.address(name), _describe(found))
        return WrittenPart(
            FileRecord(name, digest_file(file), store.size(name)),
            json.loads(found["archive.pipeline"]),
            _count_statuses(pq.read_table(file, columns=["status"])),
        )


def read_footer(file: BinaryIO) -> dict[str, str]:
    """Return what the footer of a Parquet file says of the part; nothing if it is no part."""
    try:
        metadata = pq.read_metadata(file).metadata or {}
    except pa.ArrowInvalid:
        return {}
    return {
        key.decode(): value.decode("utf-8", "replace")
        for key, value in metadata.items()
        if key.startswith(b"archive.")
    }


def footer_keys(place: Place, pipeline: Pipeline, batches: Sequence[str] = ()) -> dict[str, str]:
    """Return what the footer of a part says of it, in sorted order; ``batches`` are those of a merged one."""
    merged = {"archive.batches": json.dumps(batches)} if batches else {}
    return {
        "archive.batch": place.batch,
        **merged,
        "archive.capture_date": place.day,
        "archive.edition": pipeline.edition,
        "archive.format": "1",
        "archive.pipeline": json.dumps(pipeline.identity, sort_keys=True),
        "archive.pipeline_digest": pipeline.digest,
        "archive.schema_version": str(SCHEMA_VERSION),
        "archive.sort": "urlkey,captured_at,capture_id",
    }


def _write(file: BinaryIO, tables: Sequence[pa.Table], keys: dict[str, str]) -> None:
    rows = sum(map(len, tables))
    with pq.ParquetWriter(file, SCHEMA.with_metadata(keys), **writer_settings(rows)) as writer:
        for table in tables:
            writer.write_table(table.replace_schema_metadata(keys), row_group_size=len(table))


def _count_statuses(table: pa.Table) -> dict[str, int]:
    counts = table["status"].value_counts().to_pylist()
    return dict(sorted((one["values"], one["counts"]) for one in counts))


def writer_settings(rows: int) -> dict[str, Any]:
    """Return how a part of so many rows is written."""
    ndv = max(1, min(rows, MAX_GROUP_ROWS))
    return {
        "compression": "zstd",
        "compression_level": _ZSTD_LEVEL,
        "use_dictionary": list(REPETITIVE),
        "write_statistics": list(WITH_STATISTICS),
        "write_page_index": True,
        "write_page_checksum": True,
        "write_batch_size": _PAGE_CHECK_ROWS,
        "sorting_columns": [
            pq.SortingColumn(SCHEMA.get_field_index("urlkey")),
            pq.SortingColumn(SCHEMA.get_field_index("captured_at"), nulls_first=True),
        ],
        "bloom_filter_options": {name: {"ndv": ndv, "fpp": _FALSE_POSITIVES} for name in LOOKED_UP},
    }


def _row_groups(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Yield the rows in groups of bounded length and text."""
    start = chars = 0
    for at, row in enumerate(rows):
        size = len(row.page.source_text) + len(row.page.text)
        if at > start and (at - start == MAX_GROUP_ROWS or chars + size > MAX_GROUP_CHARS):
            yield rows[start:at]
            start, chars = at, 0
        chars += size
    if start < len(rows):
        yield rows[start:]


def _describe(found: dict[str, str]) -> str:
    if not found:
        return "it is empty or no part of an archive"
    return f"it holds batch {found.get('archive.batch')} of pipeline {found.get('archive.pipeline_digest')}"
