"""``strigil clean``: the command that does the work."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli_options import (
    DEFAULT_ARCHIVE,
    ArchiveOption,
    NewPolicyOption,
    check_archive_place,
    leave_if_stopped,
    stderr,
    stdout,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.plan import RunOptions
    from flows.progress import OnProgress
    from flows.report import RunReport
    from flows.stop import StopSwitch

FORMATS = "txt, html, jsonl, parquet, warc or wacz"
Column = Annotated[list[str] | None, typer.Option(help="Column of JSONL or Parquet tables; may be repeated.")]


def clean(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    sources: Annotated[list[str], typer.Argument(help="Files, folders or patterns.", metavar="SOURCE")],
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    policy: NewPolicyOption = None,
    format: Annotated[str, typer.Option(help=f"Read as {FORMATS}, whatever the content says.")] = "",  # noqa: A002
    source_name: Annotated[str, typer.Option(help="A name for the column `source`.")] = "",
    text_column: Column = None,
    html_column: Column = None,
    url_column: Column = None,
    time_column: Column = None,
    workers: Annotated[int, typer.Option(min=0, help="Worker processes; 0: as many as are worth it.")] = 0,
) -> None:
    """Clean captures into an archive; captures that are in it already cost nothing.

    Stop it with Ctrl-C, or kill it: the same command goes on where it stopped. Exit code 0 only when
    every capture has a row. Example: strigil clean scrapes/ old.warc.gz --archive news
    """
    from captures.values import ReadOptions
    from cleaners.values import Policy
    from flows.plan import RunOptions

    named = {
        "text_columns": text_column,
        "html_columns": html_column,
        "url_columns": url_column,
        "time_columns": time_column,
    }
    columns: dict[str, Any] = {name: tuple(values) for name, values in named.items() if values}
    read = ReadOptions(format=format or None, source=source_name, **columns)
    options = RunOptions(Policy(policy.value) if policy else None, read, workers)
    report = clean_sources(sources, archive, options)
    if not report.is_complete:
        raise typer.Exit(1)


def clean_sources(sources: Sequence[str], place: str, options: RunOptions) -> RunReport:
    """Clean sources into the archive at a place, with progress and a summary on the terminal.

    Leaves the process with 130 after Ctrl-C, once everything that has begun is safe.
    """
    check_archive_place(place)
    from archive.archive import Archive
    from flows.plan import check_input
    from flows.run import run
    from flows.stop import StopSwitch
    from flows.summary import print_summary

    check_input(sources, options.read)
    archive = Archive.open(place)
    with StopSwitch() as stop, show_progress(stop) as on_progress:
        report = run(sources, archive, options, stop, on_progress)
    print_summary(stdout(), report, place)
    leave_if_stopped(stop)
    return report


@contextmanager
def show_progress(stop: StopSwitch) -> Iterator[OnProgress]:
    """Show a bar on a terminal, from the second second on; elsewhere nothing."""
    import time

    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from flows.progress import Progress as RunProgress

    console = stderr()
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=console, transient=True,
    )  # fmt: skip
    task = bar.add_task("Reading the list …", total=None)
    started = time.monotonic()

    def on_progress(progress: RunProgress) -> None:
        if not bar.live.is_started and console.is_terminal and time.monotonic() - started > 2:
            bar.start()
        text = "Stopping …" if stop.is_requested() else f"{progress.captures:,} captures"
        bar.update(task, description=text, completed=progress.jobs_done, total=progress.jobs)

    try:
        yield on_progress
    finally:
        bar.stop()
