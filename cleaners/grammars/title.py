"""Find the headline of a text capture.

In the wild: the first line, followed by two blank lines; the line above the first paragraph, with share
buttons, a byline and a stamp between; the line
that the first line of the page repeats with the site's name (``Bridge closed - The Example``).
Left alone: pages of HTML (their headings say it), a page whose head holds only menus: no headline
is a good answer. Lines of fewer than three words, lines that end like a sentence, and what is known to stand
around headlines (prompts, credits, bylines, stamps) are no headlines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from cleaners.grammars import credit
from cleaners.grammars.byline import to_names
from cleaners.grammars.dates import to_moment
from cleaners.grammars.scripts import count_columns
from cleaners.labels import LABELS, Safety
from cleaners.layout import ASKING, first_prose, is_sentence
from cleaners.lexicon import find_phrases, load_lexicons
from cleaners.segment import to_page
from cleaners.values import Page, Span

MIN_WORDS, MAX_WORDS = 3, 25
MIN_COLUMNS, MAX_CHARS = 12, 200
MIN_REPEATED_CHARS: Final = 20
MAX_LINES_ABOVE_STORY: Final = 8
MAX_PAGE_TITLE_CHARS: Final = 300
GAP_LINES: Final = 2
MIN_DAY_CHARS: Final = len("2020-07-08")
# Linear: two bounded classes and a colon. "2020-07-08 来源：X 作者：Y", its digits folded.
_LABELLED_DATE: Final = re.compile(r"[0年月日 ./-]{1,20}[^0:]{1,20}:")
_OF_DEBRIS: Final = frozenset({Safety.A, Safety.B})
_SITE_SIGNS: Final = frozenset("-–—|:·•»/(<")
_BULLETS: Final = frozenset("•*+-▪●›[")


def find(page: Page) -> Iterator[Span]:
    r"""Yield at most one ``title``.

    >>> from cleaners.segment import to_page
    >>> story = "The bridge was closed on Tuesday " * 4 + "after the storm."
    >>> [span.reason for span in find(to_page("Bridge closed after storm\n\n\n" + story))]
    ['title/above-gap']
    """
    if page.blocks:
        return
    head_end = first_prose(page)
    if head_end == len(page.texts):
        return
    lines = [i for i in range(head_end) if page.texts[i]]
    if not lines:
        return
    if (twin := _repeated(page, lines)) >= 0:
        yield page.span(twin, "title", reason="title/repeated", score=0.95)
        return
    near = [i for i in lines[-MAX_LINES_ABOVE_STORY:] if _is_headline(page, i)]
    near.sort(key=lambda i: page.keys.count(page.keys[i]) < GAP_LINES)  # one that stands twice comes first
    for i in near:
        if i + GAP_LINES < len(page.texts) and not any(page.texts[i + 1 : i + 1 + GAP_LINES]):
            yield page.span(i, "title", reason="title/above-gap", score=0.9)
            return
    for i in near:
        if not page.texts[i + 1] or all(_is_furniture(page, j) for j in lines if j > i):
            yield page.span(i, "title", reason="title/above-story", score=0.7)
            return


def _repeated(page: Page, lines: list[int]) -> int:
    """Return the last line of the head that the page's first line begins with, -1 when there is none."""
    first = page.texts[lines[0]]
    if len(first) > MAX_PAGE_TITLE_CHARS:
        return -1
    for i in reversed(lines[1:]):
        text = page.texts[i]
        if len(text) < MIN_REPEATED_CHARS or not first.startswith(text):
            continue
        site = first[len(text) :].lstrip()
        if (site[:1] in _SITE_SIGNS if site else text.count(" ") >= MIN_WORDS) and _is_headline(
            page, i, marked=True
        ):
            return i
    return -1


def _is_headline(page: Page, i: int, *, marked: bool = False) -> bool:
    """Say whether a line reads like a headline; a ``marked`` one may end like a sentence."""
    text = page.texts[i]
    if (
        len(text) > MAX_CHARS
        or count_columns(text) < MIN_COLUMNS
        or text.lstrip("# ")[:1] in _BULLETS
        or text[0].islower()
    ):
        return False
    words = text.count(" ") + 1
    if words > MAX_WORDS or (words < MIN_WORDS and text.isascii()):
        return False
    if is_sentence(text) and not marked and not text.endswith(ASKING):
        return False
    return not (
        _is_furniture(page, i) or text.endswith((":", "：", ",")) or (not marked and _is_debris(text))
    )


def _is_furniture(page: Page, i: int) -> bool:
    """Say whether a line is what stands around headlines: a known phrase, a byline, a stamp."""
    if page.keys[i] in load_lexicons().line or to_names(page.texts[i]):
        return True
    moment = to_moment(page.texts[i]) if "0" in page.keys[i] else None
    if moment is None or len(moment.value) < MIN_DAY_CHARS:
        return moment is not None and len(moment.rest.split()) < MIN_WORDS
    return (
        moment.has_time
        or len(moment.rest.split()) < MIN_WORDS
        or _LABELLED_DATE.match(page.keys[i]) is not None
    )


def _is_debris(text: str) -> bool:
    """Say whether a line begins like a known prompt or notice, or is the credit of an agency.

    Left alone: what headlines begin with as well: ``Correction:``, ``Photos:``, the name of a section.
    """
    page = to_page(text)
    known = [LABELS[span.label].safety for span in find_phrases(load_lexicons(), page)]
    return bool(_OF_DEBRIS.intersection(known)) or any(s.reason != "credit/named" for s in credit.find(page))
