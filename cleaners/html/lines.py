"""Text nodes into rendered lines, white space collapsed as a browser does it."""

from __future__ import annotations

import re
from typing import Final

from cleaners.html.words import add_words
from cleaners.segment import SPACE
from cleaners.values import Block

MAX_CELL_CHARS: Final = 120
"""A table row is one line when each of its cells is at most one line, none longer than this."""
CELL_BREAK: Final = "\t"

SPACES: Final = " \t\n\r\f"
"""What HTML calls white space; a no-break space is text."""
# Linear: one character class.
_RUN: Final = re.compile("[ \t\n\r\f]+")
# Linear: one character class. Line breaks of other standards; HTML shows them as white space.
_ODD_BREAK: Final = re.compile("[\r\v\f\x85\u2028\u2029]")


class Context:
    """What the text inside one element knows of its place; ``block`` is None for a block itself."""

    __slots__ = ("_words", "block", "hidden", "is_link", "is_pre", "mark", "names", "parent", "path", "tag")

    def __init__(self, tag: str, path: str, parent: Context | None, block: Context | None) -> None:
        self.tag = tag
        self.path = path
        self.parent = parent
        self.block = block
        self.names = ""
        self.mark: str | None = parent.mark if parent else None
        self._words: frozenset[str] | None = None
        self.hidden = self.is_link = self.is_pre = False

    @property
    def words(self) -> frozenset[str]:
        """Words of this element and of all above it but ``body``, made when a line first needs them."""
        if self._words is None:
            chain = [self]
            while (above := chain[-1].parent) is not None and above._words is None:
                chain.append(above)
            words = above._words if above and above._words else frozenset()
            for inner in reversed(chain):
                if inner.names:
                    words = add_words(words, inner.names)
                inner._words = words
            return words
        return self._words


TOP: Final = Context("body", "body", None, None)
"""The context of ``body``: its own words and attributes say nothing about any one line."""


class Lines:
    """Rendered lines as they grow: parallel columns of text and of what the DOM knew."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.contexts: list[Context] = []
        self.link_chars: list[int] = []
        self.parts: list[str] = []
        """The open line."""
        self._context: Context | None = None
        self._linked = 0
        self._link_end = -1
        self._aside: list[tuple[str, Context]] = []
        self._rows: list[tuple[int, Context]] = []

    def blocks(self) -> list[Block]:
        """Return what the DOM knew, one entry a line."""
        return [
            Block((inner.block or inner).tag, (inner.block or inner).path, inner.words, linked, inner.hidden)
            for inner, linked in zip(self.contexts, self.link_chars, strict=True)
        ]

    def marks(self) -> list[str | None]:
        """Return the number of each line's site rule mark."""
        return [inner.mark for inner in self.contexts]

    def add(self, data: str, context: Context) -> None:
        """Add a text node to the open line."""
        if context.is_pre:
            data = self._add_all_but_last(data, context)
        elif not data.strip(SPACES):
            if self.parts:
                self.parts.append(" ")
            return
        if context.hidden and context.block is not None and not context.block.hidden:
            self._aside.append((data, context))
            return
        if self._context is None:
            self._context = context
        elif self._context is not context:
            self._context = context.block or context
        if context.is_link:
            self._linked += len(data.strip(SPACES))
        self.parts.append(data)

    def _add_all_but_last(self, data: str, context: Context) -> str:
        """Add what ``pre`` holds, a line at a time; return its last, still open line."""
        *whole, last = data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for part in whole:
            self._context = context
            self._linked += len(part) if context.is_link else 0
            self.parts.append(part)
            self.end()
        return last

    def end(self) -> None:
        """End the open line; a line with nothing on it leaves no trace."""
        context = self._context
        if context is not None:
            text = "".join(self.parts)
            if context.is_pre:
                text = text.rstrip(SPACES)
            elif "  " in text or not text.isprintable():
                text = _RUN.sub(" ", text).strip(" ")
            else:
                text = text.strip(" ")
            self._append(text, context, self._linked)
            self._linked = 0
            self._context = None
        self._link_end = -1
        self.parts.clear()
        if self._aside:
            aside, self._aside = self._aside, []
            text = _RUN.sub(" ", " ".join([data for data, _ in aside])).strip(" ")
            self._append(text, aside[0][1], 0)

    def _append(self, text: str, context: Context, linked: int) -> None:
        if not text.isprintable():
            text = _ODD_BREAK.sub(" ", text)
        if not text.strip(SPACE):
            return
        self.texts.append(text)
        self.contexts.append(context)
        self.link_chars.append(min(linked, len(text)))

    def begin_link(self) -> None:
        """Keep two links apart that follow each other without a space: no browser joins their words."""
        if self.parts and len(self.parts) == self._link_end:
            self.parts.append(" ")

    def end_link(self) -> None:
        """Remember where a link ended."""
        self._link_end = len(self.parts)

    def begin_row(self, context: Context) -> None:
        """Begin a table row."""
        self._rows.append((len(self.texts), context))

    def end_row(self) -> None:
        """Join the cells of a data row into one line; rows that lay out a page stay apart."""
        first, row = self._rows.pop()
        texts = self.texts[first:]
        if len(texts) < 2 or max(map(len, texts)) > MAX_CELL_CHARS:
            return
        cells = {id(inner.block or inner) for inner in self.contexts[first:]}
        is_data = all((inner.block or inner).tag in {"td", "th"} for inner in self.contexts[first:])
        if not is_data or len(cells) < len(texts):
            return
        linked = sum(self.link_chars[first:])
        del self.texts[first:], self.contexts[first:], self.link_chars[first:]
        self._append(CELL_BREAK.join(texts), row, linked)
