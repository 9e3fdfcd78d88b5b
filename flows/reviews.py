"""Review pages of runs, and the link to them: ``strigil up`` shows the folder they are in as ``/reviews``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final

from prefect import get_run_logger
from prefect.artifacts import create_link_artifact
from prefect.runtime import flow_run

from archive.archive import Archive
from archive.errors import ArchiveError
from archive.identity import UNDATED
from flows.artifacts import key, publish_report, tell, to_sendable
from flows.new_lines import find_new_lines
from flows.report import RunReport
from flows.review import write_scope
from flows.review_numbers import Scope

FOLDER: Final = "STRIGIL_REVIEWS"
ADDRESS: Final = "STRIGIL_REVIEWS_URL"


def show_run(store: Archive, report: RunReport, more: str = "") -> None:
    """Leave all that there is to see of a run; ``more`` is Markdown behind its report.

    A look at the archive that fails (parts are merged meanwhile, say) costs what it was for, not the run.
    """
    new_lines: list[dict[str, Any]] = []
    with _spared():
        new_lines = find_new_lines(store, report)
    publish_report(report, more, new_lines=new_lines)
    with _spared():
        publish_review(store, report)


@contextmanager
def _spared() -> Iterator[None]:
    try:
        yield
    except (ArchiveError, OSError) as error:
        get_run_logger().warning("Not shown: %s", to_sendable(str(error)))


def publish_review(store: Archive, report: RunReport) -> None:
    """Write the page of the days that a run has cleaned captures of, and leave a link to it."""
    days = sorted(date.fromisoformat(day) for day in report.tally.days if day != UNDATED)
    if report.tally.statuses.total():
        since, until = (days[0], days[-1]) if len(days) == len(report.tally.days) else (None, None)
        publish_page(store, Scope(edition=report.edition, since=since, until=until))


def publish_page(store: Archive, scope: Scope) -> str | None:
    """Write a page and leave a link to it; return its address, None where nobody would show it."""
    folder, address = os.environ.get(FOLDER), os.environ.get(ADDRESS)
    if not folder or not address:
        return None
    path = write_scope(store, Path(folder, f"{flow_run.id or 'review'}.html"), scope)
    link = f"{address}/{path.name}"
    tell(
        lambda: create_link_artifact(
            link, link_text="Review page", key=key("review"), description="Captures line by line"
        )
    )
    return link
