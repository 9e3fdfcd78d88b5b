"""Evidence that a line is the story: prose in the story's element, the headline, captions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cleaners.html import boxes
from cleaners.html.htmlpage import HtmlPage
from cleaners.segment import fold_lines
from cleaners.values import Page, Span

MIN_PROSE_CHARS: Final = 80
MIN_SENTENCE_CHARS: Final = 30
MAX_LINK_DENSITY: Final = 0.4
BASE_SCORE: Final = 0.1
PLACE_SCORE: Final = 0.2
LONG_SCORE: Final = 0.2
SENTENCE_SCORE: Final = 0.2
_TERMINALS: Final = tuple(".!?…。！？؟।።։")
_CLOSERS: Final = " \"'”’»)]）」』*"
_HEADINGS: Final = ("h1", "h2", "h3")


def find_main(page: Page) -> Iterator[Span]:
    """Yield ``body`` for prose in the story's element: the more of it holds, the higher the score.

    Left alone: what stands in a box (sidebar, footer, comments), however long it is.
    """
    if not isinstance(page, HtmlPage):
        return
    weights = [
        0.0 if place.hidden or page.view.is_boxed(number) else _weigh(place.path, place.words)
        for number, place in enumerate(page.places)
    ]
    for line, place in enumerate(page.place_of):
        if not (score := weights[place]):
            continue
        text = page.texts[line]
        if len(text) >= MIN_SENTENCE_CHARS and page.link_chars[line] <= MAX_LINK_DENSITY * len(text):
            score += LONG_SCORE if len(text) >= MIN_PROSE_CHARS else 0.0
            score += SENTENCE_SCORE if text.rstrip(_CLOSERS).endswith(_TERMINALS) else 0.0
            yield page.span(line, "body", reason="html/main", score=min(score, 1.0))


def _weigh(path: str, words: frozenset[str]) -> float:
    """Return how much a place speaks for the story."""
    tags = path.split("/")
    score = BASE_SCORE
    score += PLACE_SCORE if "article" in tags or "main" in tags else 0.0
    score += PLACE_SCORE if words & boxes.BODY_WORDS else 0.0
    score += PLACE_SCORE if tags[-1] in {"p", "blockquote"} else 0.0
    return score


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
    """Yield ``caption`` for ``figcaption`` lines outside boxes."""
    if not isinstance(page, HtmlPage):
        return
    captions = {
        number
        for number, place in enumerate(page.places)
        if "figcaption" in place.path and not place.hidden and not page.view.is_boxed(number)
    }
    for line, place_number in enumerate(page.place_of) if captions else ():
        if place_number in captions:
            yield page.span(line, "caption", reason="html/figcaption", score=0.9)
