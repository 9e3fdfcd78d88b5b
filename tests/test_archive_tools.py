"""Every tool reads an edition as it is: DuckDB, Polars, pyarrow and pandas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from archive.archive import Archive
from cleaners.values import Edit
from tests.archive_builders import PIPELINE, fill, make_capture, make_page

Rows = list[tuple[Any, ...]]
_COLUMNS = ["capture_id", "text", "edits", "tags", "captured_at"]


def _with_duckdb(data: Path) -> Rows:
    query = f"select {', '.join(_COLUMNS)}, capture_date from read_parquet('{data}/**/*.parquet')"
    return duckdb.execute(f"set TimeZone = 'UTC'; {query}").fetchall()


def _with_polars(data: Path) -> Rows:
    return pl.read_parquet(data).select(*_COLUMNS, "capture_date").rows()


def _with_pyarrow(data: Path) -> Rows:
    day = pa.schema([("capture_date", pa.date32())])
    table = ds.dataset(data, partitioning=ds.partitioning(day, flavor="hive")).to_table()
    return [tuple(row[name] for name in (*_COLUMNS, "capture_date")) for row in table.to_pylist()]


def _with_pandas(data: Path) -> Rows:
    frame = pd.read_parquet(data)
    return [
        (
            row.capture_id,
            row.text,
            list(row.edits),
            list(row.tags),
            row.captured_at,
            pd.Timestamp(row.capture_date),
        )
        for row in frame.itertuples()
    ]


@pytest.mark.parametrize("read", [_with_duckdb, _with_polars, _with_pyarrow, _with_pandas])
def test_every_tool_reads_an_edition(read: Callable[[Path], Rows], tmp_path: Path) -> None:
    """Nested edits, lists, instants and the day of the folder, also of captures without a date."""
    archive = Archive.open(tmp_path)
    captures = [make_capture(n) for n in range(6)]
    captures.append(replace(make_capture(6), captured_at=None, captured_at_source=None))
    batch = fill(archive, captures)
    archive.promote(PIPELINE)
    found = {row[0]: row for row in read(tmp_path / "clean" / "current" / "data")}
    assert len(found) == 7
    for key, capture in zip(batch.capture_ids, captures, strict=True):
        page = make_page(capture)
        _key, text, edits, tags, captured_at, day = found[key]
        assert text == page.text
        assert tuple(Edit(**edit) for edit in edits) == page.edits
        assert tuple(tags) == page.fields.tags
        if capture.captured_at is not None:
            assert captured_at == capture.captured_at
            assert (day.year, day.month, day.day) == capture.captured_at.timetuple()[:3]
        else:
            assert (day.year, day.month, day.day) == (1, 1, 1)
