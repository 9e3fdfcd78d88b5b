"""An archive in an object store: ``s3://bucket/prefix``, or all of a bucket.

A name is created by one PUT on condition that it is free, so that it appears whole and once; there
are no links, no folders and nothing to sync. Some stores take the condition and overlook it, so it
is tried whenever an archive is opened for writing.
"""

from __future__ import annotations

import mmap
import os
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Final, Self, cast

from archive.errors import IgnoresConditionsError
from archive.store import STALE_SECONDS, Staged, Store, digest_file
from captures.buckets import Bucket, Found

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_SIGN: Final = "ARCHIVE"
_SIGN_DATA: Final = b"strigil archive, format 1\n"
_NO_SUCH_VERSION: Final = '"00000000000000000000000000000000"'
_ONE_WRITER: Final = "STRIGIL_ONE_WRITER"
_READERS: Final = 16


class BucketStore(Store):
    """A prefix of a bucket."""

    has_links = False

    def __init__(self, url: str) -> None:
        name, _, prefix = url.removeprefix("s3://").partition("/")
        self._bucket = Bucket(name)
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""

    def address(self, name: str = "") -> str:
        """Return the URL of an object."""
        return f"s3://{self._bucket.name}/{self._prefix}{name}".rstrip("/")

    def begin(self) -> None:
        """Leave the sign of an archive, and see that the store honours conditions.

        Two requests: the sign is there already, but for the first time, so a second creation must
        fail, and so must an exchange for a version that never was.
        """
        key = self._key(_SIGN)
        is_new = self._bucket.create(key, _SIGN_DATA)
        if is_new and self._bucket.create(key, _SIGN_DATA):
            self._accept_one_writer("ignores If-None-Match")
        elif self._bucket.swap(key, _SIGN_DATA, _NO_SUCH_VERSION):
            self._accept_one_writer("ignores If-Match")

    def _accept_one_writer(self, seen: str) -> None:
        if os.environ.get(_ONE_WRITER) != "1":
            raise IgnoresConditionsError(self.address(), seen)
        self.has_one_writer = True

    def is_begun(self) -> bool:
        """Return whether there is the sign of an archive, or a log that was copied without it."""
        return self.exists(_SIGN) or next(self.names("log"), None) is not None

    def exists(self, name: str) -> bool:
        """Return whether there is an object of this name."""
        try:
            self.head(name)
        except FileNotFoundError:
            return False
        return True

    def read_bytes(self, name: str) -> bytes:
        """Return the content of an object."""
        return self._bucket.read(self._key(name))[0]

    def read_each(self, names: Iterable[str]) -> Iterator[bytes]:
        """Yield the content of many objects, in order; some are on the way while one is looked at."""
        waiting: deque[Future[bytes]] = deque()
        with ThreadPoolExecutor(_READERS) as readers:
            for name in names:
                waiting.append(readers.submit(self.read_bytes, name))
                if len(waiting) == _READERS:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def open(self, name: str) -> BinaryIO:
        """Open an object for reading, seekable."""
        return self._bucket.open(self._key(name))

    def size(self, name: str) -> int:
        """Return the length of an object in bytes."""
        return self.head(name).size_bytes

    def modified_at(self, name: str) -> float:
        """Return when an object was written, by the store's clock."""
        return self.head(name).modified_at.timestamp()

    def names(self, prefix: str) -> Iterator[str]:
        """Yield the names of all objects below a prefix, in the order of the store, which is sorted."""
        for name, _found in self.find(prefix):
            yield name

    def find(self, prefix: str) -> Iterator[tuple[str, Found]]:
        """Yield the names of all objects below a prefix, with what the listing tells of them."""
        for found in self._bucket.find(self._folder(prefix)):
            yield found.key.removeprefix(self._prefix), found

    def head(self, name: str) -> Found:
        """Return what is known of an object."""
        return self._bucket.head(self._key(name))

    def open_exactly(self, name: str, size_bytes: int) -> BinaryIO:
        """Open an object of a known size so that each read fetches what it asks for and no more."""
        return self._bucket.open_exactly(self._key(name), size_bytes)

    def folders(self, prefix: str) -> list[str]:
        """Return the names of what looks like folders directly below a prefix, sorted."""
        return sorted(self._bucket.folders(self._folder(prefix)))

    @contextmanager
    def together(self) -> Iterator[Self]:
        """Yield this store: what it has acknowledged is durable."""
        yield self

    def stage(self, write: Callable[[BinaryIO], None], *, apart: str = "") -> Staged:  # noqa: ARG002
        """Write a nameless local file, which goes with the process at the latest."""
        file = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 - it is closed once it has a name
        try:
            write(file)
            file.flush()
            return Staged(file, digest_file(file), file.seek(0, os.SEEK_END))
        except BaseException:
            file.close()
            raise

    def link(self, staged: Staged, name: str) -> bool:
        """Send a staged file, in one PUT."""
        file = cast("BinaryIO", staged.content)
        with file:
            if not staged.size_bytes:
                return self._create(name, b"")
            return self._create(name, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    def create(self, name: str, data: bytes) -> bool:
        """Create an object with this content. Return False if the name is taken."""
        return self._create(name, data)

    def _create(self, name: str, data: ReadableBuffer) -> bool:
        if not self.has_one_writer:
            return self._bucket.create(self._key(name), data)
        if self.exists(name):
            return False
        self._bucket.put(self._key(name), data)
        return True

    def replace(self, name: str, data: bytes) -> None:
        """Put an object in place of what is there."""
        self._bucket.put(self._key(name), data)

    def swap(self, name: str, data: bytes, seen: bytes | None) -> bool:
        """Replace an object if it is still as it was seen (None: not there); return whether it was."""
        try:
            found, version = self._bucket.read(self._key(name))
        except FileNotFoundError:
            return seen is None and self._create(name, data)
        return found == seen and self._bucket.swap(self._key(name), data, version)

    def point(self, name: str, target: str) -> None:
        """Do nothing: there are no links."""

    def target(self, name: str) -> str | None:  # noqa: ARG002
        """Return None: there are no links."""
        return None

    def remove(self, name: str) -> None:
        """Remove an object; there may be none."""
        self._bucket.remove(self._key(name))

    def touch(self, name: str) -> None:
        """Put an object in its own place, unless it is young or somebody else does so now."""
        if self._is_stale(name, STALE_SECONDS / 2):
            data, version = self._bucket.read(self._key(name))
            self._bucket.swap(self._key(name), data, version)

    def remove_stale(self, name: str) -> bool:
        """Remove an object unless it is younger than a day; return whether it was removed."""
        if not self.exists(name) or not self._is_stale(name, STALE_SECONDS):
            return False
        self.remove(name)
        return True

    def _is_stale(self, name: str, seconds: float) -> bool:
        return self.modified_at(name) < time.time() - seconds

    def discard(self, staged: Staged) -> None:
        """Close a staged file."""
        cast("BinaryIO", staged.content).close()

    def sweep(self) -> None:
        """Do nothing: killed runs leave nothing."""

    def _key(self, name: str) -> str:
        return self._prefix + name

    def _folder(self, name: str) -> str:
        name = name.rstrip("/")
        return f"{self._prefix}{name}/" if name else self._prefix
