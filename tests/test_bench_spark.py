"""The comparison with Spark: what it tells apart, and what it says where Spark is not."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pytest

from bench import spark

TABLE = pa.table({"capture_id": ["a", "b"], "rows": pa.array([1, None], pa.int16()), "tags": [["x"], []]})


@pytest.mark.parametrize(
    ("found", "differences"),
    [
        (TABLE, []),
        (TABLE.take([1, 0]), []),
        (TABLE.slice(0, 1), ["1 rows, not 2"]),
        (TABLE.drop_columns("tags"), ["tags: in one of the two only"]),
        (TABLE.set_column(1, "rows", pa.array([1, None], pa.int32())), ["rows: int32, not int16"]),
        (TABLE.set_column(1, "rows", pa.array([1, 0], pa.int16())), ["rows: other values"]),
    ],
)
def test_differences_are_named(found: pa.Table, differences: list[str]) -> None:
    """Rows, columns, types, values and nulls; the order of rows does not matter."""
    assert list(spark.find_differences(found, TABLE)) == differences


@pytest.mark.skipif(find_spec("pyspark") is not None, reason="Spark is installed here")
def test_without_spark_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The command names the extra to install."""
    monkeypatch.setattr(sys, "argv", ["spark", "--archive", str(tmp_path)])
    with pytest.raises(SystemExit, match=r"strigil\[spark\]"):
        spark.main()
