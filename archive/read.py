"""Asking the archive in SQL: the one door to DuckDB.

Views: ``documents`` (a row a capture), ``edits`` (a row a change, with what it took out),
``fields`` (a row a candidate value), ``runs`` (a row a part file, from the ledger), and those of
``archive.views``.
"""

from __future__ import annotations

import glob
import json
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import duckdb
import pyarrow as pa

from archive.archive import Archive
from archive.errors import SqlError
from archive.local import LocalStore
from archive.schema import SCHEMA
from archive.store import Store
from archive.views import create_gathered, create_link_views, create_tombstones

# Words and spaces in a fixed order, from the start: linear.
_EXPLAIN: Final = re.compile(r"\s*explain\s+(analyze\s+)?", re.IGNORECASE)

_READING: Final = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
"""The parts of a statement, as DuckDB names them, that do nothing but read."""
_RUNS_JSON: Final = "json_execute_serialized_sql"
"""A function that runs any statement."""
_WAITING_THREADS: Final = 16
"""DuckDB reads a file a thread, and on an object store threads mostly wait."""

_RUNS: Final = {
    "path": "varchar",
    "edition": "varchar",
    "capture_date": "date",
    "batch": "varchar",
    "pipeline": "struct(cleaner varchar, version varchar, policy varchar, config_digest varchar)",
    "rows": "bigint",
    "size_bytes": "bigint",
    "part_digest": "varchar",
    "statuses": "map(varchar, bigint)",
    "writer": "varchar",
    "published_at": "timestamptz",
}

_FIELDS: Final = """
create view fields as
select capture_id, url, capture_date, evidence.field as field, evidence.value as value,
    evidence.source as source, evidence.score as score, evidence.start as span_start,
    evidence."end" as span_end, evidence.chosen as chosen
from (select capture_id, url, capture_date, unnest(evidence) as evidence from documents)
"""


def edits_of(view: str) -> str:
    """Return the query for the edits of a view of documents: a row each, with the text it took out."""
    return f"""
select capture_id, url, capture_date, edit.start as span_start, edit."end" as span_end,
    edit.label as label, edit.reason as reason, edit.score as score, edit.replacement as replacement,
    substring(
        removed_text,
        1 + coalesce(sum(edit."end" - edit.start) over (
            partition by capture_id order by edit.start, edit."end"
            rows between unbounded preceding and 1 preceding
        ), 0)::bigint,
        edit."end" - edit.start
    ) as removed
from (select capture_id, url, capture_date, removed_text, unnest(edits) as edit from {view})
"""  # noqa: S608 - the names of our own views


T = TypeVar("T")


class Answer(NamedTuple):
    """What came of a question in SQL."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


@contextmanager
def open_sql(archive: Archive, *, edition: str | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB connection with views over an edition, the current one if none is named.

    No parts of it are exchanged for merged ones meanwhile: DuckDB lists a folder and then looks for each
    file, and passes over those that are gone.
    """
    name = archive.data_name(edition).split("/")[1]
    with archive.store.lock(f"clean/{name}"), duckdb.connect(":memory:") as connection:
        connection.execute("set TimeZone = 'UTC'")
        create_documents(connection, archive, edition=name)
        connection.execute(f"create view edits as {edits_of('documents')}")
        connection.execute(_FIELDS)
        _create_runs(connection, archive.store)
        to_pattern = partial(_pattern, connection, archive.store)
        create_link_views(connection, archive.store, name, to_pattern)
        create_tombstones(connection, archive.store, to_pattern)
        create_gathered(connection, archive.store, to_pattern)
        yield connection


def create_documents(
    connection: duckdb.DuckDBPyConnection,
    archive: Archive,
    *,
    edition: str | None = None,
    view: str = "documents",
) -> None:
    """Create a view of the rows of an edition, the current one's if none is named."""
    folder = archive.data_name(edition)
    if any(archive.store.names(folder)):
        pattern = _pattern(connection, archive.store, f"{folder}/*/*.parquet")
        connection.execute(
            f"create view {view} as select * from read_parquet({pattern}, "  # noqa: S608
            "hive_partitioning = true, hive_types = {'capture_date': date})"
        )
    else:
        day = pa.field("capture_date", pa.date32())
        connection.register(view, SCHEMA.remove_metadata().append(day).empty_table())


def ask(archive: Archive, sql: str, values: Sequence[object] = (), *, edition: str | None = None) -> Answer:
    """Return columns and rows of a query, whose ``?`` stand for the values; raise ``SqlError``.

    A statement that could write anything, anywhere, is refused before it runs.
    """
    try:
        with open_sql(archive, edition=edition) as connection:
            _refuse_writing(connection, sql)
            return heard(connection, partial(_answer, connection, sql, values))
    except duckdb.Error as error:
        raise SqlError(_said(error)) from error


def heard(connection: duckdb.DuckDBPyConnection, work: Callable[[], T]) -> T:
    """Return what a question comes to, asked so that Ctrl-C is heard: DuckDB may not look for hours."""
    with ThreadPoolExecutor(1) as asking:
        answer = asking.submit(work)
        try:
            return answer.result()
        except KeyboardInterrupt:
            connection.interrupt()
            raise


def _answer(connection: duckdb.DuckDBPyConnection, sql: str, values: Sequence[object]) -> Answer:
    result = connection.execute(sql, values)
    return Answer(tuple(column[0] for column in result.description or ()), result.fetchall())


def _said(error: duckdb.Error) -> str:
    """Return DuckDB's words; of a store that failed under it, the store's, which come in a traceback."""
    lines = str(error).splitlines()
    if not lines or not lines[0].startswith("Traceback"):
        return str(error)
    last = next((line for line in lines[1:] if not line.startswith(" ")), lines[0])
    return last.partition(": ")[2] or last


def query(archive: Archive, sql: str, *, edition: str | None = None) -> list[dict[str, Any]]:
    """Return the rows of a query over the views of an edition, a dict each."""
    answer = ask(archive, sql, edition=edition)
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def save(archive: Archive, sql: str, file: Path, *, edition: str | None = None) -> int:
    """Write the rows of a query to a Parquet file and return how many they are; raise ``SqlError``."""
    try:
        with open_sql(archive, edition=edition) as connection:
            _refuse_writing(connection, sql)
            heard(connection, lambda: connection.sql(sql).write_parquet(str(file), compression="zstd"))
            [[rows]] = connection.execute(
                "select num_rows from parquet_file_metadata($1)", [str(file)]
            ).fetchall()
            return int(rows)
    except duckdb.Error as error:
        raise SqlError(_said(error)) from error


def _refuse_writing(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Refuse everything but one question. What ``explain analyze`` explains, it also runs."""
    types = [statement.type for statement in connection.extract_statements(sql)]
    if types == [duckdb.StatementType.EXPLAIN]:
        sql = _EXPLAIN.sub("", sql)
        types = [statement.type for statement in connection.extract_statements(sql)]
    if types != [duckdb.StatementType.SELECT] or not _only_reads(connection, sql):
        raise SqlError(
            "Only one select (or from, with, values, describe, show, summarize, explain) at a time"
        )
    connection.execute("set lock_configuration = true")  # or functions could log and profile into files


def _only_reads(connection: duckdb.DuckDBPyConnection, sql: str) -> bool:
    """Return whether no part of a question writes: a ``with`` may hold ``copy``, ``insert`` and the like."""
    [[tree]] = connection.execute("select json_serialize_sql($1)", [sql]).fetchall()
    parts: list[Any] = [json.loads(tree)]
    if parts[0]["error"]:  # it cannot be looked into
        return False
    while parts:
        part = parts.pop()
        if isinstance(part, dict):
            kind = str(part.get("type"))
            if (kind.endswith("_NODE") and kind not in _READING) or part.get("function_name") == _RUNS_JSON:
                return False
            parts.extend(part.values())
        elif isinstance(part, list):
            parts.extend(part)
    return True


def _create_runs(connection: duckdb.DuckDBPyConnection, store: Store) -> None:
    kind = "struct(" + ", ".join(f"{name} {kind}" for name, kind in _RUNS.items()) + ")"
    if any(store.names("ledger")):
        pattern = _pattern(connection, store, "ledger/**/*.json")
        options = "format = 'newline_delimited', records = true, compression = 'uncompressed'"
        source = f"read_json({pattern}, {options}, columns = {{'content': '{kind}'}})"
    else:
        source = f"(select null::{kind} as content where false)"
    connection.execute(f"create view runs as select unnest(content) from {source}")  # noqa: S608


def _pattern(connection: duckdb.DuckDBPyConnection, store: Store, pattern: str) -> str:
    """Return a pattern of names as an SQL string; in the archive's own path no character is special."""
    if isinstance(store, LocalStore):
        text = f"{glob.escape(store.address())}/{pattern}"
    else:
        text = _open_files(connection, store) + pattern
    return "'" + text.replace("'", "''") + "'"


def _open_files(connection: duckdb.DuckDBPyConnection, store: Store) -> str:
    """Let a connection open files of an object store; return what stands before their names."""
    from archive.sql_files import PREFIX, PROTOCOL, BucketFiles  # noqa: PLC0415 - its package is an extra

    if not connection.filesystem_is_registered(PROTOCOL):
        connection.register_filesystem(BucketFiles(store))
        connection.execute(f"set threads = {_WAITING_THREADS}")
    return PREFIX
