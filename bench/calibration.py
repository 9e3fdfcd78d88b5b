"""Measure how far the tagger's chances are to be believed: ``python -m bench.calibration``.

Of the lines it gives a chance of 0.8, eight in ten should be main text. Prints a table by set and input,
says how many pages of each type it takes for what they are, and draws the reliability diagram of the docs.
Pages of sets that are trained on are judged by the network of their fold.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from bench.gold_lines import mark_lines
from bench.pages import GOLD_SETS, RENDERINGS, GoldPage, find_missing, read_pages
from bench.peers import network_for
from bench.pictures import draw_reliability
from bench.quality import add_selection, to_selection
from cleaners import lexicon
from cleaners.decode import decode
from cleaners.html.page import to_page as to_html_page
from cleaners.segment import to_page
from cleaners.tagger.tagger import Judgement, judge
from cleaners.values import Page

PICTURE: Final = "docs/reliability.png"
BINS: Final = 10
MIN_GOLD_RECALL: Final = 0.9
_ODD_BREAKS: Final = str.maketrans(dict.fromkeys("\r\v\f\x85\u2028\u2029", " "))

Floats = npt.NDArray[np.float64]


class Reliability(NamedTuple):
    """By bin of the chance: lines, their mean chance, and the share of them that is main text."""

    lines: Floats
    chance: Floats
    truth: Floats

    @property
    def error(self) -> float:
        """Return the expected calibration error: the mean gap, by lines."""
        return float((self.lines * np.abs(self.chance - self.truth)).sum() / max(self.lines.sum(), 1))


class Judged(NamedTuple):
    """What the tagger says of a page, and the gold of its lines (empty: unknown)."""

    judgement: Judgement
    gold: Sequence[int]

    def pairs(self) -> Iterator[tuple[float, int]]:
        """Yield the chance and the gold of every line that has both."""
        if self.gold:
            for line, chance in zip(self.judgement.lines, self.judgement.chances, strict=True):
                if self.gold[line] >= 0:
                    yield chance, self.gold[line]

    def is_type(self, page_type: str) -> bool:
        """Return whether the tagger takes the page for one of that type."""
        found = self.judgement.page_type
        return found is not None and found.value == page_type


def judge_page(page: GoldPage) -> Judged:
    """Return what a network that has not seen the page's site says of it."""
    if page.rendering == "html":
        found: Page = to_html_page(decode(page.payload, is_html=True).text, url=page.url)
        marks = mark_lines(found.texts, page.gold_text or "")
        gold: Sequence[int] = marks.gold if marks.recall >= MIN_GOLD_RECALL else ()
    else:
        found = to_page(page.payload.decode().translate(_ODD_BREAKS))
        gold = page.line_gold
    return Judged(judge([found], [list(lexicon.find(found))], network_for(page))[0], gold)


def to_reliability(pairs: Sequence[tuple[float, int]]) -> Reliability:
    """Sort chances into bins.

    >>> to_reliability([(0.05, 0), (0.95, 1), (0.95, 0)]).truth[-1]
    np.float64(0.5)
    """
    chance, gold = np.array(pairs, np.float64).T
    place = np.minimum((chance * BINS).astype(np.int64), BINS - 1)
    lines = np.bincount(place, minlength=BINS).astype(np.float64)
    most = np.maximum(lines, 1)
    return Reliability(
        lines,
        np.bincount(place, weights=chance, minlength=BINS) / most,
        np.bincount(place, weights=gold, minlength=BINS) / most,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, draw."""
    parser = argparse.ArgumentParser(prog="python -m bench.calibration", description=__doc__)
    add_selection(parser)
    parser.add_argument("--picture", action="store_true", help=f"draw {PICTURE}")
    options = parser.parse_args(arguments)
    selection = to_selection(options, RENDERINGS)
    for skipped in find_missing(selection):
        print(skipped)
    pairs: defaultdict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
    types: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
    for page in read_pages(selection):
        if GOLD_SETS[page.set_name].ranked:
            kind = "HTML" if page.rendering == "html" else "text"
            judged = judge_page(page)
            pairs[page.set_name, kind].extend(judged.pairs())
            if page.page_type:
                types[kind, page.page_type].append(judged.is_type(page.page_type))
    curves = {key: to_reliability(found) for key, found in pairs.items() if found}
    for (name, kind), curve in curves.items():
        shares = " ".join(f"{truth:.2f}" for truth in curve.truth)
        print(f"{name:16} {kind:5} error {curve.error:.3f}  main text by bin: {shares}")
    for (kind, page_type), right in types.items():
        print(f"{page_type:16} {kind:5} taken for what it is: {sum(right)} of {len(right)}")
    if options.picture and curves:
        named = {f"{name}, {kind}": (c.chance, c.truth) for (name, kind), c in curves.items()}
        draw_reliability(named, PICTURE)
    return 0 if curves else 1


if __name__ == "__main__":
    sys.exit(main())
