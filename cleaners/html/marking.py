"""Mark the elements that a person's CSS selectors choose, so that the walk finds them again.

The only door to BeautifulSoup. A mark is an attribute on the element, written before the page is
parsed for rendering: which lines an element became is then exact, not matched by text. Used
only for hosts that have rules, so its cost falls on those pages alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cleaners.html.taming import tame

MARK = "data-strigil-mark"


class Rule(NamedTuple):
    """One selector, what its lines are, and which attribute holds their value, if any does."""

    select: str
    label: str
    reason: str
    attribute: str = ""


class Mark(NamedTuple):
    """What one element was chosen as."""

    rule: Rule
    value: str | None


def mark_elements(html: str, rules: Sequence[Rule]) -> tuple[str, list[Mark]]:
    """Return the page with marked elements, and the marks by their number.

    Where rules overlap on one element, the first one wins; a rule on an inner element beats
    one on an outer element. A page no rule matches comes back as it was, and so does one that
    BeautifulSoup cannot read (``<![foo[``).
    """
    from bs4 import BeautifulSoup  # noqa: PLC0415  slow to import, and text pages have no elements
    from bs4.exceptions import ParserRejectedMarkup  # noqa: PLC0415

    try:
        soup = BeautifulSoup(tame(html), "html.parser")
    except ParserRejectedMarkup:
        return html, []
    for forged in soup.select(f"[{MARK}]"):
        del forged[MARK]
    marks: list[Mark] = []
    for rule in rules:
        for element in soup.select(rule.select):
            if MARK not in element.attrs:
                element[MARK] = str(len(marks))
                value = element.get(rule.attribute) if rule.attribute else None
                marks.append(Mark(rule, value if isinstance(value, str) else None))
    return (str(soup), marks) if marks else (html, marks)


def find_fault(selector: str) -> str:
    """Return what is wrong with a selector, "" when nothing is."""
    from bs4 import BeautifulSoup  # noqa: PLC0415
    from soupsieve import SelectorSyntaxError  # noqa: PLC0415

    try:
        BeautifulSoup("", "html.parser").select(selector)
    except SelectorSyntaxError as error:
        return str(error).split("\n", 1)[0]
    return ""
