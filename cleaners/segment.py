"""Text into lines with exact offsets, and the comparison key of a line.

Law: ``starts`` and ``ends`` cover the text but for its line breaks, in order, without overlap.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from datetime import datetime
from itertools import accumulate

from cleaners.layout import find_prose
from cleaners.repair import find_suspects, mend
from cleaners.values import Page

# Linear: one alternation of fixed strings.
_BREAK = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
_ODD_BREAKS = "\r\v\f\x85\u2028\u2029"

SPACE = (
    "".join(chr(code) for code in range(0x3001) if chr(code).isspace() or code < 0x20 or 0x7F <= code < 0xA0)
    + "\u00ad\u200b\u2060\ufeff\ufffe\uffff"
)
"""What shows nothing: white space, controls and invisible characters. A line of only these is blank."""

MAX_KEY_CHARS = 400
"""Longer lines are compared by their first characters only: no phrase is that long."""

_FOLDED = (
    ("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t", " "),
    ("\u2018\u2019\u201a\u201b\u2032\u00b4\u0060\u02bc", "'"),
    ("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u300c\u300d\u300e\u300f", '"'),
    ("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    ("\uff1a", ":"),
    ("\u00ad\u200b\u200e\u200f\u2060\ufeff", ""),
)
# One C-speed replacement a character beats str.translate, which looks up every character of the text.
_REPLACEMENTS = tuple((char, plain) for chars, plain in _FOLDED for char in chars)

# Linear: digits and their separators, each character consumed once; the look-ahead is one character.
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?:[km](?!\w))?")
_OUTER = (
    " .:!,;|>-~=+*#_\"'()[]{}<\u2026\u203a\u2039\u2192\u2190\u25b6\u25ba\u25bc\u25be\u00b7\u2022\u25aa"
    "\u25cf\u25a0\u300a\u300b\u3008\u3009\u3010\u3011\uff08\uff09\u3002\uff01\u3001\uff5c\u060c\u06d4\u0964"
)


def fold(text: str) -> str:
    """Return the comparison key of one line.

    Case, quote and dash forms, kinds of space, numbers (each becomes ``0``), outer punctuation and
    damage that ``cleaners.repair`` mends do not count. A question mark does: "Comments?" is not "Comments".

    >>> fold("  »1.2K\u00a0Shares…") == fold("7 shares") == "0 shares"
    True
    """
    return fold_lines([text.replace("\n", " ")])[0]


def fold_lines(texts: Sequence[str], suspects: Set[int] | None = None) -> list[str]:
    """Return the comparison key of each text; none may hold a line feed.

    All lines are folded as one string, so the cost is by character, not by line. ``suspects`` are the lines
    to which some repair could apply, where the caller knows them.
    """
    cut = [text if len(text) <= MAX_KEY_CHARS else text[:MAX_KEY_CHARS] for text in texts]
    if suspects is None:
        suspects = find_suspects("\n".join(cut), list(accumulate([len(text) + 1 for text in cut], initial=0)))
    for line in suspects:
        cut[line] = mend(cut[line])
    whole = "\n".join(cut).casefold()
    if not whole.isascii():
        for char, plain in _REPLACEMENTS:
            if char in whole:
                whole = whole.replace(char, plain)
    else:
        whole = whole.replace("\t", " ").replace("`", "'")
    whole = _NUMBER.sub("0", whole)
    while "  " in whole:
        whole = whole.replace("  ", " ")
    return [key.strip(_OUTER) for key in whole.split("\n")]


def find_lines(text: str) -> tuple[list[int], list[int]]:
    """Return start and end offsets of each line of ``text``, line breaks left out.

    Breaks are LF, CRLF, CR, VT, FF, NEL, U+2028 and U+2029.
    """
    if not any(odd in text for odd in _ODD_BREAKS):
        lengths = [len(line) for line in text.split("\n")]
        ends = list(accumulate(lengths, lambda end, length: end + 1 + length))
        return [end - length for end, length in zip(ends, lengths, strict=True)], ends
    starts, ends = [0], []
    for match in _BREAK.finditer(text):
        ends.append(match.start())
        starts.append(match.end())
    ends.append(len(text))
    return starts, ends


def count_lines(text: str) -> int:
    r"""Return how many lines ``find_lines`` would find, without finding them.

    >>> count_lines("a\r\nb\rc\u2028")
    4
    """
    return 1 + text.count("\n") + sum(map(text.count, _ODD_BREAKS)) - text.count("\r\n")


def to_page(text: str, *, url: str | None = None, captured_at: datetime | None = None) -> Page:
    """Return a text capture as a page of lines."""
    starts, ends = find_lines(text)
    texts = [text[start:end].strip(SPACE) for start, end in zip(starts, ends, strict=True)]
    suspects = find_suspects(text, starts)
    keys, prose = fold_lines(texts, suspects), find_prose(texts)
    return Page(text, starts, ends, texts, keys, prose, suspects, url=url, captured_at=captured_at)
