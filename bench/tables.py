"""Tables of measurements: grouped, printed, and written as CSV and Markdown."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from statistics import fmean
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.measure import Measurement
from bench.metrics import Confusion
from bench.pages import GOLD_SETS

MEAN_OF_SETS: Final = "mean of sets"
"""Name of the rows that average over the sets, each set counting the same; silver sets left out."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the quality table. A share is None where the set does not tell it.

    ``f1``, ``precision``, ``recall`` are of words, the mean over pages; ``segment_f1`` and the
    ``line_…`` shares are of the counts of all pages.
    """

    set_name: str
    rendering: str
    group: str
    extractor: str
    training: str
    pages: int
    f1: float | None
    precision: float | None
    recall: float | None
    empty: float
    lost_words: float | None
    segment_f1: float | None
    line_precision: float | None
    line_recall: float | None
    failed: int


def to_rows(
    measurements: Iterable[Measurement], training: Mapping[str, str], *, by: str | None = None
) -> list[Row]:
    """Group by set, rendering and extractor (and ``language`` or ``page_type``), in order seen."""
    groups: defaultdict[tuple[str, str, str, str], list[Measurement]] = defaultdict(list)
    for one in measurements:
        group = "" if by is None else str(getattr(one, by) or "unknown")
        groups[one.set_name, one.rendering, group, one.extractor].append(one)
    return [_to_row(key, training[key[-1]], group) for key, group in groups.items()]


def mean_of_sets(rows: Sequence[Row]) -> list[Row]:
    """Average over the sets with a gold text that people wrote, every set counting the same."""
    groups: defaultdict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.f1 is not None and GOLD_SETS[row.set_name].ranked:
            groups[row.rendering, row.extractor, row.training].append(row)
    return [
        Row(
            MEAN_OF_SETS,
            rendering,
            "",
            extractor,
            training,
            pages=sum(row.pages for row in group),
            f1=_mean(row.f1 for row in group),
            precision=_mean(row.precision for row in group),
            recall=_mean(row.recall for row in group),
            empty=fmean(row.empty for row in group),
            lost_words=_mean(row.lost_words for row in group),
            segment_f1=None,
            line_precision=_mean(row.line_precision for row in group),
            line_recall=_mean(row.line_recall for row in group),
            failed=sum(row.failed for row in group),
        )
        for (rendering, extractor, training), group in groups.items()
    ]


def _to_row(key: tuple[str, str, str, str], training: str, group: Sequence[Measurement]) -> Row:
    words = [one.words for one in group if one.words is not None]
    segments = sum((one.segments for one in group), Confusion())
    lines = sum((one.lines for one in group), Confusion())
    gold_words = sum(score.gold_words for score in words)
    return Row(
        *key,
        training=training,
        pages=len(group),
        f1=_mean(score.f1 for score in words),
        precision=_mean(score.precision for score in words),
        recall=_mean(score.recall for score in words),
        empty=fmean(one.is_empty for one in group),
        lost_words=sum(score.lost_words for score in words) / gold_words if gold_words else None,
        segment_f1=segments.f1 if segments.total else None,
        line_precision=lines.precision if lines.total else None,
        line_recall=lines.recall if lines.total else None,
        failed=sum(one.error is not None for one in group),
    )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


_HEADERS: Final = {
    "set_name": "set", "rendering": "input", "group": "group", "extractor": "extractor",
    "training": "how", "pages": "pages", "f1": "F1", "precision": "P", "recall": "R", "empty": "empty",
    "lost_words": "words lost", "segment_f1": "segment F1", "line_precision": "line P",
    "line_recall": "line R", "failed": "failed",
}  # fmt: skip


def print_rows(rows: Sequence[Row], console: Console) -> None:
    """Print one table, a rule between set and input."""
    table = Table(title="Main content, measured", title_justify="left")
    columns = _columns(rows)
    for name in columns:
        is_number = name not in {"set_name", "rendering", "group", "extractor", "training"}
        table.add_column(_HEADERS[name], justify="right" if is_number else "left", no_wrap=True)
    previous = rows[0] if rows else None
    for row in rows:
        if previous and (row.set_name, row.rendering) != (previous.set_name, previous.rendering):
            table.add_section()
        table.add_row(*_cells(row, columns), style="bold" if row.extractor == "strigil" else None)
        previous = row
    console.print(table)


def write_rows(rows: Sequence[Row], folder: Path, name: str) -> None:
    """Write ``name.csv`` with full figures and ``name.md`` as printed."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, [column.name for column in fields(Row)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)
    columns = _columns(rows)
    lines = [[_HEADERS[column] for column in columns], ["---"] * len(columns)]
    lines += [_cells(row, columns) for row in rows]
    (folder / f"{name}.md").write_text("".join(f"| {' | '.join(line)} |\n" for line in lines))


def _columns(rows: Sequence[Row]) -> list[str]:
    """Return the columns to show: the group only where there is one."""
    has_groups = any(row.group for row in rows)
    return [name for name in _HEADERS if name != "group" or has_groups]


def _cells(row: Row, columns: Sequence[str]) -> list[str]:
    return [_cell(name, getattr(row, name)) for name in columns]


def _cell(name: str, value: str | float | None) -> str:
    if value is None:
        return "–"
    if name in {"empty", "lost_words"}:
        return f"{value:.1%}"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
