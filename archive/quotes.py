"""Stories that quote the same words: linked to the first that has them, and not called duplicates.

The words are compared as numbers (``archive.shingles``), in as many passes over the sketches as keep
memory bounded. A quotation that stands in very many stories is a saying, and links nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from archive.near import Indices, find_first_equal
from archive.sketches import read_sketches
from archive.store import Store

MAX_STORIES: Final = 200
"""In more stories than this, the words are a saying or a slogan."""
_MAX_RUNS: Final = 4_000_000
"""Runs of words a pass: about 200 MB."""

_COLUMNS: Final = ("quoted_run", "quoted_start", "quoted_end")


class Shared(NamedTuple):
    """Quotations that two documents share, an entry each; offsets are into the later one's text."""

    later: Indices
    earlier: Indices
    start: Indices
    end: Indices


class Stories(NamedTuple):
    """Which documents are looked at. ``ranks`` has an entry a row of all sketches, in their order."""

    ranks: Indices
    is_wanted: npt.NDArray[np.bool_]
    """By rank: the first document of each text."""
    group: Indices
    """By rank: near duplicates share their quotations anyway."""


def find_shared_quotes(store: Store, names: Sequence[str], stories: Stories) -> Shared:
    """Return every quotation that stands in an earlier story too."""
    total = sum(len(rows["quoted_run"].flatten()) for rows in _rows(store, names, _COLUMNS[:1]))
    passes = -(-total // _MAX_RUNS)
    found = [_find(store, names, stories, (number, passes)) for number in range(passes)]
    columns = [np.concatenate([np.empty(0, np.int64), *parts]) for parts in zip(*found, strict=True)]
    return _merge(Shared(*columns)) if columns else Shared(*[np.empty(0, np.int64)] * 4)


def _rows(store: Store, names: Sequence[str], columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    for name in names:
        yield from read_sketches(store, name, columns)


def _find(store: Store, names: Sequence[str], stories: Stories, share: tuple[int, int]) -> Shared:
    """Return the runs of one pass that an earlier story has too, each alone."""
    runs, owner, start, end = _read_runs(store, names, stories, share)
    order = np.lexsort((start, owner, runs))
    runs, owner, start, end = runs[order], owner[order], start[order], end[order]
    is_again = np.zeros(len(runs), dtype=bool)  # the same words a second time in the same story
    is_again[1:] = (runs[1:] == runs[:-1]) & (owner[1:] == owner[:-1])
    runs, owner, start, end = runs[~is_again], owner[~is_again], start[~is_again], end[~is_again]
    first_place = find_first_equal(runs)
    earlier = owner[first_place]
    stories_with_it = np.bincount(first_place, minlength=len(runs))[first_place]
    is_shared = (stories.group[earlier] != stories.group[owner]) & (stories_with_it <= MAX_STORIES)
    return Shared(owner[is_shared], earlier[is_shared], start[is_shared], end[is_shared])


def _read_runs(
    store: Store, names: Sequence[str], stories: Stories, share: tuple[int, int]
) -> tuple[npt.NDArray[np.uint64], Indices, Indices, Indices]:
    """Return the runs whose number falls to a pass: number, rank of the story, start, end."""
    number, passes = share
    parts: list[tuple[npt.NDArray[np.uint64], Indices, Indices, Indices]] = []
    at = 0
    for rows in _rows(store, names, _COLUMNS):
        ranks = stories.ranks[at : at + len(rows)]
        at += len(rows)
        lengths = np.diff(rows["quoted_run"].offsets.to_numpy())
        runs, start, end = (rows[name].flatten().to_numpy(zero_copy_only=False) for name in _COLUMNS)
        owner = np.repeat(ranks, lengths)
        mine = stories.is_wanted[owner] & (runs % np.uint64(passes) == number)
        parts.append((runs[mine], owner[mine], start[mine].astype(np.int64), end[mine].astype(np.int64)))
    runs, owner, start, end = (np.concatenate(column) for column in zip(*parts, strict=True))
    return runs, owner, start, end


def _merge(shared: Shared) -> Shared:
    """Join runs that overlap: together they are one quotation."""
    order = np.lexsort((shared.start, shared.earlier, shared.later))
    later, earlier, start, end = (column[order] for column in shared)
    goes_on = np.zeros(len(order), dtype=bool)
    goes_on[1:] = (later[1:] == later[:-1]) & (earlier[1:] == earlier[:-1]) & (start[1:] < end[:-1])
    starts = np.flatnonzero(~goes_on)
    ends = np.append(starts[1:], len(order)) - 1 if len(order) else starts
    return Shared(later[starts], earlier[starts], start[starts], end[ends])
