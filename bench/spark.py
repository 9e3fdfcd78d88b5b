"""Spark reads an edition, and sees the rows and types that the files hold, or says what differs.

    pip install 'strigil[spark]'
    python -m bench.spark --archive news

Compares every column of every row with what pyarrow reads of the same files. Needs Java.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.dataset as ds

from archive.archive import Archive

_DAY: Final = "capture_date"


def compare(folder: Path) -> Iterator[str]:
    """Yield every difference between what Spark and what pyarrow reads below a folder."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra

    session = (
        SparkSession.builder.master("local[2]")
        .appName("strigil")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    try:
        found = session.read.parquet(str(folder)).toArrow()
    finally:
        session.stop()
    day = ds.partitioning(pa.schema([(_DAY, pa.date32())]), flavor="hive")
    expected = ds.dataset(str(folder), format="parquet", partitioning=day).to_table()
    print(
        f"{found.num_rows:,} rows, {found.num_columns} columns by Spark; {expected.num_rows:,} in the files"
    )
    yield from find_differences(found, expected)


def find_differences(found: pa.Table, expected: pa.Table) -> Iterator[str]:
    """Yield the columns whose names, types or values differ; rows are put in order by their key."""
    for name in sorted({*found.column_names} ^ {*expected.column_names}):
        yield f"{name}: in one of the two only"
    if found.num_rows != expected.num_rows:
        yield f"{found.num_rows} rows, not {expected.num_rows}"
        return
    found, expected = found.sort_by("capture_id"), expected.sort_by("capture_id")
    for field in expected.schema:
        if field.name in found.column_names:
            kind = found.schema.field(field.name).type
            if not kind.equals(field.type):
                yield f"{field.name}: {kind}, not {field.type}"
            elif found[field.name].to_pylist() != expected[field.name].to_pylist():
                yield f"{field.name}: other values"


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--archive", required=True)
    parser.add_argument("--edition")
    arguments = parser.parse_args()
    if find_spec("pyspark") is None:
        sys.exit("Spark is not installed: pip install 'strigil[spark]'")
    if shutil.which("java") is None:
        sys.exit("Spark needs Java 17 or newer, and there is no java on the PATH.")
    archive = Archive.open(arguments.archive, create=False)
    differences = list(compare(Path(archive.data_path(arguments.edition))))
    sys.exit("\n".join(differences) if differences else 0)


if __name__ == "__main__":
    main()
