"""The one place that decides: every cleaner's spans in, one decision a line out.

A line's case is the sum, over families of cleaners, of each family's strongest debris span;
its place in the page and its neighbours add to it, evidence of being the story takes away. The
label's kind (``cleaners.labels``) says how much the case must weigh, the policy moves that bar.
No family can remove a line of kind B alone, no case removes a line of kind D.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, NamedTuple

from cleaners.labels import LABELS, Safety
from cleaners.values import Page, Policy, Span

DECISIVE: Final = frozenset({"site", "hidden"})
"""Families that need no second opinion: a person's rule, and what no reader of the page saw."""

STRUCTURE: Final = frozenset({"semantic", "links", "region", "words", "shape", "repetition"})
"""Families that see where a line stands, not what it says: they name it less exactly."""
WORDING_LEAD: Final = 0.1

SURE: Final = 0.85
"""From this score on the kind of a line (dateline, caption, headline) protects it; below it is a doubt."""
PLACE_SCORE: Final = 0.5
"""What standing before the first or after the last paragraph adds."""
NEIGHBOUR_SCORE: Final = 0.5
"""What standing next to a removed line adds."""


class Bar(NamedTuple):
    """How much a case must weigh by kind of label, and the removal budget of the policy."""

    a: float
    b: float
    c: float
    max_prose_share: float


BARS: Final[dict[Policy, Bar]] = {
    Policy.STRICT: Bar(a=0.3, b=1.0, c=0.5, max_prose_share=0.8),
    Policy.BALANCED: Bar(a=0.5, b=1.5, c=0.75, max_prose_share=0.6),
    Policy.LENIENT: Bar(a=0.9, b=2.0, c=0.9, max_prose_share=0.4),
    Policy.ANNOTATE: Bar(a=0.5, b=1.5, c=0.75, max_prose_share=1.0),
}


@dataclass(slots=True)
class Case:
    """All that was said about one line."""

    debris: dict[str, Span] = field(default_factory=dict)
    story: dict[str, Span] = field(default_factory=dict)
    decisive: Span | None = None

    def add(self, family: str, span: Span) -> None:
        """Take the strongest span of each family, for and against."""
        if family in DECISIVE:
            self.decisive = self.decisive or span
        side = self.story if LABELS[span.label].safety is Safety.D else self.debris
        if family not in side or side[family].score < span.score:
            side[family] = span

    def weight(self) -> float:
        """Return debris less story evidence."""
        return sum(s.score for s in self.debris.values() if s.label != "duplicate") - sum(
            s.score for s in self.story.values()
        )

    def verdict(self) -> Span | None:
        """Return the span that names the line best: the surest; of two equally sure the one by wording."""
        debris = {f: s for f, s in self.debris.items() if s.label != "duplicate"}
        named = {f: s for f, s in debris.items() if s.label != "boilerplate"} or debris
        if not named:
            return None
        family = max(named, key=lambda f: named[f].score + (0.0 if f in STRUCTURE else WORDING_LEAD))
        return named[family]

    def value(self, label: str) -> str | None:
        """Return what a field takes from the line: the surest span of that label that parsed it knows."""
        parsed = [s for s in self.debris.values() if s.label == label and s.value is not None]
        return max(parsed, key=lambda s: s.score).value if parsed else None

    def protected(self) -> Span | None:
        """Return the span that makes the line part of the story by its own kind (dateline, caption…)."""
        return max((s for s in self.story.values() if s.label != "body"), key=lambda s: s.score, default=None)


class Decision(NamedTuple):
    """What becomes of one line. ``value`` is for a field."""

    label: str
    reason: str
    score: float
    kept: bool
    value: str | None = None


BODY: Final = Decision("body", "", 0.0, kept=True)
BLANK: Final = Decision("blank", "", 0.0, kept=True)


def settle(page: Page, spans: Mapping[str, Sequence[Span]], policy: Policy) -> tuple[list[Decision], str]:
    """Return one decision a line, and why the page needs a person's review ("" when it does not)."""
    decisions = [BODY if text else BLANK for text in page.texts]
    cases = _cases(page, spans)
    bar = BARS[policy]
    first, last = (page.prose[0], page.prose[-1]) if page.prose else (0, len(decisions))
    for line, case in cases.items():
        place = PLACE_SCORE if not first <= line <= last else 0.0
        decisions[line] = _decide(case, case.weight() + place, bar)
    _ask_neighbours(page, cases, decisions, (bar, first, last))
    _drop_duplicates(page, cases, decisions)
    return decisions, _over_budget(page, cases, decisions, bar)


def _cases(page: Page, spans: Mapping[str, Sequence[Span]]) -> dict[int, Case]:
    """Gather the spans of every family by line."""
    cases: dict[int, Case] = {}
    for family, found in spans.items():
        for span in found:
            line = bisect_right(page.starts, span.start) - 1
            if page.texts[line]:
                cases.setdefault(line, Case()).add(family, span)
    return cases


def _decide(case: Case, weight: float, bar: Bar) -> Decision:
    """Return the decision on one line, given what its case weighs."""
    if case.decisive:
        span = case.decisive
        return Decision(span.label, span.reason, span.score, kept=span.label == "body", value=span.value)
    verdict, protected = case.verdict(), case.protected()
    kept = Decision(*protected[2:5], kept=True, value=protected.value) if protected else BODY
    if verdict is None:
        return kept
    if protected and protected.score >= max(SURE, verdict.score):
        return kept
    needed = {Safety.A: bar.a, Safety.B: bar.b, Safety.C: bar.c}[LABELS[verdict.label].safety]
    if weight < needed:
        return kept
    return Decision(*verdict[2:5], kept=False, value=case.value(verdict.label))


def _ask_neighbours(
    page: Page, cases: Mapping[int, Case], decisions: list[Decision], zone: tuple[Bar, int, int]
) -> None:
    """Decide doubtful lines again that stand next to a removed one, downwards, then upwards."""
    bar, first, last = zone
    lines = [line for line, text in enumerate(page.texts) if text]
    for order in (lines, lines[::-1]):
        for before, line in pairwise(order):
            if decisions[line].kept and not decisions[before].kept and (case := cases.get(line)):
                place = PLACE_SCORE if not first <= line <= last else 0.0
                decisions[line] = _decide(case, case.weight() + place + NEIGHBOUR_SCORE, bar)


def _drop_duplicates(page: Page, cases: Mapping[int, Case], decisions: list[Decision]) -> None:
    """Remove a line whose twin above was kept; a copy of something removed is not a second copy."""
    twins = sorted(
        (line, span)
        for line, case in cases.items()
        for span in case.debris.values()
        if span.label == "duplicate" and decisions[line].label == "body"
    )
    if not twins:
        return
    kept: dict[str, int] = {}
    for line, decision in enumerate(decisions):
        if decision.kept and page.texts[line]:
            kept.setdefault(page.keys[line], line)
    for line, span in twins:
        if kept.get(page.keys[line], line) < line:
            decisions[line] = Decision("duplicate", span.reason, span.score, kept=False)


def _over_budget(page: Page, cases: Mapping[int, Case], decisions: Sequence[Decision], bar: Bar) -> str:
    """Return why the page would lose too much of its prose, "" when it would not.

    Only prose counts: menus may be most of a page. What a person's rule took, or no reader saw, is
    no loss.
    """
    at_stake = [line for line in page.prose if not (line in cases and cases[line].decisive)]
    words = {line: len(page.texts[line]) for line in at_stake}
    lost = sum(chars for line, chars in words.items() if not decisions[line].kept)
    total = sum(words.values())
    if len(at_stake) < 3 or lost <= bar.max_prose_share * total:
        return ""
    return f"removal-budget: {lost / total:.0%} of the prose would go, at most {bar.max_prose_share:.0%} may"
