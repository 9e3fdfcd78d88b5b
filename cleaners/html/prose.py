"""Where the prose of a page stands: what tells a wrapper around the story from a box beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from cleaners.values import Page

Place = tuple[str, frozenset[str]]

MIN_PROSE_CHARS = 80
MAX_PROSE_LINKS = 0.4
MAX_BOX_SHARE = 0.35
"""What holds more than this share of the prose is a wrapper of the page, not a box in it."""


def link_density(page: Page, line: int) -> float:
    """Return the share of a line's characters that stand in links."""
    return page.blocks[line].link_chars / max(1, len(page.texts[line]))


def find_prose(page: Page) -> list[int]:
    """Return the visible lines long enough to be paragraphs and not made of links.

    Shape alone, in any language: ends of sentences are not asked for, as quotes, verse and many
    scripts have none.
    """
    return [
        line
        for line, text in enumerate(page.texts)
        if len(text) >= MIN_PROSE_CHARS
        and page.blocks[line].link_chars <= MAX_PROSE_LINKS * len(text)
        and not page.blocks[line].hidden
    ]


def find_places(page: Page, prose: Iterable[int]) -> Counter[Place]:
    """Return how many characters of prose stand at each place, a place being a path and its words."""
    places: Counter[Place] = Counter()
    for line in prose:
        block = page.blocks[line]
        places[block.path, block.words] += len(page.texts[line])
    return places


def find_wrappers(page: Page) -> frozenset[str]:
    """Return the class words and ``<tag>`` names around too much of the prose to mean anything.

    ``<div class="has-sidebar">`` around the whole page does not make its lines a sidebar.
    """
    places = find_places(page, find_prose(page))
    chars: Counter[str] = Counter()
    for (path, words), held in places.items():
        for name in words.union([f"<{tag}>" for tag in path.split("/")]):
            chars[name] += held
    most = MAX_BOX_SHARE * places.total()
    return frozenset([name for name, held in chars.items() if held > most])
