"""The table of short lines that sites never had before, for the report of a run."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from archive.archive import Archive
from archive.identity import UNDATED
from archive.new_lines import find_news
from flows.drift import read_lines
from flows.report import RunReport

MAX_SITES: Final = 20


def find_new_lines(store: Archive, report: RunReport) -> list[dict[str, Any]]:
    """Return a row for each short line that a run, which has just ended, brought to a site first.

    A redesign, a new box, a new newsletter: what no rule was made for yet.
    """
    days = [date.fromisoformat(day) for day in report.tally.days if day != UNDATED]
    since = datetime.now(UTC) - timedelta(seconds=report.seconds)
    news = find_news(store.store, report.edition, days, since)
    return [
        {
            "site": one.site,
            "captures": line.captures,
            "of": one.captures,
            "kept": "yes" if line.kept else "no",
            "line": line.text,
        }
        for one in sorted(news, key=lambda one: -one.captures)[:MAX_SITES]
        for line in read_lines(store, report.edition, one.site, (min(days), max(days)), one.keys)
    ]
