"""The lines of many indexes in one: moved to where their records lie now, and back as they were.

A line that was moved names the new WARC file and the offset there, so that other tools can replay it,
and ends with the batch it came from. Nothing else of it changes. Law: what was moved and is moved back
is what it was, byte for byte, so the digest of each index still holds.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final, NamedTuple

# Fixed text, one class, fixed text, one class that ends at a quote: linear. In a JSON string the
# quotes are escaped, so it can only stand where the line says it.
_WHERE: Final = re.compile(rb'"offset": "([0-9]+)", "filename": "([^"]*)"')
_MARK: Final = b', "batch": "'
_MARK_END: Final = b'"}\n'
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


def split_index(gathered: bytes) -> dict[str, list[bytes]]:
    """Return the lines of a gathered index by batch: by the name of its files, without folder and ending."""
    lines: defaultdict[str, list[bytes]] = defaultdict(list)
    for line in gathered.splitlines(keepends=True):
        lines[line.rpartition(_MARK)[2].removesuffix(_MARK_END).decode("latin-1")].append(line)
    return lines


def restore_index(lines: Mapping[str, list[bytes]], move: Move) -> bytes:
    """Return the index of one batch as it was, from the lines of all."""
    old, new, mark = _warc(move.stem), _warc(move.to_stem), _mark(move)
    found = lines.get(_batch(move), [])
    return b"".join(sorted(_shift(line.removesuffix(mark) + _END, new, old, -move.base) for line in found))


def replace_index(gathered: bytes, indexes: Mapping[Move, bytes]) -> bytes:
    """Return the gathered index with other lines of some batches."""
    lines = split_index(gathered)
    for move, data in indexes.items():
        lines[_batch(move)] = list(move_lines(data, move))
    return b"".join(sorted(chain.from_iterable(lines.values())))


def _shift(line: bytes, old: bytes, new: bytes, by: int) -> bytes:
    """Move one line; one of a record in another file (a fetched one) stays as it is."""
    where = _WHERE.search(line)
    if where is None or where[2] != old:
        return line
    moved = b'"offset": "%d", "filename": "%s"' % (int(where[1]) + by, new)
    return line[: where.start()] + moved + line[where.end() :]


def _warc(stem: str) -> bytes:
    return f"{stem}{_WARC}".encode()


def _batch(move: Move) -> str:
    return move.stem.rpartition("/")[2]


def _mark(move: Move) -> bytes:
    return _MARK + _batch(move).encode() + _MARK_END
