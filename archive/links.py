"""Links between documents, kept beside an edition's parts: made from them, and made again when they change.

    clean/<edition>/links/sketches/*.parquet     what each document is like, a file a part
    clean/<edition>/links/<digest>/duplicates.parquet, shared_quotes.parquet, versions.parquet
    clean/<edition>/links/CURRENT                which of these folders counts, and a digest of every file

The digest is that of the parts, so what is up to date is not made again. The same parts give the same
rows. Whatever stops a build, the next one goes on: sketches are kept a part at a time. A build begins
by removing what is not as it was written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, BinaryIO, Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from archive.duplicates import DUPLICATES, SHARED_QUOTES, link_documents
from archive.errors import DamagedFileError
from archive.ledger import read_records
from archive.sealed import read_sealed, to_sealed
from archive.sketches import sketch_name, write_sketches
from archive.store import Store, digest_file
from archive.values import FileRecord
from archive.versions import VERSIONS, to_versions

TABLES: Final = {"duplicates": DUPLICATES, "shared_quotes": SHARED_QUOTES, "versions": VERSIONS}
"""The tables of links and their columns."""

_VERSION: Final = 1
_GROUP_ROWS: Final = 10_000

SeenAgain = Callable[[], Iterable[pa.RecordBatch]]
"""Gives the captures of URLs that were captured more than once (``versions.SEEN_AGAIN``)."""


class Links(NamedTuple):
    """The links that count: their folder, and every file that they are or were made from."""

    folder: str
    files: tuple[FileRecord, ...]


class Built(NamedTuple):
    """What a build did: the folder that counts now, and whether it was made by this build."""

    folder: str
    is_new: bool


def build_links(store: Store, edition: str, seen_again: SeenAgain) -> Built:
    """Bring the links of an edition up to date with its parts.

    A part may be changed meanwhile, maybe because something was taken down: then it is done again. A
    takedown drops the links after it has changed the parts, so either this sees that, or it this.
    """
    while True:
        built, names = _build(store, edition, seen_again)
        if names <= {sketch_name(record) for record in read_records(store, edition)}:
            return built
        drop_links(store, edition)


def _build(store: Store, edition: str, seen_again: SeenAgain) -> tuple[Built, frozenset[str]]:
    """Build the links once; return also the sketches they were made from."""
    remove_damaged_links(store, edition)
    names = list(write_sketches(store, edition))
    digest = hashlib.sha256("\n".join([str(_VERSION), *names]).encode()).hexdigest()[:16]
    folder = f"clean/{edition}/links/{digest}"
    if current_links(store, edition) == folder:
        return Built(folder, is_new=False), frozenset(names)
    duplicates, shared_quotes = link_documents(store, names)
    files = [
        *(FileRecord(name, _digest(store, name), store.size(name)) for name in names),
        _write(store, f"{folder}/duplicates.parquet", [duplicates]),
        _write(store, f"{folder}/shared_quotes.parquet", [shared_quotes]),
        _write(store, f"{folder}/versions.parquet", _tables(to_versions(seen_again()))),
    ]
    store.replace(pointer_name(edition), to_sealed(Links(folder, tuple(files))._asdict()))
    kept = {pointer_name(edition), *(file.file for file in files)}
    for name in list(store.names(f"clean/{edition}/links")):
        if name not in kept:
            store.remove(name)
    return Built(folder, is_new=True), frozenset(names)


def read_links(store: Store, edition: str) -> Links | None:
    """Return what was written down of an edition's links, None if nothing was; raise if it is damaged."""
    try:
        content = read_sealed(store, pointer_name(edition))
    except FileNotFoundError:
        return None
    return Links(content["folder"], tuple(FileRecord(*file) for file in content["files"]))


def is_sound(store: Store, file: FileRecord) -> bool:
    """Return whether a file of links is there as it was written."""
    return store.exists(file.file) and _digest(store, file.file) == file.digest


def remove_damaged_links(store: Store, edition: str) -> None:
    """Remove files of links that are not as they were written, and the mark that there are links."""
    try:
        links = read_links(store, edition)
        damaged = [file.file for file in links.files if not is_sound(store, file)] if links else []
    except DamagedFileError:
        damaged = [pointer_name(edition)]
    for name in damaged:
        store.remove(pointer_name(edition))
        store.remove(name)


def current_links(store: Store, edition: str) -> str | None:
    """Return the folder of an edition's links; None if they were not built."""
    try:
        links = read_links(store, edition)
    except DamagedFileError:  # as good as none: they can be made again, and verify names the file
        return None
    is_whole = links and all(store.exists(f"{links.folder}/{table}.parquet") for table in TABLES)
    return links.folder if links and is_whole else None


def drop_links(store: Store, edition: str) -> None:
    """Remove all links of an edition: they hold words of its documents, and can be made again."""
    store.remove(pointer_name(edition))
    for name in list(store.names(f"clean/{edition}/links")):
        store.remove(name)


def pointer_name(edition: str) -> str:
    """Return the name of the file that says which links count."""
    return f"clean/{edition}/links/CURRENT"


def _digest(store: Store, name: str) -> str:
    with store.open(name) as file:
        return digest_file(file)


def _tables(rows: Iterator[dict[str, Any]]) -> Iterator[pa.Table]:
    while group := list(islice(rows, _GROUP_ROWS)):
        yield pa.Table.from_pylist(group, schema=VERSIONS)


def _write(store: Store, name: str, tables: Iterable[pa.Table]) -> FileRecord:
    """Write a table of links; one that another build made of the same parts says the same."""
    schema = TABLES[name.rpartition("/")[2].removesuffix(".parquet")]

    def write(file: BinaryIO) -> None:
        with pq.ParquetWriter(file, schema, compression="zstd", write_page_checksum=True) as writer:
            for table in tables:
                writer.write_table(table, row_group_size=_GROUP_ROWS)

    staged = store.stage(write)
    store.link(staged, name)
    return FileRecord(name, staged.digest, staged.size_bytes)
