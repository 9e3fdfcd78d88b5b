"""Links between documents, kept beside an edition's parts: made from them, and made again when they change.

    clean/<edition>/links/sketches/*.parquet     what each document is like, a file a part
    clean/<edition>/links/<digest>/duplicates.parquet, shared_quotes.parquet, versions.parquet
    clean/<edition>/links/CURRENT                which of these folders counts

The digest is that of the parts, so what is up to date is not made again. The same parts give the same
rows. Whatever stops a build, the next one goes on: sketches are kept a part at a time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, BinaryIO, Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from archive.duplicates import DUPLICATES, SHARED_QUOTES, link_documents
from archive.sketches import write_sketches
from archive.store import Store
from archive.versions import VERSIONS, to_versions

TABLES: Final = {"duplicates": DUPLICATES, "shared_quotes": SHARED_QUOTES, "versions": VERSIONS}
"""The tables of links and their columns."""

_VERSION: Final = 1
_GROUP_ROWS: Final = 10_000

SeenAgain = Callable[[], Iterable[pa.RecordBatch]]
"""Gives the captures of URLs that were captured more than once (``versions.SEEN_AGAIN``)."""


class Built(NamedTuple):
    """What a build did: the folder that counts now, and whether it was made by this build."""

    folder: str
    is_new: bool


def build_links(store: Store, edition: str, seen_again: SeenAgain) -> Built:
    """Bring the links of an edition up to date with its parts."""
    names = list(write_sketches(store, edition))
    digest = hashlib.sha256("\n".join([str(_VERSION), *names]).encode()).hexdigest()[:16]
    folder = f"clean/{edition}/links/{digest}"
    if current_links(store, edition) == folder:
        return Built(folder, is_new=False)
    duplicates, shared_quotes = link_documents(store, names)
    _write(store, f"{folder}/duplicates.parquet", [duplicates])
    _write(store, f"{folder}/shared_quotes.parquet", [shared_quotes])
    _write(store, f"{folder}/versions.parquet", _tables(to_versions(seen_again())))
    store.replace(_pointer(edition), f"{digest}\n".encode())
    for name in list(store.names(f"clean/{edition}/links")):
        if name not in names and name != _pointer(edition) and not name.startswith(f"{folder}/"):
            store.remove(name)
    return Built(folder, is_new=True)


def current_links(store: Store, edition: str) -> str | None:
    """Return the folder of an edition's links; None if they were not built."""
    if not store.exists(_pointer(edition)):
        return None
    digest = store.read_bytes(_pointer(edition)).decode("ascii", "replace").strip()
    folder = f"clean/{edition}/links/{digest}"
    return folder if all(store.exists(f"{folder}/{table}.parquet") for table in TABLES) else None


def drop_links(store: Store, edition: str) -> None:
    """Remove all links of an edition: they hold words of its documents, and can be made again."""
    store.remove(_pointer(edition))
    for name in list(store.names(f"clean/{edition}/links")):
        store.remove(name)


def _pointer(edition: str) -> str:
    return f"clean/{edition}/links/CURRENT"


def _tables(rows: Iterator[dict[str, Any]]) -> Iterator[pa.Table]:
    while group := list(islice(rows, _GROUP_ROWS)):
        yield pa.Table.from_pylist(group, schema=VERSIONS)


def _write(store: Store, name: str, tables: Iterable[pa.Table]) -> None:
    """Write a table of links; one that another build made of the same parts says the same."""
    schema = TABLES[name.rpartition("/")[2].removesuffix(".parquet")]

    def write(file: BinaryIO) -> None:
        with pq.ParquetWriter(file, schema, compression="zstd", write_page_checksum=True) as writer:
            for table in tables:
                writer.write_table(table, row_group_size=_GROUP_ROWS)

    store.link(store.stage(write), name)
