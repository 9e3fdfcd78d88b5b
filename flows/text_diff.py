"""Two texts line by line: what only one of them has, with the lines around it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Final, NamedTuple

_CONTEXT_LINES: Final = 2
_MAX_LINES: Final = 2_000
"""Of each text: beyond it lines are not compared, as that takes time with their square."""


class DiffLine(NamedTuple):
    """A line, and whose it is: ``-`` only before, ``+`` only after, a blank in both, ``…`` left out here."""

    sign: str
    text: str


def find_differences(before: str, after: str) -> Iterator[DiffLine]:
    r"""Yield the lines that differ, each with two lines around it.

    >>> [*find_differences("Share\nA storm.", "A storm.")]
    [DiffLine(sign='-', text='Share'), DiffLine(sign=' ', text='A storm.')]
    """
    old, new = (text.splitlines()[:_MAX_LINES] for text in (before, after))
    lines = iter(difflib.unified_diff(old, new, n=_CONTEXT_LINES, lineterm=""))
    next(lines, None), next(lines, None)  # the names of the two files
    is_first = True
    for line in lines:
        if not line.startswith("@@"):
            yield DiffLine(line[0], line[1:])
        elif not is_first:
            yield DiffLine("…", "")
        is_first = False
