"""The ``strigil`` command: one verb for each thing a person wants, each in a file of its own.

What a verb needs is imported when the verb runs, so that help appears at once.
"""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from flows.cli_clean import clean
from flows.cli_compact import compact
from flows.cli_demo import demo
from flows.cli_diff import diff
from flows.cli_drift import drift
from flows.cli_duplicates import duplicates
from flows.cli_editions import drop_edition, editions, promote, rollback
from flows.cli_errors import STOPPED, ErrorsForPeople, say_error
from flows.cli_explain import explain
from flows.cli_fetch import fetch
from flows.cli_publish import publish
from flows.cli_raw import raw
from flows.cli_reclean import reclean
from flows.cli_report import report
from flows.cli_seal import seal
from flows.cli_sql import sql
from flows.cli_streams import prepare_streams
from flows.cli_takedown import takedown
from flows.cli_up import up
from flows.cli_verify import verify

_HELP = """Scrape the dirt off web captures, and keep both: the story and the dirt.

Captures are HTML or text that somebody has scraped: files, folders, WARC, WET, WACZ, JSONL, Parquet.
Every line gets a label and a reason; nothing is lost; the result is plain Parquet.

[dim]Start here:[/dim]          strigil demo
[dim]Clean a folder:[/dim]      strigil clean scrapes/ --archive news
[dim]See what went, why:[/dim]  strigil explain page.html
[dim]Ask the archive:[/dim]     strigil sql "select status, count(*) from documents group by all"
"""

_NEED_ARGUMENTS = {clean, fetch, explain, sql, takedown, publish, raw, diff, promote, drop_edition}


class Verb(TyperCommand):
    """A verb that says that it was stopped; typer itself ends without a word."""

    def invoke(self, ctx: Any) -> Any:
        """Run the verb."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            say_error(STOPPED)
            raise typer.Exit(130) from None


app = typer.Typer(
    name="strigil",
    help=_HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for verb, panel in (
    (demo, "Begin"),
    (clean, "Clean"),
    (fetch, "Clean"),
    (up, "Schedule"),
    (explain, "Look"),
    (report, "Look"),
    (drift, "Look"),
    (sql, "Look"),
    (duplicates, "Look"),
    (publish, "Look"),
    (raw, "Look"),
    (reclean, "Editions"),
    (editions, "Editions"),
    (diff, "Editions"),
    (promote, "Editions"),
    (rollback, "Editions"),
    (drop_edition, "Editions"),
    (compact, "Editions"),
    (verify, "Trust"),
    (seal, "Trust"),
    (takedown, "Trust"),
):
    app.command(
        verb.__name__.replace("_", "-"),
        cls=Verb,
        rich_help_panel=panel,
        no_args_is_help=verb in _NEED_ARGUMENTS,
    )(verb)


def _print_version(is_asked: bool) -> None:  # noqa: FBT001 - as typer calls it
    if is_asked:
        from importlib.metadata import version

        print(f"strigil {version('strigil')}")
        raise typer.Exit


@app.callback()
def _front(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version  # it has been printed


def main() -> None:
    """Run the command."""
    prepare_streams()
    with ErrorsForPeople():
        try:
            app()
        finally:
            sys.stdout.flush()  # here, where somebody can say that the disk is full
