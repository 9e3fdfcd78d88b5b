"""A page line by line, for a person: what was kept, what went, as what and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cleaners.ledger import Line

_KEPT, _REMOVED, _OTHER, _DIM, _RESET = "\x1b[32m", "\x1b[31m", "\x1b[33m", "\x1b[2m", "\x1b[0m"
MAX_SHOWN_CHARS = 100


def explain(lines: Sequence[Line], source_text: str, *, color: bool = False) -> Iterator[str]:
    """Yield one row a non-blank line: ``+`` kept or ``-`` removed, label, score, text, reason."""
    for line in lines:
        if line.label == "blank":
            continue
        text = source_text[line.start : line.end].strip()
        shown = text if len(text) <= MAX_SHOWN_CHARS else text[: MAX_SHOWN_CHARS - 1] + "…"
        score = f"{line.score:.2f}" if line.reason else ""
        row = f"{'+' if line.kept else '-'} {line.label:<14} {score:>4} {shown}"
        why = f"  [{line.reason}]" if line.reason else ""
        if color:
            tint = _REMOVED if not line.kept else _KEPT if line.label == "body" else _OTHER
            row, why = f"{tint}{row}{_RESET}", f"{_DIM}{why}{_RESET}"
        yield row + why
