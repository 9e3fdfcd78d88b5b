"""Say of each line of a page how surely it is main text, and what it is if it is not.

In the wild: menus, teasers, comments and footers that no phrase names and, where somebody has already
scraped the page to text, no DOM frames.
Left alone: pages of one or two lines, which have no neighbours.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from cleaners.html.htmlpage import HtmlPage
from cleaners.tagger.features import GROUP_OF, Ints, Lines, to_features
from cleaners.tagger.network import (
    DECIMALS,
    LABEL_GROUPS,
    PAGE_TYPES,
    Inputs,
    Network,
    Whole,
    own_network,
)
from cleaners.tagger.places import find_places
from cleaners.tagger.threads import one_thread
from cleaners.values import Evidence, Page, Span

MODEL_REASON: Final = "model/line-tagger"
MIN_LINES: Final = 3
MIN_LABEL_CHANCE: Final = 0.5
_LABELS: Final = (*(label for label, _ in LABEL_GROUPS), "boilerplate")


class Judgement(NamedTuple):
    """What the model says of one page.

    ``chances`` has one entry for each of ``lines``, the lines that are not blank: how surely it is main
    text, 0 to 1. ``labels`` names what it would be otherwise.
    """

    lines: Sequence[int] = ()
    chances: Sequence[float] = ()
    labels: Sequence[str] = ()
    page_type: Evidence | None = None


class _Asked(NamedTuple):
    """A page to judge: its lines that are not blank, and the group of each one's phrase."""

    page: Page
    lines: list[int]
    groups: Ints


NOTHING: Final = Judgement()
"""What is said of a page too short to judge."""


def judge(
    pages: Sequence[Page], phrases: Sequence[Sequence[Span]], network: Network | None = None
) -> list[Judgement]:
    """Return what the model says of each page; ``phrases`` are the lexicon's spans of each.

    Many pages at once cost less than one after the other, and give the same.
    """
    network = network or own_network()
    asked = [
        _Asked(page, lines, to_groups(page, lines, spans))
        for page, spans in zip(pages, phrases, strict=True)
        if len(lines := [line for line, text in enumerate(page.texts) if text]) >= MIN_LINES
    ]
    with one_thread():
        judged = _judge_together(asked, network)
    by_page = {id(one.page): judgement for one, judgement in zip(asked, judged, strict=True)}
    return [by_page.get(id(page), NOTHING) for page in pages]


def _judge_together(asked: Sequence[_Asked], network: Network) -> list[Judgement]:
    """Return the judgements of pages, whose numbers are computed side by side."""
    if not asked:
        return []
    lines = to_lines([one.page for one in asked], [one.lines for one in asked])
    places = [find_places(page, found) if isinstance(page, HtmlPage) else None for page, found, _ in asked]
    groups = np.concatenate([one.groups for one in asked])
    scores = network.score(Inputs(to_features(lines, network.hints), groups, lines.sizes, places))
    chances, labels = scores.main.tolist(), _to_labels(scores.labels)
    judged: list[Judgement] = []
    start = 0
    for one, page_type in zip(asked, _to_types(scores.page_types), strict=True):
        end = start + len(one.lines)
        judged.append(Judgement(one.lines, chances[start:end], labels[start:end], page_type))
        start = end
    return judged


def _to_labels(log_odds: Whole) -> list[str]:
    """Return the likeliest label of each line; ``boilerplate`` where no label has half of the chance."""
    weights = np.exp(log_odds - log_odds.max(axis=1, keepdims=True))
    sure = weights.max(axis=1) / weights.sum(axis=1) >= MIN_LABEL_CHANCE
    best = np.where(sure, log_odds.argmax(axis=1), len(LABEL_GROUPS)).tolist()
    return [_LABELS[number] for number in best]


def _to_types(log_odds: Whole) -> list[Evidence]:
    """Return the likeliest type of each page, and how likely it is."""
    weights = np.exp((log_odds - log_odds.max(axis=1, keepdims=True)).astype(np.float64))
    chances = np.round(weights.max(axis=1) / weights.sum(axis=1), DECIMALS).tolist()
    best = log_odds.argmax(axis=1).tolist()
    return [
        Evidence("page_type", PAGE_TYPES[number], MODEL_REASON, chance)
        for number, chance in zip(best, chances, strict=True)
    ]


def to_lines(pages: Sequence[Page], lines: Sequence[list[int]]) -> Lines:
    """Return the given lines of pages as the model reads them."""
    texts: list[str] = []
    indents: list[int] = []
    for page, numbers in zip(pages, lines, strict=True):
        texts += [page.texts[line] for line in numbers]
        source, starts = page.source_text, page.starts
        indents += [source.find(page.texts[line], starts[line]) - starts[line] for line in numbers]
    blanks = np.concatenate([np.diff(np.array(numbers), prepend=-1) - 1 for numbers in lines])
    return Lines(texts, blanks, np.array(indents), np.array([len(numbers) for numbers in lines]))


def to_groups(page: Page, lines: Sequence[int], phrases: Sequence[Span]) -> Ints:
    """Return the group of the lexicon's label for each of the given lines."""
    groups = dict.fromkeys(lines, 0)
    for span in phrases:
        groups[bisect_right(page.starts, span.start) - 1] = GROUP_OF.get(span.label, 0)
    return np.array(list(groups.values()))
