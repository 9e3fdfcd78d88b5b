"""Character references in what scripts and attributes say, undone."""

from __future__ import annotations

import html


def undo_entities(text: str) -> str:
    """Return a text with its entities undone; as it is where one is a number of thousands of digits.

    >>> undo_entities("Jane &amp; John"), undo_entities("&#" + "1" * 5000)[:4]
    ('Jane & John', '&#11')
    """
    try:
        return html.unescape(text)
    except ValueError:  # Python converts no such numbers
        return text
