"""Duplicates, near duplicates and shared quotations of an edition, as tables of links.

Nothing is ever deleted because it has a twin. "First" is by captured_at, then by capture_id;
documents without a time come last. A document without text is no text's duplicate, and one without
a payload no payload's.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from archive.near import Indices, find_first_equal, find_near
from archive.quotes import Shared, Stories, find_shared_quotes
from archive.store import Store
from archive.timeline import Documents, read_documents, read_signatures

DUPLICATES: Final = pa.schema(
    [
        ("capture_id", pa.string()),
        ("kind", pa.string()),
        ("duplicate_of", pa.string()),
        ("near_duplicate_group", pa.string()),
        ("similar_to", pa.string()),
        ("similarity", pa.float32()),
    ]
)
SHARED_QUOTES: Final = pa.schema(
    [
        ("capture_id", pa.string()),
        ("shares_with", pa.string()),
        ("quote_start", pa.int32()),
        ("quote_end", pa.int32()),
    ]
)


def link_documents(store: Store, names: Sequence[str]) -> tuple[pa.Table, pa.Table]:
    """Return the tables of duplicates and of shared quotations over all sketches."""
    documents = read_documents(store, names)
    count = len(documents.ranks)
    first_payload = _first_among(documents.payloads, documents.has_payload)
    first_text = _first_among(documents.texts, documents.has_text)
    own = np.arange(count)
    is_story = (first_text == own) & documents.has_text
    stories = np.flatnonzero(is_story & documents.has_signature)
    with tempfile.TemporaryFile() as scratch:
        near = find_near(read_signatures(store, names, documents.ranks, (stories, scratch)))
    group, like, similarity = own.copy(), own.copy(), np.zeros(count, dtype=np.float32)
    group[stories], like[stories] = stories[near.group], stories[near.like]
    similarity[stories] = near.similarity
    group = group[first_text]
    found = Stories(documents.ranks, is_story, group)
    shared = find_shared_quotes(store, names, found)
    links = _Links(first_payload, first_text, group, like, similarity)
    return _duplicates(documents, links), _shared_quotes(documents, shared)


class _Links(NamedTuple):
    """An entry a document; its own index where there is no other."""

    first_payload: Indices
    first_text: Indices
    group: Indices
    like: Indices
    similarity: npt.NDArray[np.float32]


def _first_among(keys: npt.NDArray[np.uint64], is_wanted: npt.NDArray[np.bool_]) -> Indices:
    """Return for each document the first with its key, itself if it is not wanted."""
    first = np.arange(len(keys))
    wanted = np.flatnonzero(is_wanted)
    first[wanted] = wanted[find_first_equal(keys[wanted, 0], keys[wanted, 1])]
    return first


def _duplicates(documents: Documents, links: _Links) -> pa.Table:
    """Return a row a document that is not the first of its kind."""
    own = np.arange(len(links.group))
    is_payload = links.first_payload != own
    first = np.where(is_payload, links.first_payload, links.first_text)
    is_exact = first != own
    rows = np.flatnonzero(is_exact | (links.group != own))
    like = np.where(is_exact, first, links.like)[rows]
    sizes = np.bincount(links.group[links.first_text == own], minlength=len(own))
    kind = np.where(is_payload, "payload", np.where(is_exact, "text", "near"))[rows]
    return pa.table(
        [
            documents.names(rows),
            pa.array(kind.tolist(), pa.string()),
            _only(documents.names(first[rows]), is_exact[rows]),
            _only(documents.names(links.group[rows]), sizes[links.group[rows]] > 1),
            documents.names(like),
            pa.array(np.where(is_exact, 1, links.similarity)[rows].tolist(), pa.float32()),
        ],
        schema=DUPLICATES,
    )


def _shared_quotes(documents: Documents, shared: Shared) -> pa.Table:
    offsets = (pa.array(column.tolist(), pa.int32()) for column in (shared.start, shared.end))
    columns = [documents.names(shared.later), documents.names(shared.earlier), *offsets]
    return pa.table(columns, schema=SHARED_QUOTES)


def _only(values: pa.Array, is_wanted: npt.NDArray[np.bool_]) -> pa.Array:
    """Return values, null where they are not wanted."""
    pairs = zip(values.to_pylist(), is_wanted.tolist(), strict=True)
    return pa.array([value if wanted else None for value, wanted in pairs], pa.string())
