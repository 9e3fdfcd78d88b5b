"""Read the word tables of the grammars, which are written as words parted by ``|``."""

from __future__ import annotations


def to_words(table: str) -> tuple[str, ...]:
    """Return the words of a table in their order.

    >>> to_words("published|published on")
    ('published', 'published on')
    """
    return tuple(table.split("|"))
