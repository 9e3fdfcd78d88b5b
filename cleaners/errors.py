"""Errors of this room.

::

    CleanerError            a wrong call, or data files of ours that cannot be used
    └── LexiconError        entries of a lexicon or a site rule file that contradict their examples

Bad input is never an error here: it is a ``CleanedPage`` with a status and a reason.
"""

from __future__ import annotations

from collections.abc import Sequence


class CleanerError(Exception):
    """A wrong call, or data files that cannot be used."""


class LexiconError(CleanerError):
    """Data files with bad entries; ``problems`` lists every one of them."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"{len(self.problems)} bad entries:\n" + "\n".join(f"  {p}" for p in self.problems))
