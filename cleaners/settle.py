"""The one place that decides: every cleaner's spans in, one decision a line out.

A line's case is the sum, over families of cleaners, of each family's strongest debris span;
its place in the page and its neighbours add to it, evidence of being the story takes away. The
label's kind (``cleaners.labels``) says how much the case must weigh, the policy moves that bar.
No family of rules can remove a line of kind B alone unless it is a sure phrase in a paragraph of its own;
a line of kind D goes only where the model is as good as certain that it belongs to no story.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence, Set
from itertools import groupby, pairwise
from operator import itemgetter
from statistics import fmean
from typing import Final

from cleaners.case import BARS, BLANK, BODY, EVEN_CHANCE, Bar, Case, Decision, keep_alone, remove_alone
from cleaners.labels import LABELS, Safety
from cleaners.lexicon import load_lexicons
from cleaners.repetition import to_twin_key
from cleaners.tagger.tagger import NOTHING, Judgement
from cleaners.values import Page, Policy, Span

PLACE_SCORE: Final = 0.5
"""What standing before the first or after the last paragraph adds."""
MAX_FRAMED_LINES: Final = 5
"""So few lines around a story are no page's frame: somebody has trimmed the text capture already."""
SURE_WORD: Final = 0.9
"""A weaker phrase, such as the name of a section, may be a sub-heading of the story."""
MIN_STORY_CHARS: Final = 100
"""A page that promises less has no story to lose."""
ARTICLE_DOUBT: Final = 2.0
"""So many times the odds against a line are on a page that calls itself an article."""
NEIGHBOUR_SCORE: Final = 0.5
"""What standing next to a removed line adds."""


def settle(
    page: Page, spans: Mapping[str, Sequence[Span]], policy: Policy, judgement: Judgement = NOTHING
) -> tuple[list[Decision], str]:
    """Return one decision a line, and why the page needs a person's review ("" when it does not)."""
    decisions = [BODY if text else BLANK for text in page.texts]
    judgement = _level_tables(page, _doubt_articles(page, judgement))
    bar = BARS[policy]
    cases = _cases(page, spans)
    framed: Set[int] = frozenset() if page.blocks else _find_framed(page, judgement)
    _ask_model(judgement, framed, cases, decisions, bar)
    for line, case in cases.items():
        decisions[line] = case.decide(0.0 if case.is_inside else PLACE_SCORE, bar)
    _ask_neighbours(page, cases, decisions, bar)
    _drop_duplicates(page, cases, decisions)
    return decisions, _over_budget(page, cases, judgement, decisions, bar)


def _cases(page: Page, spans: Mapping[str, Sequence[Span]]) -> dict[int, Case]:
    """Gather the spans of every family by line."""
    first, last = (page.prose[0], page.prose[-1]) if page.prose else (0, len(page.texts))
    cases: dict[int, Case] = {}
    for family, found in spans.items():
        for span in found:
            line = bisect_right(page.starts, span.start) - 1
            if page.texts[line]:
                if line not in cases:
                    block = page.blocks[line] if page.blocks else None
                    cases[line] = Case(first <= line <= last, page.texts[line], block)
                cases[line].add(family, span)
    return cases


def _ask_model(
    judgement: Judgement,
    framed: Set[int],
    cases: Mapping[int, Case],
    decisions: list[Decision],
    bar: Bar,
) -> None:
    """Add the model's word to the cases, and decide the lines of which nobody else has said anything."""
    most = bar.max_chance
    for line, chance, label in zip(judgement.lines, judgement.chances, judgement.labels, strict=True):
        if case := cases.get(line):
            case.chance, case.model_label, case.is_framed = chance, label, line in framed
        elif chance < most and line not in framed:
            decisions[line] = remove_alone(label, chance)
        else:
            decisions[line] = keep_alone(chance)


def _doubt_articles(page: Page, judgement: Judgement) -> Judgement:
    """Return the judgement with less of a chance for what is in doubt on a page that calls itself an article.

    Most such pages are news, where lines in doubt are the story less often than elsewhere: the sets differ in
    ``bench.calibration``.
    """
    if not any(said.field == "page_type" and said.value == "article" for said in page.evidence):
        return judgement
    chances = [round(chance / (chance + ARTICLE_DOUBT * (1.0 - chance)), 4) for chance in judgement.chances]
    return judgement._replace(chances=chances)


def _level_tables(page: Page, judgement: Judgement) -> Judgement:
    """Return the judgement with one chance for all rows of a table: half a table says less than none."""
    if "\t" not in page.source_text and "|" not in page.source_text:
        return judgement
    is_row = ["\t" in page.texts[line] or page.texts[line].startswith("|") for line in judgement.lines]
    if not any(is_row):
        return judgement
    chances: list[float] = []
    for row, run in groupby(zip(is_row, judgement.chances, strict=True), itemgetter(0)):
        found = [chance for _, chance in run]
        chances += [fmean(found)] * len(found) if row else found
    return judgement._replace(chances=chances)


def _find_framed(page: Page, judgement: Judgement) -> set[int]:
    """Return the few lines the model would not take between, above or below stretches of the story.

    None where such a stretch is long: that is the frame of a whole page, and the short ones are parts of it.
    A line that is a sure phrase for debris from end to end says itself what it is.
    """
    phrases = load_lexicons().line
    framed: set[int] = set()
    chances = zip(judgement.lines, judgement.chances, strict=True)
    for is_story, run in groupby(chances, lambda one: one[1] >= EVEN_CHANCE):
        lines = [line for line, _ in run]
        if not is_story and len(lines) > MAX_FRAMED_LINES:
            return set()
        for line in () if is_story else lines:
            phrase = phrases.get(page.keys[line])
            if phrase is None or phrase.score < SURE_WORD or LABELS[phrase.label].safety is Safety.D:
                framed.add(line)
    return framed


def _ask_neighbours(page: Page, cases: Mapping[int, Case], decisions: list[Decision], bar: Bar) -> None:
    """Decide doubtful lines again that stand next to a removed one, downwards, then upwards.

    What a person's rule took, or no reader saw, says nothing of the lines around it.
    """
    lines = [n for n, text in enumerate(page.texts) if text and not (n in cases and cases[n].decisive)]
    for order in (lines, lines[::-1]):
        for before, line in pairwise(order):
            if decisions[line].kept and not decisions[before].kept and (case := cases.get(line)):
                place = 0.0 if case.is_inside else PLACE_SCORE
                decisions[line] = case.decide(place + NEIGHBOUR_SCORE, bar)


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
            kept.setdefault(to_twin_key(page, line), line)
    for line, span in twins:
        if kept.get(to_twin_key(page, line), line) < line:
            decisions[line] = Decision("duplicate", span.reason, span.score, kept=False)


def _over_budget(
    page: Page, cases: Mapping[int, Case], judgement: Judgement, decisions: Sequence[Decision], bar: Bar
) -> str:
    """Return why the page would lose too much of its story, "" when it would not.

    Each line counts by how surely the model takes it for the story: menus may be most of a page, and so may
    comments. Where there is no model, paragraphs count. What a person's rule took, or no reader saw, is no
    loss.
    """
    chances = dict(zip(judgement.lines, judgement.chances, strict=True)) or dict.fromkeys(page.prose, 1.0)
    at_stake = [line for line in chances if not (line in cases and cases[line].decisive)]
    worth = {line: len(page.texts[line]) * chances[line] for line in at_stake}
    lost = sum(chars for line, chars in worth.items() if not decisions[line].kept)
    total = sum(worth.values())
    if total < MIN_STORY_CHARS or lost <= bar.max_lost_share * total:
        return ""
    return f"removal-budget: {lost / total:.0%} of the story would go, at most {bar.max_lost_share:.0%} may"
