"""Repetition inside one page: what stands there twice.

In the wild: the lead repeated under the picture, a stamp printed twice, the same teaser in two boxes.
Left alone: the first of two equal lines (unless it is removed itself: then the second is the story's);
lines that say the same of other numbers; code and rows of tables, which say things twice on purpose; short
lines, which may be a refrain and which the line tagger judges.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cleaners.values import Page, Span

MIN_TWIN_CHARS: Final = 40
MEANT_TAGS: Final = frozenset({"pre", "td", "th", "tr"})


def find(page: Page) -> Iterator[Span]:
    """Yield ``duplicate`` for later twins of long lines."""
    seen: set[str] = set()
    for line, key in enumerate(page.keys):
        if len(key) >= MIN_TWIN_CHARS:
            twin = to_twin_key(page, line)
            if twin in seen and not (page.blocks and page.blocks[line].tag in MEANT_TAGS):
                yield page.span(line, "duplicate", reason="duplicate/same-line")
            seen.add(twin)


def to_twin_key(page: Page, line: int) -> str:
    """Return what two lines that say the same have in common: the comparison key and the numbers in it."""
    key = page.keys[line]
    return key if "0" not in key else f"{key} {''.join(filter(str.isdigit, page.texts[line]))}"
