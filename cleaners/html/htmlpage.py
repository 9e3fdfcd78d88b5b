"""A rendered page, and what several cleaners ask of it: worked out once, by place and not by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cleaners.html.boxes import Verdict, judge_path, judge_words
from cleaners.html.contexts import Place
from cleaners.html.numbering import Numbering
from cleaners.values import Page

MIN_PROSE_CHARS: Final = 80
MAX_PROSE_LINKS: Final = 0.4
MAX_BOX_SHARE: Final = 0.35
"""What holds more than this share of the prose is a wrapper of the page, not a box in it."""
MIN_COMMON: Final = 0.85
MIN_REGION_PROSE: Final = 3


@dataclass(frozen=True, slots=True)
class View:
    """What the prose of a page says about its places.

    ``prose`` are the visible lines long enough to be paragraphs and not made of links: shape alone, in
    any language, as quotes, verse and many scripts have no ends of sentences. ``wrappers`` are the
    class words and ``<tag>`` names around too much of it to mean anything: ``<div class="has-sidebar">``
    around the whole page does not make its lines a sidebar. ``by_words`` and ``by_path`` are what the
    other words and elements of each place say against the story. ``outside`` are the places outside the
    element that nearly all prose shares: which one that is, no word or tag name says, it is the class
    words and the path that nearly all paragraphs have.
    """

    prose: Sequence[int]
    wrappers: frozenset[str]
    by_words: Sequence[Verdict | None]
    by_path: Sequence[Verdict | None]
    outside: frozenset[int]

    def is_boxed(self, place: int) -> bool:
        """Return whether an element or a word around a place, but not around the story, speaks against it."""
        return self.by_words[place] is not None or self.by_path[place] is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlPage(Page):
    """A page whose lines know where in the DOM they stand.

    Line i stands at ``places[place_of[i]]``: lines of one place share path, words and visibility.
    ``link_chars[i]`` of its characters are in links. ``elements[i]`` numbers its block element in
    document order from 1, ``parents[element]`` is the block element around that one, 0 the ``body``;
    ``numbering`` is what lists and items among them say of their numbers.
    """

    places: Sequence[Place]
    place_of: Sequence[int]
    link_chars: Sequence[int]
    elements: Sequence[int]
    parents: Sequence[int]
    numbering: Mapping[int, Numbering]
    view: View

    def link_density(self, line: int) -> float:
        """Return the share of a line's characters that stand in links."""
        return self.link_chars[line] / max(1, len(self.texts[line]))


def to_view(
    places: Sequence[Place], place_of: Sequence[int], texts: Sequence[str], link_chars: Sequence[int]
) -> View:
    """Return what the prose of the given lines says about their places."""
    prose = [
        line
        for line, text in enumerate(texts)
        if (chars := len(text)) >= MIN_PROSE_CHARS
        and link_chars[line] <= MAX_PROSE_LINKS * chars
        and not places[place_of[line]].hidden
    ]
    held: Counter[int] = Counter()
    for line in prose:
        held[place_of[line]] += len(texts[line])
    wrappers = _find_wrappers(places, held)
    return View(
        prose,
        wrappers,
        [judge_words(place.words, wrappers, place.path) for place in places],
        [judge_path(place.path, wrappers) for place in places],
        _find_outside(places, held) if len(prose) >= MIN_REGION_PROSE else frozenset(),
    )


def _find_wrappers(places: Sequence[Place], held: Counter[int]) -> frozenset[str]:
    chars: Counter[str] = Counter()
    for number, count in held.items():
        place = places[number]
        for name in place.words.union([f"<{tag}>" for tag in place.path.split("/")]):
            chars[name] += count
    most = MAX_BOX_SHARE * held.total()
    return frozenset([name for name, count in chars.items() if count > most])


def _find_outside(places: Sequence[Place], held: Counter[int]) -> frozenset[int]:
    shared_chars: Counter[str] = Counter()
    for number, count in held.items():
        place = places[number]
        for name in place.words.union(_to_prefixes(place.path)):
            shared_chars[name] += count
    most = MIN_COMMON * held.total()
    shared = [name for name, count in shared_chars.items() if count >= most]
    prefix = max((name for name in shared if name.endswith("/")), key=len, default="")
    words = frozenset([name for name in shared if not name.endswith("/")])
    inside = [words <= place.words and f"{place.path}/".startswith(prefix) for place in places]
    return frozenset(number for number, is_inside in enumerate(inside) if not is_inside)


def _to_prefixes(path: str) -> list[str]:
    """Return the paths of the ancestors, each with its closing slash."""
    return [path[: at + 1] for at, char in enumerate(path) if char == "/"]
