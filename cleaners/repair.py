"""Repairs of kept text: each a small edit with its own reason, none silent.

Law: repairs lie inside kept lines, sorted and disjoint.
Left alone: quotes, dashes, ellipses, ligatures, full-width forms and joiners (ZWJ, ZWNJ), which
are real text; ``&lt;`` and ``&gt;``, which would turn into tags; spacing inside a line, which
aligns tables and code.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final
from unicodedata import is_normalized, normalize

import ftfy
from ftfy.badness import is_bad

from cleaners.values import Edit

_FIDELITY: Final = ftfy.TextFixerConfig(
    unescape_html=False, uncurl_quotes=False, fix_latin_ligatures=False, fix_character_width=False,
    fix_line_breaks=False, remove_terminal_escapes=False, remove_control_chars=False, normalization=None,
)  # fmt: skip

_NBSP: Final = "\u00a0\u2007\u202f"
# Linear: four alternatives that start with different characters; each run is consumed once.
_SMALL: Final = re.compile(
    f"(?P<nbsp>[ \\t]*[{_NBSP}][ \\t{_NBSP}]*)"
    "|(?P<invisible>[\u00ad\u200b\u2060\ufeff\ufffe\uffff]+)"
    "|(?P<control>[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]+)"
    "|(?P<surrogate>[\ud800-\udfff]+)"
    "|(?P<entity>&(?:amp;)*(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)"
)
_MARKUP_ENTITIES: Final = ("<", ">")
# Linear: a single character class. UTF-8 read as a one-byte charset always shows one of these.
_SUSPECT: Final = re.compile("[\x80-\x9fÂÃÄÅÆÐÑÎÏØÙàáâãäåæçèéïðРСГВТ┬├╨╤]")


def find_repairs(source_text: str, start: int, end: int) -> Iterator[Edit]:
    """Yield the repairs of one kept stretch without line breaks."""
    line = source_text[start:end]
    if _SUSPECT.search(line) and is_bad(line) and (fixed := ftfy.fix_text(line, _FIDELITY)) != line:
        yield from _narrowed(line, _SMALL.sub(_replacement, fixed), start, "repair/mojibake")
    elif not line.isascii() and not is_normalized("NFC", line):
        yield from _narrowed(line, _SMALL.sub(_replacement, normalize("NFC", line)), start, "repair/unicode-nfc")
    else:
        for match in _SMALL.finditer(line):
            if (replacement := _replacement(match)) != match[0]:
                reason = f"repair/{match.lastgroup}"
                yield _repair(start + match.start(), start + match.end(), reason, replacement)


def needs_look(source_text: str) -> bool:
    """Return whether any repair could apply: most ASCII text has none."""
    return not source_text.isascii() or "&" in source_text or not source_text.isprintable()


def _replacement(match: re.Match[str]) -> str:
    """Return what replaces a match: itself, to leave it."""
    if match.lastgroup == "nbsp":
        return " "
    if match.lastgroup == "surrogate":
        return "\ufffd" * len(match[0])
    if match.lastgroup != "entity":
        return ""
    text = match[0]
    while (once := html.unescape(text)) != text:
        text = once
    if text in _MARKUP_ENTITIES or text.startswith("&") or not text.isprintable():
        return " " if text in _NBSP else match[0]
    return text


def _narrowed(old: str, new: str, offset: int, reason: str) -> Iterator[Edit]:
    """Yield one edit from ``old`` to ``new``, without the ends they share."""
    same = 0
    while same < min(len(old), len(new)) and old[same] == new[same]:
        same += 1
    tail = 0
    while tail < min(len(old), len(new)) - same and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    yield _repair(offset + same, offset + len(old) - tail, reason, new[same : len(new) - tail])


def _repair(start: int, end: int, reason: str, replacement: str) -> Edit:
    return Edit(start, end, "repair", reason, 1.0, replacement)
