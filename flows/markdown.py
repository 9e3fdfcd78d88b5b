"""Markdown in which text of pages, URLs and names of files are text and nothing else.

Prefect's UI reads reports, titles and cells of tables as Markdown; its newer one, V2, shows cells as they
are. So no more is escaped than would be markup. What stays one is a bare address, ``https://…``, which the
UI makes a link to what it shows.
"""

from __future__ import annotations

import re
from typing import Final

# Linear: a run of one class.
_WORD: Final = re.compile(r"\S+")
# Linear: one character each, bounded look-around. An underscore inside a word is none.
_INLINE: Final = re.compile(r"[\\`*\[\]<~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w{1,32};)")
# Linear: one character each. Where an address begins or is one.
_ADDRESS: Final = re.compile(r":(?=//)|(?<=www)\.|@")
# Linear: white space from the start of a line, read once, then bounded texts. What would make the line a
# heading, an item, a quote, or the one above it a heading.
_LINE_START: Final = re.compile(
    r"^([^\S\n]*(?:\d{1,9}(?=[.)](?:\s|\Z))|(?=#{1,6}(?:\s|\Z)|[+-](?:\s|\Z)|--|[>=])))", re.MULTILINE
)


def to_markdown_text(text: str) -> str:
    r"""Return text as Markdown that shows it as it is.

    >>> print(to_markdown_text("![seen](https://evil.example/i.png) <b>5*3</b>"))
    !\[seen\](https\://evil.example/i.png) \<b>5\*3\</b>
    >>> print(to_markdown_text("https://shore.example/2024_05/pier-is_back?a=1&b=2#top"))
    https://shore.example/2024_05/pier-is_back?a=1&b=2#top
    """
    return _LINE_START.sub(r"\1\\", _WORD.sub(_escape, text))


def to_markdown_line(text: str) -> str:
    r"""Return the same as one line that may stand in a cell of a table.

    >>> print(to_markdown_line("Pier | \n- The *Shore*"))
    Pier \| - The \*Shore\*
    """
    return to_markdown_text(" ".join(text.split())).replace("|", r"\|")


def _escape(found: re.Match[str]) -> str:
    """Return a word whose markup is escaped; an address with such is made no link: that would be broken."""
    word = found[0]
    escaped = _INLINE.sub(r"\\\g<0>", word)
    return word if escaped == word else _ADDRESS.sub(r"\\\g<0>", escaped)
