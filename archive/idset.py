"""A set of 128-bit ids that stays small: 16 bytes an id, in one sorted array."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt


def pack(ids: Iterable[str]) -> bytes:
    """Return ids of 32 hex digits as 16 bytes each."""
    return bytes.fromhex("".join(ids))


class IdSet:
    """Ids as bytes strings: as all are 16 long, it does no harm that numpy drops trailing NULs.

    Add many at once: each addition copies the array.
    """

    def __init__(self, packed: bytes | memoryview = b"") -> None:
        """Take ids that are sorted, each once, as ``to_bytes`` gives them."""
        self._sorted: npt.NDArray[np.bytes_] = np.frombuffer(packed, dtype="S16")

    def __len__(self) -> int:
        return len(self._sorted)

    def to_bytes(self) -> bytes:
        """Return all ids, sorted, 16 bytes each."""
        return self._sorted.tobytes()

    def add(self, packed: bytes) -> None:
        """Add packed ids; those that are there already stay once."""
        new = np.sort(np.frombuffer(packed, dtype="S16"))  # np.unique is ten times slower
        is_first = np.ones(len(new), dtype=bool)
        is_first[1:] = new[1:] != new[:-1]
        new = new[is_first & ~self._find(new)]
        self._sorted = np.insert(self._sorted, np.searchsorted(self._sorted, new), new)

    def has(self, ids: Sequence[str]) -> list[bool]:
        """Return for each id whether it is in the set."""
        return [bool(found) for found in self._find(np.frombuffer(pack(ids), dtype="S16"))]

    def _find(self, wanted: npt.NDArray[np.bytes_]) -> npt.NDArray[np.bool_]:
        if not len(self._sorted):
            return np.zeros(len(wanted), dtype=bool)
        at = np.searchsorted(self._sorted, wanted)
        found: npt.NDArray[np.bool_] = self._sorted[np.minimum(at, len(self._sorted) - 1)] == wanted
        return found
