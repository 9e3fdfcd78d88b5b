"""``strigil sql``: ask the archive."""

from __future__ import annotations

import csv
import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import DEFAULT_ARCHIVE, ArchiveOption, open_archive, stdout
from flows.errors import FlowError, UsageError

if TYPE_CHECKING:
    from archive.read import Answer

MAX_CELL_CHARS = 200
MAX_TABLE_ROWS = 1_000


def sql(
    query: Annotated[str, typer.Argument(help="SQL in DuckDB's dialect.", metavar="QUERY")],
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    *,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, whole values.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a row, whole values.")
    ] = False,
) -> None:
    """Ask the archive in SQL: views documents, edits, fields, runs.

    Example: strigil sql "select label, count(*) from edits group by label order by 2 desc"
    """
    if as_csv and as_json:
        raise UsageError("Choose one of --csv and --json.")
    answer = _ask(query, archive)
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(answer.columns)
        writer.writerows(answer.rows)
    elif as_json:
        for row in answer.rows:
            print(json.dumps(dict(zip(answer.columns, row, strict=True)), ensure_ascii=False, default=str))
    else:
        _print_table(answer)


def _ask(query: str, archive: ArchiveOption) -> Answer:
    """Run a query over the archive's views."""
    opened = open_archive(archive)
    from archive.errors import SqlError
    from archive.read import ask

    try:
        return ask(opened, query)
    except SqlError as error:
        lines = [line for line in str(error).splitlines() if line.strip()]
        hint = 'Views: documents, edits, fields, runs; try: strigil sql "describe documents"'
        raise FlowError("\n".join([*lines, hint])) from error


def _print_table(answer: Answer) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    columns, rows = answer
    console = stdout()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for index, column in enumerate(columns):
        numeric = all(isinstance(row[index], int | float | None) for row in rows)
        table.add_column(column, justify="right" if numeric and rows else "left", overflow="fold")
    for row in rows[:MAX_TABLE_ROWS]:
        table.add_row(*(Text(_cell(value)) for value in row))
    console.print(table)
    if len(rows) > MAX_TABLE_ROWS:
        console.print(f"… {len(rows) - MAX_TABLE_ROWS:,} more rows: --csv or --json prints all of them")


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    return text if len(text) <= MAX_CELL_CHARS else text[: MAX_CELL_CHARS - 1] + "…"
