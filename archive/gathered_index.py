"""The lines of many indexes in one: moved to where their records lie now, and back as they were.

A line that was moved names the new WARC file and the offset there, so that other tools can replay it,
and ends with the batch it came from. Nothing else of it changes. Law: what was moved and is moved back
is what it was, byte for byte, so the digest of each index still holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

# Fixed text, one class, fixed text, one class that ends at a quote: linear. In a JSON string the
# quotes are escaped, so it can only stand where the line says it.
_WHERE: Final = re.compile(rb'"offset": "([0-9]+)", "filename": "([^"]*)"')
# Fixed text and one class, looked for at the end of a line: linear.
_MARK: Final = re.compile(rb', "batch": "([0-9a-f]+)"\}\n\Z')
_END: Final = b"}\n"
_WARC: Final = ".warc.gz"


class Move(NamedTuple):
    """From where to where the records of a batch went: names without their endings, and an offset."""

    stem: str
    to_stem: str
    base: int


def move_lines(data: bytes, move: Move) -> Iterator[bytes]:
    """Yield the lines of an index as they stand in the gathered one."""
    old, new = _warc(move.stem), _warc(move.to_stem)
    for line in data.splitlines(keepends=True):
        yield _shift(line, old, new, move.base)[: -len(_END)] + _mark(move)


def restore_index(gathered: bytes, move: Move) -> bytes:
    """Return the index of one batch as it was."""
    old, new, mark = _warc(move.stem), _warc(move.to_stem), _mark(move)
    lines = (line for line in gathered.splitlines(keepends=True) if line.endswith(mark))
    return b"".join(sorted(_shift(line[: -len(mark)] + _END, new, old, -move.base) for line in lines))


def replace_index(gathered: bytes, move: Move, data: bytes) -> bytes:
    """Return the gathered index with other lines of one batch."""
    mark = _mark(move)
    others = (line for line in gathered.splitlines(keepends=True) if not line.endswith(mark))
    return b"".join(sorted([*others, *move_lines(data, move)]))


def batches_in(gathered: bytes) -> frozenset[str]:
    """Return the names, without folder and ending, of the batches whose lines stand in a gathered index."""
    found = map(_MARK.search, gathered.splitlines(keepends=True))
    return frozenset(mark[1].decode() for mark in found if mark)


def _shift(line: bytes, old: bytes, new: bytes, by: int) -> bytes:
    """Move one line; one of a record in another file (a fetched one) stays as it is."""
    where = _WHERE.search(line)
    if where is None or where[2] != old:
        return line
    moved = b'"offset": "%d", "filename": "%s"' % (int(where[1]) + by, new)
    return line[: where.start()] + moved + line[where.end() :]


def _warc(stem: str) -> bytes:
    return f"{stem}{_WARC}".encode()


def _mark(move: Move) -> bytes:
    return b', "batch": "%s"}\n' % move.stem.rpartition("/")[2].encode()
