"""Dates of markup, as machines and as people wrote them, to ISO 8601 in UTC.

The length of the value is its precision: ``2020``, ``2020-07``, ``2020-07-08``,
``2020-07-08T09:11Z``, ``2020-07-08T09:11:05Z``. A time whose zone is not stated is read as UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from cleaners.grammars.dates import to_moment

MAX_DATE_CHARS: Final = 80
MIN_YEAR: Final = 1970
"""No page is older; an earlier date is an unset clock or the subject of the story."""

# Linear: bounded digits and single optional parts.
_ISO: Final = re.compile(
    r"(\d{4})(?:-?(\d{2})(?:-?(\d{2})(?:[T ]\s?(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d{1,9})?)?"
    r"\s?(Z|[+-]\d{2}:?(?:\d{2})?)?)?)?)?",
    re.IGNORECASE,
)


def to_iso(text: str) -> str | None:
    """Return a date of any precision in UTC, None where the text is no date and nothing else.

    >>> to_iso("2020-07-08T11:11:05+02:00"), to_iso("July 8, 2020"), to_iso("20200708")
    ('2020-07-08T09:11:05Z', '2020-07-08', '2020-07-08')
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
    try:
        limit = (known.astimezone(UTC) + timedelta(days=1)).isoformat()
    except OverflowError:
        return False
    return value[:16].removesuffix("Z") > limit[: min(len(value), 16)]


def _from_words(text: str) -> str | None:
    moment = to_moment(text)
    return moment.value if moment and len(moment.rest) <= 2 else None


def _from_iso(match: re.Match[str]) -> str | None:
    """Return the value of an ISO date, None when there is no such day or hour."""
    year, month, day, hour, minute, second, zone = match.groups()
    try:
        moment = datetime(
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0),
            tzinfo=UTC,
        ) - _to_offset(zone)  # fmt: skip
    except (ValueError, OverflowError):
        return None
    if moment.year < MIN_YEAR:
        return None
    if hour is None:
        return "-".join(part for part in (year, month, day) if part)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ" if second else "%Y-%m-%dT%H:%MZ")


def _to_offset(zone: str | None) -> timedelta:
    """Return what a zone is ahead of UTC."""
    if not zone or zone in "Zz":
        return timedelta()
    digits = zone[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return offset if zone[0] == "+" else -offset
