"""Measure the drift alarm: quiet weeks must be quiet, a redesign must be noticed.

    python -m bench.drift --sites 40 --days 42

Three corpora. ``made`` and ``gold`` go the whole way: captures, cleaner, archive, alarm; on the last
days half of the sites are redesigned. ``simulated`` leaves out the cleaner and has thousands of
sites whose measures vary with heavy tails and weekends. Counted are, for each night on which the
alarm looks at all sites: sites that raise an alarm though nothing was changed, and redesigned sites
that raise one within a week.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from archive.alarms import MIN_PAST, count_tests, judge_site, min_score
from archive.archive import Archive
from archive.drift import update_drift
from archive.periods import Period, to_periods
from bench.drift_pages import FIRST_DAY, MadeSite, Site, captures_of, read_gold_sites
from bench.drift_sums import simulate
from bench.pages import DEFAULT_DATA, Selection, find_missing
from cleaners import clean_many
from cleaners.values import Policy
from flows.drift import SiteDrift, find_drift, to_words
from flows.shard import pipeline_of

REDESIGNED_DAYS: Final = 7
CORPORA: Final = ("simulated", "made", "gold")
_GOLD_SETS: Final = ("wcxb_dev", "trafilatura_dev", "fundus_dev")


class Outcome(NamedTuple):
    """What was counted over one corpus. A judgement is one site judged in one night."""

    judgements: int
    false_alarms: int
    redesigned: int
    judged: int
    noticed: int
    on_the_first_day: int


def count_outcome(sites: Mapping[str, Sequence[Period]], redesigned: Sequence[str], since: date) -> Outcome:
    """Count alarms that began, before and after the day of the redesign.

    A period is judged by those before it alone, so all nights can be counted at once.
    """
    least = min_score(count_tests(sites))
    judgements = false_alarms = judged = noticed = first = 0
    for site, periods in sites.items():
        odd = [
            any(column)
            for column in zip(*(j.is_alarm for j in judge_site(periods, least).values()), strict=True)
        ]
        begins = [is_odd and not (at and odd[at - 1]) for at, is_odd in enumerate(odd)]
        is_changed = [period.last >= since and site in redesigned for period in periods]
        judgements += sum(at >= MIN_PAST and not changed for at, changed in enumerate(is_changed))
        false_alarms += sum(begin and not changed for begin, changed in zip(begins, is_changed, strict=True))
        if any(is_changed):
            judged += is_changed.index(True) >= MIN_PAST
            seen = [
                at
                for at, (is_odd, changed) in enumerate(zip(odd, is_changed, strict=True))
                if is_odd and changed
            ]
            noticed += bool(seen)
            first += bool(seen) and seen[0] == is_changed.index(True)
    return Outcome(judgements, false_alarms, len(redesigned), judged, noticed, first)


def build(archive: Archive, sites: Sequence[Site], days: int, captures_a_day: int) -> tuple[list[str], date]:
    """Clean some weeks of captures into an archive; return the sites that were redesigned, and when."""
    pipeline = pipeline_of(Policy.BALANCED)
    redesigned = {site.name for site in sites[::2]}
    since = FIRST_DAY + timedelta(days=days - REDESIGNED_DAYS)
    for day in (FIRST_DAY + timedelta(days=number) for number in range(days)):
        found = [
            capture
            for site in sites
            for capture in captures_of(
                site, day, captures_a_day, is_redesigned=site.name in redesigned and day >= since
            )
        ]
        batch = archive.commit(found)
        archive.publish(batch, list(clean_many(batch.captures)), pipeline)
    archive.promote(pipeline)
    return sorted(redesigned), since


def measure_corpus(sites: Sequence[Site], days: int, captures_a_day: int) -> Outcome:
    """Build an archive of sites, look at it, print one alarm, and count."""
    with tempfile.TemporaryDirectory(prefix="strigil-drift-") as folder:
        archive = Archive.open(folder)
        redesigned, since = build(archive, sites, days, captures_a_day)
        report = find_drift(archive)
        _print_example(report.drifts)
        summed = update_drift(archive.store, report.edition)
        periods = {site: to_periods(own) for site, own in summed.items()}
        return count_outcome(periods, redesigned, since)


def measure_simulated(sites: int, days: int, seed: int) -> Outcome:
    """Count over simulated sums."""
    random_ = random.Random(seed)  # noqa: S311 - nothing secret
    since = FIRST_DAY + timedelta(days=days - REDESIGNED_DAYS)
    names = [f"s{number}.example" for number in range(sites)]
    redesigned = names[::20]
    periods = {
        name: to_periods(dict(simulate(random_, days, since if name in redesigned else None)))
        for name in names
    }
    return count_outcome(periods, redesigned, since)


def _print_example(drifts: Sequence[SiteDrift]) -> None:
    for drift in drifts[:1]:
        print(f"for example {drift.alarm.site}:")
        for change in drift.alarm.changes:
            print(f"  {to_words(change)}")
        for line in drift.lines[:3]:
            print(f"  {line.captures} x {line.text}")


def _print_outcome(name: str, sites: int, outcome: Outcome, seconds: float) -> None:
    print(
        f"{name}: {sites:,} sites, {outcome.judgements:,} quiet judgements, "
        f"{outcome.false_alarms} false alarms; "
        f"{outcome.redesigned} redesigns, "
        f"{outcome.judged} of them on sites with enough past, "
        f"{outcome.noticed} noticed within {REDESIGNED_DAYS} days, "
        f"{outcome.on_the_first_day} in the first period; {seconds:.0f} s"
    )


def main() -> None:
    """Measure all corpora that there are."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sites", type=int, default=40, help="sites of each corpus that is cleaned")
    parser.add_argument("--simulated", type=int, default=5_000, help="sites that are only simulated")
    parser.add_argument("--days", type=int, default=42)
    parser.add_argument("--captures", type=int, default=10, help="captures a site and day")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--only", choices=CORPORA, help="measure this corpus alone")
    options = parser.parse_args()
    for name in [options.only] if options.only else CORPORA:
        started = time.monotonic()
        if name == "simulated":
            sites, outcome = (
                options.simulated,
                measure_simulated(options.simulated, options.days, options.seed),
            )
        else:
            found = _find_sites(name, options.sites, options.data)
            if not found:
                continue
            sites, outcome = len(found), measure_corpus(found, options.days, options.captures)
        _print_outcome(name, sites, outcome, time.monotonic() - started)


def _find_sites(name: str, count: int, data: Path) -> Sequence[Site]:
    """Return the sites of a corpus; say what is missing where there are none."""
    if name == "made":
        return [MadeSite(f"m{number}.example") for number in range(count)]
    selection = Selection(data, _GOLD_SETS, ("text:bs4",))
    for line in find_missing(selection):
        print(line)
    return read_gold_sites(selection, count)


if __name__ == "__main__":
    main()
