"""Short lines that a site never had before, among what was published lately: a look of bounded cost.

Of any archive it looks at ``MAX_PARTS`` parts at most, the latest of the days asked for and of the weeks
before them, and sums up ``MAX_ROWS`` captures at most that nobody has summed up before. The daily drift
alarm looks at everything; this is for the report of a single run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from archive.drift import SiteSums, drift_name, sums_of
from archive.periods import MIN_CAPTURES, new_keys
from archive.sealed import from_sealed
from archive.store import Store
from archive.values import PartRecord

MAX_PARTS: Final = 100
MAX_ROWS: Final = 2_000
PAST_DAYS: Final = 30


class SiteNews(NamedTuple):
    """The keys of the lines that are new on a site, and how many captures were looked at."""

    site: str
    captures: int
    keys: frozenset[int]


def find_news(store: Store, edition: str, days: Collection[date], since: datetime) -> list[SiteNews]:
    """Return the sites with lines, in the parts of some days published since a moment, that are new.

    A site with fewer than ``MIN_CAPTURES`` captures before has no past and is not judged.
    """
    new: dict[str, SiteSums] = {}
    past: dict[str, SiteSums] = {}
    rows = 0
    since = since.replace(microsecond=0)  # parts say when they were published to the second
    records = [
        (not record.batches and datetime.fromisoformat(record.published_at) >= since, record)
        for record in _latest_records(store, edition, days)
    ]
    for is_new, record in sorted(records, key=lambda one: not one[0]):
        if not store.exists(drift_name(record)):
            if rows + record.rows > MAX_ROWS:
                continue
            rows += record.rows
        for site, sums in sums_of(store, record):
            (new if is_new else past).setdefault(site, SiteSums()).add(sums)
    return [
        SiteNews(site, new[site].cleaned, frozenset(keys))
        for site in sorted(new)
        if site in past and past[site].captures >= MIN_CAPTURES
        if (keys := new_keys(new[site], past[site].lines.keys()))
    ]


def _latest_records(store: Store, edition: str, days: Collection[date]) -> Iterator[PartRecord]:
    """Yield the records of the latest parts of these days and of those before them, the latest first."""
    if not days:
        return
    folder = f"ledger/{edition}"
    first, last = f"{min(days) - timedelta(days=PAST_DAYS)}", f"{max(days)}"
    names = (name for name in store.names(folder) if first <= name[len(folder) + 1 :][:10] <= last)
    latest = sorted(names, reverse=True)[:MAX_PARTS]
    for name, data in zip(latest, store.read_each(latest), strict=True):
        record = PartRecord.from_json(from_sealed(data, store.address(name)))
        if store.exists(record.path):  # else its rows are in a merged part, which has a record of its own
            yield record
