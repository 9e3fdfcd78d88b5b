"""The drift alarm: laws of its statistics."""

from __future__ import annotations

import doctest
import math
import random
from datetime import date, timedelta
from itertools import pairwise
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import alarms
from archive import drift as sums_module
from archive.alarms import BARS, EVIDENCE, MAX_PAST, MIN_PAST, find_alarms, judge, min_score, normal_score
from archive.drift import SiteSums, find_short_lines, key_of
from archive.periods import MEASURES, MIN_CAPTURES, to_periods
from bench.drift_sums import simulate
from flows import drift as flow_module

DAY = date(2026, 3, 2)
BAR = BARS["share_removed"]

row_values: st.SearchStrategy[dict[str, object]] = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["cleaned", "review", "failed"]),
        "title": st.none() | st.just("t"),
        "published_at": st.none() | st.just("p"),
        "text": st.text("ab1\n ", max_size=30),
        "text_chars": st.integers(0, 100),
        "source_text_chars": st.integers(0, 200),
        "edits": st.just([]),
        "removed_text": st.just(""),
    }
)


def day_of(share: float, captures: int = 20, lines: tuple[int, ...] = ()) -> SiteSums:
    """Return a day on which every capture lost the same share."""
    scaled = round(share * sums_module.UNIT)
    sums = SiteSums(captures, captures, scaled * captures, scaled * scaled * captures)
    sums.lines.update(dict.fromkeys(lines, captures))
    return sums


def site_of(shares: list[float]) -> dict[date, SiteSums]:
    """Return a site with a share a day."""
    return {DAY + timedelta(days=at): day_of(share) for at, share in enumerate(shares)}


def rarity(t: float, freedom: int) -> float:
    """Return how rare the statistics take a value of Student's t to be, on either side."""
    score = float(normal_score(np.array([t]), np.array([float(freedom)]))[0])
    return math.erfc(score / math.sqrt(2))


def columns_of(values: list[float], captures: int = 50) -> alarms.Column:
    """Return a column of means without any variance within a day."""
    return np.array([values, [0.0] * len(values), [float(captures)] * len(values)])


@pytest.mark.parametrize("module", [alarms, sums_module, flow_module], ids=lambda module: module.__name__)
def test_examples_in_docstrings_hold(module: ModuleType) -> None:
    """Every ``>>>`` example shows what happens."""
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed


def test_every_measure_has_a_bar_and_a_kind() -> None:
    """A new measure names both."""
    assert set(MEASURES) == set(BARS) == set(EVIDENCE)


@settings(max_examples=30)
@given(st.lists(row_values, max_size=12), st.randoms(use_true_random=False))
def test_sums_do_not_depend_on_order_or_parts(rows: list[dict[str, object]], random_: random.Random) -> None:
    """Captures counted in one go, in another order, or in two parts: the same."""
    whole, left, right = SiteSums(), SiteSums(), SiteSums()
    for row in rows:
        whole.add_row(row)
    for row in random_.sample(rows, len(rows)):
        random_.choice((left, right)).add_row(row)
    left.add(right)
    assert left == whole


@settings(max_examples=30)
@given(st.lists(st.integers(1, 25), max_size=30), st.integers(0, 30))
def test_periods_depend_on_the_past_only(captures: list[int], cut: int) -> None:
    """What came first stays as it was judged, whatever comes later; no capture is in two periods."""
    days = {DAY + timedelta(days=at): day_of(0.3, count) for at, count in enumerate(captures)}
    periods = to_periods(days)
    early = to_periods({day: days[day] for day in sorted(days)[:cut]})
    assert periods[: len(early)] == early
    assert all(period.captures >= MIN_CAPTURES for period in periods)
    assert all(left.last < right.first for left, right in pairwise(periods))
    assert sum(period.captures for period in periods) <= sum(captures)


@settings(max_examples=30)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_the_first_periods_are_not_judged(values: list[float]) -> None:
    """Without enough past nothing is odd, however wild."""
    assert not judge(columns_of(values), BAR, min_score(1)).is_odd[:MIN_PAST].any()


@settings(max_examples=30)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.floats(0, 1))
def test_a_period_is_judged_by_those_before_it(values: list[float], later: float) -> None:
    """What comes later changes no judgement."""
    before = judge(columns_of(values), BAR, 3.0)
    after = judge(columns_of([*values, later]), BAR, 3.0)
    assert (after.is_odd[:-1] == before.is_odd).all()
    assert np.allclose(after.score[:-1], before.score)


@settings(max_examples=30)
@given(st.lists(st.floats(0.2, 0.8), min_size=MIN_PAST, max_size=MAX_PAST), st.floats(-0.09, 0.09))
def test_a_small_change_is_none(values: list[float], change: float) -> None:
    """Less than the least change that matters raises nothing, however steady the past."""
    usual = float(np.median(values))
    assert not judge(columns_of([*values, usual + change]), BAR, 2.0).is_odd[-1]


@settings(max_examples=30)
@given(st.lists(st.floats(0.30, 0.34), min_size=MIN_PAST, max_size=40), st.sampled_from([0.02, 0.9]))
def test_a_large_change_on_a_steady_site_is_odd(values: list[float], value: float) -> None:
    """Far outside a steady past is odd, up or down, also when thousands of sites are judged."""
    judged = judge(columns_of([*values, value]), BAR, min_score(1_000))
    assert judged.is_odd[-1]
    assert (judged.score[-1] > 0) == (value > 0.5)


@given(st.integers(0, 2), st.integers(14, 40))
def test_a_few_wild_days_hide_nothing(wild: int, length: int) -> None:
    """One odd day in ten neither widens the scale nor counts as the range of the usual."""
    values = [0.3] * length
    for at in range(min(wild, length // 10)):
        values[3 + 5 * at] = 1.0
    assert judge(columns_of([*values, 0.95]), BAR, min_score(1_000)).is_odd[-1]


def test_weekends_are_no_alarm() -> None:
    """A site that is another one every Saturday and Sunday stays quiet."""
    values = [0.6 if day % 7 >= 5 else 0.3 for day in range(42)]
    judged = judge(columns_of(values), BAR, min_score(6))
    assert not judged.is_odd[14:].any()


def test_few_captures_weigh_less() -> None:
    """The same mean is odd over many captures and chance over two, where captures vary."""
    means = np.array([0.3] * 20 + [0.6])
    variances = np.full(21, 0.09)
    many = np.array([means, variances, np.full(21, 400.0)])
    few = np.array([means, variances, np.array([400.0] * 20 + [2.0])])
    assert judge(many, BAR, min_score(600)).is_odd[-1]
    assert not judge(few, BAR, min_score(600)).is_odd[-1]


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_more_tests_need_more(few: int, many: int) -> None:
    """The bar rises with the number of sites."""
    assert (min_score(few) <= min_score(many)) == (few <= many)


@pytest.mark.parametrize(
    ("t", "freedom", "two_sided"),
    [(2.365, 7, 0.05), (5.408, 7, 0.001), (3.690, 27, 0.001)],
)
def test_quantiles_are_those_of_the_tables(t: float, freedom: int, two_sided: float) -> None:
    """Printed quantiles of Student's t have the rarity printed beside them (within 5 %)."""
    assert rarity(t, freedom) == pytest.approx(two_sided, rel=0.05)


@given(st.floats(0.5, 20), st.integers(MIN_PAST - 1, MAX_PAST - 1))
def test_rarity_errs_on_the_safe_side(t: float, freedom: int) -> None:
    """Beside the integral of the density, a value is never taken for rarer, and for less rare by a third."""
    at = np.linspace(1e-9, 1, 20_001)
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(freedom * math.pi)
    density = scale * (1 + (t / at) ** 2 / freedom) ** (-(freedom + 1) / 2) * t / at**2
    exact = 2 * float(np.trapezoid(density, at))
    assert 0.999 * exact <= rarity(t, freedom) <= 1.35 * exact


def test_one_odd_day_is_no_alarm_and_two_are() -> None:
    """One measure needs two periods; the alarm is news once, then goes on since the first day."""
    assert not find_alarms({"s": to_periods(site_of([0.3] * 20 + [0.9]))})
    [alarm] = find_alarms({"s": to_periods(site_of([0.3] * 20 + [0.9, 0.9]))})
    assert alarm.is_new
    assert [(change.measure, change.since) for change in alarm.changes] == [
        ("share_removed", DAY + timedelta(days=20))
    ]
    [alarm] = find_alarms({"s": to_periods(site_of([0.3] * 20 + [0.9] * 3))})
    assert not alarm.is_new
    assert alarm.changes[0].since == DAY + timedelta(days=20)


def test_what_lasts_becomes_usual() -> None:
    """An alarm goes on for a few periods; then the new look is known, and the old one is odd in its turn."""
    assert not find_alarms({"s": to_periods(site_of([0.3] * 20 + [0.9] * 6))})
    assert not find_alarms({"s": to_periods(site_of([0.3] * 20 + [0.9] * MAX_PAST))})
    assert find_alarms({"s": to_periods(site_of([0.3] * 20 + [0.9] * MAX_PAST + [0.3] * 2))})


def test_two_kinds_of_evidence_are_an_alarm_at_once() -> None:
    """Share and titles gone on the same day need no second one."""
    days = site_of([0.3] * 20 + [0.9])
    days[max(days)].no_title = 20
    [alarm] = find_alarms({"s": to_periods(days)})
    assert {change.measure for change in alarm.changes} == {"share_removed", "no_title"}
    assert alarm.is_new


def test_lines_never_seen_are_an_alarm_at_once() -> None:
    """Six new lines on every page, and the keys of just these; lines of old are none."""
    days = {DAY + timedelta(days=at): day_of(0.3, lines=(1, 2, 3)) for at in range(20)}
    days[DAY + timedelta(days=20)] = day_of(0.3, lines=(1, 2, *range(10, 16)))
    [alarm] = find_alarms({"s": to_periods(days)})
    assert [change.measure for change in alarm.changes] == ["new_lines"]
    assert alarm.period.new_keys == tuple(range(10, 16))


@settings(max_examples=5)
@given(st.integers(0, 10**6))
def test_quiet_sites_are_quiet(seed: int) -> None:
    """Six weeks of a dozen sites that vary with heavy tails and weekends raise nothing."""
    random_ = random.Random(seed)  # noqa: S311 - nothing secret
    sites = {f"s{number}": to_periods(dict(simulate(random_, 42, None))) for number in range(12)}
    assert find_alarms(sites) == ()


def test_short_lines_are_those_no_rule_knows() -> None:
    """Kept, or gone on the model's word alone; what a rule removed and what is long is no news."""
    row = {
        "text": "A headline\n" + "long " * 40,
        "removed_text": "Listen Live\nMystery box\n",
        "edits": [
            {"start": 0, "end": 12, "reason": "listen_live/live"},
            {"start": 12, "end": 24, "reason": "model/line-tagger"},
        ],
    }
    assert list(find_short_lines(row)) == [("A headline", True), ("Mystery box", False)]


@given(st.text(), st.integers(0, 999))
def test_numbers_and_case_do_not_make_a_line_new(text: str, number: int) -> None:
    """``7 comments`` yesterday and ``12 Comments`` today are one line."""
    assert key_of(f"{text} {number} comments") == key_of(f"{text} {number * 7} COMMENTS")
