"""Find the clock of a site's header: when the page was captured, never when the story was published.

In the wild: ``09:11 GMT08 July 2020`` and ``02:58 GMT +318 January 2018`` (elements glued by a text
extractor), ``Wednesday, 8 July 2020`` above the menu of a daily, ``বুধবার, ৮ জুলাই ২০২০`` with the same
day in three calendars.
Left alone: a date next to a headline or a byline (``stamps`` reads those), a date in a sentence, a
bare date without time or weekday.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from cleaners.grammars.byline import to_names
from cleaners.grammars.dates import MAX_LINE_CHARS, Moment, to_moment
from cleaners.layout import first_prose, is_title_like, last_prose, line_after, line_before
from cleaners.values import Page, Span

MAX_CLOCK_CHARS: Final = 100
MAX_MENU_ENTRY_CHARS: Final = 30
TOP_LINES: Final = 3
"""Where even a clock above a headline is one: the first lines of a page."""
TAIL_LINES: Final = 3


def find(page: Page) -> Iterator[Span]:
    r"""Yield ``page_clock`` for each line of the head or the tail that is nothing but a clock.

    >>> from cleaners.segment import to_page
    >>> [span.value for span in find(to_page("09:11 GMT08 July 2020\nListen Live\nMiddle East"))]
    ['2020-07-08T09:11Z']
    """
    candidates = [
        i
        for i, key in enumerate(page.keys)
        if "0" in key and key.count("0") > 1 and len(key) < MAX_CLOCK_CHARS
    ]
    if not candidates:
        return
    head_end, tail_start = first_prose(page), last_prose(page) + 1
    for i in candidates:
        if head_end <= i < tail_start or len(page.texts[i]) > MAX_LINE_CHARS:
            continue
        moment = to_moment(page.texts[i])
        if moment is None or moment.rest or not (moment.has_time or moment.has_weekday):
            continue
        reason, score = _place(page, i, moment, in_head=i < head_end)
        if score:
            yield page.span(i, "page_clock", reason=reason, score=score, value=moment.value)


def _place(page: Page, i: int, moment: Moment, *, in_head: bool) -> tuple[str, float]:
    """Return why this place makes the date a clock, and how surely; score 0.0 when it does not."""
    before, after = line_before(page, i), line_after(page, i)
    above = page.texts[before] if before >= 0 else ""
    below = page.texts[after] if after >= 0 else ""
    if moment.is_joined and in_head:
        return "page_clock/joined-zone", 0.95
    if not in_head:
        is_last = _count(page, range(i + 1, len(page.texts)), TAIL_LINES) < TAIL_LINES
        return ("page_clock/tail", 0.6) if is_last and moment.has_time and moment.has_weekday else ("", 0.0)
    if is_title_like(above) or to_names(above) or to_names(below) or after >= first_prose(page):
        return "", 0.0
    if _count(page, range(i), TOP_LINES) < TOP_LINES:
        return "page_clock/top", 0.8
    if moment.has_weekday and len(above) <= MAX_MENU_ENTRY_CHARS and len(below) <= MAX_MENU_ENTRY_CHARS:
        return "page_clock/among-menus", 0.7
    return "", 0.0


def _count(page: Page, lines: range, most: int) -> int:
    """Return how many of the lines are not blank; it stops at ``most``."""
    return sum(1 for _ in islice((line for line in lines if page.texts[line]), most))
