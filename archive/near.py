"""Who is like whom: groups of equal keys, and near duplicates by MinHash and bands of it.

Arrays run over documents in the order of time, so that "first" is the lowest index. Memory is a few
numbers a document; the signatures themselves may lie in a file that is mapped.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Indices = npt.NDArray[np.int64]
Signatures = npt.NDArray[np.uint16]

MIN_SIMILARITY: Final = 0.7
"""Share of the five-word runs of two texts that both have."""
_BANDS: Final = 25
_BAND_NUMBERS: Final = 5
"""Two texts at 0.7 meet in one band of 25 with 99 %, at 0.3 with 6 %."""
_CHUNK: Final = 16_384
_ONE: Final = np.uint64(0x9E3779B97F4A7C15)


class Near(NamedTuple):
    """Near duplicates, an entry a document; an index of its own where there is none."""

    group: Indices
    """The first of the group."""
    like: Indices
    """The document it is most like."""
    similarity: npt.NDArray[np.float32]
    """How like, 0 where it is like none."""


def find_first_equal(*keys: npt.NDArray[np.uint64]) -> Indices:
    """Return for each place the first place with the same keys."""
    order = np.lexsort(keys)
    first = np.empty(len(order), dtype=np.int64)
    first[order] = order[_starts(*(key[order] for key in keys))]
    return first


def find_near(signatures: Signatures) -> Near:
    """Return groups of documents whose likeness reaches ``MIN_SIMILARITY``, directly or by others between."""
    count = len(signatures)
    group = np.arange(count)
    like, similarity = np.arange(count), np.zeros(count, dtype=np.float32)
    later, earlier = _candidates(signatures)
    found = _similarities(signatures, later, earlier)
    is_near = found >= MIN_SIMILARITY
    later, earlier, found = later[is_near], earlier[is_near], found[is_near]
    for one, other in zip(later.tolist(), earlier.tolist(), strict=True):
        _join(group, one, other)
    for index in range(count):  # roots only lead downwards, so one step is enough
        group[index] = group[group[index]]
    ones, others = np.concatenate([later, earlier]), np.concatenate([earlier, later])
    found = np.concatenate([found, found])
    order = np.lexsort((others, -found, ones))
    best = order[np.flatnonzero(np.diff(ones[order], prepend=-1))]
    like[ones[best]], similarity[ones[best]] = others[best], found[best]
    return Near(group, like, similarity)


def _candidates(signatures: Signatures) -> tuple[Indices, Indices]:
    """Return pairs that share a band: each document with the first and with the last before it there."""
    count = max(len(signatures), 1)
    pairs = np.empty(0, dtype=np.int64)
    for band in range(_BANDS):
        key = np.concatenate([np.empty(0, np.uint64), *_band_keys(signatures, band)])
        order = np.argsort(key, kind="stable")
        starts = _starts(key[order])
        places = np.flatnonzero(starts != np.arange(len(starts)))
        later = order[places] * count
        pairs = np.union1d(pairs, np.concatenate([later + order[starts[places]], later + order[places - 1]]))
    return np.divmod(pairs, count)


def _starts(*ordered: npt.NDArray[np.uint64]) -> Indices:
    """Return for each place in ordered keys where the stretch of equal keys begins that it is in."""
    is_start = np.zeros(len(ordered[0]), dtype=bool)
    for key in ordered:
        is_start[1:] |= key[1:] != key[:-1]
    return np.maximum.accumulate(np.where(is_start, np.arange(len(is_start)), 0))


def _band_keys(signatures: Signatures, band: int) -> Iterator[npt.NDArray[np.uint64]]:
    """Yield one number for each document's values of a band."""
    for start in range(0, len(signatures), _CHUNK):
        values = signatures[start : start + _CHUNK, band * _BAND_NUMBERS : (band + 1) * _BAND_NUMBERS]
        key = np.zeros(len(values), dtype=np.uint64)
        for at in range(_BAND_NUMBERS):
            key = (key ^ values[:, at]) * _ONE
            key ^= key >> np.uint64(31)
        yield key


def _similarities(signatures: Signatures, ones: Indices, others: Indices) -> npt.NDArray[np.float32]:
    """Return the estimated likeness of pairs: the share of values that are equal."""
    found = np.empty(len(ones), dtype=np.float32)
    for start in range(0, len(ones), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        found[chunk] = (signatures[ones[chunk]] == signatures[others[chunk]]).mean(axis=1, dtype=np.float32)
    return found


def _join(group: Indices, one: int, other: int) -> None:
    """Make two documents lead to the same first one."""
    one, other = _root(group, one), _root(group, other)
    group[max(one, other)] = min(one, other)


def _root(group: Indices, index: int) -> int:
    while group[index] != index:
        group[index] = group[group[index]]
        index = int(group[index])
    return index
