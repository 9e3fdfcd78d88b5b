"""One file, one capture: text or HTML, plain, gzip or Zstandard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from captures.sniff import is_html
from captures.storage import open_input
from captures.streams import gather, read_chunks
from captures.values import Capture, Item, Provenance, ReadOptions

CUT_OFF = "length"
"""The value of ``truncated`` when the payload was longer than ``max_payload_bytes``; WARC's own word."""


def read_captures(item: Item, options: ReadOptions) -> Iterator[Capture]:
    """Yield the one capture of a text or HTML file.

    A damaged compression costs what lies behind the damage: the payload is what could be read.
    """
    with open_input(item.path) as raw:
        payload, cut, error = gather(read_chunks(raw), options.max_payload_bytes)
    html = options.format == "html" if options.format else is_html(payload[:65536])
    captured_at, captured_at_source = file_time(item)
    yield Capture(
        payload,
        Provenance(item.path, options.source, "html" if html else "txt"),
        media_type="text/html" if html else "text/plain",
        captured_at=captured_at,
        captured_at_source=captured_at_source,
        truncated=CUT_OFF if cut else None,
        error=f"{item.path}: {error}; {len(payload)} bytes before it were kept" if error else None,
    )


def file_time(item: Item) -> tuple[datetime | None, str | None]:
    """Return when the file last changed and how that is called, for captures that say nothing themselves."""
    return item.modified_at, "mtime" if item.modified_at else None
