"""Rows of tables as lines: which rows hold data, and which column each cell stands in.

In the wild: half of all tables lay out a page, so a row is one line only where each cell holds at most one
line of plain text. Left alone: rows with longer texts or headings in their cells, unless the rows above them
were data and as wide.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

CELL_BREAK: Final = "\t"
MAX_CELL_CHARS: Final = 120
"""A table's first data row has no cell longer than this."""
MAX_SPAN: Final = 50
"""A cell reaches no further; pages write 100 or 1000 for "all columns"."""
MAX_COLUMNS: Final = 100
"""Cells beyond stand where they stand: what reaches into their row from above is not counted."""
MAX_CELL_DEPTH: Final = 4
"""How deep in its cell a line may stand."""
CELL_TAGS: Final = frozenset({"td", "th", "p", "div", "center"})
"""Elements a line of a cell may stand in; others lay out a page."""


class Cell(NamedTuple):
    """One cell as the markup gives it: columns and rows it covers, and whether anything is in it."""

    columns: int
    rows: int
    is_filled: bool


def read_span(value: str | None) -> int:
    """Return a ``colspan`` or ``rowspan``.

    >>> read_span("2"), read_span("1000"), read_span("0"), read_span("all"), read_span(None)
    (2, 50, 1, 1, 1)
    """
    return min(max(int(value), 1), MAX_SPAN) if value and value.isdecimal() and len(value) < 9 else 1


@dataclass(slots=True)
class Row:
    """An open row: its element, the first line in it, its cells and the elements of the filled ones."""

    element: int
    first: int
    cells: Sequence[Cell]
    filled: list[int] = field(default_factory=list)


class Tables:
    """What the rows so far say of those that follow: how wide a table is, what reaches down into a row."""

    def __init__(self) -> None:
        self._widths: dict[int, int] = {}
        self._above: dict[int, dict[int, int]] = {}

    def join(
        self, row: Row, parents: Sequence[int], elements: Sequence[int], texts: Sequence[str]
    ) -> list[str]:
        """Return the texts of a data row by column; none for a row that lays out a page.

        ``elements`` are those of the lines in the row, ``texts`` the lines: none if they are no plain text.
        """
        group = parents[row.element]
        columns, width = self._place(group, row.cells)
        filled = [column for column, cell in zip(columns, row.cells, strict=True) if cell.is_filled]
        if not 0 < len(texts) <= len(filled) == len(row.filled):
            return []
        found = _find_cells(row.element, parents, elements)
        if len(found) < len(texts):
            return []
        table = parents[group]
        at = [filled[bisect_left(row.filled, cell)] for cell in found]
        is_short, fits = max(map(len, texts)) <= MAX_CELL_CHARS, self._widths.get(table) == width
        if not (is_short or fits if len(texts) > 1 else is_short and fits and at[0] > 0):
            return []
        self._widths[table] = width
        cells = [""] * (at[-1] + 1)
        for column, text in zip(at, texts, strict=True):
            cells[column] = text
        return cells

    def _place(self, group: int, cells: Sequence[Cell]) -> tuple[list[int], int]:
        """Return the column of each cell, and how many columns the row has."""
        above = self._above.get(group, {})
        below = {column: rows - 1 for column, rows in above.items() if rows > 1}
        columns: list[int] = []
        at = 0
        for cell in cells:
            while at in above:
                at += 1
            columns.append(at)
            if cell.rows > 1:
                below |= dict.fromkeys(range(at, min(at + cell.columns, MAX_COLUMNS)), cell.rows - 1)
            at += cell.columns
        if above or below:
            self._above[group] = below
        return columns, max(at, max(above, default=-1) + 1)


def _find_cells(row: int, parents: Sequence[int], elements: Sequence[int]) -> list[int]:
    """Return the cell of each line; fewer if two share one, or one stands in none or deep in it."""
    found: dict[int, None] = {}
    for line in elements:
        cell, depth = line, 0
        while parents[cell] != row and cell > row and depth < MAX_CELL_DEPTH:
            cell, depth = parents[cell], depth + 1
        if parents[cell] == row:
            found[cell] = None
    return list(found)
