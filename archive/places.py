"""Which store a place is: a folder, or ``s3://bucket/prefix``."""

from __future__ import annotations

from pathlib import Path

from archive.errors import MissingClientError
from archive.local import LocalStore
from archive.store import Store


def is_url(place: str | Path) -> bool:
    """Return whether a place is in an object store."""
    return str(place).startswith("s3://")


def open_store(place: str | Path) -> Store:
    """Return the store at a place, which need not have anything in it."""
    if not is_url(place):
        return LocalStore(Path(place).absolute())
    try:
        from archive.bucket import BucketStore  # noqa: PLC0415 - only who has an archive there needs it
    except ImportError as error:
        raise MissingClientError(str(place)) from error
    return BucketStore(str(place))
