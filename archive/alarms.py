"""When a site is no longer what it was: robust statistics of each site against its own past.

A measure of a period is odd when four things hold together. It is far from the median of the
past, counted in a scale that a few odd days cannot widen or narrow (the MAD, never less than a floor,
and what so few captures vary by chance); so far that it would happen by chance in one of twenty
looks at the whole archive, however many sites there are (Student's t, Bonferroni); so far that it
matters; and further out than all but a tenth of the past, so that weekends are no alarm.

One odd day is not a changed site. An alarm needs two kinds of evidence in one period, or the same
one in two periods running; lines that a site never had are enough alone, and the alarm shows them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from archive.periods import MEASURES, Period

MIN_PAST: Final = 8
"""Periods a site has to have behind it before it is judged."""
MAX_PAST: Final = 28
"""Periods that count. What a tenth of them have had is no longer odd, so an alarm lasts a few periods."""
LOOKED_BACK: Final = 4 * MAX_PAST
"""Periods judged again, to say since when a change lasts."""
MAX_FALSE_ALARMS: Final = 0.05
"""Chance of a false alarm in one look at all sites, where values vary as a bell curve does."""
MAD_TO_DEVIATION: Final = 1.4826
"""Of a bell curve."""

Column = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Bar(NamedTuple):
    """What a measure has to move by: the least scale, the least change, and whether only up counts."""

    floor: float
    effect: float
    only_up: bool = False


BARS: Final[Mapping[str, Bar]] = {
    "share_removed": Bar(0.02, 0.10),
    "text_length": Bar(0.10, math.log(1.5)),
    "no_title": Bar(0.03, 0.25),
    "no_date": Bar(0.03, 0.25),
    "not_cleaned": Bar(0.03, 0.25, only_up=True),
    "new_lines": Bar(0.15, math.log(3), only_up=True),
}


EVIDENCE: Final[Mapping[str, str]] = {
    "share_removed": "text",
    "text_length": "text",
    "no_title": "fields",
    "no_date": "fields",
    "not_cleaned": "status",
    "new_lines": "lines",
}
"""Measures of one kind move together, and so are one piece of evidence."""


class Change(NamedTuple):
    """One measure of a site that is not as usual.

    ``since`` is the first day of the first odd period; ``is_new``: there was no alarm before this one.
    """

    measure: str
    usual: float
    value: float
    score: float
    since: date
    is_new: bool = True


class Alarm(NamedTuple):
    """A site that changed. ``period`` is its latest."""

    site: str
    period: Period
    changes: tuple[Change, ...]

    @property
    def is_new(self) -> bool:
        """Return whether something changed in the latest period, not only before."""
        return any(change.is_new for change in self.changes)


class Judged(NamedTuple):
    """A measure of a site, a value a period: what was usual, how far off it was, whether that is odd.

    ``is_alarm``: it is odd and there is evidence enough.
    """

    usual: Column
    score: Column
    is_odd: Flags
    is_alarm: Flags


def find_alarms(sites: Mapping[str, Sequence[Period]]) -> tuple[Alarm, ...]:
    """Return the sites whose latest period is not as usual, by name."""
    least = min_score(count_tests(sites))
    found = ((site, sites[site], _find_changes(sites[site], least)) for site in sorted(sites))
    return tuple(Alarm(site, periods[-1], changes) for site, periods, changes in found if changes)


def judge_site(periods: Sequence[Period], least: float) -> dict[str, Judged]:
    """Judge all measures of a site; ``least`` is the score from which a value is odd."""
    judged = {}
    for measure in MEASURES:
        values = [period.values[measure] for period in periods]
        columns = (
            np.array([(value.mean, value.variance, value.captures) for value in values]).reshape(-1, 3).T
        )
        judged[measure] = judge(columns, BARS[measure], least)
    kinds = np.zeros(len(periods), dtype=int)
    for kind in set(EVIDENCE.values()):
        kinds += np.any([judged[measure].is_odd for measure in MEASURES if EVIDENCE[measure] == kind], axis=0)
    return {measure: _weigh(measure, one, kinds) for measure, one in judged.items()}


def _weigh(measure: str, judged: Judged, kinds: npt.NDArray[np.int_]) -> Judged:
    """Tell alarms from odd days; ``kinds`` counts the pieces of evidence of each period."""
    side = judged.is_odd * np.sign(judged.score)
    goes_on = judged.is_odd & (side == np.concatenate([[0.0], side[:-1]]))
    is_enough = goes_on | (kinds >= 2) | (EVIDENCE[measure] == "lines")
    return judged._replace(is_alarm=judged.is_odd & is_enough)


def count_tests(sites: Mapping[str, Sequence[Period]]) -> int:
    """Return how many measures are judged in one look: those of all sites with enough past."""
    return len(MEASURES) * sum(len(periods) > MIN_PAST for periods in sites.values())


def normal_score(t: Column, freedom: Column) -> Column:
    """Return the score of a bell curve that is as rare as Student's t (Wallace 1959).

    With seven degrees or more it errs on the safe side, by a third at most: never rarer than t is.

    >>> [round(float(x), 2) for x in normal_score(np.array([2.306, 4.501]), np.array([8.0, 7.0]))]
    [1.96, 2.98]
    """
    factor = (8 * freedom + 1) / (8 * freedom + 3)
    return factor * np.sqrt(freedom * np.log1p(t * t / freedom))


def min_score(tests: int) -> float:
    """Return the score of a bell curve that chance passes, on either side, in few looks at so many tests.

    >>> round(min_score(1), 2), round(min_score(30_000), 2)
    (1.96, 4.79)
    """
    return -NormalDist().inv_cdf(MAX_FALSE_ALARMS / max(tests, 1) / 2)


def _find_changes(periods: Sequence[Period], least: float) -> tuple[Change, ...]:
    """Return the measures that are odd in the latest period, each with the day since when."""
    if len(periods) <= MIN_PAST:
        return ()
    changes = []
    for measure, (usual, score, is_odd, is_alarm) in judge_site(periods[-LOOKED_BACK:], least).items():
        if not is_alarm[-1]:
            continue
        runs = is_odd & (score * score[-1] > 0)
        calm = np.flatnonzero(~runs)
        since = periods[-LOOKED_BACK:][calm[-1] + 1 if len(calm) else 0].first
        value = periods[-1].values[measure].mean
        changes.append(Change(measure, float(usual[-1]), value, float(score[-1]), since, not is_alarm[-2]))
    return tuple(changes)


def judge(columns: Column, bar: Bar, least: float) -> Judged:
    """Judge each period by the ``MAX_PAST`` before it alone; ``columns`` are means, variances and counts.

    nan stands for a period without a value.
    """
    means, variances, counts = columns
    past, within = _windows(means), _windows(variances)
    known = np.sum(~np.isnan(past), axis=1).astype(np.float64)
    can_judge = (known >= MIN_PAST) & ~np.isnan(means)
    past[~can_judge] = within[~can_judge] = 0.0  # keeps the arithmetic quiet; what comes out is dropped
    usual = np.nanmedian(past, axis=1)
    spread = MAD_TO_DEVIATION * np.nanmedian(np.abs(past - usual[:, None]), axis=1)
    chance = np.nanmedian(within, axis=1) / np.maximum(counts, 1)
    scale = np.sqrt(np.maximum(spread, bar.floor) ** 2 + chance)
    change = np.where(can_judge, means, usual) - usual
    score = np.sign(change) * normal_score(change / scale, np.maximum(known - 1, 1))
    beyond = np.sum(np.where(change[:, None] > 0, past >= means[:, None], past <= means[:, None]), axis=1)
    is_odd = can_judge & (np.abs(score) >= least) & (np.abs(change) >= bar.effect) & (beyond <= known // 10)
    if bar.only_up:
        is_odd &= change > 0
    return Judged(usual, score, is_odd, is_odd)


def _windows(column: Column) -> Column:
    """Return a row a period: the values before it, up to ``MAX_PAST``, nan where there are none."""
    padded = np.concatenate([np.full(MAX_PAST, np.nan), column[:-1]])
    return np.lib.stride_tricks.sliding_window_view(padded, MAX_PAST).copy()
