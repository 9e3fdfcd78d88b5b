"""What class and id words say: the box a line stands in, or the field it is.

In the wild: themes and CMS name their parts for their own style sheets, and the names are much the
same everywhere. Left alone: words around most of the prose (``has-sidebar`` on a wrapper), long
lines under a field's word (an author's portrait is no byline).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cleaners.html import boxes
from cleaners.html.dates import to_iso
from cleaners.html.htmlpage import HtmlPage
from cleaners.html.people import read_people
from cleaners.values import Page, Span

MAX_BYLINE_CHARS: Final = 80
MAX_DATE_CHARS: Final = 60
MAX_TAG_CHARS: Final = 60
MAX_SECTION_CHARS: Final = 40
MAX_CREDIT_CHARS: Final = 120
FIELD_SCORE: Final = 0.8
_STORY_FIELDS: Final = frozenset(boxes.BYLINE_WORDS | boxes.DATE_WORDS | boxes.TAG_WORDS | boxes.CREDIT_WORDS)


def find_words(page: Page) -> Iterator[Span]:
    """Yield the label of the box whose words stand on a line's element or above it."""
    if not isinstance(page, HtmlPage):
        return
    view = page.view
    is_field = [
        not (place.words & _STORY_FIELDS <= view.wrappers and place.words.isdisjoint(boxes.SECTION_WORDS))
        for place in page.places
    ]
    for line, place in enumerate(page.place_of):
        if verdict := view.by_words[place]:
            word, label, score = verdict
            yield page.span(line, label, reason=f"html/class/{word}", score=score)
        elif is_field[place]:
            yield from _find_field(page, line)


def _find_field(page: HtmlPage, line: int) -> Iterator[Span]:
    """Yield what a short line is by its words and its shape, both."""
    text, words = page.texts[line], page.places[page.place_of[line]].words
    size = len(text)
    if words & boxes.DATE_WORDS and size <= MAX_DATE_CHARS and (value := to_iso(text)):
        label = "updated" if words & boxes.UPDATE_WORDS else "published"
        yield page.span(line, label, reason=f"html/class/{label}", score=FIELD_SCORE, value=value)
    elif words & boxes.BYLINE_WORDS and size <= MAX_BYLINE_CHARS:
        if people := read_people(text):
            yield page.span(
                line, "byline", reason="html/class/byline", score=FIELD_SCORE, value="\n".join(people)
            )
    elif words & boxes.CREDIT_WORDS and size <= MAX_CREDIT_CHARS:
        yield page.span(line, "credit", reason="html/class/credit", score=FIELD_SCORE, value=text)
    elif words & boxes.TAG_WORDS and size <= MAX_TAG_CHARS and page.link_density(line) > 0.5:
        yield page.span(line, "tags", reason="html/class/tags", score=FIELD_SCORE, value=text)
    elif words & boxes.SECTION_WORDS and size <= MAX_SECTION_CHARS and page.link_density(line) > 0.5:
        yield page.span(line, "section", reason="html/class/section", score=FIELD_SCORE)
