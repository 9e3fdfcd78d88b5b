"""Charts for the documentation, in colours (Okabe and Ito's) and shapes that everybody can tell apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl

from bench.pages import GOLD_SETS, RENDERERS
from bench.tables import Row

mpl.use("Agg")
from matplotlib import pyplot as plt

_STYLES: Final = {
    "strigil": ("#D55E00", "D"),
    "trafilatura, no comments": ("#56B4E9", "s"),
    "trafilatura, precision": ("#56B4E9", "<"),
    "trafilatura, recall": ("#56B4E9", ">"),
    "trafilatura": ("#0072B2", "o"),
    "resiliparse": ("#009E73", "^"),
    "justext": ("#CC79A7", "v"),
}
"""Colour and marker of each row, variants hollow; rows that are not here (raw text) are not drawn."""
_PEER_GREY: Final = "#7f8c8d"


def draw_quality(rows: Sequence[Row], path: Path) -> None:
    """Draw word F1 by set, for HTML and for text captures (the mean of the three renderers)."""
    panels = {"HTML pages": ("html",), "Text captures": tuple(f"text:{name}" for name in RENDERERS)}
    names = [name for name in GOLD_SETS if any(row.set_name == name and row.f1 is not None for row in rows)]
    figure, all_axes = plt.subplots(1, 2, figsize=(11, 1.6 + 0.55 * len(names)), sharex=True, sharey=True)
    for axes, (title, renderings) in zip(all_axes, panels.items(), strict=True):
        for extractor, (colour, marker) in _STYLES.items():
            points = _points(rows, extractor, renderings)
            axes.scatter(
                [points.get(name, float("nan")) for name in names],
                range(len(names)),
                s=80 if extractor == "strigil" else 42,
                facecolors="none" if "," in extractor else colour,
                edgecolors=colour,
                marker=marker,
                label=extractor if points else None,
                zorder=3 if extractor == "strigil" else 2,
            )
        axes.set_title(title, loc="left", fontweight="bold")
        axes.set_xlabel("word F1, mean over pages")
        axes.grid(axis="x", color="#dddddd")
        axes.grid(axis="y", color="#eeeeee")
        axes.set_axisbelow(True)
        axes.spines[["top", "right", "left"]].set_visible(False)
    all_axes[0].set_yticks(range(len(names)), [_set_label(rows, name) for name in names])
    all_axes[0].invert_yaxis()
    _write(figure, path, all_axes[0])


def _points(rows: Sequence[Row], extractor: str, renderings: Sequence[str]) -> dict[str, float]:
    """Return word F1 by set, the mean over renderings."""
    found: dict[str, list[float]] = {}
    for row in rows:
        if row.extractor == extractor and row.rendering in renderings and row.f1 is not None:
            found.setdefault(row.set_name, []).append(row.f1)
    return {name: sum(values) / len(values) for name, values in found.items()}


def _set_label(rows: Sequence[Row], name: str) -> str:
    pages = max(row.pages for row in rows if row.set_name == name)
    return f"{name}\n{pages} pages" + ("" if GOLD_SETS[name].ranked else ", silver")


def draw_speed(panels: Mapping[str, Mapping[str, float]], path: Path) -> None:
    """Draw milliseconds of CPU a page as bars, one panel a kind of input; shorter is better."""
    figure, all_axes = plt.subplots(1, len(panels), figsize=(11, 2.8), squeeze=False)
    for axes, (title, times) in zip(all_axes[0], panels.items(), strict=True):
        colours = ["#D55E00" if name == "strigil" else _PEER_GREY for name in times]
        bars = axes.barh(list(times), list(times.values()), color=colours)
        axes.bar_label(bars, fmt="%.1f", padding=3)
        axes.set_title(title, loc="left", fontweight="bold")
        axes.set_xlabel("ms of CPU a page (less is better)")
        axes.margins(x=0.15)
        axes.invert_yaxis()
        axes.spines[["top", "right"]].set_visible(False)
    _write(figure, path, None)


def draw_reliability(curves: Mapping[str, tuple[Any, Any]], path: str) -> None:
    """Draw the share of lines that are main text against the chance the tagger gave them."""
    figure, axes = plt.subplots(figsize=(6, 5))
    axes.plot([0, 1], [0, 1], color="#999999", linewidth=1)
    markers = "osD^v<>ph*"
    for (name, (chance, truth)), marker in zip(curves.items(), markers, strict=False):
        axes.plot(chance, truth, marker=marker, markersize=5, linewidth=1, label=name)
    axes.set_xlabel("chance of being main text, as the tagger says")
    axes.set_ylabel("share of lines that are main text")
    axes.grid(color="#eeeeee")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8)
    _write(figure, Path(path), None)


def _write(figure: Any, path: Path, legend_of: Any) -> None:
    """Write the picture, with one legend for all panels under them."""
    if legend_of is not None:
        handles, labels = legend_of.get_legend_handles_labels()
        figure.legend(handles, labels, loc="lower center", ncols=4, frameon=False)
    figure.tight_layout(rect=(0, 0.12 if legend_of is not None else 0, 1, 1))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
    plt.close(figure)
