"""Dates of markup, as machines and as people wrote them, to ISO 8601.

The length of the value before its zone is its precision: ``2020``, ``2020-07``, ``2020-07-08``,
``2020-07-08T11:11+02:00``, ``2020-07-08T09:11:05Z``. The zone stays the one that was stated, as the day
a page names is the day where it was written; a time whose zone is not stated is read as UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from cleaners.grammars.dates import to_moment

MAX_DATE_CHARS: Final = 80
MIN_YEAR: Final = 1970
"""No page is older; an earlier date is an unset clock or the subject of the story."""
_DAY_CHARS: Final = len("2020-07-08")
_FARTHEST_ZONE: Final = timedelta(hours=14)
_ZONE_STEP: Final = timedelta(minutes=15)
_PRECISIONS: Final = {4: "year", 7: "month", 10: "day", 16: "minute", 19: "second"}
# Linear: fixed widths at the end.
_ZONE: Final = re.compile(r"(?:Z|[+-]\d\d:\d\d)\Z")

# Linear: bounded digits and single optional parts.
_ISO: Final = re.compile(
    r"(\d{4})(?:-?(\d{2})(?:-?(\d{2})(?:[T ]\s?(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,:]\d{1,9})?)?"
    r"\s?(Z|[+-]\d{2}:?(?:\d{2})?)?)?)?)?",
    re.IGNORECASE,
)


def to_iso(text: str) -> str | None:
    """Return a date of any precision, None where the text is no date and nothing else.

    >>> to_iso("2020-07-08T11:11:05+02:00"), to_iso("July 8, 2020"), to_iso("20200708")
    ('2020-07-08T11:11:05+02:00', '2020-07-08', '2020-07-08')
    >>> to_iso("2 days ago"), to_iso("1970-01-01T00:00:00Z"), to_iso("2020-13-01")
    (None, None, None)
    """
    text = text.strip()
    if not 4 <= len(text) <= MAX_DATE_CHARS:
        return None
    match = _ISO.fullmatch(text)
    value = _from_iso(match) if match else _from_words(text)
    return value if value and int(value[:4]) >= MIN_YEAR and value[:10] != "1970-01-01" else None


def is_after(value: str, captured_at: datetime | None) -> bool:
    """Return whether a date lies more than a day after the capture, which no publication can."""
    if captured_at is None:
        return False
    known = captured_at if captured_at.tzinfo else captured_at.replace(tzinfo=UTC)
    moment = to_time(value)
    try:
        return moment is not None and moment - known > timedelta(days=1)
    except OverflowError:
        return False


def to_time(value: str) -> datetime | None:
    """Return the instant of a value in the zone it states; None when it is none.

    >>> to_time("2020-07").isoformat(), to_time("2020-07-08T01:11+02:00").isoformat()
    ('2020-07-01T00:00:00+00:00', '2020-07-08T01:11:00+02:00')
    """
    padded = value + "-01-01"[len(value) - 4 :] if len(value) in {4, 7} else value
    try:
        moment = datetime.fromisoformat(padded)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def to_local(value: str, shown: Iterable[str]) -> str:
    """Return a time that is stated in UTC in the zone in which the page shows it to readers.

    In the wild: a CMS states ``2021-11-04T23:00Z`` for what it prints as 5 November: midnight there.
    Left alone: times with a zone of their own, pages that show the day as it is in UTC as well, and shown
    times that no zone explains: midnight is at a full hour.

    >>> to_local("2021-11-04T23:00Z", ["2021-11-05"]), to_local("2020-02-25T02:25:54Z", ["2020-02-24T21:25Z"])
    ('2021-11-05T00:00+01:00', '2020-02-24T21:25:54-05:00')
    >>> to_local("2021-11-04T23:00Z", ["2021-11-09", "2021-11-04T10:07Z"])
    '2021-11-04T23:00Z'
    >>> to_local("2021-11-04T12:15:27Z", ["2021-11-05"])
    '2021-11-04T12:15:27Z'
    """
    moment = to_time(value) if value.endswith("Z") else None
    others = list(shown) if moment else []
    if value[:_DAY_CHARS] in others:
        return value
    for other in others:
        there = to_time(other)
        if moment is None or there is None or not (len(other) == _DAY_CHARS or other.endswith("Z")):
            continue
        ahead = there.replace(second=0) - moment.replace(second=0)
        is_zone = len(other) > _DAY_CHARS or (timedelta() < ahead and not moment.second)
        if ahead and is_zone and abs(ahead) <= _FARTHEST_ZONE and not ahead % _ZONE_STEP:
            timespec = "seconds" if to_precision(value) == "second" else "minutes"
            return moment.astimezone(timezone(ahead)).isoformat(timespec=timespec)
    return value


def to_precision(value: str) -> str:
    """Return how exact a value is.

    >>> to_precision("2020-07"), to_precision("2020-07-08T09:11Z"), to_precision("2020-07-08T11:11+02:00")
    ('month', 'minute', 'minute')
    """
    return _PRECISIONS.get(len(_ZONE.sub("", value)), "second")


def _from_words(text: str) -> str | None:
    moment = to_moment(text)
    return moment.value if moment and len(moment.rest) <= 2 else None


def _from_iso(match: re.Match[str]) -> str | None:
    """Return the value of an ISO date, None when there is no such day or hour."""
    year, month, day, hour, minute, second, zone = match.groups()
    try:
        moment = datetime(
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0),
            tzinfo=timezone(_to_offset(zone)),
        )  # fmt: skip
    except (ValueError, OverflowError):
        return None
    if moment.year < MIN_YEAR:
        return None
    if hour is None:
        return "-".join(part for part in (year, month, day) if part)
    return moment.isoformat(timespec="seconds" if second else "minutes").replace("+00:00", "Z")


def _to_offset(zone: str | None) -> timedelta:
    """Return what a zone is ahead of UTC."""
    if not zone or zone in "Zz":
        return timedelta()
    digits = zone[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return offset if zone[0] == "+" else -offset
