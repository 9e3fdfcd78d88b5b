"""A set of 128-bit ids that stays small: 16 bytes an id, in one sorted array."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


class IdSet:
    """Ids of 32 hex digits. Add many at once: each addition copies the array."""

    def __init__(self) -> None:
        self._sorted: npt.NDArray[np.bytes_] = np.empty(0, dtype="S16")

    def __len__(self) -> int:
        return len(self._sorted)

    def add(self, ids: Sequence[str]) -> None:
        """Add ids; those that are there already stay once."""
        self._sorted = np.unique(np.concatenate((self._sorted, _to_array(ids))))

    def has(self, ids: Sequence[str]) -> list[bool]:
        """Return for each id whether it is in the set."""
        if not len(self._sorted):
            return [False] * len(ids)
        wanted = _to_array(ids)
        at = np.searchsorted(self._sorted, wanted)
        found: list[bool] = (self._sorted[np.minimum(at, len(self._sorted) - 1)] == wanted).tolist()
        return found


def _to_array(ids: Sequence[str]) -> npt.NDArray[np.bytes_]:
    """Return ids as an array of bytes strings: as all are 16 long, dropped trailing NULs do no harm."""
    return np.frombuffer(bytes.fromhex("".join(ids)), dtype="S16")
