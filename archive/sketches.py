"""Sketches: what a document is like, in a few hundred bytes, so that likeness is found without its text.

A file of sketches a part, beside the parts and named by the part's digest: made once, never changed,
and made again only for parts that are new or were rewritten. The MinHash is rensa's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import accumulate
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from rensa import RMinHash

from archive.ledger import read_records
from archive.shingles import MIN_QUOTED_CHARACTERS, MIN_QUOTED_WORDS, SHINGLE_WORDS, QuotedRun, Words
from archive.store import Store
from archive.values import PartRecord

SIGNATURE_NUMBERS: Final = 128
"""MinHash values a document: the likeness of two is then right to 0.03 (standard error).

Of each value 16 bits are kept: two that differ are taken for equal once in 65,536."""
MIN_SHINGLES: Final = 20
"""In a shorter text one changed word makes or breaks the likeness."""

_SEED: Final = 20_011
_VERSION: Final = 1
_READ_ROWS: Final = 500
_WRITE: Final = {"compression": "zstd", "use_dictionary": False, "write_statistics": False}
_READ_COLUMNS: Final = ("capture_id", "captured_at", "payload_digest", "text_digest", "text_chars", "text")
_ID: Final = pa.binary(16)
_SIGNATURE: Final = pa.binary(2 * SIGNATURE_NUMBERS)

SCHEMA: Final = pa.schema(
    [
        ("capture_id", _ID),
        ("captured_at", pa.timestamp("us", "UTC")),
        ("payload_digest", _ID),
        ("text_digest", _ID),
        ("text_chars", pa.int32()),
        ("signature", _SIGNATURE),
        ("quoted_run", pa.list_(pa.uint64())),
        ("quoted_start", pa.list_(pa.int32())),
        ("quoted_end", pa.list_(pa.int32())),
    ]
)

_FINGERPRINT: Final = hashlib.sha256(
    repr(
        (_VERSION, RMinHash.ALGORITHM_VERSION, SIGNATURE_NUMBERS, _SEED, MIN_SHINGLES, SHINGLE_WORDS,
         MIN_QUOTED_WORDS, MIN_QUOTED_CHARACTERS)
    ).encode()
).hexdigest()[:8]  # fmt: skip
"""Sketches of another make are not compared with these."""


def sketch_folder(edition: str) -> str:
    """Return the folder of an edition's sketches."""
    return f"clean/{edition}/links/sketches"


def sketch_name(record: PartRecord) -> str:
    """Return the name of the sketches of a part."""
    digest = record.part_digest.removeprefix("sha256:")
    return f"{sketch_folder(record.edition)}/{digest[:32]}-{_FINGERPRINT}.parquet"


def write_sketches(store: Store, edition: str) -> Iterator[str]:
    """Sketch every part of an edition that has none yet; yield the names of all sketches, sorted.

    Killed in between, the next call goes on with the part it was at.
    """
    words = Words()
    names = []
    for record in read_records(store, edition):
        name = sketch_name(record)
        if not store.exists(name):
            store.link(store.stage(partial(_write, store, record, words)), name)
        names.append(name)
    yield from sorted(names)


def read_sketches(store: Store, name: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Yield the sketches of a part, a few thousand rows at a time."""
    with store.open(name) as file, pq.ParquetFile(file) as sketches:
        yield from sketches.iter_batches(16 * _READ_ROWS, columns=list(columns))


def to_numpy(column: pa.Array, kind: str) -> npt.NDArray[Any]:
    """Return a column of fixed width as numpy sees its bytes; what stands for null does not matter."""
    width = column.type.bit_width // 8
    data = column.buffers()[1]
    return np.frombuffer(data, np.uint8)[column.offset * width :][: len(column) * width].view(kind)


def _write(store: Store, record: PartRecord, words: Words, file: BinaryIO) -> None:
    with (
        store.open(record.path) as part,
        pq.ParquetFile(part) as rows,
        pq.ParquetWriter(file, SCHEMA, **_WRITE) as out,
    ):
        for batch in rows.iter_batches(_READ_ROWS, columns=list(_READ_COLUMNS)):
            out.write_batch(_sketch(batch, words))


def _sketch(rows: pa.RecordBatch, words: Words) -> pa.RecordBatch:
    texts = rows["text"].to_pylist()
    runs = [list(words.quoted_runs(text or "")) for text in texts]
    columns: dict[str, Any] = {
        "capture_id": pa.array([bytes.fromhex(value) for value in rows["capture_id"].to_pylist()], _ID),
        "captured_at": rows["captured_at"],
        "payload_digest": _short(rows["payload_digest"]),
        "text_digest": _short(rows["text_digest"]),
        "text_chars": rows["text_chars"],
        "signature": _signatures([words.shingles(text or "") for text in texts]),
        "quoted_run": _flat(runs, "hash", pa.uint64()),
        "quoted_start": _flat(runs, "start", pa.int32()),
        "quoted_end": _flat(runs, "end", pa.int32()),
    }
    return pa.record_batch([columns[field.name] for field in SCHEMA], schema=SCHEMA)


def _short(digests: pa.Array) -> pa.Array:
    """Return the first 128 bits of labelled digests."""
    short = [bytes.fromhex(value.partition(":")[2][:32]) if value else None for value in digests.to_pylist()]
    return pa.array(short, _ID)


def _signatures(shingles: Sequence[npt.NDArray[np.uint64]]) -> pa.Array:
    """Return a MinHash for each set of shingles that is large enough."""
    offsets = np.fromiter(accumulate(map(len, shingles), initial=0), np.uint64, len(shingles) + 1)
    flat = np.concatenate([*shingles, np.empty(0, np.uint64)])
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(flat, offsets, SIGNATURE_NUMBERS, _SEED)
    rows = np.array(matrix.to_rows(), np.uint32).reshape(len(shingles), SIGNATURE_NUMBERS).astype("<u2")
    signatures = [
        row.tobytes() if len(own) >= MIN_SHINGLES else None for row, own in zip(rows, shingles, strict=True)
    ]
    return pa.array(signatures, _SIGNATURE)


def _flat(runs: Sequence[Sequence[QuotedRun]], name: str, kind: pa.DataType) -> pa.Array:
    return pa.array([[getattr(run, name) for run in own] for own in runs], pa.list_(kind))
