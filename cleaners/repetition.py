"""Repetition inside one page: what stands there twice.

In the wild: the lead repeated under the picture, a stamp printed twice, the same teaser in two boxes.
Left alone: the first of two equal lines (unless it is removed itself: then the second is the story's);
lines that say the same of other numbers; short lines, which may be a refrain and which the tagger judges.
"""

from __future__ import annotations

from collections.abc import Iterator

from cleaners.values import Page, Span

MIN_TWIN_CHARS = 40


def find(page: Page) -> Iterator[Span]:
    """Yield ``duplicate`` for later twins of long lines."""
    seen: set[str] = set()
    for line, key in enumerate(page.keys):
        if len(key) >= MIN_TWIN_CHARS:
            twin = to_twin_key(page, line)
            if twin in seen:
                yield page.span(line, "duplicate", reason="duplicate/same-line")
            seen.add(twin)


def to_twin_key(page: Page, line: int) -> str:
    """Return what two lines that say the same have in common: the comparison key and the numbers in it."""
    key = page.keys[line]
    return key if "0" not in key else f"{key} {''.join(filter(str.isdigit, page.texts[line]))}"
