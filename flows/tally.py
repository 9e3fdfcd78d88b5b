"""What a run counts, in any process, and how counts of shards add up.

Everything here is data: a tally travels from a worker process to its parent.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from archive.identity import capture_date
from archive.surt import to_host
from captures.values import Capture
from cleaners.values import CleanedPage, Fields

MAX_PROBLEMS: Final = 50
"""Problems listed one by one; beyond it they are only counted."""
MAX_EXAMPLES: Final = 3
NO_SITE: Final = "(no site)"

FIELDS: Final = (
    "title", "byline", "published_at", "modified_at", "section", "tags", "language", "page_clock",
    "related", "credits", "rights", "site_name", "canonical_url",
)  # fmt: skip
"""Fields of a page that a run counts, in the order of the summary."""


class Problem(NamedTuple):
    """Something that went wrong with one capture or one input: where it is, and what is wrong."""

    where: str
    what: str


class Words(NamedTuple):
    """Captures of a site or a day, and the words kept and removed in them."""

    captures: int = 0
    kept: int = 0
    removed: int = 0

    def plus(self, other: Words) -> Words:
        """Return the sum."""
        return Words(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


@dataclass(slots=True)
class Tally:
    """Counts over captures. ``known`` ones were in the archive before and are not counted further.

    ``left_out`` are those the run was not asked for, by reason; ``sites`` and ``days`` hold the
    words kept and removed, by host and by day of the capture.
    """

    captures: int = 0
    known: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    words_kept: int = 0
    words_removed: Counter[str] = field(default_factory=Counter)
    sites: dict[str, Words] = field(default_factory=dict)
    days: dict[str, Words] = field(default_factory=dict)
    fields: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0

    def add_page(self, page: CleanedPage, capture: Capture) -> None:
        """Count one cleaned page and the capture it was made of."""
        where = capture.url or capture.provenance.file
        self.statuses[page.status.value] += 1
        if page.status.value in {"failed", "rejected", "review"}:
            self.add_problem(where, page.reason or page.status.value)
        kept = removed = 0
        for line in page.lines:
            words = len(page.source_text[line.start : line.end].split())
            if line.kept:
                kept += words
            else:
                removed += words
                self.words_removed[line.label] += words
        self.words_kept += kept
        _add(self.sites, to_host(capture.url) or NO_SITE, Words(1, kept, removed))
        _add(self.days, capture_date(capture), Words(1, kept, removed))
        self._add_fields(page.fields)

    def add_problem(self, where: str, what: str) -> None:
        """Remember one problem, or only count it when there are many."""
        self.problem_count += 1
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(where, what))

    def add(self, other: Tally) -> None:
        """Add the counts of another tally to these."""
        self.captures += other.captures
        self.known += other.known
        self.statuses += other.statuses
        self.left_out += other.left_out
        self.words_kept += other.words_kept
        self.words_removed += other.words_removed
        self.fields += other.fields
        for mine, theirs in ((self.sites, other.sites), (self.days, other.days)):
            for name, words in theirs.items():
                _add(mine, name, words)
        self.problem_count += other.problem_count
        self.problems += other.problems[: MAX_PROBLEMS - len(self.problems)]
        for name, values in other.examples.items():
            for value in values:
                self._add_example(name, value)

    def _add_fields(self, fields: Fields) -> None:
        for name in FIELDS:
            value = getattr(fields, name)
            if value is None or value == ():
                continue
            self.fields[name] += 1
            if len(self.examples.get(name, ())) < MAX_EXAMPLES:
                self._add_example(name, to_text(value))

    def _add_example(self, name: str, value: str) -> None:
        values = self.examples.setdefault(name, [])
        if len(values) < MAX_EXAMPLES and value not in values:
            values.append(value)


def _add(counts: dict[str, Words], name: str, words: Words) -> None:
    counts[name] = counts.get(name, Words()).plus(words)


def to_text(value: object) -> str:
    """Return a field's value as a person writes it."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return ", ".join(value) if isinstance(value, tuple) else str(value)
