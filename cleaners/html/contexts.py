"""What the text inside an element knows of its place: the path down to it, the names on it and above it.

Elements of one parent that say the same of themselves (items of a list, cells, paragraphs) share one
context, so a page has far fewer contexts than elements. Contexts are numbers into parallel columns,
each after its parent; number 0 is ``body``, whose own names say nothing about any one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from cleaners.html.words import add_words

HIDDEN, LINKED, PREFORMATTED, ODD = 1, 2, 4, 8
"""Bits: no reader sees it; inside a link; keeps its white space; its text is no ordinary part of a line."""
EDIT_SECTION: Final = "editsection"
"""In a class name: links within a heading for those who write a wiki's page, which it never prints."""
MAX_PATH_STEPS: Final = 128
"""Elements deeper than that share the path and the words of their ancestor at that depth."""


MAX_STYLE_CHARS: Final = 2_000
# Linear: fixed words around bounded white space.
_UNSEEN: Final = re.compile(r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden", re.IGNORECASE)


def is_hidden(attributes: Mapping[str, str | None]) -> bool:
    """Return whether an element says of itself that no reader sees it."""
    get = attributes.get
    if "hidden" in attributes or get("aria-hidden") == "true" or get("layout") == "nodisplay":  # AMP
        return True
    style = get("style")
    return style is not None and _UNSEEN.search(style, 0, MAX_STYLE_CHARS) is not None


class Place(NamedTuple):
    """Where a line stands: its block element, the path down to that, the words around, whether it is seen."""

    tag: str
    path: str
    words: frozenset[str]
    hidden: bool


class Contexts:
    """The contexts of one page: tag, names, parent, block (itself, if it is one) and bits of each.

    ``tags`` are the parser's numbers; ``named`` says which block each of them is.
    """

    __slots__ = ("blocks", "flags", "marks", "named", "names", "parents", "tags")

    def __init__(self, named: Mapping[int, str]) -> None:
        self.named = named
        self.tags = [0]
        self.names = [""]
        self.parents = [-1]
        self.blocks = [0]
        self.flags = [0]
        self.marks: dict[int, str | None] = {}

    def open(self, parent: int, tag: int, names: str, bits: int, *, is_block: bool) -> int:
        """Return a new context inside another: its own bits are added to those that hold for all below."""
        number = len(self.tags)
        self.tags.append(tag)
        self.names.append(names)
        self.parents.append(parent)
        self.blocks.append(number if is_block else self.blocks[parent])
        self.flags.append(self.flags[parent] | bits)
        if self.marks and parent in self.marks:
            self.marks[number] = self.marks[parent]
        return number

    def to_places(self, numbers: Iterable[int]) -> dict[int, Place]:
        """Return the places of the given contexts; equal ones share their words."""
        wanted = set(numbers)
        needed: set[int] = {0}
        for number in wanted:
            while number not in needed:
                needed.add(number)
                number = self.parents[number]  # noqa: PLW2901  climbs until it meets a known one
        tags, named, names, blocks, parents = self.tags, self.named, self.names, self.blocks, self.parents
        known: dict[int, tuple[str, frozenset[str], int]] = {0: ("body", frozenset(), 0)}
        for number in sorted(needed - {0}):
            path, words, depth = known[parents[number]]
            if depth < MAX_PATH_STEPS:
                if blocks[number] == number:
                    path, depth = f"{path}/{named[tags[number]]}", depth + 1
                if names[number]:
                    words = add_words(words, names[number])
            known[number] = path, words, depth
        return {
            number: Place(self.tag(blocks[number]), *known[number][:2], bool(self.flags[number] & HIDDEN))
            for number in wanted
        }

    def tag(self, number: int) -> str:
        """Return the name of a block element."""
        return self.named[self.tags[number]] if number else "body"
