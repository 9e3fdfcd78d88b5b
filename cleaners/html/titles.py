"""Headlines without the name of their site."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

MAX_SITE_WORDS: Final = 5
MIN_HEADLINE_WORDS: Final = 3
# Linear: one character between two single spaces.
_SEPARATOR: Final = re.compile(r" (?:[|\u2013\u2014\u00bb\u00b7\u2022\u2039\u203a\u2012:/-]|::|--) ")
_SURE: Final = frozenset("|»·•‹›")
"""Separators that hardly ever stand inside a headline."""


def to_headline(text: str, sites: Sequence[str]) -> str:
    """Return a title without the site's name before or after it, "" where nothing else is left.

    Left alone: a dash inside a headline, unless what follows it is the known name of the site.

    >>> to_headline("Bridge closed by storm | The Example", []), to_headline("Vote - what now?", [])
    ('Bridge closed by storm', 'Vote - what now?')
    >>> to_headline("The Example - Bridge closed", ["The Example"])
    'Bridge closed'
    """
    text = text.strip()
    known = {_fold(site) for site in sites}
    if _fold(text) in known:
        return ""
    parts = list(_SEPARATOR.finditer(text))
    while parts and _fold(text[parts[-1].end() :]) in known:
        text = text[: parts.pop().start()]
    while parts and _fold(text[: parts[0].start()]) in known:
        text = text[parts[0].end() :]
        parts = list(_SEPARATOR.finditer(text))
    if parts and text[parts[-1].start() + 1] in _SURE:
        head, tail = text[: parts[-1].start()], text[parts[-1].end() :]
        words, others = len(head.split()), len(tail.split())
        if others <= MAX_SITE_WORDS and (others < words or words >= MIN_HEADLINE_WORDS):
            return to_headline(head, sites)
    return text.strip()


def _fold(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
