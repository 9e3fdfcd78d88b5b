"""HTML that would stall the parser, made harmless; every other page passes untouched.

HTML parsers are quadratic in the depth of open elements and in the attributes of one tag: 10^5
nested ``div`` cost minutes. Browsers cap the depth as well; text is never lost here, only tags.
"""

from __future__ import annotations

import re
from itertools import count
from typing import Final

MAX_DEPTH: Final = 256
MAX_TAGS: Final = 16_000
"""Pages with fewer tags are fast at any depth."""
MAX_KEPT_TAGS: Final = 1_000_000
"""An element takes 100 to 500 bytes of memory. The longest standards and tables have half a million tags."""
MAX_TAG_CHARS: Final = 65_536
MAX_ATTRIBUTES: Final = 1_000

_VOID: Final = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "frame",
        "hr",
        "img",
        "input",
        "keygen",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
_IMPLIED: Final = frozenset(
    [
        "p",
        "li",
        "dt",
        "dd",
        "tr",
        "td",
        "th",
        "tbody",
        "thead",
        "tfoot",
        "option",
        "optgroup",
        "rt",
        "rp",
        "colgroup",
    ]
)
"""Elements that end by themselves where the next begins: unclosed ones do not nest."""
_SCOPES: Final = frozenset({"table", "caption", "td", "th", "template", "marquee", "object", "applet"})
"""A closing tag reaches no further than these."""

# Linear: every branch succeeds wherever its first characters match (an unclosed comment, raw text or
# tag runs to the end of the text), the quantifiers are possessive, and an unclosed quote can only
# be scanned past once for each of the two quote forms.
_TAG: Final = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<raw>script|style|textarea|title|xmp|iframe|noscript)\b.*?(?:</(?P=raw)|\Z)"
    r"|<(?P<close>/?)(?P<name>[a-zA-Z][^\s/>]*+)"
    r"(?P<rest>(?:[^>\"'=]++|=\s*+\"[^\"]*+\"|=\s*+'[^']*+'|[=\"'])*+)(?:>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
# Linear: as in _TAG.
_QUOTED: Final = re.compile(r"=\s*+(?:\"[^\"]*+\"|'[^']*+')")
# Linear: disjoint classes.
_OPENED: Final = re.compile(r"<[a-zA-Z][a-zA-Z0-9:-]*+[\s/]")

# Linear: one character class. UTF-8 has no surrogates.
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def to_utf8(html: str) -> bytes:
    r"""Return what the parser reads.

    >>> to_utf8("a\ud800é")
    b'a\xef\xbf\xbd\xc3\xa9'
    """
    try:
        return html.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", html).encode()


def tame(html: str) -> str:
    """Return ``html`` without the tags below ``MAX_DEPTH`` and without absurd lists of attributes.

    Behind ``MAX_KEPT_TAGS`` none is kept: what follows is read as one text.

    >>> tame("<p class=a>text</p>")
    '<p class=a>text</p>'
    """
    if html.count("<") <= MAX_TAGS and not _has_endless_tag(html):
        return html
    stack: list[str] = []
    numbers = count()
    return _TAG.sub(lambda match: _tame_tag(match, stack, next(numbers)), html)


def _has_endless_tag(html: str) -> bool:
    """Return whether some tag has absurdly many attributes; a long script is none, a long value is fine."""
    window, done, script, in_script = MAX_TAG_CHARS // 2, 0, 0, False
    for start in range(0, len(html) - window, window):
        if start < done or html.find(">", start, start + window) >= 0:
            continue
        opened = html.rfind("<", done, start + 1)
        if opened < 0 or not _OPENED.match(html, opened) or html.find(">", opened, start) >= 0:
            continue
        tag = _TAG.match(html, opened)
        done = tag.end() if tag else start
        begun, ended = html.rfind("<script", script, opened), html.rfind("</script", script, opened)
        script, in_script = opened, begun > ended or (begun == ended and in_script)
        if not in_script and tag and _has_many_attributes(tag):
            return True
    return False


def _tame_tag(match: re.Match[str], stack: list[str], number: int) -> str:
    """Return the tag, keeping count of what is open; deeper tags and later ones become white space."""
    name = (match["name"] or "").lower()
    if name and number >= MAX_KEPT_TAGS:
        return " "
    if not name or name in _VOID or name in _IMPLIED:
        return match[0] if not name else _tame_attributes(match)
    if match["close"]:
        return match[0] if _close(name, stack) else " "
    if len(stack) >= MAX_DEPTH:
        return " "
    stack.append(name)
    return _tame_attributes(match)


def _close(name: str, stack: list[str]) -> bool:
    """Close the innermost open element of that name; return False when there is none in reach."""
    if name not in stack:
        return False
    for depth in range(len(stack) - 1, -1, -1):
        if stack[depth] == name:
            del stack[depth:]
            return True
        if stack[depth] in _SCOPES:
            return False
    return False


def _tame_attributes(match: re.Match[str]) -> str:
    return f"<{match['close']}{match['name']}>" if _has_many_attributes(match) else match[0]


def _has_many_attributes(match: re.Match[str]) -> bool:
    rest = match["rest"] or ""
    return len(rest) > MAX_ATTRIBUTES and len(_QUOTED.sub("", rest).split()) > MAX_ATTRIBUTES
