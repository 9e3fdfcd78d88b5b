"""How a media type is read: as HTML, as text, or not at all, because a story is never kept in such.

In the wild: ``text/x-rst`` and ``text/x-markdown`` of code hosts, XHTML served as ``text/xml``, tables and
calendars that a crawler brought along. Left alone: what a payload looks like, but for XML, which says of
itself whether it is a page.
"""

from __future__ import annotations

import re
from typing import Final

HTML: Final = "text/html"
TEXT: Final = "text/plain"
MEDIA_TYPES: Final = {
    **dict.fromkeys((HTML, "application/xhtml+xml", "application/vnd.wap.xhtml+xml"), HTML),
    **dict.fromkeys((TEXT, "application/octet-stream", ""), TEXT),
    **dict.fromkeys(
        ("text/markdown", "text/x-markdown", "text/x-web-markdown", "text/vnd.daringfireball.markdown"), TEXT
    ),
    **dict.fromkeys(
        ("text/x-rst", "text/prs.fallenstein.rst", "text/x-org", "text/org", "text/enriched"), TEXT
    ),
    **dict.fromkeys(
        ("text/asciidoc", "text/x-asciidoc", "text/x-textile", "text/x-wiki", "text/x-mediawiki"), TEXT
    ),
}
"""No other is read: markup and data taken for text would be kept as a story."""
_HOLDS: Final = {
    "text/csv": "a table",
    "text/tab-separated-values": "a table",
    "text/calendar": "a calendar",
    "text/vcard": "addresses",
    "text/x-vcard": "addresses",
    "text/javascript": "a script",
    "text/ecmascript": "a script",
    "application/javascript": "a script",
    "text/css": "a style sheet",
    "text/xml": "XML that is no page",
    "application/xml": "XML that is no page",
    "text/event-stream": "messages of a program",
    "text/cache-manifest": "a list of files",
    "text/rtf": "a word processor's document",
    "application/rtf": "a word processor's document",
    "application/json": "data",
    "application/pdf": "pages of print",
}
_XML: Final = frozenset({"text/xml", "application/xml"})
MAX_HEAD_CHARS: Final = 2_048
# Linear: fixed words, then one character class.
_PAGE: Final = re.compile(r"<html[\s>]|<!doctype\s+html", re.IGNORECASE)


def to_reading(media_type: str, payload: str | bytes) -> str:
    """Return as what a payload is read, ``text/html`` or ``text/plain``; "" for what is not read.

    >>> to_reading("text/x-rst", ""), to_reading("text/csv", "")
    ('text/plain', '')
    >>> to_reading("text/xml", '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">')
    'text/html'
    """
    if media_type not in _XML:
        return MEDIA_TYPES.get(media_type, "")
    head = payload[:MAX_HEAD_CHARS]
    return HTML if _PAGE.search(head if isinstance(head, str) else head.decode("latin-1")) else ""


def why_not_read(media_type: str) -> str:
    """Return why a media type is not read.

    >>> why_not_read("text/csv")
    "media type 'text/csv' holds a table; what is read is text/html and text/plain"
    """
    holds = f" holds {_HOLDS[media_type]}" if media_type in _HOLDS else ""
    return f"media type {media_type!r}{holds}; what is read is {HTML} and {TEXT}"
