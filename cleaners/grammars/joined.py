"""Find debris phrases that a text extractor glued together without a space.

In the wild: ``Community standardsDiscussion``, ``AcceptRead More``, ``ShareTweetPrint`` and
``Read moreRead more``.
Left alone: names such as YouTubeVideo, McDonald or iPhoneRelease, and every line with one piece
that is not the whole wording of a known debris line. Lines are split only where a small letter or
a digit meets a capital, or a letter meets a digit.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from cleaners.labels import LABELS, Safety
from cleaners.lexicon import load_lexicons
from cleaners.phrases import Phrase
from cleaners.segment import fold
from cleaners.values import Page, Span

MAX_JOINED_CHARS: Final = 120
MAX_BORDERS: Final = 12
EDGE_CHARS: Final = 4

# Linear: found by its capital or digit, then two characters back; ASCII first as nearly all borders are.
_BORDER: Final = re.compile(
    r"[A-ZÀ-ÞĀ-ŽΑ-ΩА-ЯЁІЇЄҐ0-9](?<=[a-zß-ÿā-žα-ωа-яёіїєґ!?.…)]\w)|[A-ZÀ-ÞА-Я](?<=\d\w)"
)

# Linear: as above, without digits: a line of glued phrases has a capital at one border at least.
_CAPITAL: Final = re.compile(r"[A-ZÀ-ÞĀ-ŽΑ-ΩА-ЯЁІЇЄҐ](?<=[a-zß-ÿā-žα-ωа-яёіїєґ0-9!?.…)]\w)")


def find(page: Page) -> Iterator[Span]:
    """Yield a span with the label of the first piece for each line that is made of known lines.

    >>> from cleaners.segment import to_page
    >>> [span.label for span in find(to_page("Community standardsDiscussion"))]
    ['community']
    """
    line = load_lexicons().line
    # One search through the whole text finds the few lines with a border sooner than a look at each line.
    suspects = {bisect_right(page.starts, found.start()) - 1 for found in _CAPITAL.finditer(page.source_text)}
    starts, ends = edges_of_lines()
    for i in sorted(suspects):
        text, key = page.texts[i], page.keys[i]
        if len(text) > MAX_JOINED_CHARS or key in line:
            continue
        if key[:EDGE_CHARS] not in starts or key[-EDGE_CHARS:] not in ends:
            continue
        phrases = split_phrases(text, line)
        if phrases and not _may_be_name(text, phrases):
            yield page.span(i, phrases[0].label, reason="joined/known-lines", score=0.95)


@cache
def edges_of_lines() -> tuple[frozenset[str], frozenset[str]]:
    """Return how known lines begin and end: nearly every name with a capital inside fails one of the two."""
    keys = [key for key in load_lexicons().line if len(key) >= EDGE_CHARS]
    return frozenset(key[:EDGE_CHARS] for key in keys), frozenset(key[-EDGE_CHARS:] for key in keys)


def _may_be_name(text: str, phrases: list[Phrase]) -> bool:
    """Say whether two single words may be the name of a brand: FoodTech, BusinessLive."""
    buttons = all(LABELS[phrase.label].safety is Safety.A for phrase in phrases)
    twice = text[: len(text) // 2] == text[len(text) // 2 :]
    return len(phrases) == 2 and " " not in text and not buttons and not twice


def split_phrases(text: str, line: Mapping[str, Phrase]) -> list[Phrase]:
    """Return the phrases, two or more, that a text is glued from; none when a piece is not known."""
    borders = [match.start() for match in _BORDER.finditer(text)]
    if not 1 <= len(borders) <= MAX_BORDERS:
        return []
    cuts = [0, *borders, len(text)]
    # From the end: the phrases that the text from each cut on is made of.
    tails: dict[int, list[Phrase]] = {len(text): []}
    for start in reversed(cuts[:-1]):
        for end in cuts:
            if end <= start or end not in tails:
                continue
            phrase = line.get(fold(text[start:end]))
            if phrase:
                tails[start] = [phrase, *tails[end]]
                break
    found = tails.get(0, [])
    return found if len(found) > 1 else []
