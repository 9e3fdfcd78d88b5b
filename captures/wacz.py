"""WACZ: the WARC files inside a zip, streamed. Offsets are those of the inner file."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO, cast

from captures.rows import error_row
from captures.sniff import is_inner_warc
from captures.storage import open_input
from captures.values import Capture, Item, Provenance, ReadOptions
from captures.warc import read_payload_from, read_records

SEPARATOR = "!"
"""Between the zip and the file inside: ``a.wacz!archive/x.warc.gz``."""

_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, NotImplementedError, ValueError, EOFError)


def read_captures(item: Item, options: ReadOptions) -> Iterator[Capture]:
    """Yield the captures of every WARC of a WACZ; a broken inner file costs the rest of that file."""
    with open_input(item.path) as raw:
        try:
            archive = zipfile.ZipFile(raw)
        except _BROKEN_ZIP as error:
            yield _error(f"not readable as a zip ({error})", item, options)
            return
        for name in filter(is_inner_warc, archive.namelist()):
            inner = replace(item, path=f"{item.path}{SEPARATOR}{name}")
            try:
                with archive.open(name) as warc:
                    for capture in read_records(cast("BinaryIO", warc), inner, options):
                        yield replace(capture, provenance=replace(capture.provenance, source_format="wacz"))
            except _BROKEN_ZIP as error:
                yield _error(f"damaged in the zip from here on ({error})", inner, options)


def read_payload(path: str, offset: int, options: ReadOptions) -> bytes:
    """Return the payload of one record; ``path`` is the zip, the separator and the inner file."""
    outer, _, name = path.partition(f"{SEPARATOR}archive/")
    with (
        open_input(outer) as raw,
        zipfile.ZipFile(raw) as archive,
        archive.open(f"archive/{name}") as warc,
    ):
        return read_payload_from(cast("BinaryIO", warc), Item(path, 0, ""), offset, options)


def _error(why: str, item: Item, options: ReadOptions) -> Capture:
    return error_row(why, item, Provenance(item.path, options.source, "wacz"))
