"""A page line by line, for a person: what was kept, what went, as what and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from unicodedata import category

from cleaners.ledger import Line

_KEPT, _REMOVED, _OTHER, _DIM, _RESET = "\x1b[32m", "\x1b[31m", "\x1b[33m", "\x1b[2m", "\x1b[0m"
MAX_SHOWN_CHARS = 100
DELETE: Final = 0x7F
PICTURES: Final = 0x2400
"""Where Unicode has pictures of control characters: ``␛`` for the one that begins a terminal's commands."""
_UNSEEN: Final = frozenset(("Cc", "Cs"))


def to_visible(text: str) -> str:
    r"""Return text with what a terminal would obey, or cannot be written, made visible.

    >>> to_visible("\x1b[31mred\x9b0m"), to_visible("\ud800")
    ('␛[31mred�0m', '�')
    """
    return text if text.isprintable() else "".join(map(_to_sign, text))


def _to_sign(char: str) -> str:
    """Return a picture of a control character, a mark for half a character; others stay."""
    code = ord(char)
    if code < ord(" ") or code == DELETE:
        return " " if char == "\t" else chr(PICTURES + (code if code < ord(" ") else ord("!")))
    return "\ufffd" if category(char) in _UNSEEN else char


def explain(lines: Sequence[Line], source_text: str, *, color: bool = False) -> Iterator[str]:
    """Yield one row a non-blank line: ``+`` kept or ``-`` removed, label, score, text, reason."""
    for line in lines:
        if line.label == "blank":
            continue
        text = source_text[line.start : line.end].strip()
        shown = to_visible(text if len(text) <= MAX_SHOWN_CHARS else text[: MAX_SHOWN_CHARS - 1] + "…")
        score = f"{line.score:.2f}" if line.reason else ""
        row = f"{'+' if line.kept else '-'} {line.label:<14} {score:>4} {shown}"
        why = f"  [{line.reason}]" if line.reason else ""
        if color:
            tint = _REMOVED if not line.kept else _KEPT if line.label == "body" else _OTHER
            row, why = f"{tint}{row}{_RESET}", f"{_DIM}{why}{_RESET}"
        yield row + why
