"""The one door to where inputs lie: local paths and ``s3://bucket/key``.

Listing streams: a folder of 10^6 files costs the names of one folder at a time, not its items.
What the listing sees but cannot stat (a dangling link, a folder without permission) is an item
too, so that reading it leaves a row with the reason instead of a gap.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from types import ModuleType
from typing import BinaryIO

from captures.errors import MissingExtraError, SourceNotFoundError
from captures.values import Item

BUFFER_BYTES = 1 << 20
UNREADABLE = "unreadable"
"""The version of an item that was listed but could not be looked at."""

_WILDCARDS = frozenset("*?[")


def is_object(path: str) -> bool:
    """Say whether a path names an S3 object or prefix."""
    return path.startswith("s3://")


def _objects() -> ModuleType:
    """Return the module for objects; its package is an extra."""
    try:
        from captures import objects  # noqa: PLC0415 - only who reads s3:// needs it
    except ImportError as error:
        raise MissingExtraError("reading s3://", "s3") from error
    return objects


def open_input(path: str) -> BinaryIO:
    """Open a local path or an S3 object for reading: raw bytes, seekable, buffered."""
    if is_object(path):
        file: BinaryIO = _objects().open_object(path)
        return file
    return Path(path).open("rb", buffering=BUFFER_BYTES)


def find_items(source: str) -> Iterator[Item]:
    """Yield the files of a source, sorted: a file, a folder, a glob, an S3 key or prefix.

    Folders are read recursively, without hidden files and folders. A glob knows ``*``, ``?``,
    ``[ab]`` within a name and ``**`` for any number of folders; a folder it matches is read
    whole, as the shell would hand it over. Raises ``SourceNotFoundError`` when nothing matches.
    """
    if is_object(source):
        bucket_and_base, patterns = _split_glob(source)
        items: Iterator[Item] = _objects().find_objects(bucket_and_base)
        base = bucket_and_base.rstrip("/") + "/"
        if patterns:
            items = (i for i in items if _matches(i.path.removeprefix(base).split("/"), patterns))
    else:
        items = _find_local(source) if source else iter(())
    found = False
    for item in items:
        found = True
        yield item
    if not found:
        raise SourceNotFoundError(source or "''", _advice(source))


def _advice(source: str) -> str:
    if not source:
        return "a source has a name; take . for the folder you are in"
    if is_object(source):
        return "no object has this key or prefix; check the spelling, AWS_ENDPOINT_URL and the credentials"
    if Path(source).is_dir():
        return "the folder holds no files (hidden ones do not count); point to the folder with the captures"
    if _WILDCARDS & set(source):
        return "no file matches this pattern; quote it ('data/**/*.warc.gz') and check the folder before it"
    return _advice_on_name(source)


def _advice_on_name(name: str) -> str:
    """Return what to do about a name that is no folder, no pattern and no file with a content to keep."""
    if name.startswith(("http://", "https://")):
        return "the web is not read directly; fetch it into WARC files first (strigil fetch)"
    if Path(name).exists():
        return "a pipe or a device, of which nothing can be kept; write what it holds into a file"
    return f"no such file or folder, seen from {Path.cwd()}; check the spelling or give an absolute path"


def _find_local(source: str) -> Iterator[Item]:
    path = os.path.abspath(Path(source).expanduser())  # noqa: PTH100 - resolve() would follow links
    if Path(path).is_dir():
        yield from _walk(path, (), ("**",))
    elif os.path.lexists(path):
        yield from _item(path)
    else:
        base, patterns = _split_glob(path)
        if patterns and Path(base).is_dir():
            yield from _walk(base, (), patterns)


def _split_glob(path: str) -> tuple[str, tuple[str, ...]]:
    """Split before the first part with a wildcard: ('a/b', ('*.txt', '**')); no wildcard, no patterns."""
    parts = path.split("/")
    for number, part in enumerate(parts):
        if _WILDCARDS & set(part):
            return "/".join(parts[:number]) or "/", (*parts[number:], "**")
    return path, ()


def _matches(parts: Sequence[str], patterns: Sequence[str]) -> bool:
    if not patterns:
        return not parts
    if patterns[0] == "**":
        return _matches(parts, patterns[1:]) or (bool(parts) and _matches(parts[1:], patterns))
    return bool(parts) and fnmatchcase(parts[0], patterns[0]) and _matches(parts[1:], patterns[1:])


def _may_hold_matches(parts: Sequence[str], patterns: Sequence[str]) -> bool:
    """Say whether a folder can hold matching files, so that others are not walked at all."""
    for part, pattern in zip(parts, patterns, strict=False):
        if pattern == "**":
            return True
        if not fnmatchcase(part, pattern):
            return False
    return True


def _walk(
    folder: str,
    parts: tuple[str, ...],
    patterns: tuple[str, ...],
    above: frozenset[tuple[int, int]] = frozenset(),
) -> Iterator[Item]:
    """Yield the items below a folder in order of name; ``above`` breaks loops of links."""
    try:
        seen = os.stat(folder)  # noqa: PTH116 - paths stay strings here, a million of them
        names = sorted(os.listdir(folder))  # noqa: PTH208
    except OSError:
        yield Item(folder, 0, UNREADABLE)
        return
    identity = (seen.st_dev, seen.st_ino)
    if identity in above:
        return
    for name in names:
        if name.startswith("."):
            continue
        path, here = f"{folder.rstrip('/')}/{name}", (*parts, name)
        if os.path.isdir(path):  # noqa: PTH112
            if _may_hold_matches(here, patterns):
                yield from _walk(path, here, patterns, above | {identity})
        elif _matches(here, patterns):
            yield from _item(path)


def _item(path: str) -> Iterator[Item]:
    """Yield the item of one file; pipes, sockets and devices are none: opening them may hang."""
    try:
        seen = os.stat(path)  # noqa: PTH116
    except OSError:
        yield Item(path, 0, UNREADABLE)
        return
    if stat.S_ISREG(seen.st_mode):
        modified_at = datetime.fromtimestamp(seen.st_mtime_ns // 1000 / 1_000_000, UTC)
        yield Item(path, seen.st_size, str(seen.st_mtime_ns), modified_at)
