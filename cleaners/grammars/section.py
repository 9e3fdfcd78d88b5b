"""Find the section of the site that a story stands in: one known name among the chrome of the head.

In the wild: ``Middle East`` between ``Listen Live`` and ``Get short URL``.
Left alone: a menu, where several section names stand next to each other; the headings of a digest,
each followed by a paragraph of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cleaners.grammars import page_clock
from cleaners.layout import first_prose, line_after, line_before
from cleaners.lexicon import load_lexicons
from cleaners.values import Page, Span

MAX_LINES_ABOVE_STORY: Final = 12
_MENU: Final = frozenset(("nav", "breadcrumb"))
_BULLETS: Final = "•*+-▪●›"


def find(page: Page) -> Iterator[Span]:
    """Yield at most one ``section``: the lowest such line above the story."""
    line = load_lexicons().line
    head_end = first_prose(page)
    head = range(max(0, head_end - 2 * MAX_LINES_ABOVE_STORY), head_end)
    near = [i for i in head if page.texts[i]][-MAX_LINES_ABOVE_STORY:]
    for i in reversed(near):
        phrase = line.get(page.keys[i])
        if phrase is None or phrase.label != "section" or page.texts[i][0] in _BULLETS:
            continue
        before, after = line_before(page, i), line_after(page, i)
        labels = {_label(page, before), _label(page, after)} - {""}
        if after == head_end or "section" in labels or not labels:
            continue
        score = 0.6 if labels <= _MENU else 0.9
        yield page.span(i, "section", reason="section/head", score=score, value=page.texts[i])
        return


def _label(page: Page, i: int) -> str:
    """Return the label that wording, or being a clock, gives a line; "" when nothing does."""
    if i < 0:
        return ""
    if phrase := load_lexicons().line.get(page.keys[i]):
        return phrase.label
    if "0" in page.keys[i] and any(span.start == page.starts[i] for span in page_clock.find(page)):
        return "page_clock"
    return ""
