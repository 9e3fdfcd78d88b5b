"""The deck under the headline: by the name of its class, or by standing in the headline's own box.

In the wild: ``<p class="subtitle">``, ``<h2 class="standfirst">``, or no name at all and just the line below
the ``h1`` in a ``<header>`` or ``<div class="post-header">``. Left alone: links, dates and names in that
place, short labels, and everything below the first paragraph.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

from cleaners.html.boxes import BYLINE_WORDS, DATE_WORDS
from cleaners.html.htmlpage import HtmlPage
from cleaners.html.story import find_title
from cleaners.values import Page, Span

MAX_DECK_CHARS: Final = 400
MIN_UNNAMED_CHARS: Final = 30
MAX_LINES_BELOW: Final = 8
MAX_DECK_LINKS: Final = 0.3
DECK_WORDS: Final = frozenset(
    {
        "subtitle",
        "subheadline",
        "subheading",
        "standfirst",
        "deck",
        "dek",
        "strapline",
        "lead",
        "lede",
        "intro",
        "chapo",
        "vorspann",
        "ingress",
        "sottotitolo",
        "entradilla",
        "bajada",
    }
)
_OTHERS: Final = BYLINE_WORDS | DATE_WORDS
UNNAMED_SCORE: Final = 0.3
"""Enough where nobody speaks against the line; what is a byline to anybody stays one."""


def find(page: Page) -> Iterator[Span]:
    """Yield ``subtitle`` for the lines between the headline and the first paragraph that are its deck."""
    if not isinstance(page, HtmlPage):
        return
    title = next(find_title(page), None)
    if title is None:
        return
    line = bisect_right(page.starts, title.start) - 1
    named = DECK_WORDS - page.places[page.place_of[line]].words - page.view.wrappers
    first = next((number for number in page.prose if number > line), len(page.texts) - 1)
    for below in range(line + 1, min(first, line + MAX_LINES_BELOW) + 1):
        place = page.place_of[below]
        words = page.places[place].words
        if not _can_be_deck(page, below) or not words.isdisjoint(_OTHERS - page.view.wrappers):
            continue
        if not words.isdisjoint(named):
            yield page.span(below, "subtitle", reason="html/class/subtitle", score=0.9)
        elif below == line + 1 and _shares_box(page, line, below):
            yield page.span(below, "subtitle", reason="html/below-headline", score=UNNAMED_SCORE)


def _can_be_deck(page: HtmlPage, line: int) -> bool:
    """Return whether a line is a seen text of a deck's length, in no box and not made of links."""
    number = page.place_of[line]
    return (
        0 < len(page.texts[line]) <= MAX_DECK_CHARS
        and page.link_density(line) <= MAX_DECK_LINKS
        and not page.places[number].hidden
        and not page.view.is_boxed(number)
    )


def _shares_box(page: HtmlPage, title: int, line: int) -> bool:
    """Return whether the headline stands in a header, and the line below it in that same element."""
    place = page.places[page.place_of[title]]
    is_header = "header" in place.words or "header" in place.path.split("/")
    one, other = page.parents[page.elements[title]], page.parents[page.elements[line]]
    return is_header and one == other and len(page.texts[line]) >= MIN_UNNAMED_CHARS
