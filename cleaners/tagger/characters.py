"""Character classes and simple lower case, as tables over the basic plane: one look-up a character."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

CLASSES: Final = (
    "space", "lower", "upper", "digit", "dense", "terminal", "comma", "colon", "quote", "open", "dash", "bar",
    "symbol",
)  # fmt: skip
SPACE, LOWER, UPPER, DIGIT, DENSE, TERMINAL, COMMA, COLON, QUOTE, OPEN, DASH, BAR, SYMBOL = range(
    len(CLASSES)
)
"""``dense`` is a letter of a script without spaces: each counts as a word."""

PLANE: Final = 0x10000
OTHER_PLANES: Final = 0x2603
"""Stands for every character outside the basic plane: emoji, mostly."""

_DENSE: Final = ((0x0E00, 0x0EFF), (0x2E80, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF))
_MARKS: Final = {
    TERMINAL: ".!?…。！？؟।։۔",
    COMMA: ",;،、，；",
    COLON: ":：",
    QUOTE: '"“”‘„«»「」『』‹›',
    OPEN: "([{（【",
    BAR: "|/\\•·›»→←▶►",
    LOWER: "'’",  # inside words; at their ends they do little harm
}


class Tables(NamedTuple):
    """``kind[c]`` is the class of code point c, ``lower[c]`` its lower-case form if that is one character."""

    kind: npt.NDArray[np.uint8]
    lower: npt.NDArray[np.uint32]


@cache
def tables() -> Tables:
    """Return the tables, made once a process."""
    chars = [chr(code) for code in range(PLANE)]
    kind = np.array([_class_of(char) for char in chars], np.uint8)
    for dense in _DENSE:
        stretch = kind[dense[0] : dense[1] + 1]
        stretch[(stretch == LOWER) | (stretch == UPPER)] = DENSE
    for mark, members in _MARKS.items():
        for char in members:
            kind[ord(char)] = mark
    lower = np.array([ord(low) if len(low := char.lower()) == 1 else ord(char) for char in chars], np.uint32)
    return Tables(kind, lower)


def _class_of(char: str) -> int:
    """Return the class of a character by its general category."""
    category = unicodedata.category(char)
    if category[0] in "LM":
        return UPPER if category in {"Lu", "Lt"} else LOWER
    if category[0] == "N":
        return DIGIT
    if char.isspace() or category == "Cc":
        return SPACE
    return DASH if category == "Pd" else SYMBOL
