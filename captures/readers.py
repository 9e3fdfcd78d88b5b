"""Which reader reads what; and the guard that turns whatever goes wrong with one item into a capture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, Protocol

from captures import files, jsonl, tables, wacz, warc
from captures.errors import MissingExtraError, UnknownFormatError
from captures.files import file_time
from captures.sniff import sniff_file
from captures.unread import why_unread
from captures.values import Capture, Item, Provenance, ReadOptions

Reader = Callable[[Item, ReadOptions], Iterator[Capture]]


class RangeReader(Protocol):
    """Reads a part of an item."""

    def __call__(self, item: Item, options: ReadOptions, *, start: int, stop: int) -> Iterator[Capture]:
        """Yield the captures that begin in the range."""
        ...


READERS: Final[dict[str, Reader]] = {
    "txt": files.read_captures,
    "html": files.read_captures,
    "jsonl": jsonl.read_captures,
    "parquet": tables.read_captures,
    "warc": warc.read_captures,
    "wacz": wacz.read_captures,
}

RANGE_READERS: Final[dict[str, RangeReader]] = {
    "jsonl": jsonl.read_range,
    "parquet": tables.read_range,
}
"""Formats whose parts can be found without reading what stands before.

WARC is not among them: a record can hold a WARC, so that a border found in the middle may be
false. One WARC is one unit of work.
"""

PAYLOAD_READERS: Final[dict[str, Callable[[str, int, ReadOptions], bytes]]] = {
    "jsonl": jsonl.read_payload,
    "warc": warc.read_payload,
    "wacz": wacz.read_payload,
}


def read_item(item: Item, options: ReadOptions) -> Iterator[Capture]:
    """Yield the captures of one item, at least one: what cannot be read is a capture with ``error``."""
    return _guard(_read_whole(item, options), item, options)


def read_range(item: Item, options: ReadOptions, *, start: int, stop: int) -> Iterator[Capture]:
    """Yield the captures of a range of one item; as ``read_item``, but a range may be empty."""
    return _guard(_read_part(item, options, start, stop), item, options)


def read_payload(provenance: Provenance, options: ReadOptions) -> bytes:
    """Return the payload of a capture from where it came, for captures that have an offset."""
    return PAYLOAD_READERS[provenance.source_format](provenance.file, provenance.offset, options)


def _read_whole(item: Item, options: ReadOptions) -> Iterator[Capture]:
    name = options.format
    if name is None:
        looks = sniff_file(item.path)
        if looks.format not in READERS:
            yield _error(why_unread(looks.media_type), item, options, looks.media_type)
            return
        name = looks.format
    if name not in READERS:
        raise UnknownFormatError(name, tuple(READERS))
    options = replace(options, format=name)
    found = False
    for capture in READERS[name](item, options):
        found = True
        yield capture
    if not found:
        yield _error("no capture in this file", item, options)


def _read_part(item: Item, options: ReadOptions, start: int, stop: int) -> Iterator[Capture]:
    name = options.format or sniff_file(item.path).format
    if name not in RANGE_READERS:
        yield _error(f"no part of a {name} file can be read alone", item, options)
        return
    yield from RANGE_READERS[name](item, options, start=start, stop=stop)


def _guard(captures: Iterator[Capture], item: Item, options: ReadOptions) -> Iterator[Capture]:
    """Yield the captures; an exception ends them with one more, which says what happened."""
    try:
        yield from captures
    except (MissingExtraError, UnknownFormatError):
        raise  # a wrong call: every item would fail alike
    except OSError as error:
        yield _error(f"cannot be read: {error.strerror or error}", item, options)
    except Exception as error:  # noqa: BLE001 - the guard of one item: the reason is recorded
        yield _error(f"reader failed: {type(error).__name__}: {error}", item, options)


def _error(why: str, item: Item, options: ReadOptions, media_type: str = "text/plain") -> Capture:
    captured_at, captured_at_source = file_time(item)
    return Capture(
        b"",
        Provenance(item.path, options.source, options.format or "unknown"),
        media_type=media_type,
        captured_at=captured_at,
        captured_at_source=captured_at_source,
        error=f"{item.path}: {why}",
    )
