"""A page line by line, for a person: what was kept, what went, as what and why."""

from __future__ import annotations

from cleaners.values import CleanedPage

_KEPT, _REMOVED, _OTHER, _DIM, _RESET = "\x1b[32m", "\x1b[31m", "\x1b[33m", "\x1b[2m", "\x1b[0m"
MAX_SHOWN_CHARS = 100


def explain(page: CleanedPage, *, color: bool = False) -> str:
    """Return one row a non-blank line: ``+`` kept or ``-`` removed, label, reason, score, text."""
    head = f"{page.status}" + (f": {page.reason}" if page.reason else "")
    rows = [head]
    for line in page.lines:
        if line.label == "blank":
            continue
        text = page.source_text[line.start : line.end].strip()
        shown = text if len(text) <= MAX_SHOWN_CHARS else text[: MAX_SHOWN_CHARS - 1] + "…"
        score = f"{line.score:.2f}" if line.reason else ""
        row = f"{'+' if line.kept else '-'} {line.label:<14} {score:>4} {shown}"
        why = f"  [{line.reason}]" if line.reason else ""
        if color:
            tint = _REMOVED if not line.kept else _KEPT if line.label == "body" else _OTHER
            row, why = f"{tint}{row}{_RESET}", f"{_DIM}{why}{_RESET}"
        rows.append(row + why)
    return "\n".join(rows)
