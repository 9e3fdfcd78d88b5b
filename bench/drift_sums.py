"""Simulated sums of a site's days, for statistics over more sites than anybody would clean."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from archive.drift import UNIT, SiteSums
from bench.drift_pages import FIRST_DAY

_TAIL_FREEDOM: Final = 4
"""Days vary by Student's t with four degrees of freedom: far days are common."""


def simulate(random_: random.Random, days: int, redesigned: date | None) -> Iterator[tuple[date, SiteSums]]:
    """Yield the days of a site with a character of its own; after a redesign it has another."""
    a_day = random_.choice((3, 10, 10, 30, 100))
    old, new = _Look(random_), _Look(random_)
    for number in range(days):
        day = FIRST_DAY + timedelta(days=number)
        look = new if redesigned and day >= redesigned else old
        is_weekend = day.weekday() >= 5
        captures = max(1, round(a_day * (0.5 if is_weekend else 1) * random_.uniform(0.6, 1.4)))
        yield day, look.day(random_, captures, is_weekend=is_weekend)


class _Look:
    """How a site looks: levels of its measures, and how much days and captures vary around them."""

    def __init__(self, random_: random.Random) -> None:
        self.share, self.length = random_.uniform(0.1, 0.8), random_.uniform(6.5, 9)
        self.share_by_day, self.length_by_day = random_.uniform(0.005, 0.03), random_.uniform(0.02, 0.15)
        self.weekend = random_.choice((0, 0, 0.1, 0.3))
        self.no_title, self.no_date = random_.choice((0, 0.01, 0.5, 1)), random_.choice((0, 0.05, 0.5, 1))
        self.not_cleaned = random_.choice((0, 0, 0.02, 0.1))
        self.furniture = [random_.getrandbits(64) for _ in range(random_.randrange(5, 30))]
        self.teasers = random_.randrange(6)

    def day(self, random_: random.Random, captures: int, *, is_weekend: bool) -> SiteSums:
        """Return a day."""
        share = self.share + self.share_by_day * _far(random_) - (self.weekend * 0.2 if is_weekend else 0)
        length = self.length + self.length_by_day * _far(random_) - (self.weekend if is_weekend else 0)
        sums = SiteSums(captures=captures)
        sums.cleaned = captures - _hits(random_, captures, self.not_cleaned)
        for _ in range(sums.cleaned):
            one_share = round(UNIT * min(max(random_.gauss(share, 0.1), 0.0), 1.0))
            one_length = round(UNIT * max(random_.gauss(length, 0.6), 0.0))
            sums.share_sum += one_share
            sums.share_squares += one_share**2
            sums.length_sum += one_length
            sums.length_squares += one_length**2
        sums.no_title = _hits(random_, sums.cleaned, self.no_title)
        sums.no_date = _hits(random_, sums.cleaned, self.no_date)
        lines = Counter(dict.fromkeys(self.furniture, sums.cleaned))
        teasers = max(0, round(random_.gauss(self.teasers, self.teasers / 4)))
        lines.update({random_.getrandbits(64): sums.cleaned for _ in range(teasers)})
        sums.lines = lines
        return sums


def _hits(random_: random.Random, count: int, chance: float) -> int:
    return sum(random_.random() < chance for _ in range(count))


def _far(random_: random.Random) -> float:
    """Return a number of Student's t."""
    return random_.gauss(0, 1) / math.sqrt(random_.gammavariate(_TAIL_FREEDOM / 2, 2) / _TAIL_FREEDOM)
