"""Measures of an extraction: words, segments, lines.

* **Words**: bag of words, as the field measures main-content extraction. The overlap of
  result and gold is the multiset intersection of their words; precision, recall and F1 are
  computed *per page and then averaged over pages*, so a long page counts as much as a short one.
* **Segments** that must and must not occur in the result, as in trafilatura's evaluation, and
  **lines** of a text capture that are main text or not: counts *summed over pages*, then divided.

Where result and gold are both empty everything is 1; where only one is, everything is 0.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19df"  # Thai, Lao, Myanmar, Khmer, Tai
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # kana and iteration marks
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)
_MARKS: Final = frozenset(
    chr(code) for code in range(0x300, 0x20000) if unicodedata.category(chr(code))[0] == "M"
)

# Linear: one character class each, nothing repeats around it.
_INVISIBLE: Final = re.compile("[\u00ad\u200b\u2060\ufeff]")
_UNSPACED_CHARACTER: Final = re.compile(f"[{_UNSPACED}]")
_WORD: Final = re.compile(r"\w+")
_WORD_WITH_MARKS: Final = re.compile(rf"[\w{''.join(sorted(_MARKS))}]+")  # right for all, 18 × as slow


def tokenize(text: str) -> list[str]:
    """Return the words of a text: case folded, punctuation dropped.

    A character of a script written without spaces is a word of its own. Soft hyphens and
    other characters of no width do not count, so that neither keeping nor dropping them pays.

    >>> tokenize("Don\u00adau: 3 Brücken")
    ['donau', '3', 'brücken']
    >>> tokenize("東京 Tower ไทย")
    ['東', '京', 'tower', 'ไ', 'ท', 'ย']
    """
    folded = unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).casefold()
    word = _WORD if _MARKS.isdisjoint(folded) else _WORD_WITH_MARKS
    return word.findall(_UNSPACED_CHARACTER.sub(r" \g<0> ", folded))


class WordScore(NamedTuple):
    """Words of one page: how many of the result are gold, how many of the gold are there."""

    precision: float
    recall: float
    f1: float
    gold_words: int
    lost_words: int


def score_words(result: str, gold: str) -> WordScore:
    """Compare two texts as bags of words.

    >>> score_words("the bridge closed Home", "The bridge was closed.")
    WordScore(precision=0.75, recall=0.75, f1=0.75, gold_words=4, lost_words=1)
    """
    found, wanted = Counter(tokenize(result)), Counter(tokenize(gold))
    shared, n_found, n_wanted = (found & wanted).total(), found.total(), wanted.total()
    if not n_found and not n_wanted:
        return WordScore(1.0, 1.0, 1.0, 0, 0)
    precision = shared / n_found if n_found else 0.0
    recall = shared / n_wanted if n_wanted else 0.0
    return WordScore(precision, recall, 2 * shared / (n_found + n_wanted), n_wanted, n_wanted - shared)


@dataclass(frozen=True, slots=True)
class Confusion:
    """Counts of kept and dropped pieces, wanted or not. They add up over pages."""

    tp: int = 0
    fn: int = 0
    fp: int = 0
    tn: int = 0

    def __add__(self, other: Confusion) -> Confusion:
        return Confusion(self.tp + other.tp, self.fn + other.fn, self.fp + other.fp, self.tn + other.tn)

    @property
    def total(self) -> int:
        """Return how many pieces were judged."""
        return self.tp + self.fn + self.fp + self.tn

    @property
    def precision(self) -> float:
        """Return the share of kept pieces that are wanted; 1 where nothing was kept nor wanted."""
        return self._share(self.tp, self.fp)

    @property
    def recall(self) -> float:
        """Return the share of wanted pieces that were kept; 1 where nothing was kept nor wanted."""
        return self._share(self.tp, self.fn)

    @property
    def f1(self) -> float:
        """Return the harmonic mean of the two."""
        return self._share(2 * self.tp, self.fp + self.fn)

    def _share(self, hits: int, misses: int) -> float:
        if hits + misses:
            return hits / (hits + misses)
        return 0.0 if self.fn or self.fp else 1.0


def fold_space(text: str) -> str:
    r"""Return the text with every run of white space as one space.

    >>> fold_space(" to\u00a0the\n bridge ")
    'to the bridge'
    """
    return " ".join(text.split())


def score_segments(result: str, wanted: Iterable[str], unwanted: Iterable[str]) -> Confusion:
    """Count the segments that must and must not occur in the result, white space folded."""
    folded = fold_space(result)
    kept = Counter(fold_space(segment) in folded for segment in wanted)
    left = Counter(fold_space(segment) in folded for segment in unwanted)
    return Confusion(tp=kept[True], fn=kept[False], fp=left[True], tn=left[False])


def find_kept(lines: Sequence[str], result: str) -> list[bool]:
    """Tell for each line of a text capture whether it stands in the result as a line; blank ones do not.

    Of equal lines those are taken that keep the order of the result.
    """
    places: defaultdict[str, list[int]] = defaultdict(list)
    for number, line in enumerate(lines):
        if key := _line_key(line):
            places[key].append(number)
    kept, previous = [False] * len(lines), -1
    for line in result.split("\n"):
        if free := places.get(_line_key(line)):
            choice = bisect_right(free, previous)
            previous = free.pop(choice if choice < len(free) else 0)
            kept[previous] = True
    return kept


def _line_key(line: str) -> str:
    """Return what makes two lines the same line: neither case nor spacing."""
    return fold_space(_INVISIBLE.sub("", line)).casefold()


def score_lines(
    lines: Sequence[str], kept: Sequence[bool], gold: Sequence[int], ignored: Iterable[int] = ()
) -> Confusion:
    """Count kept lines against ``gold`` (1 main text, 0 not, -1 do not care).

    Blank lines and the line numbers in ``ignored`` are not judged.
    """
    skipped = frozenset(ignored)
    judged = Counter(
        (bool(wanted), is_kept)
        for number, (line, is_kept, wanted) in enumerate(zip(lines, kept, gold, strict=True))
        if wanted >= 0 and number not in skipped and line.strip()
    )
    return Confusion(judged[True, True], judged[True, False], judged[False, True], judged[False, False])
