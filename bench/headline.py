"""Learn how a text capture's headline is told from other lines: ``python -m bench.headline``.

Prints ``WEIGHTS`` and the scores of "none" for ``cleaners/headline.py``, before what is taken off there.
The answers are the titles that the HTML of the same WCXB pages states, where one line of the text is one;
each page counts twice, with its address and without. ``python -m bench.metadata --text`` measures what comes
of it, on other sets.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from bench.metadata import answer_strigil
from bench.metrics import tokenize
from bench.pages import RENDERINGS, GoldPage, Selection, find_missing, read_pages
from bench.peers import network_for
from bench.quality import add_selection, to_selection
from cleaners.headline import Traits, read_head
from cleaners.lexicon import find as find_phrases
from cleaners.pipeline import CLEANERS
from cleaners.segment import to_page
from cleaners.tagger.tagger import judge
from cleaners.wrapping import join_lines

SET: Final = "wcxb_dev"
PAGE_TYPES: Final = frozenset({"article", "documentation", "service", "product"})
"""The headline of a forum or of a list stands elsewhere, or is none."""
ROUNDS: Final = 4000
RATE: Final = 2.0
DECAY: Final = 1e-4
MOMENTUM: Final = 0.9

Floats = npt.NDArray[np.float64]


class Question(NamedTuple):
    """The lines of one page, (lines + 1, traits + 2), the last row for none, and which rows are right."""

    rows: Floats
    right: npt.NDArray[np.bool_]


def read_questions(selection: Selection) -> Iterator[Question]:
    """Yield what is to be learned from each text capture."""
    titles: dict[str, str] = {}
    for page in read_pages(replace(selection, renderings=("html",))):
        title = answer_strigil(page).title if page.page_type in PAGE_TYPES else None
        if title:
            titles[page.page_id] = title
    for page in read_pages(replace(selection, renderings=RENDERINGS[1:])):
        if page.page_id in titles:
            for url in (page.url, None):
                yield from _to_question(page, titles[page.page_id], url)


def _to_question(page: GoldPage, title: str, url: str | None) -> Iterator[Question]:
    found = join_lines(to_page(page.payload.decode(errors="replace"), url=url))
    phrases = list(find_phrases(found))
    spans = {family: list(find(found)) for family, find in CLEANERS.items()}
    (judgement,) = judge([found], [phrases], network_for(page))
    head = read_head(found, spans, judgement)
    if not head.lines:
        return
    traits, none = len(Traits._fields), 0 if head.has_address else 1
    rows = np.zeros((len(head.lines) + 1, traits + 2))
    rows[:-1, :traits] = head.traits
    rows[-1, traits + none] = 1.0
    wanted = tokenize(title)
    right = [tokenize(found.texts[line]) == wanted for line in head.lines]
    yield Question(rows, np.array([*right, not any(right)]))


def learn(questions: Sequence[Question]) -> Floats:
    """Return the weights that make the right rows likeliest, by gradient descent from zero."""
    rows = np.concatenate([question.rows for question in questions])
    right = np.concatenate([question.right for question in questions]).astype(np.float64)
    sizes = np.array([len(question.right) for question in questions])
    first, of = np.cumsum(sizes) - sizes, np.repeat(np.arange(len(sizes)), sizes)
    weights = np.zeros(rows.shape[1])
    speed = np.zeros_like(weights)
    for _ in range(ROUNDS):
        scores = rows @ weights
        chances = np.exp(scores - np.maximum.reduceat(scores, first)[of])
        hits = chances * right
        pull = hits / np.add.reduceat(hits, first)[of] - chances / np.add.reduceat(chances, first)[of]
        speed = MOMENTUM * speed + rows.T @ pull / len(sizes) - 2 * DECAY * weights
        weights += RATE * (1 - MOMENTUM) * speed
    return weights


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, learn, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.headline", description=__doc__)
    add_selection(parser)
    selection = replace(to_selection(parser.parse_args(arguments)), sets=(SET,))
    for skipped in find_missing(selection):
        print(skipped)
    if not (questions := list(read_questions(selection))):
        return 0
    *weights, none_address, none = learn(questions)
    for name, weight in zip(Traits._fields, weights, strict=True):
        print(f"    {name}={weight:.2f},")
    print(f"none {none:.2f}, with an address {none_address:.2f}; {len(questions)} heads")
    return 0


if __name__ == "__main__":
    sys.exit(main())
