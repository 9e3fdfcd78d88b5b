"""A run as one SVG picture: how captures ended, what was removed by label, words by day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from itertools import groupby
from typing import Final

from archive.identity import UNDATED
from flows.report import RunReport
from flows.tally import Words

_WIDTH: Final = 880
_ROW: Final = 24
_NAME: Final = 150
_BAR: Final = 560
_DAYS_HEIGHT: Final = 140
_MAX_LABELS: Final = 12
_MAX_COLUMNS: Final = 62
_KEPT: Final = "#2a7f62"
_GONE: Final = "#c8553d"
_LOOK: Final = "#b8860b"
_STATUSES: Final = {
    "cleaned": _KEPT, "empty": _LOOK, "review": _LOOK, "rejected": _GONE, "failed": _GONE,
}  # fmt: skip
_HEAD: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
    'height="{height}" font-family="system-ui, sans-serif" font-size="13" role="img">'
    '<rect width="100%" height="100%" fill="#ffffff"/>'
)


def draw_run(report: RunReport) -> str:
    """Return the picture of a run; every bar has its number beside it."""
    tally = report.tally
    rows = [("came in", sum(tally.statuses.values()), "#555555")]
    rows += [(name, tally.statuses[name], color) for name, color in _STATUSES.items() if tally.statuses[name]]
    parts = [_draw_bars("Captures by how they ended", rows)]
    if tally.words_removed:
        parts.append(_draw_bars("Words removed by label", _label_rows(tally.words_removed)))
    columns = _to_columns(tally.days)
    if len(columns) > 1:
        parts.append(_draw_columns(columns))
    y, body = 16, []
    for height, drawn in parts:
        body.append(f'<g transform="translate(16 {y})">{drawn}</g>')
        y += height
    return _HEAD.format(width=_WIDTH, height=y) + "".join(body) + "</svg>"


def _label_rows(removed: Mapping[str, int]) -> list[tuple[str, int, str]]:
    ordered = sorted(removed.items(), key=lambda item: (-item[1], item[0]))
    rows = [(label, words, _GONE) for label, words in ordered[:_MAX_LABELS]]
    rest = sum(words for _, words in ordered[_MAX_LABELS:])
    return [*rows, ("others", rest, _GONE)] if rest else rows


def _draw_bars(title: str, rows: Iterable[tuple[str, int, str]]) -> tuple[int, str]:
    """Return a height and horizontal bars, the longest as long as there is room."""
    rows = list(rows)
    top = max(number for _, number, _ in rows) or 1
    parts = [_text(0, 14, title, bold=True)]
    for at, (name, number, color) in enumerate(rows):
        y = 26 + at * _ROW
        width = max(_BAR * number / top, 1)
        parts.append(_text(_NAME - 10, y + 14, name, anchor="end"))
        parts.append(
            f'<rect x="{_NAME}" y="{y + 2}" width="{width:.1f}" height="{_ROW - 7}" fill="{color}" rx="2"/>'
        )
        parts.append(_text(_NAME + width + 8, y + 14, f"{number:,}"))
    return 26 + len(rows) * _ROW + 22, "".join(parts)


def _to_columns(days: Mapping[str, Words]) -> list[tuple[str, Words]]:
    """Return days in their order, or months or years when there are too many."""
    columns = sorted((day, words) for day, words in days.items() if day != UNDATED)
    for length in (7, 4):
        if len(columns) > _MAX_COLUMNS:
            columns = [
                (name, _sum(words for _, words in same))
                for name, same in groupby(columns, key=lambda column: column[0][:length])
            ]
    return columns[-_MAX_COLUMNS:]


def _sum(found: Iterable[Words]) -> Words:
    total = Words()
    for words in found:
        total = total.plus(words)
    return total


def _draw_columns(columns: list[tuple[str, Words]]) -> tuple[int, str]:
    """Return a height and a column a day: what was kept, and on it what was removed."""
    top = max(words.kept + words.removed for _, words in columns) or 1
    step = (_NAME + _BAR) / len(columns)
    base = 26 + _DAYS_HEIGHT
    parts = [_text(0, 14, "Words by day: kept below, removed above", bold=True)]
    for at, (name, words) in enumerate(columns):
        kept, removed = (_DAYS_HEIGHT * number / top for number in (words.kept, words.removed))
        box = f'x="{at * step:.1f}" width="{step * 0.8:.1f}"'
        parts.append(
            f"<g><title>{name}: {words.captures:,} captures, {words.kept:,} words kept, "
            f"{words.removed:,} removed</title>"
            f'<rect {box} y="{base - kept:.1f}" height="{kept:.1f}" fill="{_KEPT}"/>'
            f'<rect {box} y="{base - kept - removed:.1f}" height="{removed:.1f}" fill="{_GONE}"/></g>'
        )
    parts += [
        _text(0, base + 18, columns[0][0]),
        _text(_NAME + _BAR, base + 18, columns[-1][0], anchor="end"),
        _text(_NAME + _BAR + 8, 36, f"{top:,}"),
    ]
    return base + 40, "".join(parts)


def _text(x: float, y: float, text: str, *, anchor: str = "start", bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.1f}" y="{y}" text-anchor="{anchor}" fill="#222222"{weight}>{escape(text)}</text>'
