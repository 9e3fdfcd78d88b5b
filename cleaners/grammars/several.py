"""Find lines of several debris phrases, one behind the other.

In the wild: ``What do you think? Leave a comment below.``, ``Share | Tweet | Print``,
``Like this article? Sign up for our newsletter!``.
Left alone: a line with one piece that is not the whole wording of a known debris line, or is one only
perhaps; names of sections side by side, which are a menu or a list of the story.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from cleaners.grammars.joined import EDGE_CHARS, edges_of_lines
from cleaners.labels import LABELS, Safety
from cleaners.lexicon import load_lexicons
from cleaners.segment import fold
from cleaners.values import Page, Span

MAX_CHARS: Final = 160
MAX_PIECES: Final = 12
MIN_SCORE: Final = 0.85
SCORE: Final = 0.95

# Linear: one character and the one behind it; the look-behind is one character.
_BETWEEN: Final = re.compile(r"(?<=[.!?…])\s|[|·•]|(?<=[。！？])|\s[-–—/»]\s")


def find(page: Page) -> Iterator[Span]:
    """Yield a span with the label of the first piece for each line that is made of known lines.

    >>> from cleaners.segment import to_page
    >>> [span.label for span in find(to_page("What do you think? Leave a comment below."))]
    ['comment_prompt']
    >>> list(find(to_page("What do you think? He left a comment below the picture.")))
    []
    """
    line = load_lexicons().line
    starts, ends = edges_of_lines()
    for i in [
        i for i, key in enumerate(page.keys) if key[:EDGE_CHARS] in starts and key[-EDGE_CHARS:] in ends
    ]:
        text = page.texts[i]
        if len(text) > MAX_CHARS or page.keys[i] in line or not (found := _BETWEEN.search(text)):
            continue
        first = line.get(fold(text[: found.end()]))
        if first is None:
            continue
        pieces = [piece for piece in _BETWEEN.split(text) if piece.strip()]
        phrases = [line.get(fold(piece)) for piece in pieces[: MAX_PIECES + 1]]
        if 1 < len(phrases) <= MAX_PIECES and all(
            phrase and phrase.score >= MIN_SCORE and LABELS[phrase.label].safety is not Safety.D
            for phrase in phrases
        ):
            yield page.span(i, first.label, reason="several/known-lines", score=SCORE)
