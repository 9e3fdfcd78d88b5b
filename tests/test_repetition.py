"""Repetition inside a page: what it finds and what it spares."""

from __future__ import annotations

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


def test_a_short_line_said_three_times_is_a_chorus() -> None:
    """`Reply` under every comment; the score asks for a second piece of evidence."""
    page = to_page("\n".join(["Nice.", "Reply", "Agreed.", "Reply", "No.", "Reply"]))
    found = list(find_repetition(page))
    assert {(s.label, s.reason) for s in found} == {("boilerplate", "boilerplate/chorus")}
    assert len(found) == 3
    assert max(s.score for s in found) < 1


def test_what_is_said_twice_or_counts_is_spared() -> None:
    """A refrain of two, scores and table numbers, blank lines."""
    page = to_page(
        "\n".join(["La la la", "And so on", "La la la", "3", "3", "3", "", "", "", "Row 1", "Row 2"])
    )
    assert list(find_repetition(page)) == []
