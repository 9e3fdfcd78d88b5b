"""The conformance matrix: every reader sees the same rows, with the same types, in the same edition.

Each reader is used as its users do, on the folder and on the files below it. Spark has a command of its
own (``python -m bench.spark``), as it needs Java.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from archive.archive import Archive
from archive.schema import SCHEMA
from captures.values import Capture, Provenance
from cleaners.values import CleanedPage, Fields, Status
from tests.archive_builders import PIPELINE, make_capture, make_page

DAY = "capture_date"
NOON = datetime(1969, 12, 31, 12, 0, 0, 123456, tzinfo=UTC)
FULL = Fields(
    title="Bridge \U0001f309 “closed”", byline="Jane Doe", published_at=NOON, published_precision="second",
    published_source="json-ld", modified_at=NOON, modified_precision="day", section="Nörd\u0000NUL",
    tags=("bridge", "", "台風"), language="en", language_score=0.75, page_clock=NOON, related=("One", "Two"),
    credits=("Photo: Jane",), rights="© 2024", canonical_url="https://a.example/?a=1",
    site_name="The Example", page_type="article", page_type_score=0.5,
    license="https://a.example/licence", image="https://a.example/1.jpg",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an edition: full rows, rows that are nearly all null, one without a date."""
    archive = Archive.open(tmp_path_factory.mktemp("readers") / "archive")
    captures = [make_capture(number) for number in range(7)]
    captures.append(Capture(b"", Provenance("undated.txt"), error="nothing was read"))
    captures.append(
        replace(
            make_capture(7),
            redirect_url="http://a.example/",
            truncated="length",
            charset="x",
            http_headers=(("etag", '"1"'), ("link", "<a>")),
        )
    )
    batch = archive.commit(captures)
    pages = [make_page(one) if one.payload else _nothing() for one in batch.captures]
    pages[-1] = replace(
        pages[-1],
        fields=replace(FULL, evidence=pages[-1].fields.evidence),
        reason="why",
        charset_source="bom",
    )
    archive.publish(batch, pages, PIPELINE)
    archive.promote(PIPELINE)
    return Path(archive.data_path())


def _nothing() -> CleanedPage:
    return CleanedPage("", "", (), (), Fields(), Status.FAILED, "nothing was read")


def files(folder: Path) -> list[str]:
    """Return what the pattern ``*/*.parquet`` finds."""
    return sorted(map(str, folder.glob("*/*.parquet")))


def by_duckdb(pattern: str) -> pa.Table:
    """Read with DuckDB, whose zone is that of the machine unless it is told."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        sql = f"select * from read_parquet('{pattern}', hive_partitioning = true)"
        return connection.sql(sql).to_arrow_table()


def by_pandas(source: str | list[str]) -> pa.Table:
    """Read with pandas, whose own types know no nested values and no nulls among numbers."""
    frame = pd.read_parquet(source, dtype_backend="pyarrow")
    return pa.Table.from_pandas(frame, preserve_index=False)


def by_pyarrow(source: str | list[str]) -> pa.Table:
    """Read as a pyarrow dataset; the day is a date if its type is given."""
    day = ds.partitioning(pa.schema([(DAY, pa.date32())]), flavor="hive")
    return ds.dataset(source, format="parquet", partitioning=day).to_table()


READERS: dict[str, Callable[[Path], pa.Table]] = {
    "duckdb, folder": lambda folder: by_duckdb(f"{folder}/**/*.parquet"),
    "duckdb, files": lambda folder: by_duckdb(f"{folder}/*/*.parquet"),
    "polars, folder": lambda folder: pl.read_parquet(folder).to_arrow(),
    "polars, files": lambda folder: pl.read_parquet(files(folder), hive_partitioning=True).to_arrow(),
    "polars, pattern": lambda folder: (
        pl.scan_parquet(f"{folder}/*/*.parquet", hive_partitioning=True).collect().to_arrow()
    ),
    "pandas, folder": lambda folder: by_pandas(str(folder)),
    "pandas, files": lambda folder: by_pandas(files(folder)),
    "pyarrow, folder": lambda folder: by_pyarrow(str(folder)),
    "pyarrow, files": lambda folder: by_pyarrow(files(folder)),
}


@pytest.fixture(scope="module")
def expected(folder: Path) -> pa.Table:
    """Return what stands in the files, read one by one without any reader's view of folders."""
    tables = []
    for path in map(Path, files(folder)):
        table = pq.ParquetFile(path).read()
        day = date.fromisoformat(path.parent.name.partition("=")[2])
        tables.append(table.append_column(DAY, pa.array([day] * len(table), pa.date32())))
    return normal(pa.concat_tables(tables))


def normal(table: pa.Table) -> pa.Table:
    """Return a table with the one form of each type that has several in memory, in one order of rows."""
    fields = [pa.field(field.name, plain(field.type)) for field in table.schema]
    order = [(name, "ascending") for name in ("capture_id",)]
    return table.cast(pa.schema(fields)).select([*SCHEMA.names, DAY]).sort_by(order).combine_chunks()


def plain(kind: pa.DataType) -> pa.DataType:
    """Return a type without what only says how it lies in memory: large, view, names of list items."""
    if pa.types.is_dictionary(kind):
        return plain(kind.value_type)
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.list_(pa.field("item", plain(kind.value_type)))
    if pa.types.is_struct(kind):
        return pa.struct([(field.name, plain(field.type)) for field in kind])
    return kind


@pytest.mark.parametrize("reader", READERS)
def test_rows_and_types_are_the_same(reader: str, folder: Path, expected: pa.Table) -> None:
    """Every column, nested ones too: names, types, values, nulls; and the day as partition column."""
    found = READERS[reader](folder)
    assert sorted(found.column_names) == sorted([*SCHEMA.names, DAY])
    day = plain(found.schema.field(DAY).type)
    assert day == (pa.string() if reader.startswith("pandas") else pa.date32())
    at = found.column_names.index(DAY)
    found = found.set_column(at, DAY, found[DAY].cast(plain(found[DAY].type)).cast(pa.date32()))
    read = normal(found)
    assert read.schema.equals(expected.schema)
    for name in expected.column_names:
        assert read[name].to_pylist() == expected[name].to_pylist(), name


def test_the_matrix_has_every_type_with_and_without_a_value(expected: pa.Table) -> None:
    """No column of the edition that is read is all null or all empty: else the matrix would show little."""
    empty = [
        name
        for name in expected.column_names
        if all(value in (None, []) for value in expected[name].to_pylist())
    ]
    assert empty == []
    assert expected[DAY].to_pylist().count(date(1, 1, 1)) == 1
    nullable = {name for name in expected.column_names if expected[name].null_count}
    assert {"url", "captured_at", "title", "http_status", "language_score", "published_at"} <= nullable


@pytest.mark.parametrize("reader", ["duckdb", "polars", "pyarrow"])
def test_the_day_leaves_files_unread(reader: str, folder: Path) -> None:
    """A question about one day reads its files, and the first one for the columns: others may be broken."""
    copy = folder.with_name(f"copy-{reader}")
    first, *_rest = map(Path, files(folder))
    for path in map(Path, files(folder)):
        target = copy / path.parent.name / path.name
        target.parent.mkdir(parents=True)
        is_needed = path == first or "2024-02-29" in path.parent.name
        target.write_bytes(path.read_bytes() if is_needed else b"broken " * 100)
    day = date(2024, 2, 29)
    if reader == "duckdb":
        table = f"read_parquet('{copy}/*/*.parquet', hive_partitioning = true)"
        sql = f"select * from {table} where {DAY} = '{day}'"
        with duckdb.connect() as connection:
            rows = len(connection.execute(sql).fetchall())
    elif reader == "polars":
        rows = pl.scan_parquet(copy, hive_schema={DAY: pl.Date}).filter(pl.col(DAY) == day).collect().height
    else:
        partitioning = ds.partitioning(pa.schema([(DAY, pa.date32())]), flavor="hive")
        source = ds.dataset(str(copy), format="parquet", partitioning=partitioning)
        rows = source.count_rows(filter=ds.field(DAY) == day)
    assert rows == 3
