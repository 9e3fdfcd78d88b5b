"""``strigil sql``: ask the archive."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import DEFAULT_ARCHIVE, ArchiveOption, EditionOption, open_archive, stdout
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
    from archive.read import ask, save

    if parquet is not None:
        with _told():
            rows = save(opened, query, parquet, edition=edition)
        stdout().print(f"{rows:,} rows in {parquet}", soft_wrap=True)
        return
    with _told():
        answer = ask(opened, query, edition=edition)
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(answer.columns)
        writer.writerows(answer.rows)
    elif as_json:
        for row in answer.rows:
            print(json.dumps(dict(zip(answer.columns, row, strict=True)), ensure_ascii=False, default=str))
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
