"""Texts as numbers that can be compared: words, runs of words, and what stands in quotation marks.

Case and punctuation do not count. Scripts that put no spaces between words (Chinese, Japanese, Thai,
Lao, Khmer, Burmese) have no words here: each of their characters stands for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]

SHINGLE_WORDS: Final = 5
MIN_QUOTED_WORDS: Final = 6
"""A shorter run of words may be in two mouths by chance."""
MIN_QUOTED_CHARACTERS: Final = 12
"""The same for scripts without spaces."""

_UNSPACED: Final = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_SEPARATORS: Final = (
    r"\s\x00-/:-@\[-`{-\xbf\u05be\u060c\u061b\u061f\u06d4\u0964\u0965\u1802-\u180a\u2000-\u206f\u2190-\u2bff"
    r"\u3000-\u303f\u30fb\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
)
# Two classes without a character in common, of which one is repeated: linear.
_WORD: Final = re.compile(f"[{_UNSPACED}]|[^{_SEPARATORS}{_UNSPACED}]+")
_UNSPACED_WORD: Final = re.compile(f"[{_UNSPACED}]")

_MARKS: Final = '"“”„‟«»「」『』\uff02'
# An opening mark, then a class without marks, repeated; each character is looked at once: linear.
# A quotation that goes on in the next paragraph has no closing mark: it ends with its line.
_QUOTATION: Final = re.compile(f'(?:[“„«「『]|(?<![^\\s(\\[—–:])["”»\uff02])([^{_MARKS}\\n]+)[{_MARKS}]?')

_MAX_KNOWN_WORDS: Final = 500_000
_MULTIPLIER: Final = 0x9E3779B97F4A7C15


class QuotedRun(NamedTuple):
    """Consecutive words of a quotation as one number, and where they stand in the text."""

    hash: int
    start: int
    end: int


class Words(dict[str, int]):
    """A number for each word: the same in every process, on every machine, for good."""

    def __missing__(self, word: str) -> int:
        """Make the number of a word that was not seen before; a full book is begun anew."""
        if len(self) >= _MAX_KNOWN_WORDS:
            self.clear()
        data = word.encode("utf-8", "surrogatepass")
        number = self[word] = int.from_bytes(blake2b(data, digest_size=8).digest(), "little")
        return number

    def shingles(self, text: str) -> Hashes:
        """Return a number for each run of five words of a text, each once.

        >>> words = Words()
        >>> len(words.shingles("The bridge was closed on Tuesday."))
        2
        >>> words.shingles("one, two three FOUR five") == words.shingles("One two three four five!")
        array([ True])
        """
        return np.unique(_runs(self._numbers(_WORD.findall(text.casefold())), SHINGLE_WORDS))

    def quoted_runs(self, text: str) -> Iterator[QuotedRun]:
        """Yield every run of words in quotation marks that is long enough to be told from chance."""
        for quotation in _QUOTATION.finditer(text):
            found = [*_WORD.finditer(quotation[1])]
            length = _run_length([match[0] for match in found])
            numbers = self._numbers([match[0].casefold() for match in found])
            at = quotation.start(1)
            for index, number in enumerate(_runs(numbers, length).tolist()):
                yield QuotedRun(number, at + found[index].start(), at + found[index + length - 1].end())

    def _numbers(self, words: Sequence[str]) -> Hashes:
        return np.fromiter(map(self.__getitem__, words), dtype=np.uint64, count=len(words))


def _run_length(words: Sequence[str]) -> int:
    """Return how many words a run needs in the script of a quotation."""
    unspaced = sum(1 for word in words if _UNSPACED_WORD.match(word))
    return MIN_QUOTED_CHARACTERS if 2 * unspaced > len(words) else MIN_QUOTED_WORDS


def _runs(numbers: Hashes, length: int) -> Hashes:
    """Return one number for each run of so many words: a polynomial over theirs, then stirred."""
    count = len(numbers) - length + 1
    if count <= 0:
        return np.empty(0, dtype=np.uint64)
    total = np.zeros(count, dtype=np.uint64)
    for at in range(length):
        factor = np.uint64(pow(_MULTIPLIER, length - at, 1 << 64))
        total += numbers[at : at + count] * factor
    total ^= total >> np.uint64(32)
    total *= np.uint64(_MULTIPLIER)
    total ^= total >> np.uint64(29)
    return total
