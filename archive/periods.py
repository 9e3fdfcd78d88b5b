"""Periods: the days of a site put together until they hold enough captures to say something.

A period closes with the day on which it has ``MIN_CAPTURES``. A busy site has one a day, a small
one one a week; what has not closed is not judged. Law: periods depend on the days before them only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from math import log1p, nan
from typing import Final, NamedTuple

from archive.drift import UNIT, SiteSums

MIN_CAPTURES: Final = 10
MIN_REPEATED_SHARE: Final = 0.2
"""A line that so many captures of a period have is the site's, not a story's."""

MEASURES: Final = ("share_removed", "text_length", "no_title", "no_date", "not_cleaned", "new_lines")


class Value(NamedTuple):
    """A measure in a period: the mean over captures, and the variance from capture to capture."""

    mean: float
    variance: float
    captures: int


_UNKNOWN: Final = Value(nan, nan, 0)


@dataclass(frozen=True, slots=True)
class Period:
    """Some days of a site in a row: values by measure, and the keys of lines that are new in it.

    ``text_length`` is a logarithm, and so is ``new_lines``: of one more than the new lines a capture.
    """

    first: date
    last: date
    captures: int
    values: Mapping[str, Value]
    new_keys: tuple[int, ...] = ()


def to_periods(days: Mapping[date, SiteSums]) -> tuple[Period, ...]:
    """Return the closed periods of a site, in order."""
    periods: list[Period] = []
    seen: set[int] = set()
    sums, first = SiteSums(), None
    for day in sorted(days):
        first = first or day
        sums.add(days[day])
        if sums.captures >= MIN_CAPTURES:
            fresh = new_keys(sums, seen)
            values = _values(sums)
            values["new_lines"] = _new_lines(sums, fresh) if periods else _UNKNOWN
            periods.append(Period(first, day, sums.captures, values, fresh if periods else ()))
            seen.update(sums.lines)
            sums, first = SiteSums(), None
    return tuple(periods)


def _values(sums: SiteSums) -> dict[str, Value]:
    cleaned = sums.cleaned
    return {
        "share_removed": _mean(sums.share_sum, sums.share_squares, cleaned),
        "text_length": _mean(sums.length_sum, sums.length_squares, cleaned),
        "no_title": _share(sums.no_title, cleaned),
        "no_date": _share(sums.no_date, cleaned),
        "not_cleaned": _share(sums.captures - cleaned, sums.captures),
    }


def new_keys(sums: SiteSums, seen: Set[int]) -> tuple[int, ...]:
    """Return the keys of lines that stand in many captures and were never seen before."""
    least = max(2, MIN_REPEATED_SHARE * sums.cleaned)
    return tuple(sorted(key for key, count in sums.lines.items() if count >= least and key not in seen))


def _new_lines(sums: SiteSums, fresh: Sequence[int]) -> Value:
    if not sums.cleaned:
        return _UNKNOWN
    lines = sum(sums.lines[key] for key in fresh) / sums.cleaned
    # The variance of log(1 + x) where x is a mean of counts: the delta method on a Poisson count.
    return Value(log1p(lines), lines / (1 + lines) ** 2, sums.cleaned)


def _mean(total: int, squares: int, count: int) -> Value:
    if not count:
        return _UNKNOWN
    variance = (squares - total * total / count) / max(count - 1, 1)
    return Value(total / count / UNIT, max(variance, 0.0) / UNIT**2, count)


def _share(hits: int, count: int) -> Value:
    if not count:
        return _UNKNOWN
    smoothed = (hits + 0.5) / (count + 1)
    return Value(hits / count, smoothed * (1 - smoothed), count)
