"""What is a paragraph, and where a line stands: before the first one, after the last, next to what.

A paragraph is a long line that ends like a sentence, in any script. ``Page.prose`` holds the
lines that are paragraphs, found once for all who ask.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from cleaners.values import Page

MIN_PROSE_CHARS: Final = 100
MIN_DENSE_PROSE_CHARS: Final = 40
"""Han, kana and hangul say more with fewer characters."""

TERMINALS: Final = tuple(".!?…。！？؟۔।።։")
ASKING: Final = ("?", "!", "？", "！")
"""Terminals that headlines use too."""
CLOSERS: Final = " \t\u00a0\"'”’»›)]）」』】*"
# Linear: one character class.
_DENSE: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def is_sentence(text: str) -> bool:
    """Say whether a line ends like a sentence.

    >>> is_sentence('"It is necessary to negotiate."'), is_sentence("Middle East")
    (True, False)
    """
    return text.rstrip(CLOSERS).endswith(TERMINALS)


def is_prose(text: str) -> bool:
    """Say whether a line is a paragraph: long for its script, and ended like a sentence."""
    if len(text) < MIN_DENSE_PROSE_CHARS or not is_sentence(text):
        return False
    return len(text) >= MIN_PROSE_CHARS or len(_DENSE.findall(text)) >= MIN_DENSE_PROSE_CHARS // 2


def find_prose(texts: Sequence[str]) -> list[int]:
    """Return the lines that are paragraphs."""
    return [i for i, text in enumerate(texts) if len(text) >= MIN_DENSE_PROSE_CHARS and is_prose(text)]


def first_prose(page: Page) -> int:
    """Return the line of the first paragraph, the number of lines when there is none."""
    return page.prose[0] if page.prose else len(page.texts)


def last_prose(page: Page) -> int:
    """Return the line of the last paragraph, -1 when there is none."""
    return page.prose[-1] if page.prose else -1


def inner_lines(page: Page) -> range:
    """Return the lines between the first and the last paragraph, where debris is rare."""
    return range(first_prose(page) + 1, last_prose(page))


def line_before(page: Page, line: int) -> int:
    """Return the nearest line above that is not blank, -1 when there is none."""
    return next((i for i in range(line - 1, -1, -1) if page.texts[i]), -1)


def line_after(page: Page, line: int) -> int:
    """Return the nearest line below that is not blank, -1 when there is none."""
    return next((i for i in range(line + 1, len(page.texts)) if page.texts[i]), -1)


def is_title_like(text: str) -> bool:
    """Say whether a line has the length and the ending of a headline.

    >>> is_title_like("Bridge closed after storm"), is_title_like("Home"), is_title_like("It rained.")
    (True, False, False)
    """
    if not 12 <= len(text) <= 200 or (is_sentence(text) and not text.endswith(ASKING)):
        return False
    words = text.count(" ") + 1
    return 4 <= words <= 25 or (words <= 25 and len(_DENSE.findall(text)) >= 8)
