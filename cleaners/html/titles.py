"""Headlines without the name of their site, and headings that are nothing but that name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

MAX_SITE_WORDS: Final = 5
MIN_HEADLINE_WORDS: Final = 3
MIN_SHARED_WORDS: Final = 0.5
MAX_HEADINGS: Final = 5
# Linear: one character between two single spaces.
_SEPARATOR: Final = re.compile(r" (?:[|\u2013\u2014\u00ab\u00bb\u00b7\u2022\u2039\u203a\u2012:/-]|::|--) ")
_SURE: Final = frozenset("|«»·•‹›")
"""Separators that hardly ever stand inside a headline."""
# Linear: as above. What stands between the name of a site and a headline behind it.
_SITE_FIRST: Final = re.compile(r" ?(?:::?|\u00bb) ")
# Linear: one class between two characters that it has not.
_QUOTED: Final = re.compile("\u00ab[^\u00ab\u00bb]*\u00bb")

MAX_TITLE_CHARS: Final = 1_000
"""A longer one is not parted: each way to part it would be looked at whole."""

Heading = tuple[str, str]
"""Tag and text of a heading that readers see: ``h1``, ``h2``, ``h3``."""


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
    parts = _find_separators(text)
    while parts and _fold(text[parts[-1].end() :]) in known:
        text = text[: parts.pop().start()]
    while parts and _fold(text[: parts[0].start()]) in known:
        text = text[parts[0].end() :]
        parts = _find_separators(text)
    if parts and text[parts[-1].start() + 1] in _SURE:
        head, tail = text[: parts[-1].start()], text[parts[-1].end() :]
        words, others = len(head.split()), len(tail.split())
        if others <= MAX_SITE_WORDS and (others < words or words >= MIN_HEADLINE_WORDS):
            return to_headline(head, sites)
    return text.strip()


def find_site_headings(headings: Sequence[Heading], titles: Sequence[str]) -> list[str]:
    """Return the ``h1`` that name the site: the other part of a page's title is its headline.

    In the wild: blogs and forums of the 2000s have the site's name in the ``h1``, the headline in an ``h2``.
    Left alone: an ``h1`` where nothing else on the page is what remains of the title.

    >>> headings = [("h1", "The Example"), ("h2", "Bridge closed")]
    >>> find_site_headings(headings, ["Bridge closed - The Example"])
    ['The Example']
    >>> find_site_headings(headings, ["The Example - opening hours"])
    []
    """
    stated = {_fold(text) for text in (*titles, *(text for _, text in headings))} - {""}
    sites = {
        _fold(site)
        for title in titles
        for site, rest in _to_sites(title)
        if _fold(rest) in stated and _fold(rest) != _fold(site) and len(site.split()) <= MAX_SITE_WORDS
    }
    return [text for tag, text in headings if tag == "h1" and _fold(text) in sites]


def find_headlines(
    headings: Sequence[Heading], titles: Sequence[str], sites: Sequence[str]
) -> Iterator[tuple[str, str, float]]:
    """Yield text, source and score of the heading that is the headline readers saw.

    The first ``h1`` that shares most of its words with a title; below an ``h1`` that names the site, the
    first heading that is a title.
    """
    stated = [headline for title in titles if (headline := to_headline(title, sites))]
    words = [_to_word_set(headline) for headline in stated]
    firsts = [text for tag, text in headings if tag == "h1"]
    others = [text for text in firsts if to_headline(text, sites)][:MAX_HEADINGS]
    for heading in others:
        own = _to_word_set(heading)
        if any(len(own & title) >= MIN_SHARED_WORDS * max(1, min(len(own), len(title))) for title in words):
            yield heading, "h1", 0.9
            return
    if len(others) < len(firsts[:MAX_HEADINGS]):
        known = {_fold(site) for site in sites}
        parts = [rest for title in titles for site, rest in _to_sites(title) if _fold(site) in known]
        folded = {_fold(headline) for headline in (*stated, *parts)}
        if below := next(((text, tag, 0.9) for tag, text in headings if _fold(text) in folded), None):
            yield below
            return
    if others:
        yield others[0], "h1/alone", 0.5


def _to_sites(title: str) -> Iterator[tuple[str, str]]:
    """Yield each way to part a title into the name of a site and a headline."""
    if len(title) > MAX_TITLE_CHARS:
        return
    for part in _find_separators(title):
        yield title[part.end() :], title[: part.start()]
    for part in _SITE_FIRST.finditer(title):
        site, rest = title[: part.start()], title[part.end() :]
        if len(site.split()) <= len(rest.split()):
            yield site, rest


def _find_separators(text: str) -> list[re.Match[str]]:
    """Return what may part a title from its site's name; marks of French quotations part nothing."""
    if len(text) > MAX_TITLE_CHARS:
        return []
    masked = _QUOTED.sub(lambda match: "x" * len(match[0]), text)
    return list(_SEPARATOR.finditer(masked))


def _to_word_set(text: str) -> frozenset[str]:
    return frozenset(text.casefold().split())


def _fold(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
