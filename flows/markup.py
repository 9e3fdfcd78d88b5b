"""HTML that nothing from a page can break out of, and in which nothing of it can hide.

Law: what ``to_html`` returns has no ``<`` but that of its own marks, and no character that changes
the direction or the visibility of others.
"""

from __future__ import annotations

import html
import re
from typing import Final
from urllib.parse import urlsplit

# One character class: linear. Controls, soft hyphen, zero width, bidi marks and overrides, interlinear
# anchors, tags and what cannot be UTF-8. Tabs, line feeds and the joiners of Persian and emoji stay.
_HIDDEN: Final = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_LINKED: Final = frozenset({"http", "https"})


def to_html(text: str) -> str:
    r"""Return text as HTML; a character that nobody would see is named.

    >>> to_html("</script>\u202egnp.exe")
    '&lt;/script&gt;<b class="code">U+202E</b>gnp.exe'
    """
    return _HIDDEN.sub(lambda found: f'<b class="code">{_name(found[0])}</b>', html.escape(text))


def to_attribute(text: str) -> str:
    r"""Return text as the value of a quoted attribute.

    >>> to_attribute('a"b\x00')
    'a&quot;b[U+0000]'
    """
    return _HIDDEN.sub(lambda found: f"[{_name(found[0])}]", html.escape(text))


def to_link(url: str) -> str:
    """Return a URL as a link that gives nothing away, or as plain text where no browser should go.

    >>> to_link("javascript:alert(1)")
    '<bdi>javascript:alert(1)</bdi>'
    """
    shown = f"<bdi>{to_html(url)}</bdi>"
    if not is_web_address(url):
        return shown
    return f'<a href="{to_attribute(url)}" rel="noopener noreferrer nofollow" target="_blank">{shown}</a>'


def is_web_address(url: str) -> bool:
    """Return whether a URL is one of http or https with a host, and without hidden characters or blanks."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_plain = not _HIDDEN.search(url) and not any(character.isspace() for character in url)
    return parts.scheme in _LINKED and bool(parts.hostname) and is_plain


def _name(character: str) -> str:
    return f"U+{ord(character):04X}"
