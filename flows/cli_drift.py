"""``strigil drift``: which sites changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import (
    DEFAULT_ARCHIVE,
    ArchiveOption,
    EditionOption,
    find_edition,
    open_archive,
    print_json,
    stdout,
)

if TYPE_CHECKING:
    from flows.drift import SiteDrift


def drift(
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    edition: EditionOption = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a change.")] = False,
) -> None:
    """Judge every site by its own past, and name those that changed, with the lines that are new.

    Exit code 1 if a site changed in its latest days. Example: strigil drift --archive news
    """
    opened = open_archive(archive)
    from flows.drift import find_drift, headline, to_rows

    report = find_drift(opened, edition=find_edition(opened, edition))
    if as_json:
        for row in to_rows(report):
            print_json(row)
    else:
        stdout().print(headline(report), markup=False, soft_wrap=True)
        for found in report.drifts:
            _print(found)
    if report.news:
        raise typer.Exit(1)


def _print(found: SiteDrift) -> None:
    from rich.text import Text

    from flows.drift import to_words

    console = stdout()
    alarm = found.alarm
    days = f"{alarm.period.first} to {alarm.period.last}, {alarm.period.captures:,} captures"
    console.print(Text.assemble((alarm.site, "bold"), f"  {days}"), soft_wrap=True)
    for change in alarm.changes:
        console.print(Text(f"  {to_words(change)}", "yellow"), soft_wrap=True)
    for line in found.lines:
        fate = "kept" if line.kept else "removed"
        console.print(Text(f"    {line.captures:>5,} × {fate:<7} {line.text}"), soft_wrap=True)
