"""Buckets of S3-compatible object stores: the one door to obstore (the extra ``s3``).

Endpoint, region and credentials come from the usual ``AWS_*`` environment; plain HTTP is allowed
when ``AWS_ENDPOINT_URL`` points to this machine or ``AWS_ALLOW_HTTP`` is true. Every call ends in
bounded time. What goes wrong is an ``OSError``: ``FileNotFoundError`` where there is no such object,
``BucketError`` for the rest.

An object appears whole or not at all, because it is sent in one PUT, however large.
"""

from __future__ import annotations

import io
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple, cast
from urllib.parse import urlsplit

from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import S3Store

from captures.errors import BucketError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer
    from obstore import ObjectMeta, PutMode

READ_BYTES: Final = 4 << 20
"""One GET fetches this much: enough that the latency of a request does not count."""

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_LARGE_BYTES: Final = 8 << 20
_TIMEOUT: Final = timedelta(seconds=30)
_LARGE_TIMEOUT: Final = timedelta(minutes=15)
_MAX_RETRIES: Final = 5
_MAX_RETRY_TIME: Final = timedelta(seconds=30)
_WRITER: Final = "writer"
_MAX_CREATE_ATTEMPTS: Final = 5


class Found(NamedTuple):
    """An object as a listing shows it; ``version`` changes with its content."""

    key: str
    size_bytes: int
    version: str
    modified_at: datetime


class Bucket:
    """One bucket, by name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def head(self, key: str) -> Found:
        """Return what is known of an object."""
        with self._errors(key):
            return _found(self._store().head(key))

    def find(self, prefix: str) -> Iterator[Found]:
        """Yield all objects below a prefix that ends at a ``/``, in order of their keys."""
        with self._errors(prefix):
            for page in self._store().list(prefix or None, chunk_size=1000):
                yield from map(_found, page)

    def folders(self, prefix: str) -> list[str]:
        """Return the names of what looks like folders directly below a prefix."""
        with self._errors(prefix):
            found = self._store().list_with_delimiter(prefix or None)["common_prefixes"]
        return [path.rstrip("/").rsplit("/", 1)[-1] for path in found]

    def read(self, key: str) -> tuple[bytes, str]:
        """Return the content of an object and its version."""
        with self._errors(key):
            got = self._store().get(key)
            return bytes(got.bytes()), got.meta["e_tag"] or ""

    def read_range(self, key: str, start: int, length: int) -> ReadableBuffer:
        """Return a stretch of an object."""
        with self._errors(key):
            return cast("ReadableBuffer", self._store().get_range(key, start=start, length=length))

    def open(self, key: str) -> BinaryIO:
        """Open an object as a seekable file: a small one is fetched at once, a large one piece by piece."""
        with self._errors(key):
            got = self._store().get(key)
            size_bytes = got.meta["size"]
            if size_bytes <= READ_BYTES:
                return io.BytesIO(bytes(got.bytes()))
        return cast("BinaryIO", io.BufferedReader(_ObjectFile(self, key, size_bytes), READ_BYTES))

    def open_exactly(self, key: str, size_bytes: int) -> BinaryIO:
        """Open an object of a known size so that each read fetches what it asks for and no more."""
        return cast("BinaryIO", _ObjectFile(self, key, size_bytes))

    def put(self, key: str, data: ReadableBuffer) -> None:
        """Put an object in place of what is there."""
        self._put(key, data, "overwrite")

    def create(self, key: str, data: ReadableBuffer) -> bool:
        """Create an object; return False if there is one already.

        An answer may be lost and the request sent again, which then meets its own object. So each
        writer leaves a mark on what it writes, and knows it again.
        """
        mark = uuid.uuid4().hex
        for _attempt in range(_MAX_CREATE_ATTEMPTS):
            try:
                self._put(key, data, "create", mark)
            except AlreadyExistsError:
                try:
                    return self._mark_of(key) == mark
                except FileNotFoundError:  # the store asked to try again: two writers met, or it was removed
                    continue
            return True
        raise BucketError(
            self._where(key), "the object store says again and again that this exists, and it does not"
        )

    def swap(self, key: str, data: ReadableBuffer, version: str) -> bool:
        """Put an object in place of a version of it; return False if it is another by now."""
        try:
            self._put(key, data, {"e_tag": version})
        except PreconditionError:
            return False
        return True

    def remove(self, key: str) -> None:
        """Remove an object; there may be none."""
        with self._errors(key):
            self._store().delete(key)

    def _put(self, key: str, data: ReadableBuffer, mode: PutMode, mark: str = "") -> None:
        attributes = {_WRITER: mark} if mark else None
        store = self._store(len(memoryview(data)))
        with self._errors(key, passing=(AlreadyExistsError, PreconditionError)):
            store.put(key, data, mode=mode, use_multipart=False, attributes=attributes)

    def _mark_of(self, key: str) -> str | None:
        with self._errors(key):
            attributes = self._store().get(key, options={"head": True}).attributes
        return attributes.get(_WRITER)

    def _store(self, size_bytes: int = 0) -> S3Store:
        endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
        timeout = _LARGE_TIMEOUT if size_bytes > _LARGE_BYTES else _TIMEOUT
        is_allowed = os.environ.get("AWS_ALLOW_HTTP", "").lower() in {"1", "true"}
        allow_http = is_allowed or urlsplit(endpoint).hostname in _LOOPBACK
        return _open_store(self.name, endpoint, timeout, allow_http=allow_http)

    def _where(self, key: str) -> str:
        return f"s3://{self.name}/{key}"

    @contextmanager
    def _errors(self, key: str, passing: tuple[type[BaseError], ...] = ()) -> Iterator[None]:
        """Turn what the store says against a call into an ``OSError``, but for what passes."""
        try:
            yield
        except passing:
            raise
        except (FileNotFoundError, BaseError) as error:
            if isinstance(error, FileNotFoundError) and "NoSuchBucket" not in str(error):
                raise FileNotFoundError(f"{self._where(key)}: no such object") from error
            raise BucketError(self._where(key), _explain(self.name, error)) from error


@lru_cache(maxsize=8)
def _open_store(bucket: str, _endpoint: str, timeout: timedelta, *, allow_http: bool) -> S3Store:
    """Open a bucket once for each endpoint, which obstore finds in the environment by itself."""
    return S3Store(
        bucket,
        client_options={"timeout": timeout, "allow_http": allow_http},
        retry_config={"max_retries": _MAX_RETRIES, "retry_timeout": _MAX_RETRY_TIME},
    )


def _found(meta: ObjectMeta) -> Found:
    version = str(meta["e_tag"] or meta["last_modified"])
    return Found(meta["path"], meta["size"], version, meta["last_modified"])


def _explain(bucket: str, error: Exception) -> str:
    """Return one sentence: what the store said, and what to look at."""
    if "NoSuchBucket" in str(error):
        return f"there is no bucket {bucket!r}: make it first"
    first_line = (str(error).splitlines() or [type(error).__name__])[0]
    said = first_line.rsplit(" - ", 1)[-1].split("<?xml")[0].strip(" :")
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "AWS")
    if endpoint.startswith("http:") and "builder error" in said:
        return f"{endpoint} speaks plain HTTP: take https, or set AWS_ALLOW_HTTP=true in a network you trust"
    if isinstance(error, PermissionDeniedError | UnauthenticatedError):
        return f"{endpoint} refuses this ({said}): check AWS_ACCESS_KEY_ID and what it is allowed to do"
    return f"no good answer from {endpoint} ({said}): check AWS_ENDPOINT_URL, the network and the credentials"


class _ObjectFile(io.RawIOBase):
    """An object as a raw file: each read is one ranged GET."""

    def __init__(self, bucket: Bucket, key: str, size_bytes: int) -> None:
        super().__init__()
        self._bucket, self._key, self._size = bucket, key, size_bytes
        self._position = 0

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
        got = memoryview(self._bucket.read_range(self._key, self._position, wanted))
        view[: len(got)] = got
        self._position += len(got)
        return len(got)
