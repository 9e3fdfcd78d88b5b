"""Lines of a page marked by its gold text: what the tagger learns from, and calibration is measured by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.gold_lines import mark_lines

FIRST = "The bridge over the river was closed on Tuesday after a storm."
SECOND = "Engineers will look at every one of its piers on Friday morning."
CASES = {
    "a menu with words of the story": (["Bridge", "River", "x", FIRST, "The piers", SECOND], [3, 4, 5]),
    "a table of contents": (["The piers", "Contents", "About", FIRST, "The piers", SECOND], [3, 4, 5]),
    "only short lines": (["Home", "Oak table", "Length: 2 m", "Width: 90 cm", "Cart"], [1, 2, 3]),
    "the gold has a table at its end": (["Size 42, red and blue, cotton only", FIRST, SECOND], [0, 1, 2]),
    "a line with words of its own": ([FIRST + " Share", "Share", SECOND], [0, 2]),
    "nothing of it": (["Home", "News", "About us and what we do all day"], []),
}
GOLD = {
    "only short lines": "Oak table Length: 2 m Width: 90 cm",
    "the gold has a table at its end": f"{FIRST} {SECOND} Size 42, red and blue, cotton only",
    "a line with words of its own": f"{FIRST} {SECOND}",
}


@pytest.mark.parametrize("name", CASES)
def test_marks(name: str) -> None:
    """Main text is what page and gold have in one order, whatever else repeats its words."""
    lines, wanted = CASES[name]
    marks = mark_lines(lines, GOLD.get(name, f"{FIRST} The piers {SECOND}"))
    assert [number for number, mark in enumerate(marks.gold) if mark == 1] == wanted


def test_what_nobody_should_learn_from() -> None:
    """A long line said twice, a line half in the gold and a line without words are neither."""
    half = "The bridge over the river was closed, and so say all who crossed it in May or June."
    marks = mark_lines([FIRST, "•", half, SECOND, FIRST, "Bridge"], f"{FIRST} {SECOND}")
    assert marks.gold == [1, -1, -1, 1, -1, 0]
    assert marks.recall == 1.0


words = st.lists(st.sampled_from(["ash", "birch", "elm", "fir", "larch", "oak", "pine"]), max_size=9)


@given(st.lists(words.map(" ".join), max_size=12))
def test_a_page_that_is_its_gold_is_main_text(lines: list[str]) -> None:
    """Every line with words is marked where the page is the gold itself, if it is long enough to say so."""
    marks = mark_lines(lines, "\n".join(lines))
    enough = sum(len(line.split()) for line in lines) > len(lines) + 4
    assert not enough or all(mark == 1 for line, mark in zip(lines, marks.gold, strict=True) if line)
    assert 0.0 <= marks.recall <= 1.0
    assert all(mark == -1 for line, mark in zip(lines, marks.gold, strict=True) if not line)
