"""Which lines of a page are alike: the network tells each line what such lines are like as a whole.

One related headline looks like a sub-heading; ten of one place or one shape look like what they are. In HTML
lines are alike that stand at one place of the DOM, and those whose places have one parent. In a text
capture it is those of one shape, and those with no blank line between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from cleaners.tagger.features import NAMES, Floats, Ints, log_counts
from cleaners.tagger.places import Places

WAYS: Final = 2
"""In how many ways lines are alike: one shape or place, one run or parent."""
_BOUNDS: Final[Floats] = (log_counts(np.array([11, 23, 47, 95, 191, 383])) + 1e-4) / 3
"""Between the lengths at which a line counts as longer, so that no rounding moves a line."""
_SIZE, _BLANKS = NAMES.index("chars"), NAMES.index("blanks_before")
_FLAGS: Final = tuple(
    NAMES.index(name)
    for name in (
        "last_terminal",
        "first_upper",
        "first_digit",
        "all_capitals",
        "blanks_before",
        "indent",
        "commas",
    )
)
_PAGE_STEP: Final = 1 << 40
MAX_SINGLE_LINES: Final = (1 << 24) // 2048
"""So many whole numbers below 2,048 add up to less than what single precision counts to."""


class Alike(NamedTuple):
    """Groups of lines: the lines in the order of their groups, and where in it each group begins.

    ``sizes`` says how many lines each group has, ``of`` which group each line is in.
    """

    order: Ints
    first: Ints
    sizes: Ints
    of: Ints

    @classmethod
    def from_keys(cls, keys: Ints) -> Alike:
        """Return the groups of lines with the same key."""
        _, of, sizes = np.unique(keys, return_inverse=True, return_counts=True)
        return cls(np.argsort(of, kind="stable"), np.cumsum(sizes) - sizes, sizes, of)

    def to_means(self, lines: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return the mean of the lines of each group, in whole numbers: (groups, columns)."""
        total = np.add.reduceat(lines[self.order], self.first, axis=0, dtype=to_exact(len(lines)))
        return np.rint(total / self.sizes[:, None]).astype(np.float32)


def to_exact(lines: int) -> type[np.floating]:
    """Return the fastest type that holds sums over so many lines of the hidden layers exactly."""
    return np.float32 if lines <= MAX_SINGLE_LINES else np.float64


def find_alike(
    numbers: npt.NDArray[np.floating], sizes: Ints, places: Sequence[Places | None]
) -> tuple[Ints, Ints]:
    """Return two keys for each line of some pages; lines with the same key are alike.

    ``numbers`` are the lines' features (lines, len(NAMES)), ``sizes`` the lines of each page, ``places`` the
    DOM's side of those that are HTML.
    """
    flags = (numbers[:, _FLAGS] > 0) @ (1 << np.arange(len(_FLAGS)))
    shape = np.searchsorted(_BOUNDS, numbers[:, _SIZE]) * (1 << len(_FLAGS)) + flags
    run = np.cumsum(numbers[:, _BLANKS] > 0)
    start = 0
    for size, place in zip(sizes.tolist(), places, strict=True):
        if place is not None:
            shape[start : start + size] = place.place
            run[start : start + size] = place.parent
        start += size
    page = np.repeat(np.arange(len(sizes)), sizes) * _PAGE_STEP
    return shape + page, run + page
