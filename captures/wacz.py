"""WACZ: the WARC files inside a zip, streamed. Offsets are those of the inner file.

WACZ asks for files that are stored as they are. One that the zip compresses once more is read as a
stream, without offsets: each step back in it would unpack it anew.
"""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from captures.rows import error_row
from captures.sniff import is_inner_warc
from captures.storage import BUFFER_BYTES, open_input
from captures.values import Capture, Item, Provenance, ReadOptions
from captures.warc import read_payload_from, read_records

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

SEPARATOR = "!"
"""Between the zip and the file inside: ``a.wacz!archive/x.warc.gz``."""

_LOCAL_HEADER_BYTES: Final = 30
_NAME_LENGTHS_AT: Final = 26
"""Where the zip's local header holds the lengths of name and extra field."""

_BROKEN_ZIP = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, ValueError, EOFError, struct.error,
    RuntimeError,  # encrypted
)  # fmt: skip


def read_captures(item: Item, options: ReadOptions) -> Iterator[Capture]:
    """Yield the captures of every WARC of a WACZ; a broken inner file costs the rest of that file."""
    with open_input(item.path) as raw:
        try:
            archive = zipfile.ZipFile(raw)
        except _BROKEN_ZIP as error:
            yield _error(f"not readable as a zip ({error})", item, options)
            return
        inside = _find_warcs(archive)
        if sum(info.compress_size for info in inside) > raw.seek(0, io.SEEK_END):
            yield _error("its files lie over each other in the zip", item, options)
            return
        for info in inside:
            inner = replace(item, path=f"{item.path}{SEPARATOR}{info.filename}")
            try:
                with _open_inner(archive, raw, info) as warc:
                    is_stream = info.compress_type != zipfile.ZIP_STORED
                    for capture in read_records(warc, inner, options, is_stream=is_stream):
                        yield replace(capture, provenance=replace(capture.provenance, source_format="wacz"))
            except _BROKEN_ZIP as error:
                yield _error(f"damaged in the zip from here on ({error})", inner, options)


def read_payload(path: str, offset: int, options: ReadOptions) -> bytes:
    """Return the payload of one record; ``path`` is the zip, the separator and the inner file."""
    outer, _, name = path.partition(f"{SEPARATOR}archive/")
    with (
        open_input(outer) as raw,
        zipfile.ZipFile(raw) as archive,
        _open_inner(archive, raw, archive.getinfo(f"archive/{name}")) as warc,
    ):
        return read_payload_from(warc, Item(path, 0, ""), offset, options)


def _find_warcs(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the WARC files of a zip: the last of those under one name, or in one place."""
    by_name = {info.filename: info for info in archive.infolist() if is_inner_warc(info.filename)}
    return list({info.header_offset: info for info in by_name.values()}.values())


def _open_inner(archive: zipfile.ZipFile, raw: BinaryIO, info: zipfile.ZipInfo) -> BinaryIO:
    """Open a file of the zip. Stored ones are a window that seeks for free."""
    if info.compress_type != zipfile.ZIP_STORED:
        return cast("BinaryIO", archive.open(info))
    raw.seek(info.header_offset + _NAME_LENGTHS_AT)
    name_bytes, extra_bytes = struct.unpack("<HH", raw.read(4))
    start = info.header_offset + _LOCAL_HEADER_BYTES + name_bytes + extra_bytes
    return cast("BinaryIO", io.BufferedReader(_Window(raw, start, info.compress_size), BUFFER_BYTES))


class _Window(io.RawIOBase):
    """A stretch of a file as a file of its own. Closing it leaves the file open."""

    def __init__(self, raw: BinaryIO, start: int, size: int) -> None:
        super().__init__()
        self._raw, self._start, self._size, self._position = raw, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        self._raw.seek(self._start + self._position)
        data = self._raw.read(max(0, min(len(view), self._size - self._position)))
        view[: len(data)] = data
        self._position += len(data)
        return len(data)


def _error(why: str, item: Item, options: ReadOptions) -> Capture:
    return error_row(why, item, Provenance(item.path, options.source, "wacz"))
