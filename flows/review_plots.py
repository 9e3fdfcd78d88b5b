"""The plots of a review page: tables whose bars are inline SVG, and columns by day.

Nothing is told by colour alone: parts of a bar differ in pattern too, and the numbers stand beside
it. Lengths are in percent, so that a plot is as wide as the screen and its words as large as others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final

from flows.markup import to_attribute, to_html
from flows.review_numbers import STATUSES, UNKNOWN_DAY, Day, Numbers, SiteNumbers

MAX_LABELS: Final = 16
MAX_COLUMNS: Final = 92
PATTERNS: Final = (
    '<svg class="patterns" width="0" height="0" aria-hidden="true"><defs>'
    '<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="ground" width="6" height="6"/><rect class="mark" width="2.5" height="6"/></pattern>'
    '<pattern id="dots" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect class="ground" width="6" height="6"/><circle class="mark" cx="3" cy="3" r="1.6"/></pattern>'
    "</defs></svg>\n"
)
"""Stands once in a page; the plots point to it."""


def funnel(numbers: Numbers) -> str:
    """Return captures read, and how they ended."""
    total = max(numbers.captures, 1)
    rows = [("read", numbers.captures, 1.0 if numbers.captures else 0.0, "kept")]
    for status in STATUSES:
        count = numbers.statuses.get(status, 0)
        rows.append((status, count, count / total, "kept" if status == "cleaned" else "gone"))
    return _bars("Captures by how they ended", [
        (name, f"{count:,}" + (f" · {share:.1%}" if name != "read" else ""), share, kind)
        for name, count, share, kind in rows
    ])  # fmt: skip


def labels(words_removed: Mapping[str, int], words_kept: int) -> str:
    """Return the words removed by label, the rest in one bar."""
    total = max(words_kept + sum(words_removed.values()), 1)
    shown = list(words_removed.items())[:MAX_LABELS]
    rest = sum(words_removed.values()) - sum(words for _, words in shown)
    if rest:
        shown.append(("others", rest))
    top = max((words for _, words in shown), default=1) or 1
    return _bars("Words removed by label", [
        (label, f"{words:,} · {words / total:.1%}", words / top, "gone") for label, words in shown
    ])  # fmt: skip


def sites(found: Sequence[SiteNumbers]) -> str:
    """Return the share of characters that went, by site."""
    return _bars("Share removed by site", [
        (site.name, f"{site.share_removed:.0%} of {site.captures:,}", site.share_removed, "gone")
        for site in found
    ])  # fmt: skip


def days(found: Sequence[Day]) -> str:
    """Return words kept and removed by day, or by month when there are too many days."""
    columns = [(day.day.isoformat(), day) for day in found if day.day != UNKNOWN_DAY]
    if len(columns) > MAX_COLUMNS:
        months = groupby(columns, key=lambda column: column[0][:7])
        columns = [(month, _sum([day for _, day in days_])) for month, days_ in months]
    if len(columns) > MAX_COLUMNS:
        years = groupby(columns, key=lambda column: column[0][:4])
        columns = [(year, _sum([day for _, day in months_])) for year, months_ in years]
    if not columns:
        return ""
    top = max(1, *(day.kept + day.removed for _, day in columns))
    step = 100 / len(columns)
    width = min(step * 0.8, 6)
    parts = []
    for at, (name, day) in enumerate(columns):
        removed, kept = day.removed / top * 100, day.kept / top * 100
        x = at * step + (step - width) / 2
        parts.append(
            f"<g><title>{name}: {day.captures:,} captures, {day.kept:,} words kept, "
            f"{day.removed:,} removed</title>"
            f'<rect class="kept" x="{x:.2f}%" y="{100 - kept:.2f}%" width="{width:.2f}%" '
            f'height="{kept:.2f}%"/>'
            f'<rect class="gone" x="{x:.2f}%" y="{100 - kept - removed:.2f}%" width="{width:.2f}%" '
            f'height="{removed:.2f}%"/></g>'
        )
    note = f"Kept plain, removed hatched; the highest column is {top:,} words."
    first, last = columns[0][0], columns[-1][0]
    axis = f"<span>{first}</span>" + (f"<span>{last}</span>" if last != first else "")
    return (
        '<figure><figcaption>Words by day</figcaption><svg class="days" role="img" aria-label="Words by day">'
        f'{"".join(parts)}</svg><p class="axis">{axis}</p><p class="note">{note}</p></figure>\n'
    )


def _sum(found: Sequence[Day]) -> Day:
    kept, removed = sum(day.kept for day in found), sum(day.removed for day in found)
    return Day(found[0].day, sum(day.captures for day in found), kept, removed)


def _bars(title: str, rows: Sequence[tuple[str, str, float, str]]) -> str:
    """Return horizontal bars: a name, a number, a length of 0 to 1 and what fills it."""
    if not rows:
        return ""
    parts = [
        f'<tr><th scope="row" title="{to_attribute(name)}"><bdi>{to_html(name)}</bdi></th><td>'
        f'<svg class="bar" aria-hidden="true"><rect class="rail" width="100%" height="100%"/>'
        f'<rect class="{kind}" width="{max(share * 100, 0.3 if share > 0 else 0):.2f}%" height="100%"/></svg>'
        f'</td><td class="number">{number}</td></tr>'
        for name, number, share, kind in rows
    ]
    return f'<figure><table class="bars"><caption>{title}</caption>{"".join(parts)}</table></figure>\n'
