"""``strigil report``: a page to look at."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import DEFAULT_ARCHIVE, ArchiveOption, open_archive, stdout
from flows.errors import FlowError

if TYPE_CHECKING:
    from datetime import date

DayOption = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")]


def report(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    edition: Annotated[str, typer.Option(help="Edition to show; the current one if none is named.")] = "",
    out: Annotated[Path, typer.Option("--out", "-o", help="The page to write.")] = Path(
        "strigil-report.html"
    ),
    captures: Annotated[int, typer.Option(min=0, max=2_000, help="Captures to show in full.")] = 60,
    site: Annotated[str, typer.Option(help="Only this host.", metavar="HOST")] = "",
    since: DayOption = None,
    until: DayOption = None,
) -> None:
    """Write one HTML page that shows an edition: counts, plots, phrases, captures before and after.

    The page needs no network. --since and --until keep to captures of those days.
    Example: strigil report --archive news --out news.html
    """
    opened = open_archive(archive)
    from flows.review import write_scope
    from flows.review_numbers import Scope

    scope = Scope(edition or None, site or None, _day(since), _day(until))
    try:
        written = write_scope(opened, out, scope, captures=captures)
    except OSError as error:
        raise FlowError(f"{out} cannot be written: {error.strerror}. Name another with --out.") from error
    size = written.stat().st_size
    stdout().print(f"{written} ({size / 1e6:.1f} MB): open it in a browser.", markup=False, soft_wrap=True)


def _day(value: datetime | None) -> date | None:
    return value.date() if value else None
