"""Feeds and sitemaps that are no XML: bare ``&``, undeclared entities, unclosed tags, a wrong charset.

libxml2's own recovery is not used for them: behind the first mistake it drops ``&amp;`` from every
URL that follows, and a wrong URL is worse than none.

Left alone: nesting. An entry is what stands between its tags; a child is a tag and the text up to
the next one.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_CHILD: Final = re.compile(r"<(?:[\w.-]{1,60}:)?([\w.-]{1,60})((?:\s[^<>]{0,4000})?)>([^<]{0,8000})")
"""A start tag and its text. Linear: every repetition is bounded and ends at ``<`` or ``>``."""
_ATTRIBUTE: Final = re.compile(r"""([\w.-]{1,60})\s{0,20}=\s{0,20}(?:"([^"]{0,4000})"|'([^']{0,4000})')""")
"""An attribute in quotes. Linear: bounded, and what follows the name is in no name."""
_CHARSET: Final = re.compile(rb"""<\?xml[^>]{0,200}encoding=["']([\w.:-]{1,40})""")
"""The declared charset. Linear: bounded."""


class Child(NamedTuple):
    """A child element: local name, text, attributes (local names), and the base its links refer to."""

    name: str
    text: str
    attributes: dict[str, str]
    base: str | None


class Element(NamedTuple):
    """An element and its children."""

    name: str
    attributes: dict[str, str]
    children: list[Child]

    def texts(self, name: str) -> list[str]:
        """Return the texts of the children of this name that have any."""
        return [child.text for child in self.children if child.name == name and child.text]


def read_loosely(data: bytes, names: tuple[str, ...]) -> Iterator[Element]:
    """Yield what looks like elements of these names.

    >>> [entry] = read_loosely(b"<item><title>a & b<link>http://a.example/?x=1&amp;y=2</item>", ("item",))
    >>> entry.texts("link")
    ['http://a.example/?x=1&y=2']
    """
    text = _decode(data).replace("<![CDATA[", "").replace("]]>", "")
    begin = re.compile(rf"<(?:[\w.-]{{1,60}}:)?({'|'.join(names)})([\s>][^<>]{{0,4000}})")  # linear: bounded
    tags = list(begin.finditer(text))
    for tag, following in zip(tags, [*tags[1:], None], strict=False):
        stop = following.start() if following else len(text)
        end = text.find(f"{tag[1]}>", tag.end(), stop)
        inside = text[tag.end() : end if end >= 0 else stop]
        children = [
            Child(child[1], _unescape(child[3]), _attributes(child[2]), None)
            for child in _CHILD.finditer("<" + inside.partition("<")[2])
        ]
        yield Element(tag[1], _attributes(tag[2]), children)


def _attributes(text: str) -> dict[str, str]:
    return {found[1].lower(): _unescape(found[2] or found[3] or "") for found in _ATTRIBUTE.finditer(text)}


def _unescape(text: str) -> str:
    try:
        return html.unescape(text).strip()
    except ValueError:  # a number of thousands of digits
        return text.strip()


def _decode(data: bytes) -> str:
    declared = _CHARSET.search(data[:400])
    try:
        return data.decode(declared[1].decode() if declared else "utf-8", "replace")
    except (LookupError, ValueError):  # there is no such charset, or it is one of host names
        return data.decode("utf-8", "replace")
