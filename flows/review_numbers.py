"""What a review page says in numbers, asked of an edition in three questions.

A site is the host of the URL, or the name of the source where captures have no URL.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from archive.archive import Archive
from archive.read import ask

NO_SITE: Final = "(no address)"
MAX_SITES: Final = 12
MAX_PHRASES: Final = 8
UNKNOWN_DAY: Final = date(1, 1, 1)
STATUSES: Final = ("cleaned", "empty", "review", "rejected", "failed")

_SITE: Final = f"coalesce(host, nullif(source, ''), '{NO_SITE}')"
# Linear: one negated class, repeated. What lies between two blanks is a word, as for str.split.
_WORDS: Final = r"len(regexp_extract_all({}, '[^\s\p{{Z}}]+'))"

# Of the three texts only {site} and {words} are put in, from the constants above.
_SCOPE: Final = f"""
with scope as (
    select *, {_SITE} as site from documents
    where (? is null or {_SITE} = ?)
        and (?::date is null or capture_date >= ?::date) and (?::date is null or capture_date <= ?::date)
)
"""  # noqa: S608
_CAPTURES: Final = f"""{_SCOPE}
select site, capture_date, status, count(*), sum({_WORDS.format("text")}),
    sum(source_text_chars), sum(text_chars)
from scope group by grouping sets ((site), (capture_date), (status))
"""  # noqa: S608
_REMOVED: Final = f"""{_SCOPE}, gone as (
    select scope.capture_date, label, {_WORDS.format("removed")} as words
    from edits join scope using (capture_id) where label <> 'repair'
)
select capture_date, label, sum(words) from gone group by grouping sets ((capture_date), (label))
"""  # noqa: S608
_PHRASES: Final = f"""{_SCOPE}, gone as (
    select site, label, trim(removed) as phrase, count(distinct capture_id) as captures
    from edits join scope using (capture_id)
    where label <> 'repair' and length(removed) between 2 and 200 and trim(removed) <> ''
    group by all having count(distinct capture_id) > 1
)
select site, label, phrase, captures from gone
where list_contains(?, site)
qualify row_number() over (partition by site order by captures desc, phrase, label) <= {MAX_PHRASES}
order by site, captures desc, phrase, label
"""  # noqa: S608


class Scope(NamedTuple):
    """What a page is about: an edition (the current one if none is named), a site, days."""

    edition: str | None = None
    site: str | None = None
    since: date | None = None
    until: date | None = None

    @property
    def values(self) -> list[object]:
        """Return what the questions put in place of their first six ``?``."""
        return [self.site, self.site, self.since, self.since, self.until, self.until]


class SiteNumbers(NamedTuple):
    """A site: its captures, and the characters before and after."""

    name: str
    captures: int
    before: int
    after: int

    @property
    def share_removed(self) -> float:
        """Return the share of characters that went, 0 to 1."""
        return max(1 - self.after / self.before, 0.0) if self.before else 0.0


class Phrase(NamedTuple):
    """A removed line that stood in several captures of a site."""

    label: str
    text: str
    captures: int


class Day(NamedTuple):
    """A day: captures, and words that were kept and removed."""

    day: date
    captures: int
    kept: int
    removed: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """Everything a review page counts. ``sites`` are all, those with the most captures first."""

    statuses: dict[str, int]
    words_kept: int = 0
    words_removed: dict[str, int] = field(default_factory=dict)
    days: tuple[Day, ...] = ()
    sites: tuple[SiteNumbers, ...] = ()
    phrases: dict[str, tuple[Phrase, ...]] = field(default_factory=dict)

    @property
    def captures(self) -> int:
        """Return how many captures were read."""
        return sum(self.statuses.values())


def read_numbers(archive: Archive, scope: Scope) -> Numbers:
    """Ask an edition for the numbers of a scope."""
    statuses: dict[str, int] = {}
    by_day: dict[date, tuple[int, int]] = {}
    sites: list[SiteNumbers] = []
    words_kept = 0
    for site, day, status, count, words, before, after in _ask(archive, scope, _CAPTURES):
        if status is not None:
            statuses[status] = count
            words_kept += int(words or 0)
        elif day is not None:
            by_day[day] = count, int(words or 0)
        else:
            sites.append(SiteNumbers(site, count, int(before or 0), int(after or 0)))
    removed_by_day: dict[date, int] = {}
    removed: dict[str, int] = {}
    for day, label, words in _ask(archive, scope, _REMOVED):
        if label is None:
            removed_by_day[day] = int(words)
        else:
            removed[label] = int(words)
    sites.sort(key=lambda one: (-one.captures, one.name))
    days = [Day(day, *by_day[day], removed_by_day.get(day, 0)) for day in sorted(by_day)]
    return Numbers(
        statuses,
        words_kept,
        dict(sorted(removed.items(), key=lambda item: (-item[1], item[0]))),
        tuple(days),
        tuple(sites),
        _read_phrases(archive, scope, [one.name for one in sites[:MAX_SITES]]),
    )


def _read_phrases(archive: Archive, scope: Scope, sites: list[str]) -> dict[str, tuple[Phrase, ...]]:
    found: defaultdict[str, list[Phrase]] = defaultdict(list)
    for site, label, text, captures in _ask(archive, scope, _PHRASES, sites):
        found[site].append(Phrase(label, text, captures))
    return {site: tuple(found[site]) for site in sites if found[site]}


def _ask(archive: Archive, scope: Scope, sql: str, *values: object) -> list[tuple[Any, ...]]:
    return ask(archive, sql, [*scope.values, *values], edition=scope.edition).rows
