"""Repetition inside one page: what stands there twice, and short lines that come again and again.

In the wild: the lead repeated under the picture, a stamp printed twice, `Reply` and `Share` under
every comment, the same teaser in two boxes.
Left alone: the first of two equal lines (unless it is removed itself: then the second is the
story's); short lines said twice, which may be a refrain; times, scores and other lines without letters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cleaners.values import Page, Span

MIN_TWIN_CHARS = 40
MAX_CHORUS_CHARS = 40
MIN_CHORUS = 3


def find(page: Page) -> Iterator[Span]:
    """Yield ``duplicate`` for later twins of long lines, ``boilerplate`` for choruses of short ones."""
    counts = Counter(page.keys)
    repeated = {key: count for key, count in counts.items() if count > 1 and key}
    if not repeated:
        return
    seen: set[str] = set()
    for line, key in enumerate(page.keys):
        if key not in repeated:
            continue
        if len(key) >= MIN_TWIN_CHARS:
            if key in seen:
                yield page.span(line, "duplicate", reason="duplicate/same-line")
            seen.add(key)
        elif repeated[key] >= MIN_CHORUS and len(key) <= MAX_CHORUS_CHARS and any(map(str.isalpha, key)):
            yield page.span(line, "boilerplate", reason="boilerplate/chorus", score=0.6)
