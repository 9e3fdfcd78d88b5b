"""Repairs of kept text: each a small edit with its own reason, none silent.

Law: repairs lie inside kept lines, sorted and disjoint.
Left alone: quotes, dashes, ellipses, ligatures, full-width forms and joiners (ZWJ, ZWNJ), which
are real text; ``&lt;`` and ``&gt;``, which would turn into tags; spacing inside a line, which
aligns tables and code.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final
from unicodedata import is_normalized, normalize

import ftfy
from ftfy.badness import is_bad

from cleaners.values import Edit

_FIDELITY: Final = ftfy.TextFixerConfig(
    unescape_html=False, uncurl_quotes=False, fix_latin_ligatures=False, fix_character_width=False,
    fix_line_breaks=False, remove_terminal_escapes=False, remove_control_chars=False, normalization=None,
)  # fmt: skip

MAX_LAYERS: Final = 4
"""Text that is still not in order after so many rounds was no text."""

_NBSP: Final = "\u00a0\u2007\u202f"
# Linear: alternatives start with different characters; a run of spaces is tried at its first only.
_SMALL: Final = re.compile(
    f"(?P<nbsp>(?<![ \\t])[ \\t]*[{_NBSP}][ \\t{_NBSP}]*)"
    "|(?P<invisible>[\u00ad\u200b\u2060\ufeff\ufffe\uffff]+)"
    "|(?P<control>[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]+)"
    "|(?P<surrogate>[\ud800-\udfff]+)"
    "|(?P<entity>&(?:amp;)*(?P<name>(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});))"
)
# Linear: pairs and single characters. UTF-8 read as a one-byte charset always shows one of these; ftfy's own
# test is exact but reads every character, so it is asked only about pages that have such a pair.
_SUSPECT: Final = re.compile(
    "[\x80-\x84\x86-\x9f┬├╨╤]"
    "|[ÂÃÄÅÆÐÑÎÏØÙâ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
    "|[ãäåæçèéàáïð][\x80-\x9f\xa1-\xbf€‚ƒ„†‡ˆ‰Š‹ŒŽ•˜™š›œžŸ]"
    "|[РСГВТ][^\x00-\x7fА-Яа-яЁё«»“”„’—–…№]"
)
# Linear: a single character class, everything _SUSPECT can begin with; far faster to look for than pairs.
_LEAD: Final = re.compile("[\x80-\x84\x86-\x9f┬├╨╤ÂÃÄÅÆÐÑÎÏØÙâãäåæçèéàáïðРСГВТ]")
# Linear: a single character class, everything _SMALL can begin with.
_ODD: Final = re.compile(
    f"[&{_NBSP}\u00ad\u200b\u2060\ufeff\ufffe\uffff\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]"
)
# Linear: a single character class. Letters that some other form of the text would compose or decompose.
_COMBINING: Final = re.compile(r"[^\x00-\u02ff\u4e00-\u9fff]")
_MARKUP_ENTITIES: Final = ("<", ">")


def find_suspects(source: str, starts: Sequence[int]) -> set[int]:
    """Return the lines to which some repair could apply: few in most pages, none in plain ASCII.

    Whole-page searches decide, so a line that needs nothing costs nothing.
    """
    odd = [match.start() for match in _ODD.finditer(source)]
    if not source.isascii():
        if not is_normalized("NFC", source):
            odd += [match.start() for match in _COMBINING.finditer(source)]
        leads = [m.start() for m in _LEAD.finditer(source) if _SUSPECT.match(source, m.start())]
        if leads and is_bad(source):
            odd += leads
    return {bisect_right(starts, at) - 1 for at in odd}


def mend(text: str) -> str:
    """Return a text with every repair done: what a reader sees, and what fields and labels go by.

    >>> mend("Share&nbsp;this"), mend("Publicite\u0301"), mend("PublicitÃ©")
    ('Share this', 'Publicité', 'Publicité')
    """
    if text.isascii():
        is_fine = "&" not in text and text.isprintable()
    else:
        is_fine = not _ODD.search(text) and not _LEAD.search(text) and is_normalized("NFC", text)
    return text if is_fine else _mended(text)


def find_repairs(source_text: str, start: int, end: int) -> Iterator[Edit]:
    """Yield the repairs of one kept stretch without line breaks."""
    line = source_text[start:end]
    if (mended := mend(line)) == line:
        return
    small = _SMALL.sub(_replacement, line)
    if mended != small:  # more than small repairs: letters themselves were wrong
        reason = "repair/unicode-nfc" if normalize("NFC", small) == mended else "repair/mojibake"
        yield from _narrowed(line, mended, start, reason)
        return
    for match in _SMALL.finditer(line):
        if (replacement := _replacement(match)) != match[0]:
            yield _repair(
                start + match.start(), start + match.end(), f"repair/{match.lastgroup}", replacement
            )


def _mended(line: str) -> str:
    """Return the line with every repair done, again and again until none applies."""
    for _ in range(MAX_LAYERS):
        once = line
        if _SUSPECT.search(once) and is_bad(once):
            once = ftfy.fix_text(once, _FIDELITY)
        if not once.isascii() and not is_normalized("NFC", once):
            once = normalize("NFC", once)
        once = _SMALL.sub(_replacement, once)
        if once == line:
            break
        line = once
    return line


def _replacement(match: re.Match[str]) -> str:
    """Return what replaces a match: itself, to leave it."""
    if match.lastgroup == "nbsp":
        return " "
    if match.lastgroup == "surrogate":
        return "\ufffd" * len(match[0])
    if match.lastgroup != "entity":
        return ""
    text = html.unescape("&" + match["name"])  # however often the ampersand itself was escaped
    if text in _MARKUP_ENTITIES or not text.isprintable():
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
