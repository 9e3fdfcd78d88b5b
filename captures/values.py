"""The values of this room: an input item, a shard of items, and the captures read from them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a capture was read from.

    ``offset`` and ``length`` are bytes of the (compressed) record in ``file``, -1 where the
    format has no such thing; ``ordinal`` counts records of the file from 0.
    """

    file: str
    source: str = ""
    source_format: str = "txt"
    ordinal: int = 0
    offset: int = -1
    length: int = -1
    record_id: str | None = None


@dataclass(frozen=True, slots=True)
class Capture:
    """One retrieval of one URL, or one file, at one instant (ISO 28500's capture event).

    ``payload`` is the entity body after transfer and content encodings are undone. A damaged
    record is a capture too: ``error`` says what, where, and what was kept (maybe no payload).
    ``captured_at_source`` is ``record`` when the capture itself says when it was made, else
    ``mtime`` (of the file it was read from). ``http_headers`` are those that say something of the
    content and have no field of their own, names in lower case.
    """

    payload: bytes
    provenance: Provenance
    media_type: str = "text/plain"
    url: str | None = None
    captured_at: datetime | None = None
    captured_at_source: str | None = None
    content_type: str | None = None
    charset: str | None = None
    http_status: int | None = None
    redirect_url: str | None = None
    truncated: str | None = None
    error: str | None = None
    http_headers: tuple[tuple[str, str], ...] = ()

    @property
    def payload_digest(self) -> str:
        """Return ``sha256:<hex>`` of the payload."""
        return "sha256:" + hashlib.sha256(self.payload).hexdigest()


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read a source; the defaults fit most.

    ``format`` overrules what the content says. The ``*_columns`` name the columns of JSONL
    and Parquet tables to try, first match wins.
    """

    format: str | None = None
    source: str = ""
    text_columns: tuple[str, ...] = ("text", "raw_text", "body", "content", "article", "maintext")
    html_columns: tuple[str, ...] = ("html", "raw_html", "payload", "page")
    url_columns: tuple[str, ...] = ("url", "uri", "link", "source_url", "warc_target_uri")
    time_columns: tuple[str, ...] = (
        "captured_at", "fetch_time", "fetched_at", "crawled_at", "timestamp", "warc_date", "date_download",
    )  # fmt: skip
    max_payload_bytes: int = 64 * 1024 * 1024

    @property
    def mark(self) -> str:
        """Return what is recorded behind the key of an item that was read so; nothing for the defaults.

        A table without text may have some when another column is named.

        >>> ReadOptions(source="dump").mark, ReadOptions(text_columns=("story",)).mark
        ('', '|as text_columns=story')
        """
        default = ReadOptions()
        told = [f"format={self.format}"] if self.format else []
        told += [
            f"{name}={','.join(columns)}"
            for name in ("text_columns", "html_columns", "url_columns", "time_columns")
            if (columns := getattr(self, name)) != getattr(default, name)
        ]
        return "|as " + " ".join(told) if told else ""


@dataclass(frozen=True, slots=True)
class Item:
    """One input file, seen by listing alone: nothing of it has been read.

    ``version`` changes when the content may have: mtime in ns for files, etag for objects.
    ``modified_at`` is the store's own time of the last change, in UTC.
    """

    path: str
    size_bytes: int
    version: str
    modified_at: datetime | None = None

    @property
    def key(self) -> str:
        """Return what tells this state of this file from every other."""
        return f"{self.path}|{self.size_bytes}|{self.version}"


@dataclass(frozen=True, slots=True)
class Shard:
    """A unit of work: whole items, or a byte/record range of one large item. JSON-able.

    ``start``/``stop`` are -1 for whole items, else the reader's own range (bytes of a
    JSONL file, row groups of Parquet).
    """

    items: tuple[Item, ...]
    options: ReadOptions = ReadOptions()
    start: int = -1
    stop: int = -1

    @property
    def keys(self) -> tuple[str, ...]:
        """Return what is to be recorded as finished: a key an item, or the one key of a range."""
        part = "" if self.start < 0 else f"|{self.start}-{self.stop}"
        return tuple(f"{item.key}{part}{self.options.mark}" for item in self.items)
