"""``strigil publish``: an edition as a table of a lake."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli_options import (
    DEFAULT_ARCHIVE,
    ArchiveOption,
    EditionOption,
    find_edition,
    open_archive,
    stdout,
)
from flows.errors import UsageError


def publish(
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    edition: EditionOption = None,
    iceberg: Annotated[
        Path | None, typer.Option(help="An Iceberg table and its SQLite catalog, in DIR.", metavar="DIR")
    ] = None,
    delta: Annotated[Path | None, typer.Option(help="A Delta table in DIR.", metavar="DIR")] = None,
    *,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Empty the table and forget it.")] = False,
) -> None:
    """Show an edition as an Iceberg or Delta table; its files are registered where they are.

    Published again, a table shows the new edition instead, in one commit. An edition that a table
    shows cannot be dropped. Example: strigil publish --iceberg lake --archive news
    """
    tables = [(kind, folder) for kind, folder in (("iceberg", iceberg), ("delta", delta)) if folder]
    if not tables:
        raise UsageError("Say where to publish: --iceberg DIR or --delta DIR.")
    opened = open_archive(archive)
    edition = find_edition(opened, edition)
    from archive import lake

    for kind, folder in tables:
        if withdraw:
            lake.withdraw(opened, kind, folder)
            text = f"{folder} shows nothing of {archive} any more."
        else:
            published = lake.publish(opened, kind, folder, edition=edition)
            text = f"{folder} shows edition {published.edition} as {kind.capitalize()} table."
        stdout().print(text, markup=False, soft_wrap=True)
