"""Say of each line of a page how surely it is main text.

In the wild: menus, teasers, comments and footers that no phrase names and no DOM frames, because
somebody has already scraped the page to text.
Left alone: pages of one or two lines, which have no neighbours. For HTML it is one opinion among the
DOM's (``find_in_html``).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

import numpy as np

from cleaners import lexicon
from cleaners.segment import SPACE
from cleaners.tagger.features import GROUP_OF, Ints, Lines, to_features
from cleaners.tagger.network import DECIMALS, Network, own_network
from cleaners.values import Page, Span

MIN_LINES = 3


def find(page: Page, network: Network | None = None) -> Iterator[Span]:
    """Yield ``body`` for lines of text that are rather main text than not, ``boilerplate`` for the others.

    The score is the probability of the label, 0.5 to 1.
    """
    if not page.blocks:
        yield from _judge(page, network)


def find_in_html(page: Page, network: Network | None = None) -> Iterator[Span]:
    """Yield ``boilerplate`` for rendered lines of HTML that read like it: a second opinion beside the DOM's.

    It was trained on text captures; where it takes a line for the story the DOM knows better.
    """
    if page.blocks:
        yield from (span for span in _judge(page, network) if span.label == "boilerplate")


def _judge(page: Page, network: Network | None) -> Iterator[Span]:
    numbers = [line for line, text in enumerate(page.texts) if text]
    if len(numbers) < MIN_LINES:
        return
    features = to_features(to_lines(page, numbers))
    scores = (network or own_network()).score(features, to_groups(page, numbers))
    for line, score in zip(numbers, scores.tolist(), strict=True):
        if score >= 0.5:
            yield page.span(line, "body", reason="model/line-tagger", score=score)
        else:
            yield page.span(line, "boilerplate", reason="model/line-tagger", score=round(1 - score, DECIMALS))


def to_lines(page: Page, numbers: list[int]) -> Lines:
    """Return the given lines of a page as the model reads them."""
    at = np.array(numbers)
    indents = [
        len(stretch) - len(stretch.lstrip(SPACE))
        for stretch in (page.source_text[page.starts[line] : page.ends[line]] for line in numbers)
    ]
    return Lines([page.texts[line] for line in numbers], np.diff(at, prepend=-1) - 1, np.array(indents))


def to_groups(page: Page, numbers: list[int]) -> Ints:
    """Return the group of the lexicon's label for each of the given lines."""
    groups = dict.fromkeys(numbers, 0)
    for span in lexicon.find(page):
        groups[bisect_right(page.starts, span.start) - 1] = GROUP_OF.get(span.label, 0)
    return np.array(list(groups.values()))
