"""Files of any store as DuckDB opens them, where it has no way of its own to an object store.

DuckDB's own extension for S3 is downloaded when it is first needed, and knows other credentials
than the rest; this is the same store that wrote the archive. Each read of DuckDB is one GET of
exactly what it asked for. Sizes come with the listing, so opening a part costs no request.
"""

from __future__ import annotations

from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any, BinaryIO, Final

from fsspec import AbstractFileSystem

from archive.bucket import BucketStore
from archive.store import Store
from captures.buckets import Found

PROTOCOL: Final = "archive"
PREFIX: Final = f"{PROTOCOL}://"


class BucketFiles(AbstractFileSystem):
    """``archive://<name>`` for the objects of one archive."""

    protocol = PROTOCOL
    cachable = False

    def __init__(self, store: Store) -> None:
        super().__init__()
        assert isinstance(store, BucketStore)  # noqa: S101 - all others DuckDB opens by itself
        self._store = store
        self._found: dict[str, Found] = {}

    def glob(self, path: str, **_options: Any) -> list[str]:
        """Return the names that match a pattern whose wildcards stand behind a folder."""
        pattern = path.removeprefix(PREFIX)
        folder = pattern.partition("*")[0].rpartition("/")[0]
        self._found |= dict(self._store.find(folder))
        return sorted(PREFIX + name for name in self._found if fnmatchcase(name, pattern))

    def info(self, path: str, **_options: Any) -> dict[str, Any]:
        """Return the size of a file."""
        return {"name": path, "size": self._look(path).size_bytes, "type": "file"}

    def modified(self, path: str) -> datetime:
        """Return when a file was written."""
        return self._look(path).modified_at.astimezone(UTC)

    def _open(self, path: str, *_options: Any, **_more: Any) -> BinaryIO:
        name = path.removeprefix(PREFIX)
        if name.endswith(".json"):  # small, and read from end to end
            return self._store.open(name)
        return self._store.open_exactly(name, self._look(path).size_bytes)

    def _look(self, path: str) -> Found:
        name = path.removeprefix(PREFIX)
        if name not in self._found:
            self._found[name] = self._store.head(name)
        return self._found[name]
