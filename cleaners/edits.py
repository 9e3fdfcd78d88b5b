"""Decisions into edits: removed lines, repairs of kept ones, and the blank space between.

A removed line goes with its line break. Of the blank lines between two kept lines at most one
stays, indentation that all kept lines share goes, space at line ends goes.
Law: edits are sorted, disjoint, inside the text, and none changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from os.path import commonprefix

from cleaners.repair import find_repairs, needs_look
from cleaners.settle import Decision
from cleaners.values import Edit, Page


def to_edits(page: Page, decisions: Sequence[Decision]) -> tuple[Edit, ...]:
    """Return the edits that turn the source text into the kept text."""
    kept = [line for line, d in enumerate(decisions) if d.kept and page.texts[line]]
    indent = len(commonprefix([_indent(page, line) for line in kept[:1000]])) if kept else 0
    indent = min([indent, *(len(_indent(page, line)) for line in kept[1000:])])
    edits: list[Edit] = []
    look = needs_look(page.source_text)
    last = kept[-1] if kept else -1
    blanks = 1  # as if a blank line stood before the text: none may open it
    for line, decision in enumerate(decisions):
        start, end, text = page.starts[line], page.ends[line], page.texts[line]
        after = page.starts[line + 1] if line + 1 < len(decisions) else end
        if not decision.kept:
            edits.append(Edit(start, after, decision.label, decision.reason, decision.score, ""))
        elif not text:
            blanks += 1
            if blanks > 1 or line > last:
                edits.extend(_change(page, start, after, "repair/blank-lines"))
            else:
                edits.extend(_break(page, start, end, after))
        else:
            blanks = 0
            body = start + indent
            tail = start + len(page.source_text[start:end].rstrip())
            edits.extend(_change(page, start, body, "repair/indent"))
            if look:
                edits.extend(find_repairs(page.source_text, body, tail))
            edits.extend(_ending(page, tail, end, after, is_last=line == last))
    return tuple(edits)


def _indent(page: Page, line: int) -> str:
    """Return the white space a line begins with."""
    start, end = page.starts[line], page.ends[line]
    stretch = page.source_text[start:end]
    return stretch[: len(stretch) - len(stretch.lstrip())]


def _change(page: Page, start: int, end: int, reason: str, replacement: str = "") -> Iterator[Edit]:
    """Yield an edit unless it changes nothing."""
    if page.source_text[start:end] != replacement:
        yield Edit(start, end, "repair", reason, 1.0, replacement)


def _ending(page: Page, tail: int, end: int, after: int, *, is_last: bool) -> Iterator[Edit]:
    """Yield the edits of a kept line's end: trailing space, and a line break as one line feed."""
    if is_last:
        yield from _change(page, tail, after, "repair/line-end")
    else:
        yield from _change(page, tail, end, "repair/trailing-space")
        yield from _change(page, end, after, "repair/line-break", "\n" if after > end else "")


def _break(page: Page, start: int, end: int, after: int) -> Iterator[Edit]:
    """Yield the edits of a blank line that stays."""
    yield from _change(page, start, end, "repair/trailing-space")
    yield from _change(page, end, after, "repair/line-break", "\n" if after > end else "")
