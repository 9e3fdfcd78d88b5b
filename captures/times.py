"""The ways tables and WARC headers write an instant, read as aware UTC datetimes."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Final

_WARC_DIGITS: Final = re.compile(r"(?:19|20)\d{12}")
"""``20200708091100``, as wayback machines write it. Linear: fixed length."""

_NUMBER: Final = re.compile(r"-?\d{1,19}(?:\.\d{1,9})?")
"""An epoch as text. Linear: each repetition is bounded."""

_EPOCH_UNITS: Final = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (float("inf"), 1e9))
"""Below the first bound seconds, then milli-, micro- and nanoseconds: each bound is the year 5138."""


def to_instant(value: object) -> datetime | None:
    """Return the instant a cell means, in UTC, or None when it means none.

    Times without a zone are read as UTC.

    >>> to_instant("20200708091100").isoformat()
    '2020-07-08T09:11:00+00:00'
    >>> to_instant(1594199460) == to_instant(1594199460000) == to_instant("2020-07-08T11:11:00+02:00")
    True
    >>> to_instant("yesterday") is None
    True
    """
    try:
        match value:
            case datetime():
                return _in_utc(value)
            case date():
                return datetime(value.year, value.month, value.day, tzinfo=UTC)
            case bytes():
                return _from_text(value.decode("ascii").strip())
            case str():
                return _from_text(value.strip())
            case int() | float() if not isinstance(value, bool):
                return _from_number(value)
    except (ValueError, OverflowError, OSError):
        pass  # a time that says nothing is no time: the caller knows a second best
    return None


def _in_utc(when: datetime) -> datetime:
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def _from_number(number: float) -> datetime:
    digits = str(number)
    if _WARC_DIGITS.fullmatch(digits):
        return _from_text(digits)
    unit = next((unit for bound, unit in _EPOCH_UNITS if abs(number) < bound), 1.0)
    return datetime.fromtimestamp(number / unit, UTC)


def _from_text(text: str) -> datetime:
    if _WARC_DIGITS.fullmatch(text):
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    if _NUMBER.fullmatch(text) and len(text) > 8:  # shorter: the year or date of ISO 8601's basic form
        return _from_number(float(text) if "." in text else int(text))
    return _in_utc(datetime.fromisoformat(text))
