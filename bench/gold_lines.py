"""Which lines of a page are its gold main text, where the gold is a text of its own.

Long lines are found anywhere in the gold by their runs of words. Short ones ("Home", "Size") count only
where the gold has them between the long ones around them, because menus repeat the words of a story.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from bench.metrics import tokenize

MIN_ANCHOR_WORDS: Final = 6
RUN_WORDS: Final = 4
MIN_SHARE: Final = 0.6
"""A long line with this share of its runs of words in the gold is main text."""
MAX_SHARE: Final = 0.25
"""A long line with more than this, but less than MIN_SHARE, is nobody's to learn from."""
WINDOW_WORDS: Final = 40
"""How far beyond the lines around it a short line is looked for."""


class Marks(NamedTuple):
    """Gold of each line (1 main text, 0 not, -1 do not care), and the share of gold words found."""

    gold: list[int]
    recall: float


def mark_lines(texts: Sequence[str], gold_text: str) -> Marks:
    """Return the marks of the lines of a page, given its main text.

    >>> gold = "The bridge was closed on Tuesday after the storm. Home at last."
    >>> mark_lines(["Home", "The bridge was closed on Tuesday after the storm.", "Home at last."], gold).gold
    [0, 1, 1]
    """
    gold = tokenize(gold_text)
    lines = [tokenize(text) for text in texts]
    runs: dict[tuple[str, ...], list[int]] = {}
    for at in range(len(gold) - RUN_WORDS + 1):
        runs.setdefault(tuple(gold[at : at + RUN_WORDS]), []).append(at)
    marks = [0] * len(texts)
    anchors: list[tuple[int, int, int]] = []
    for number, words in enumerate(lines):
        if len(words) >= MIN_ANCHOR_WORDS:
            marks[number], at = _judge_long(words, runs)
            if marks[number] == 1:
                anchors.append((number, at, at + len(words)))
    chain = _longest_chain(anchors)
    _mark_short(lines, gold, chain, marks)
    found = sum(len(lines[number]) for number, mark in enumerate(marks) if mark == 1)
    return Marks(marks, min(found / max(len(gold), 1), 1.0))


def _judge_long(words: list[str], runs: dict[tuple[str, ...], list[int]]) -> tuple[int, int]:
    """Return the mark of a long line, and where in the gold it begins."""
    hits = [
        (offset, places[0])
        for offset in range(len(words) - RUN_WORDS + 1)
        if (places := runs.get(tuple(words[offset : offset + RUN_WORDS])))
    ]
    share = len(hits) / (len(words) - RUN_WORDS + 1)
    if share < MIN_SHARE:
        return (-1 if share > MAX_SHARE else 0), 0
    offset, place = hits[0]
    return 1, max(place - offset, 0)


def _longest_chain(anchors: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Return the longest run of anchors that stand in the order of the gold."""
    tails: list[int] = []
    ends: list[int] = []
    before = [-1] * len(anchors)
    for number, (_, at, _) in enumerate(anchors):
        place = bisect_right(tails, at)
        before[number] = ends[place - 1] if place else -1
        tails[place : place + 1] = [at]
        ends[place : place + 1] = [number]
    chain = []
    number = ends[-1] if ends else -1
    while number >= 0:
        chain.append(anchors[number])
        number = before[number]
    return chain[::-1]


def _mark_short(
    lines: Sequence[list[str]], gold: list[str], chain: Sequence[tuple[int, int, int]], marks: list[int]
) -> None:
    """Mark the short lines that the gold has between the anchors around them."""
    ended = [(-1, 0, 0), *chain, (len(lines), len(gold), len(gold))]
    for (above, _, start), (below, end, _) in pairwise(ended):
        cursor = max(start - 1, 0)
        stop = min(end + 1, len(gold))
        if above < 0:
            cursor = max(cursor, stop - WINDOW_WORDS * (below - above))
        for number in range(above + 1, below):
            words = lines[number]
            if not 0 < len(words) < MIN_ANCHOR_WORDS or marks[number]:
                continue
            at = _find(gold, words, cursor, min(stop, cursor + WINDOW_WORDS * 4))
            if at >= 0:
                marks[number] = 1
                cursor = at + len(words)


def _find(gold: list[str], words: list[str], start: int, stop: int) -> int:
    """Return where the words stand in gold[start:stop], -1 where they do not."""
    size = len(words)
    for at in range(start, stop - size + 1):
        if gold[at] == words[0] and gold[at : at + size] == words:
            return at
    return -1
