"""Which lines of a page are its gold main text, where the gold is a text of its own.

Every place is found where the words of a line stand in the gold, and of all places the heaviest chain is
taken that goes through page and gold in one direction: menus repeat the words of a story, but not in its
order. What a chain took of the gold is gone; chains are taken until what is left is too light to mean
anything, so that a gold that moves the size table to its end is found as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from bench.metrics import tokenize

RUN_WORDS: Final = 4
MIN_LONG_WORDS: Final = 6
"""A shorter line must stand in the gold word by word."""
MIN_SHARE: Final = 0.6
"""A long line with this share of its runs of words in the gold is main text."""
MAX_SHARE: Final = 0.25
"""A long line with more than this in the gold, but in no chain, is nobody's to learn from."""
MIN_CHAIN_WORDS: Final = 4.0
LINE_COST: Final = 0.05
"""In words, for each line from the first to the last of a chain: "Home" in the menu is not of the story."""
MAX_PLACES: Final = 300

_Index = dict[tuple[str, ...], list[int]]


class Marks(NamedTuple):
    """Gold of each line (1 main text, 0 not, -1 do not care), and the share of gold words found."""

    gold: list[int]
    recall: float


class _Place(NamedTuple):
    """Where in the gold a line may stand, and how many of its words are there."""

    line: int
    start: int
    end: int
    words: int


def mark_lines(texts: Sequence[str], gold_text: str) -> Marks:
    """Return the marks of the lines of a page, given its main text.

    >>> gold = "The bridge was closed on Tuesday after the storm. Home at last."
    >>> mark_lines(["Home", "The bridge was closed on Tuesday after the storm.", "Home at last."], gold).gold
    [0, 1, 1]
    """
    gold = tokenize(gold_text)
    lines = [tokenize(text) for text in texts]
    index = _to_index(gold)
    places = [_find_places(number, words, gold, index) for number, words in enumerate(lines)]
    marks = [0] * len(texts)
    used = bytearray(len(gold))
    while chain := _find_chain(places, len(gold)):
        for place in chain:
            marks[place.line] = 1
            places[place.line] = []
            used[place.start : place.end] = b"\1" * (place.end - place.start)
        places = [[one for one in found if not any(used[one.start : one.end])] for found in places]
    for number, words in enumerate(lines):
        if not words:
            marks[number] = -1
        elif not marks[number] and len(words) >= MIN_LONG_WORDS:
            runs = list(_to_runs(words))
            marks[number] = -1 if sum(run in index for run in runs) > MAX_SHARE * len(runs) else 0
    return Marks(marks, sum(used) / max(len(gold), 1))


def _to_index(gold: list[str]) -> _Index:
    """Return where each run of up to RUN_WORDS words begins."""
    index: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for size in range(1, RUN_WORDS + 1):
        for at in range(len(gold) - size + 1):
            index[tuple(gold[at : at + size])].append(at)
    return dict(index)


def _to_runs(words: list[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(words[at : at + RUN_WORDS]) for at in range(len(words) - RUN_WORDS + 1))


def _find_places(line: int, words: list[str], gold: list[str], index: _Index) -> list[_Place]:
    """Return where a line may stand in the gold."""
    size = len(words)
    if size < MIN_LONG_WORDS:
        starts = index.get(tuple(words[:RUN_WORDS]), [])
        exact = [at for at in starts if gold[at : at + size] == words]
        return [_Place(line, at, at + size, size) for at in exact[:MAX_PLACES]]
    runs = [(offset, index[run]) for offset, run in enumerate(_to_runs(words)) if run in index]
    least = MIN_SHARE * (size - RUN_WORDS + 1)
    found: dict[tuple[int, int], _Place] = {}
    seen: set[int] = set()
    # A line that stands there by so large a share of its runs has one of the first runs there.
    for number, (offset, starts) in enumerate(runs[: len(runs) + 1 - int(least)]):
        for at in starts[:MAX_PLACES]:
            if at - offset not in seen and len(found) < MAX_PLACES:
                seen.add(at - offset)
                place, hits = _follow(line, at, size, runs[number:])
                if hits >= least:
                    found.setdefault((place.start, place.end), place)
    return list(found.values())


def _follow(line: int, start: int, size: int, runs: list[tuple[int, list[int]]]) -> tuple[_Place, int]:
    """Return the place of a line whose first run stands at ``start``, and how many of its runs are there."""
    last, end, hits, words = start - 1, start, 0, 0
    for _, starts in runs:
        at = next((at for at in starts if last < at <= last + 1 + size // 2), -1)
        if at >= 0:
            words += at + RUN_WORDS - max(end, at)
            last, end, hits = at, at + RUN_WORDS, hits + 1
    return _Place(line, start, end, words), hits


def _find_chain(places: Sequence[list[_Place]], size: int) -> list[_Place]:
    """Return the heaviest run of places that goes through page and gold in order; empty if it is too light.

    ``tree`` is a Fenwick tree over the gold: the best chain that ends before a word. Of equal chains that of
    the later line is taken, so that a heading stands by its text and not in the table of contents.
    """
    tree: list[tuple[float, int]] = [(0.0, -1)] * (size + 2)
    taken: list[_Place] = []
    before: list[int] = []
    best = (MIN_CHAIN_WORDS, -1)
    for line, found in enumerate(places):
        alone = (LINE_COST * line, -1)
        chains = [max(_look_up(tree, place.start + 1), alone) for place in found]
        for (weight, previous), place in zip(chains, found, strict=True):
            best = max(best, (weight + place.words - LINE_COST * line, len(taken)))
            _put(tree, place.end + 1, (weight + place.words, len(taken)))
            taken.append(place)
            before.append(previous)
    chain: list[_Place] = []
    at = best[1]
    while at >= 0:
        chain.append(taken[at])
        at = before[at]
    return chain[::-1]


def _look_up(tree: list[tuple[float, int]], at: int) -> tuple[float, int]:
    """Return the best entry up to ``at``."""
    best = (0.0, -1)
    while at > 0:
        best = max(best, tree[at])
        at -= at & -at
    return best


def _put(tree: list[tuple[float, int]], at: int, entry: tuple[float, int]) -> None:
    while at < len(tree):
        tree[at] = max(tree[at], entry)
        at += at & -at
