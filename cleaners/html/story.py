"""Evidence that a line is the story: prose in the story's element, the headline, captions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cleaners.html import boxes
from cleaners.html.prose import Place, find_wrappers
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
    if not page.blocks:
        return
    wrappers = find_wrappers(page)
    places: dict[Place, float] = {}
    for line, block in enumerate(page.blocks):
        text = page.texts[line]
        if block.hidden or len(text) < MIN_SENTENCE_CHARS or block.link_chars > MAX_LINK_DENSITY * len(text):
            continue
        place = block.path, block.words
        if place not in places:
            places[place] = 0.0 if boxes.is_boxed(*place, wrappers) else _weigh(*place)
        if places[place]:
            score = places[place] + (LONG_SCORE if len(text) >= MIN_PROSE_CHARS else 0.0)
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
    if not page.blocks:
        return
    titles = [e.value for e in page.evidence if e.field == "title" and "\n" not in e.value]
    wanted = set(fold_lines(titles))
    matches = [
        line for line, key in enumerate(page.keys) if key and key in wanted and not page.blocks[line].hidden
    ]
    for tag in _HEADINGS:
        for line in matches:
            if page.blocks[line].tag == tag:
                yield page.span(line, "title", reason=f"html/title/{tag}", score=0.9)
                return


def find_captions(page: Page) -> Iterator[Span]:
    """Yield ``caption`` for ``figcaption`` lines outside boxes."""
    if not page.blocks:
        return
    lines = [
        line for line, block in enumerate(page.blocks) if "figcaption" in block.path and not block.hidden
    ]
    wrappers = find_wrappers(page) if lines else frozenset()
    for line in lines:
        block = page.blocks[line]
        if not boxes.is_boxed(block.path, block.words, wrappers):
            yield page.span(line, "caption", reason="html/figcaption", score=0.9)
