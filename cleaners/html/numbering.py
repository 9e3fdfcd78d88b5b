"""Which number each item of a numbered list has, where the markup says more than one, two, three.

In the wild: ``<ol start=11>`` on the second page of a list, ``<ol reversed>`` of a countdown,
``<li value=4>`` of a law. Left alone: lists that count from one, and
numbers that no list of Markdown can have.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Final, NamedTuple

MAX_NUMBER: Final = 999_999_999
TELLING: Final = frozenset({"start", "reversed", "value"})
# Linear: bounded. What HTML reads as a number, and nothing behind it.
_NUMBER: Final = re.compile(r"\s{0,9}([+-]?\d{1,9})")


class Numbering(NamedTuple):
    """What a list or an item says: the number it begins with, and whether it counts down."""

    first: int | None
    is_reversed: bool = False


def read_numbering(attributes: Mapping[str, str | None]) -> Numbering:
    """Return what the attributes of an ``ol`` or ``li`` say.

    >>> read_numbering({"start": "5"}), read_numbering({"value": "x"}), read_numbering({"reversed": None})
    (Numbering(first=5, ...), Numbering(first=None, ...), Numbering(first=None, is_reversed=True))
    """
    match = _NUMBER.match(attributes.get("start") or attributes.get("value") or "")
    return Numbering(int(match[1]) if match else None, "reversed" in attributes)


def to_numbers(parents: Sequence[int], said: Mapping[int, Numbering]) -> dict[int, int]:
    """Return the numbers of the items of all lists that say something of them, by the item's element.

    ``parents`` gives the element around each, ``said`` what lists and items say.
    """
    told = {element for element in chain(said, (parents[element] for element in said)) if element > 0}
    items: dict[int, list[int]] = {}
    for element, parent in enumerate(parents) if told else ():
        if parent in told:
            items.setdefault(parent, []).append(element)
    numbers: dict[int, int] = {}
    for parent, elements in items.items():
        counted = _count(said.get(parent, Numbering(None)), elements, said)
        if all(0 <= number <= MAX_NUMBER for number in counted):
            numbers |= zip(elements, counted, strict=True)
    return numbers


def _count(of_list: Numbering, elements: Sequence[int], said: Mapping[int, Numbering]) -> list[int]:
    """Return the numbers of the items of one list."""
    step = -1 if of_list.is_reversed else 1
    begin = len(elements) if of_list.is_reversed else 1
    number = (begin if of_list.first is None else of_list.first) - step
    counted: list[int] = []
    for element in elements:
        stated = said[element].first if element in said else None
        number = number + step if stated is None else stated
        counted.append(number)
    return counted
