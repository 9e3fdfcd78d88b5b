"""``strigil report``: a page to look at."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import (
    DEFAULT_ARCHIVE,
    ArchiveOption,
    EditionOption,
    check_page,
    find_edition,
    open_archive,
    stdout,
)
from flows.errors import UsageError

if TYPE_CHECKING:
    from datetime import date

_DAY = typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Only captures of these days, in UTC.")


def report(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    edition: EditionOption = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="The page to write.")] = Path(
        "strigil-report.html"
    ),
    captures: Annotated[int, typer.Option(min=0, max=2_000, help="Captures to show in full.")] = 60,
    site: Annotated[str, typer.Option(help="Only this host.", metavar="HOST")] = "",
    since: Annotated[datetime | None, _DAY] = None,
    until: Annotated[datetime | None, _DAY] = None,
) -> None:
    """Write one HTML page that shows an edition: counts, plots, phrases, captures before and after.

    The page needs no network.
    Example: strigil report --archive news --out news.html
    """
    if since and until and since > until:
        raise UsageError(f"--since {since:%Y-%m-%d} comes after --until {until:%Y-%m-%d}: turn them round.")
    opened = open_archive(archive)
    check_page(out)
    from flows.review import write_scope
    from flows.review_numbers import Scope

    scope = Scope(find_edition(opened, edition), site or None, _day(since), _day(until))
    written = write_scope(opened, out, scope, captures=captures)
    size = written.stat().st_size
    stdout().print(f"{written} ({size / 1e6:.1f} MB): open it in a browser.", markup=False, soft_wrap=True)


def _day(value: datetime | None) -> date | None:
    return value.date() if value else None
