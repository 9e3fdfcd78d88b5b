"""The edit ledger: what became of each line, the edits of a page, how to apply and to undo them.

Law: for sorted, disjoint edits inside the text,
``rebuild(*apply(source_text, edits)) == source_text``, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Edit(NamedTuple):
    """One change to the source text; a removal has an empty replacement."""

    start: int
    end: int
    label: str
    reason: str
    score: float
    replacement: str


class Line(NamedTuple):
    """One line of the source text, without its line break, and what became of it."""

    start: int
    end: int
    label: str
    reason: str
    score: float
    kept: bool


def apply(source_text: str, edits: Sequence[Edit]) -> tuple[str, str]:
    """Return ``(text, removed_text)``: the edited text, and what the edits took out, joined in order.

    >>> apply("by AB me", [Edit(3, 5, "ad", "ad/x", 1.0, ""), Edit(5, 6, "repair", "repair/x", 1.0, "-")])
    ('by -me', 'AB ')
    """
    kept: list[str] = []
    removed: list[str] = []
    at = 0
    for edit in edits:
        kept.append(source_text[at : edit.start])
        kept.append(edit.replacement)
        removed.append(source_text[edit.start : edit.end])
        at = edit.end
    kept.append(source_text[at:])
    return "".join(kept), "".join(removed)


def rebuild(text: str, edits: Iterable[Edit], removed_text: str) -> str:
    """Return the source text from the edited text, its edits and what they took out.

    >>> rebuild("by -me", [Edit(3, 5, "", "", 1, ""), Edit(5, 6, "", "", 1, "-")], "AB ")
    'by AB me'
    """
    parts: list[str] = []
    in_source = in_text = in_removed = 0
    for start, end, _, _, _, replacement in edits:
        kept = start - in_source
        parts.append(text[in_text : in_text + kept])
        in_text += kept + len(replacement)
        parts.append(removed_text[in_removed : in_removed + end - start])
        in_removed += end - start
        in_source = end
    parts.append(text[in_text:])
    return "".join(parts)
