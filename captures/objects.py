"""S3 objects, by obstore (the extra ``s3``): listed, and opened as seekable files.

Only ``captures.storage`` imports this file, and only when a path begins with ``s3://``.
Endpoint, region and credentials come from the usual ``AWS_*`` environment; plain HTTP is
allowed when ``AWS_ENDPOINT_URL`` points to this machine.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from captures.errors import SourceNotFoundError
from captures.values import Item

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from obstore import ObjectMeta

READ_BYTES = 4 << 20
"""One GET fetches this much: enough that the latency of a request does not count."""

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def open_object(path: str) -> BinaryIO:
    """Open an object as a seekable binary file; a missing object is an ``OSError``."""
    bucket, key = _split(path)
    return cast("BinaryIO", io.BufferedReader(_ObjectFile(_store(bucket), key, path), READ_BYTES))


def find_objects(path: str) -> Iterator[Item]:
    """Yield the object of this key, else all objects below this prefix, in order of their keys."""
    bucket, key = _split(path)
    store = _store(bucket)
    try:
        yield from _find(store, bucket, key)
    except (BaseError, OSError) as error:
        why = f"the object store answered: {_first_line(error)}; check AWS_ENDPOINT_URL and the credentials"
        raise SourceNotFoundError(path, why) from error


def _find(store: S3Store, bucket: str, key: str) -> Iterator[Item]:
    if key and not key.endswith("/"):
        with suppress(FileNotFoundError):
            yield _item(bucket, obstore.head(store, key))
            return
    for page in obstore.list(store, key or None, chunk_size=1000):
        for meta in page:
            hidden = any(part.startswith(".") for part in meta["path"].removeprefix(key).split("/"))
            if not hidden:
                yield _item(bucket, meta)


def _item(bucket: str, meta: ObjectMeta) -> Item:
    version = str(meta["e_tag"] or meta["last_modified"]).strip('"')
    return Item(f"s3://{bucket}/{meta['path']}", meta["size"], version, meta["last_modified"])


def _split(path: str) -> tuple[str, str]:
    bucket, _, key = path.removeprefix("s3://").partition("/")
    if not bucket:
        raise SourceNotFoundError(path, "an S3 source is s3://bucket/key or s3://bucket/prefix/")
    return bucket, key


def _store(bucket: str) -> S3Store:
    return _open_store(bucket, os.environ.get("AWS_ENDPOINT_URL", ""))


@lru_cache(maxsize=8)
def _open_store(bucket: str, endpoint_url: str) -> S3Store:
    endpoint = urlsplit(endpoint_url)
    allow_http = endpoint.scheme == "http" and endpoint.hostname in _LOOPBACK
    return S3Store(bucket, client_options={"allow_http": True} if allow_http else {})


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


@contextmanager
def _errors_of_the_system(path: str) -> Iterator[None]:
    """Turn what the store says against a call into an ``OSError``."""
    try:
        yield
    except BaseError as error:
        raise OSError(f"{path}: {_first_line(error)}") from error


class _ObjectFile(io.RawIOBase):
    """An object as a raw file: each read is one ranged GET."""

    def __init__(self, store: S3Store, key: str, path: str) -> None:
        super().__init__()
        self._store, self._key, self._path = store, key, path
        self._position = 0
        with _errors_of_the_system(path):
            self._size = obstore.head(store, key)["size"]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        wanted = min(len(view), self._size - self._position)
        if wanted <= 0:
            return 0
        with _errors_of_the_system(self._path):
            data = obstore.get_range(self._store, self._key, start=self._position, length=wanted)
        got = memoryview(data)
        view[: len(got)] = got
        self._position += len(got)
        return len(got)
