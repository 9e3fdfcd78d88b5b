"""S3 objects as inputs: listed, and opened as seekable files.

Only ``captures.storage`` imports this file, and only when a path begins with ``s3://``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

from captures.buckets import Bucket, Found
from captures.errors import BucketError, SourceNotFoundError
from captures.values import Item


def open_object(path: str) -> BinaryIO:
    """Open an object as a seekable binary file; a missing object is an ``OSError``."""
    bucket, key = _split(path)
    return bucket.open(key)


def find_objects(path: str) -> Iterator[Item]:
    """Yield the object of this key, else all objects below this prefix, in order of their keys."""
    bucket, key = _split(path)
    try:
        yield from _find(bucket, key)
    except BucketError as error:
        raise SourceNotFoundError(path, error.why) from error


def _find(bucket: Bucket, key: str) -> Iterator[Item]:
    if key and not key.endswith("/"):
        with suppress(FileNotFoundError):
            yield _item(bucket, bucket.head(key))
            return
    for found in bucket.find(key):
        if not any(part.startswith(".") for part in found.key.removeprefix(key).split("/")):
            yield _item(bucket, found)


def _item(bucket: Bucket, found: Found) -> Item:
    path = f"s3://{bucket.name}/{found.key}"
    return Item(path, found.size_bytes, found.version.strip('"'), found.modified_at)


def _split(path: str) -> tuple[Bucket, str]:
    name, _, key = path.removeprefix("s3://").partition("/")
    if not name:
        raise SourceNotFoundError(path, "an S3 source is s3://bucket/key or s3://bucket/prefix/")
    return Bucket(name), key
