"""Repetition inside a page: what it finds and what it spares."""

from __future__ import annotations

from cleaners.html.page import to_page as to_html_page
from cleaners.repetition import find as find_repetition
from cleaners.segment import to_page

PROSE = (
    "The bridge over the river was closed on Tuesday after a lorry struck one of its piers, "
    "the police said late on Wednesday."
)


def test_the_second_of_two_long_lines_is_a_duplicate() -> None:
    """Case, quote forms and spacing do not make another line; the first is never the duplicate."""
    page = to_page("\n".join([PROSE, "x", PROSE.upper(), PROSE.replace(" ", "\u00a0")]))
    assert [(s.start, s.label) for s in find_repetition(page)] == [
        (page.starts[2], "duplicate"),
        (page.starts[3], "duplicate"),
    ]


def test_short_lines_are_spared() -> None:
    """A refrain, scores and table numbers, blank lines."""
    page = to_page(
        "\n".join(["La la la", "And so on", "La la la", "La la la", "3", "3", "3", "", "", "Row 1", "Row 2"])
    )
    assert list(find_repetition(page)) == []


def test_lines_with_other_numbers_are_spared() -> None:
    """A table told in sentences says the same of each year; the same year twice is a copy."""
    line = "In 2019 the harbour office counted 1,204 ships, of which 17 were tankers."
    page = to_page("\n".join([line, line.replace("2019", "2020"), line.replace("17", "18"), line]))
    assert [s.start for s in find_repetition(page)] == [page.starts[3]]


def test_code_and_tables_are_spared() -> None:
    """A line that stands twice in a listing or a table stands there twice on purpose."""
    line = "usage: strigil clean SOURCE [--archive DIR] [--policy POLICY]"
    code = f"<pre>{line}\n{line}</pre><table><tr><td>{line}<td>1<tr><td>{line}<td>1</table>"
    assert list(find_repetition(to_html_page(code))) == []
    assert len(list(find_repetition(to_html_page(f"{code}<p>{line}</p>")))) == 1
