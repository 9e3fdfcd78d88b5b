"""Decisions into edits: removed lines, repairs of kept ones, and the blank space between.

A removed line goes with its line break. Of the blank lines between two kept lines at most one
stays, indentation that all kept lines share goes, space at line ends goes.
Law: edits are sorted, disjoint, inside the text, and none changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from os.path import commonprefix

from cleaners.case import Decision
from cleaners.repair import find_repairs
from cleaners.segment import SPACE
from cleaners.values import Edit, Page


def to_edits(page: Page, decisions: Sequence[Decision]) -> tuple[Edit, ...]:
    """Return the edits that turn the source text into the kept text."""
    kept = [line for line, d in enumerate(decisions) if d.kept and page.texts[line]]
    last = kept[-1] if kept else -1
    indent = len(commonprefix(_margins(page, kept))) if kept else 0  # noqa: RUF071  of characters, not paths
    edits: list[Edit] = []
    blanks = 1  # as if a blank line stood before the text: none may open it
    afters = [*page.starts[1:], page.ends[-1]]
    for line, (start, end, after, text) in enumerate(
        zip(page.starts, page.ends, afters, page.texts, strict=True)
    ):
        decision = decisions[line]
        if not decision.kept:
            edits.append(Edit(start, after, decision.label, decision.reason, decision.score, ""))
        elif not text:
            blanks += 1
            if blanks > 1 or line > last:
                first = edits.pop().start if edits and _is_blank_run(edits[-1], start) else start
                if first < after:
                    edits.append(Edit(first, after, "repair", "repair/blank-lines", 1.0, ""))
            else:
                edits.extend(_ending(page, start, end, after))
        else:
            blanks = 0
            body, tail = start + indent, end
            if len(text) != end - start:
                edits.extend(_change(page, start, body, "repair/indent"))
                tail = start + len(page.source_text[start:end].rstrip(SPACE))
            if line in page.suspects:
                edits.extend(find_repairs(page.source_text, body, tail))
            if line == last:
                edits.extend(_change(page, tail, after, "repair/line-end"))
            elif tail < end or page.source_text[end:after] != "\n":
                edits.extend(_ending(page, tail, end, after))
    return tuple(edits)


def _is_blank_run(edit: Edit, end: int) -> bool:
    """Return whether an edit takes out blank lines up to a place, so that more can join it."""
    return edit.end == end and edit.reason == "repair/blank-lines"


def _margins(page: Page, lines: Sequence[int]) -> list[str]:
    """Return the white space that each of the lines begins with; one empty margin settles it."""
    margins = []
    for line in lines:
        margins.append(
            _indent(page, line) if len(page.texts[line]) < page.ends[line] - page.starts[line] else ""
        )
        if not margins[-1]:
            return [""]
    return margins


def _indent(page: Page, line: int) -> str:
    """Return the white space a line begins with."""
    start, end = page.starts[line], page.ends[line]
    stretch = page.source_text[start:end]
    return stretch[: len(stretch) - len(stretch.lstrip(SPACE))]


def _change(page: Page, start: int, end: int, reason: str, replacement: str = "") -> Iterator[Edit]:
    """Yield an edit unless it changes nothing."""
    if page.source_text[start:end] != replacement:
        yield Edit(start, end, "repair", reason, 1.0, replacement)


def _ending(page: Page, tail: int, end: int, after: int) -> Iterator[Edit]:
    """Yield the edits of a line's end: space before the break goes, the break becomes one line feed."""
    yield from _change(page, tail, end, "repair/trailing-space")
    yield from _change(page, end, after, "repair/line-break", "\n" if after > end else "")
