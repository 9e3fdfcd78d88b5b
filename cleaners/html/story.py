"""Evidence that a line is part of the story by its kind: the headline, captions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cleaners.html.boxes import CAPTION_WORDS
from cleaners.html.htmlpage import HtmlPage
from cleaners.segment import fold_lines
from cleaners.values import Page, Span

MAX_CAPTION_LINKS: Final = 0.5
_HEADINGS: Final = ("h1", "h2", "h3")


def find_title(page: Page) -> Iterator[Span]:
    """Yield ``title`` for the line that says what the page's markup gives as its headline.

    The outermost heading wins over other lines, as breadcrumbs and share boxes repeat the headline.
    """
    if not isinstance(page, HtmlPage):
        return
    titles = [e.value for e in page.evidence if e.field == "title" and "\n" not in e.value]
    wanted = set(fold_lines(titles)) - {""}
    matches = [
        (line, page.places[page.place_of[line]]) for line, key in enumerate(page.keys) if key in wanted
    ]
    for tag in _HEADINGS:
        for line, place in matches:
            if place.tag == tag and not place.hidden:
                yield page.span(line, "title", reason=f"html/title/{tag}", score=0.9)
                return


def find_captions(page: Page) -> Iterator[Span]:
    """Yield ``caption`` for lines in a ``figcaption``, or under a class word for one, outside boxes."""
    if not isinstance(page, HtmlPage):
        return
    reasons = [_to_caption_reason(page, number) for number in range(len(page.places))]
    for line, place in enumerate(page.place_of) if any(reasons) else ():
        if (reason := reasons[place]) and page.link_density(line) < MAX_CAPTION_LINKS:
            yield page.span(line, "caption", reason=reason, score=0.9)


def _to_caption_reason(page: HtmlPage, number: int) -> str:
    place = page.places[number]
    if place.hidden or page.view.is_boxed(number):
        return ""
    if "figcaption" in place.path:
        return "html/figcaption"
    return "html/class/caption" if not CAPTION_WORDS.isdisjoint(place.words - page.view.wrappers) else ""
