"""How much a line says: Han, kana and hangul say more a character, and some scripts have no spaces."""

from __future__ import annotations

import re
from typing import Final

DENSE_CHARS: Final = 1.5
"""How many Latin letters one character of a dense script is worth in a headline."""
DENSE_WORD_CHARS: Final = 2.5
UNSPACED_WORD_CHARS: Final = 5.0
"""So many characters are a word where no space parts the words."""
MIN_HEADLINE_CHARS: Final = 12
MIN_HEADLINE_WORDS: Final = 3
# Linear: one character class.
_DENSE: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# Linear: one character class. Thai, Lao, Burmese and Khmer.
_UNSPACED: Final = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")


def count_chars(text: str) -> float:
    """Return how long a text is, in Latin letters.

    >>> count_chars("Bridge"), count_chars("老桥重新通车"), count_chars("다리 개통")
    (6, 9.0, 7.0)
    """
    return len(text) if text.isascii() else len(text) + (DENSE_CHARS - 1) * len(_DENSE.findall(text))


def count_words(text: str) -> float:
    """Return how many words a text has, at least about.

    >>> count_words("Bridge closed again"), count_words("老桥重新通车"), count_words("สะพานเก่าเปิดใช้")
    (3, 2.4, 3.2)
    """
    spaced = len(text.split())
    if text.isascii():
        return spaced
    dense = len(_DENSE.findall(text)) / DENSE_WORD_CHARS
    return max(spaced, dense + len(_UNSPACED.findall(text)) / UNSPACED_WORD_CHARS)


def count_columns(text: str) -> int:
    """Return how wide a text is where all letters are of one width, and dense ones of two.

    >>> count_columns("Bridge"), count_columns("老桥 2")
    (6, 6)
    """
    return len(text) if text.isascii() else len(text) + len(_DENSE.findall(text))


def is_dense(char: str) -> bool:
    """Return whether a character is of a dense script, in which lines break anywhere."""
    return char > "\u303f" and _DENSE.match(char) is not None


def is_headline_long(text: str) -> bool:
    """Return whether a text is as long as headlines are, rather than the name of a list or a menu entry.

    >>> [is_headline_long(text) for text in ("Bridge closed again", "老桥修缮两年后重新通车")]
    [True, True]
    >>> [is_headline_long(text) for text in ("Читайте также", "相关新闻", "많이 본 뉴스", "Czytaj także")]
    [False, False, False, False]
    """
    return count_chars(text) >= MIN_HEADLINE_CHARS and count_words(text) >= MIN_HEADLINE_WORDS
