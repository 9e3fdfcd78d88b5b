"""``strigil sql``: ask the archive."""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import (
    DEFAULT_ARCHIVE,
    ArchiveOption,
    EditionOption,
    check_file,
    find_edition,
    open_archive,
    print_json,
    stdout,
)
from flows.errors import FlowError, UsageError

if TYPE_CHECKING:
    from archive.read import Answer

MAX_CELL_CHARS = 200
MAX_TABLE_ROWS = 1_000


def sql(  # noqa: PLR0913 - one parameter an option of the command line
    query: Annotated[str, typer.Argument(help="SQL in DuckDB's dialect.", metavar="QUERY")],
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    edition: EditionOption = None,
    *,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, whole values.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a row, whole values.")
    ] = False,
    parquet: Annotated[
        Path | None, typer.Option("--parquet", help="Write a Parquet file instead.", metavar="FILE")
    ] = None,
) -> None:
    """Ask the archive in SQL; nothing can be changed by it.

    Views: documents, edits, fields, duplicates, shared_quotes, versions, runs, tombstones, gathered.
    Example: strigil sql "select label, count(*) from edits group by label order by 2 desc"
    """
    if as_csv + as_json + (parquet is not None) > 1:
        raise UsageError("Choose one of --csv, --json and --parquet.")
    opened = open_archive(archive)
    edition = find_edition(opened, edition)
    from archive.read import ask, save

    if parquet is not None:
        check_file(parquet)
        with _told():
            rows = save(opened, query, parquet, edition=edition)
        stdout().print(f"{rows:,} rows in {parquet}", markup=False, soft_wrap=True)
        return
    with _told():
        answer = ask(opened, query, edition=edition)
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(answer.columns)
        writer.writerows([_to_field(value) for value in row] for row in answer.rows)
    elif as_json:
        _print_objects(answer)
    else:
        _print_table(answer)


@contextmanager
def _told() -> Iterator[None]:
    """Tell a person what was wrong with a question, and which views there are."""
    from archive.errors import SqlError

    try:
        yield
    except SqlError as error:
        lines = [line for line in str(error).splitlines() if line.strip()]
        hint = (
            "Views: documents, edits, fields, duplicates, shared_quotes, versions, runs, tombstones, "
            'gathered; try: strigil sql "describe documents"'
        )
        raise FlowError("\n".join([*lines, hint])) from error


def _print_objects(answer: Answer) -> None:
    """Print an object a row; two columns of one name would be one."""
    twice = sorted({name for name in answer.columns if answer.columns.count(name) > 1})
    if twice:
        raise UsageError(f"Two columns are called {twice[0]}: give one of them another name with `as`.")
    for row in answer.rows:
        print_json({name: _to_plain(value) for name, value in zip(answer.columns, row, strict=True)})


def _to_field(value: object) -> object:
    """Return a value for CSV: what has parts as JSON, bytes as SQL writes them."""
    plain = _to_plain(value)
    if isinstance(plain, dict | list):
        return json.dumps(plain, ensure_ascii=False, default=str)
    return value if isinstance(value, float) else plain


def _to_plain(value: object) -> object:
    r"""Return a value that JSON has; for what it has not, such as a time, ``str`` is left to do.

    >>> _to_plain({"score": float("nan"), "seen": [b"caf\\xe9"]})
    {'score': None, 'seen': ['caf\\\\xe9']}
    """
    match value:
        case float() if not math.isfinite(value):
            return None
        case bytes():
            return value.decode("ascii", "backslashreplace")
        case dict():
            return {str(key): _to_plain(part) for key, part in value.items()}
        case list() | tuple():
            return [_to_plain(part) for part in value]
    return value


def _print_table(answer: Answer) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from flows.terminal import to_visible

    columns, rows = answer
    console = stdout()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for index, column in enumerate(columns):
        numeric = all(isinstance(row[index], int | float | None) for row in rows)
        table.add_column(
            Text(to_visible(column)), justify="right" if numeric and rows else "left", overflow="fold"
        )
    for row in rows[:MAX_TABLE_ROWS]:
        table.add_row(*(Text(to_visible(_cell(value))) for value in row))
    console.print(table)
    if len(rows) > MAX_TABLE_ROWS:
        console.print(f"… {len(rows) - MAX_TABLE_ROWS:,} more rows: --csv or --json prints all of them")


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    return text if len(text) <= MAX_CELL_CHARS else text[: MAX_CELL_CHARS - 1] + "…"
