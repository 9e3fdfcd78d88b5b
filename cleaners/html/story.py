"""Evidence that a line is the story: prose in the story's element, the headline, captions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cleaners.html import boxes
from cleaners.html.classes import judge_words
from cleaners.html.prose import find_prose, find_wrappers, link_density
from cleaners.html.structure import _ELEMENTS
from cleaners.segment import fold
from cleaners.values import Block, Page, Span

MIN_PROSE_CHARS: Final = 80
MIN_SENTENCE_CHARS: Final = 30
MAX_LINK_DENSITY: Final = 0.4
MIN_SCORE: Final = 0.3
_TERMINALS: Final = tuple(".!?…。！？؟।።։")
_CLOSERS: Final = " \"'”’»)]）」』*"
_HEADINGS: Final = ("h1", "h2", "h3")


def find_main(page: Page) -> Iterator[Span]:
    """Yield ``body`` for prose in the story's element: the more of it holds, the higher the score.

    Left alone: what stands in a box (sidebar, footer, comments), however long it is.
    """
    if not page.blocks:
        return
    wrappers = find_wrappers(page, find_prose(page))
    for line, block in enumerate(page.blocks):
        score = _score(page, line, block)
        if score >= MIN_SCORE and not _is_boxed(block, wrappers):
            yield page.span(line, "body", reason="html/main", score=min(score, 1.0))


def _score(page: Page, line: int, block: Block) -> float:
    text = page.texts[line]
    if block.hidden or link_density(page, line) > MAX_LINK_DENSITY:
        return 0.0
    score = 0.0
    tags = block.path.split("/")
    if "article" in tags or "main" in tags:
        score += 0.2
    if block.words & boxes.BODY_WORDS:
        score += 0.2
    if block.tag in {"p", "blockquote"}:
        score += 0.2
    if len(text) >= MIN_PROSE_CHARS:
        score += 0.3
    if len(text) >= MIN_SENTENCE_CHARS and text.rstrip(_CLOSERS).endswith(_TERMINALS):
        score += 0.2
    return score


def _is_boxed(block: Block, wrappers: frozenset[str]) -> bool:
    """Return whether an element or a word around the line, but not around the story, speaks against it."""
    if judge_words(block.words - wrappers):
        return True
    return any(tag in _ELEMENTS and f"<{tag}>" not in wrappers for tag in block.path.split("/"))


def find_title(page: Page) -> Iterator[Span]:
    """Yield ``title`` for the line that says what the page's markup gives as its headline.

    The outermost heading wins over other lines, as breadcrumbs and share boxes repeat the headline.
    """
    wanted = {fold(e.value) for e in page.evidence if e.field == "title" and e.value} if page.blocks else ()
    matches = [line for line, key in enumerate(page.keys) if key and key in wanted and not page.blocks[line].hidden]
    for tag in _HEADINGS:
        for line in matches:
            if page.blocks[line].tag == tag:
                yield page.span(line, "title", reason=f"html/title/{tag}", score=0.9)
                return


def find_captions(page: Page) -> Iterator[Span]:
    """Yield ``caption`` for ``figcaption`` lines outside boxes."""
    if not page.blocks:
        return
    wrappers = find_wrappers(page, find_prose(page))
    for line, block in enumerate(page.blocks):
        if "figcaption" in block.path and not block.hidden and not _is_boxed(block, wrappers):
            yield page.span(line, "caption", reason="html/figcaption", score=0.9)
