"""The drift alarm: which sites of an archive are no longer what they were, and what is new on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from datetime import date
from typing import Any, Final, NamedTuple

from archive.alarms import MIN_PAST, Alarm, Change, find_alarms
from archive.archive import Archive
from archive.drift import NO_SITE, ShortLine, find_short_lines, key_of, update_drift
from archive.drift_table import to_unit, write_periods
from archive.periods import Period, to_periods
from archive.read import ask
from flows.summary import count

MAX_LINES: Final = 20
_MAX_CAPTURES: Final = 400
"""Captures of a site that are read to find the words of its new lines."""

_ROWS: Final = f"""
select text, removed_text, edits from documents
where coalesce(host, nullif(source, ''), '{NO_SITE}') = ? and capture_date between ? and ?
    and status in ('cleaned', 'review')
order by capture_id limit {_MAX_CAPTURES}
"""  # noqa: S608 - constants of ours
_WORDS: Final = {
    "share_removed": "share of the text that was removed",
    "text_length": "characters kept",
    "no_title": "captures without a title",
    "no_date": "captures without a publication date",
    "not_cleaned": "captures that could not be cleaned",
    "new_lines": "short lines a capture that the site never had",
}
_AS_NUMBERS: Final = {"text_length": "{:,.0f}", "new_lines": "{:,.1f}"}


class NewLine(NamedTuple):
    """A short line that a site never had before: in how many captures, and whether it was kept."""

    text: str
    kept: bool
    captures: int


class SiteDrift(NamedTuple):
    """An alarm, and the lines that are new since it began."""

    alarm: Alarm
    lines: tuple[NewLine, ...]


class DriftReport(NamedTuple):
    """What one look at an edition found. ``judged`` sites have enough past to be judged by."""

    edition: str
    sites: int
    judged: int
    drifts: tuple[SiteDrift, ...]

    @property
    def news(self) -> tuple[SiteDrift, ...]:
        """Return the sites that changed in their latest period."""
        return tuple(drift for drift in self.drifts if drift.alarm.is_new)


def find_drift(archive: Archive, *, edition: str | None = None) -> DriftReport:
    """Bring the memory of an edition up to date, and judge the latest period of every site."""
    name = edition or archive.data_name().split("/")[1]
    archive.data_name(name)  # raises if there is no such edition
    days = update_drift(archive.store, name)
    sites = {site: to_periods(days[site]) for site in sorted(days)}
    write_periods(archive.store, name, sites)
    drifts = tuple(
        SiteDrift(alarm, _read_new_lines(archive, name, alarm, sites[alarm.site]))
        for alarm in find_alarms(sites)
    )
    judged = sum(len(periods) > MIN_PAST for periods in sites.values())
    return DriftReport(name, len(sites), judged, drifts)


def to_words(change: Change) -> str:
    """Return a change in words.

    >>> from datetime import date
    >>> to_words(Change("no_title", 0.02, 1.0, 9.0, date(2026, 3, 1)))
    'captures without a title: 100%, usually 2%, since 2026-03-01'
    """
    form = _AS_NUMBERS.get(change.measure, "{:.0%}")
    value, usual = (form.format(to_unit(change.measure, number)) for number in (change.value, change.usual))
    return f"{_WORDS[change.measure]}: {value}, usually {usual}, since {change.since}"


def headline(report: DriftReport) -> str:
    """Return what a look found, in a sentence.

    >>> headline(DriftReport("balanced-0123abcd", 12, 9, ()))
    'All as usual: 9 of 12 sites have enough past to be judged, and none changed.'
    """
    judged = f"{report.judged:,} of {count(report.sites, 'site')} have enough past to be judged"
    if not report.drifts:
        return f"All as usual: {judged}, and none changed."
    return f"{count(len(report.drifts), 'site')} changed, {len(report.news):,} of them just now; {judged}."


def to_rows(report: DriftReport) -> list[dict[str, Any]]:
    """Return a row a change, for a table."""
    return [
        {
            "site": drift.alarm.site,
            "measure": change.measure,
            "usual": to_unit(change.measure, change.usual),
            "value": to_unit(change.measure, change.value),
            "score": change.score,
            "since": change.since.isoformat(),
            "is_new": change.is_new,
            "first_day": drift.alarm.period.first.isoformat(),
            "last_day": drift.alarm.period.last.isoformat(),
            "captures": drift.alarm.period.captures,
            "new_lines": [line.text for line in drift.lines],
        }
        for drift in report.drifts
        for change in drift.alarm.changes
    ]


def _read_new_lines(
    archive: Archive, edition: str, alarm: Alarm, periods: Sequence[Period]
) -> tuple[NewLine, ...]:
    """Return the words of the lines that are new since an alarm began, the most frequent first."""
    since = min(change.since for change in alarm.changes)
    keys = {key for period in periods if period.first >= since for key in period.new_keys}
    return read_lines(archive, edition, alarm.site, (since, alarm.period.last), keys) if keys else ()


def read_lines(
    archive: Archive, edition: str, site: str, days: tuple[date, date], keys: Set[int]
) -> tuple[NewLine, ...]:
    """Return the words of short lines of a site by their keys, as they stand on these days."""
    answer = ask(archive, _ROWS, [site, *days], edition=edition)
    seen: Counter[ShortLine] = Counter()
    for values in answer.rows:
        row: Mapping[str, Any] = dict(zip(answer.columns, values, strict=True))
        seen.update({line for line in find_short_lines(row) if key_of(line.text) in keys})
    most = sorted(seen.items(), key=lambda item: (-item[1], item[0]))[:MAX_LINES]
    return tuple(NewLine(line.text, line.kept, captures) for line, captures in most)
