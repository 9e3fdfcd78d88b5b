"""Text nodes into rendered lines, white space collapsed as a browser does it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from cleaners.html.contexts import HIDDEN, LINKED, PREFORMATTED, Contexts
from cleaners.html.numbering import TELLING, Numbering, read_numbering
from cleaners.html.tables import CELL_BREAK, CELL_TAGS, Cell, Row, Tables
from cleaners.segment import SPACE
from cleaners.values import Link

SPACES: Final = " \t\n\r\f"
"""What HTML calls white space; a no-break space is text."""
# Linear: one character class.
_RUN: Final = re.compile("[ \t\n\r\f]+")
# Linear: one character class. Line breaks of other standards; HTML shows them as white space.
_ODD_BREAK: Final = re.compile("[\r\v\f\x85\u2028\u2029]")
NO_OWNER: Final = -1
MAX_BEFORE_CHARS: Final = 32
"""So much text before a link tells which of equal words it stands on."""


class Lines:
    """Rendered lines as they grow: parallel columns of text and of what the DOM knew.

    ``parts`` and ``owners`` are the open line, text node by text node, each with its context; white space
    has none. ``elements`` numbers each line's block element in document order, ``parents`` gives the block
    element around each.
    """

    def __init__(self, named: Mapping[int, str]) -> None:
        self.places = Contexts(named)
        self.texts: list[str] = []
        self.contexts: list[int] = []
        self.link_chars: list[int] = []
        self.elements: list[int] = []
        self.parents: list[int] = [-1]
        self.parts: list[str] = []
        self.owners: list[int] = []
        self.aside: list[tuple[str, int]] = []
        """Hidden parts of a line that is seen: a line of their own behind it."""
        self.link_end = -1
        """How many parts the open line had where its last link ended."""
        self.links: list[Link] = []
        self.numbering: dict[int, Numbering] = {}
        """What elements say of numbers, those of numbered lists and their items among them."""
        self.embedded: list[int] = []
        """Lines that come from data, not from the DOM."""
        self._rows: list[Row] = []
        self._tables = Tables()
        self._blanks = 0
        """Blank lines at the end of preformatted text, which leave no trace unless more of it follows."""

    def add_odd(self, data: str, context: int, element: int) -> None:
        """Add a text node unlike most: one that keeps its white space, or is hidden within a seen line."""
        flags = self.places.flags
        if flags[context] & PREFORMATTED:
            *whole, data = data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            for part in whole:
                self.parts.append(part)
                self.owners.append(context)
                self.end(element)
        elif not data.strip(SPACES):
            if self.parts:
                self.add_space()
            return
        if flags[context] & HIDDEN and not flags[self.places.blocks[context]] & HIDDEN:
            self.aside.append((data, context))
            return
        self.parts.append(data)
        self.owners.append(context)

    def end(self, element: int) -> None:
        """End the open line of a block element; a line with nothing on it leaves no trace."""
        parts, owners = self.parts, self.owners
        if parts:
            context, data = owners[0], parts[0]
            flags = self.places.flags[context]
            if len(parts) > 1:
                data = "".join(parts)
                context, linked = self._read_owners()
            else:
                linked = len(data if flags & PREFORMATTED else data.strip(SPACES)) if flags & LINKED else 0
            if flags & PREFORMATTED:
                self._append_preformatted(data.rstrip(SPACES), context, linked, element)
            else:
                data = data.strip(SPACES)
                if "  " in data or not data.isprintable():
                    self._append(_RUN.sub(" ", data), context, linked, element)
                else:
                    self.texts.append(data)
                    self.contexts.append(context)
                    self.link_chars.append(linked if linked < len(data) else len(data))
                    self.elements.append(element)
            self.link_end = -1
            parts.clear()
            owners.clear()
        if self.aside:
            text = _RUN.sub(" ", " ".join([data for data, _ in self.aside])).strip(" ")
            self._append(text, self.aside[0][1], 0, element)
            self.aside.clear()

    def _read_owners(self) -> tuple[int, int]:
        """Return the context that all parts of the open line share, and its characters in links."""
        flags, blocks = self.places.flags, self.places.blocks
        context, linked = self.owners[0], 0
        for data, owner in zip(self.parts, self.owners, strict=True):
            if owner != NO_OWNER:
                if owner != context:
                    context = blocks[owner]
                if flags[owner] & LINKED:
                    linked += len(data if flags[owner] & PREFORMATTED else data.strip(SPACES))
        return context, linked

    def _append(self, text: str, context: int, linked: int, element: int) -> None:
        if not text.isprintable():
            text = _ODD_BREAK.sub(" ", text)
        if text.strip(SPACE):
            self.texts.append(text)
            self.contexts.append(context)
            self.link_chars.append(min(linked, len(text)))
            self.elements.append(element)

    def _append_preformatted(self, text: str, context: int, linked: int, element: int) -> None:
        """Add a line of preformatted text, after the blank ones between it and the line before."""
        if not text.strip(SPACE):
            self._blanks += 1
            return
        if self._blanks and self.elements and self.elements[-1] == element:
            self.texts += [""] * self._blanks
            self.contexts += [context] * self._blanks
            self.link_chars += [0] * self._blanks
            self.elements += [element] * self._blanks
        self._blanks = 0
        self._append(text, context, linked, element)

    def add_space(self) -> None:
        """Add white space to the open line; runs of it collapse later."""
        self.parts.append(" ")
        self.owners.append(NO_OWNER)

    def append_article(self, texts: Iterable[str], element_tag: int) -> None:
        """Add the lines of an article that the page carries as data, in a place of their own."""
        inside = self.places.open(0, element_tag, "articlebody", 0, is_block=True)
        for text in texts:
            self.parents.append(0)
            self._append(_RUN.sub(" ", text).strip(" "), inside, 0, len(self.parents) - 1)
            if inside == (self.contexts[-1] if self.contexts else 0):
                self.embedded.append(len(self.texts) - 1)

    def start_link(self) -> tuple[int, int]:
        """Return where a link begins: the line, and the part of it."""
        if self.parts and len(self.parts) == self.link_end:
            self.add_space()  # two links that touch: no browser joins their words
        return len(self.texts), len(self.parts)

    def end_link(self, line: int, part: int, href: str | None) -> None:
        """Keep where a link leads if all of it stands in the open line; it began at that part of a line."""
        parts = self.parts
        if href and line == len(self.texts) and part < len(parts):
            text = parts[part] if part == len(parts) - 1 else "".join(parts[part:])
            before = "".join([data[-MAX_BEFORE_CHARS:] for data in parts[max(0, part - 2) : part]])
            self.links.append(
                Link(line, _RUN.sub(" ", text).strip(" "), href, _RUN.sub(" ", before).lstrip(" "))
            )
        self.link_end = len(parts)

    def enter(self, element: int, cells: Iterable[Cell] | None, said: Mapping[str, str | None]) -> int:
        """Begin a block element inside another and return its number; a table row has cells."""
        if self.parts or self.aside:
            self.end(element)
        self.parents.append(element)
        number = len(self.parents) - 1
        if said and not TELLING.isdisjoint(said):
            self.numbering[number] = read_numbering(said)
        if self._rows and self._rows[-1].element == element:
            self._rows[-1].filled.append(number)
        if cells is not None:
            self._rows.append(Row(number, len(self.texts), list(cells)))
        return number

    def leave(self, element: int, context: int, *, is_row: bool) -> None:
        """End a block element."""
        if self.parts or self.aside:
            self.end(element)
        if is_row:
            self._end_row(context)

    def _end_row(self, context: int) -> None:
        """Join the cells of a data row into one line; rows that lay out a page stay apart."""
        row = self._rows.pop()
        first, places = row.first, self.places
        texts = self.texts[first:]
        tags = (places.tag(places.blocks[inside]) for inside in self.contexts[first:])
        if len(texts) > len(row.cells) or not CELL_TAGS.issuperset(tags):
            texts = []
        cells = self._tables.join(row, self.parents, self.elements[first:], texts)
        if not cells:
            return
        linked = sum(self.link_chars[first:])
        for number in range(len(self.links) - 1, -1, -1):
            if self.links[number].line < first:
                break
            self.links[number] = self.links[number]._replace(line=first)
        del self.texts[first:], self.contexts[first:], self.link_chars[first:], self.elements[first:]
        self._append(CELL_BREAK.join(cells), context, linked, row.element)
