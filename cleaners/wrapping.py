"""Judge the paragraphs of a text whose lines were broken at one width as what they were: one line each.

In the wild: mail, ``fold``, ``lynx -dump``, PDF to text: lines of 60 to 80 columns, most of which end in the
midst of a sentence. Where a line ends there, the next word would not have fitted in: that tells broken
lines from lines that were meant.
Left alone: menus, line-ups, verse and lists, in which there is room for the next word; what stands in
columns; headlines below one another, which are no sentences; a text that has longer or shorter lines too
where it was cut at its links.
Law: each line of a page lies inside one line of the page in which they are joined, at the same offsets.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, TypeVar

from cleaners.grammars.scripts import count_columns, is_dense
from cleaners.layout import is_prose, is_sentence
from cleaners.segment import to_page
from cleaners.values import Page

T = TypeVar("T")

MIN_COLUMNS, MAX_COLUMNS = 40, 120
"""Nobody wraps text more narrowly, but verse is; nor more widely."""
MIN_CHARS: Final = MIN_COLUMNS // 2
"""As many fill so many columns where each of them takes two."""
MIN_RUNS_ON: Final = 2
"""So many lines that surely run on say that a text is wrapped."""
MIN_EXACT_SHARE, MIN_FULL_SHARE = 0.9, 0.75
"""Of these, so many have no room for the next word, exactly or about."""
MAX_OTHERS: Final = 0.25
"""There are no longer lines, and none that were cut short for a link, or so few for each that runs on."""
WIDTH_RANK: Final = 0.9
"""The width is not that of the longest line, which may hold an address."""
MIN_SURE_SHARE: Final = 0.3
"""In a paragraph, so many lines surely run on; of headlines none does."""
MIN_SURE_LINES: Final = 4
"""So many full lines in a row are no chance."""
SLACK: Final = 0.1
"""What a line may be short of the width: letters on paper are not of one width, nor do all programs fill."""
DENSE_SLACK: Final = 8
"""In columns: dense scripts break anywhere but before a mark or two, or within a number."""
MAX_WORD_CHARS: Final = 20
"""A longer word, an address perhaps, is not what a line broke for."""
_GAPS: Final = ("\t", "   ", " | ")
_STOPS: Final = tuple(",;:،、，；：")
_MARKS: Final = ",.،؛、，。।"


def join_lines(page: Page) -> Page:
    """Return a text capture with each wrapped paragraph as one line; the page itself where there is none.

    No offset moves: the white space between two joined lines becomes as many spaces.
    """
    source = page.source_text
    parts: list[str] = []
    at = 0
    for run in find_wrapped(page.texts):
        for above, below in pairwise(run):
            end = source.index(page.texts[above], page.starts[above]) + len(page.texts[above])
            start = source.index(page.texts[below], page.starts[below])
            parts += [source[at:end], " " * (start - end)]
            at = start
    if not parts:
        return page
    return to_page("".join([*parts, source[at:]]), url=page.url, captured_at=page.captured_at)


def part_lines(values: Sequence[T], joined: Page, page: Page) -> Sequence[T]:
    """Return what was said of the lines of a joined page for each line of the page itself."""
    if joined is page:
        return values
    return [values[bisect_right(joined.starts, start) - 1] for start in page.starts]


def find_wrapped(texts: Sequence[str]) -> list[range]:
    """Return the stretches of lines that were one line each before a text was wrapped.

    >>> find_wrapped([
    ...     "Bridge closed",
    ...     "The council voted on Monday night to approve a road",
    ...     "tunnel under the harbour, brushing aside warnings of",
    ...     "its own treasurer.",
    ... ])
    [range(1, 4)]
    """
    running = [(text, below) for text, below in pairwise(texts) if _runs_on(text, below)]
    least = _find_least(texts, running) if len(running) >= MIN_RUNS_ON else 0.0
    return list(_find_runs(texts, least)) if least else []


def _runs_on(text: str, below: str) -> bool:
    """Return whether a line surely goes on below: it stops at no mark, and the next begins with no capital.

    Where letters have no case, headlines look like that too; prose has marks within its lines.
    """
    return (
        len(text) >= MIN_CHARS
        and (below[:1].islower() or (below[:1].isalpha() and _is_caseless_prose(text, below[0])))
        and MIN_COLUMNS <= count_columns(text) <= MAX_COLUMNS
        and not (_is_stop(text) or _has_gaps(text))
    )


def _is_caseless_prose(text: str, char: str) -> bool:
    """Return whether a character has no case, and a line has marks within it."""
    return char.lower() == char.upper() and any(mark in text for mark in _MARKS)


def _find_least(texts: Sequence[str], running: Sequence[tuple[str, str]]) -> float:
    """Return how wide a line with the next word is at least where it was broken, 0 in a text that was not."""
    widths = sorted(count_columns(text) for text, _ in running)
    width = widths[int(WIDTH_RANK * (len(widths) - 1))]
    longer = sum(count_columns(text) > width * (1 + SLACK) and not _is_address_or_row(text) for text in texts)
    cut = sum(below[:1].islower() and 0 < count_columns(text) < width / 2 for text, below in pairwise(texts))
    if longer + cut > MAX_OTHERS * len(running):
        return 0.0
    for least, share in ((width, MIN_EXACT_SHARE), (width * (1 - SLACK), MIN_FULL_SHARE)):
        if sum(_is_full(text, below, least) for text, below in running) >= share * len(running):
            return least
    return 0.0


def _find_runs(texts: Sequence[str], least: float) -> Iterator[range]:
    """Yield the stretches of two lines and more in which every line but the last is full."""
    first = 0
    for line, text in enumerate(texts):
        below = texts[line + 1] if line + 1 < len(texts) else ""
        if _can_be_part(text) and _can_be_part(below) and _is_full(text, below, least):
            continue
        if line > first and _is_one(texts[first : line + 1]):
            yield range(first, line + 1)
        first = line + 1


def _is_one(texts: Sequence[str]) -> bool:
    """Return whether full lines are a paragraph, or too many for chance: enough of them surely run on."""
    sure = sum(_runs_on(text, below) for text, below in pairwise(texts))
    if is_prose(" ".join(texts)):
        return sure >= MIN_SURE_SHARE * (len(texts) - 1) or not any(map(_is_stop, texts[:-1]))
    return sure == len(texts) - 1 or (len(texts) >= MIN_SURE_LINES and sure >= MIN_SURE_SHARE * len(texts))


def _is_stop(text: str) -> bool:
    """Return whether a line may be whole: it ends at a mark."""
    return text.endswith(_STOPS) or is_sentence(text)


def _can_be_part(text: str) -> bool:
    return 0 < len(text) <= MAX_COLUMNS and not _has_gaps(text)


def _is_address_or_row(text: str) -> bool:
    return (" " not in text and text.isascii()) or _has_gaps(text)


def _is_full(text: str, below: str, least: float) -> bool:
    """Return whether what the line below begins with would not have fitted in, or hardly."""
    first = below.split(maxsplit=1)[0]
    more = DENSE_SLACK if is_dense(first[0]) else 1 + min(len(first), MAX_WORD_CHARS)
    return count_columns(text) + more > least


def _has_gaps(text: str) -> bool:
    """Return whether a line has columns."""
    return any(gap in text for gap in _GAPS)
