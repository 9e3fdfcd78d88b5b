"""The grammars on their cases: each file of tests/cases/grammars is named after its grammar.

A case is a page (``text``) with the spans found in it (``found``: line, label, value), or many
one-line pages (``lines``: the line, and label and value of its spans). The lines of a ``text`` count
from 1; values of several parts are joined by `` + ``.
"""

from __future__ import annotations

import importlib
import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cleaners.grammars.dates import to_moment
from cleaners.segment import to_page
from cleaners.values import Page, Span

FOLDER = Path(__file__).parent / "cases/grammars"
KINDS = {"in_the_wild", "negative", "synthetic", "known_failures"}
GRAMMARS = sorted(path.stem for path in FOLDER.glob("*.toml") if path.stem != "dates")


def read_cases(name: str) -> list[dict[str, Any]]:
    """Return the cases of one file."""
    cases: list[dict[str, Any]] = tomllib.loads((FOLDER / f"{name}.toml").read_text())["case"]
    return cases


def find(grammar: str, page: Page) -> list[Span]:
    """Return the spans of one grammar, by place."""
    return sorted(
        importlib.import_module(f"cleaners.grammars.{grammar}").find(page), key=lambda span: span.start
    )


def _marks(case: dict[str, Any]) -> list[pytest.MarkDecorator]:
    if case["kind"] != "known_failures":
        return []
    return [pytest.mark.xfail(reason=case["why"], strict=True)]


def _params(name: str, key: str) -> Iterator[Any]:
    for case in read_cases(name):
        if key == "lines":
            for line, expected in case.get("lines", {}).items():
                yield pytest.param(name, line, expected, marks=_marks(case), id=f"{name}-{line[:40]}")
        elif "text" in case:
            yield pytest.param(
                name, case["text"], case["found"], marks=_marks(case), id=f"{name}-{case['why'][:50]}"
            )


LINES = [param for name in GRAMMARS for param in _params(name, "lines")]
PAGES = [param for name in GRAMMARS for param in _params(name, "text")]


def _said(span: Span) -> str:
    return " ".join([span.label, *([span.value.replace("\n", " + ")] if span.value else [])])


@pytest.mark.parametrize(("grammar", "line", "expected"), LINES)
def test_line(grammar: str, line: str, expected: str) -> None:
    """A line alone in its page gets these spans and no others."""
    assert "; ".join(_said(span) for span in find(grammar, to_page(line))) == expected


@pytest.mark.parametrize(("grammar", "text", "expected"), PAGES)
def test_page(grammar: str, text: str, expected: list[str]) -> None:
    """The lines of a page get these spans and no others; the first line is number 1."""
    page = to_page("\n" + text)
    found = [f"{bisect_right(page.starts, span.start) - 1} {_said(span)}" for span in find(grammar, page)]
    assert found == expected


@pytest.mark.parametrize(("name", "line", "expected"), list(_params("dates", "lines")))
def test_date(name: str, line: str, expected: str) -> None:
    """A line says this time, or none."""
    moment = to_moment(line)
    full = moment if moment and (moment.rest == "" or len(moment.value) >= len("2020-07-08")) else None
    assert (full.value if full else "") == expected


@pytest.mark.parametrize("name", [*GRAMMARS, "dates"])
def test_every_grammar_has_all_kinds_of_cases(name: str) -> None:
    """Something it finds, something it spares, and something it is known to get wrong."""
    kinds = {case["kind"] for case in read_cases(name)}
    assert kinds <= KINDS
    assert {"in_the_wild", "negative", "known_failures"} <= kinds
