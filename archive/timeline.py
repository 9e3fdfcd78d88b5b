"""The documents of an edition in the order of time, read from their sketches."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, BinaryIO, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from archive.near import Indices, Signatures
from archive.sketches import SIGNATURE_NUMBERS, read_sketches, to_numpy
from archive.store import Store

_EMPTY: Final = np.frombuffer(hashlib.sha256().digest()[:16], dtype=">u8").astype(np.uint64)
_COLUMNS: Final = ("capture_id", "captured_at", "payload_digest", "text_digest", "text_chars", "signature")
_LAST: Final = np.iinfo(np.int64).max


class Documents(NamedTuple):
    """The documents of an edition in the order of time; ``ranks`` leads from the order of the sketches."""

    ranks: Indices
    ids: npt.NDArray[np.uint64]
    payloads: npt.NDArray[np.uint64]
    texts: npt.NDArray[np.uint64]
    has_payload: npt.NDArray[np.bool_]
    has_text: npt.NDArray[np.bool_]
    has_signature: npt.NDArray[np.bool_]

    def names(self, indices: Indices) -> pa.Array:
        """Return capture ids as strings."""
        data = self.ids[indices].astype(">u8").tobytes().hex()
        return pa.array([data[at : at + 32] for at in range(0, len(data), 32)], pa.string())


def read_documents(store: Store, names: Sequence[str]) -> Documents:
    """Read what is small of all sketches and sort it by time."""
    parts: list[tuple[npt.NDArray[Any], ...]] = []
    for name in names:
        for rows in read_sketches(store, name, _COLUMNS):
            ids, payloads, texts = (
                to_numpy(rows[column].fill_null(bytes(16)), ">u8").reshape(-1, 2).astype(np.uint64)
                for column in ("capture_id", "payload_digest", "text_digest")
            )
            at = rows["captured_at"].cast(pa.int64()).fill_null(_LAST).to_numpy()
            has_payload = rows["payload_digest"].is_valid().to_numpy(zero_copy_only=False)
            has_payload &= (payloads != _EMPTY).any(axis=1)
            has_text = rows["text_chars"].fill_null(0).to_numpy() > 0
            has_signature = rows["signature"].is_valid().to_numpy(zero_copy_only=False)
            parts.append((at, ids, payloads, texts, has_payload, has_text, has_signature))
    if not parts:
        flat, pairs, flags = np.empty(0, np.int64), np.empty((0, 2), np.uint64), np.empty(0, bool)
        return Documents(flat, pairs, pairs, pairs, flags, flags, flags)
    at, ids, *others = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((ids[:, 1], ids[:, 0], at))
    ranks = np.empty_like(order)
    ranks[order] = np.arange(len(order))
    return Documents(ranks, ids[order], *(column[order] for column in others))


def read_signatures(
    store: Store, names: Sequence[str], ranks: Indices, into: tuple[Indices, BinaryIO]
) -> Signatures:
    """Return the signatures of some documents, in their order, mapped from a scratch file."""
    stories, scratch = into
    if not len(stories):
        return np.empty((0, SIGNATURE_NUMBERS), dtype=np.uint16)
    places = np.full(len(ranks), -1)
    places[stories] = np.arange(len(stories))
    signatures = np.memmap(scratch, np.uint16, "w+", shape=(len(stories), SIGNATURE_NUMBERS))
    at = 0
    for name in names:
        for rows in read_sketches(store, name, ("signature",)):
            place = places[ranks[at : at + len(rows)]]
            at += len(rows)
            column = rows["signature"].fill_null(bytes(2 * SIGNATURE_NUMBERS))
            values = to_numpy(column, "<u2").reshape(-1, SIGNATURE_NUMBERS)
            signatures[place[place >= 0]] = values[place >= 0]
    return signatures
