"""Captures and their cleaned pages as one Arrow table: a row each, and no row is ever lost.

Text that cannot be UTF-8 (lone surrogates) gets U+FFFD for each such code point, so that offsets
stay right; a number out of a column's range becomes null (the raw index still has it).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import starmap
from operator import attrgetter
from typing import Any, Final, NamedTuple

import pyarrow as pa

from archive.columns import encode, to_array
from archive.identity import to_utc, urlkey
from archive.schema import SCHEMA
from archive.surt import to_domain, to_host
from archive.values import Batch, Pipeline, RawRef
from captures.values import Capture
from cleaners.values import CleanedPage, Line

_UNREMARKABLE: Final = frozenset({"body", "blank"})
_MAX_INT16: Final = 2**15 - 1
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class Row(NamedTuple):
    """All that a row is made of."""

    capture_id: str
    capture: Capture
    ref: RawRef
    page: CleanedPage
    payload_digest: str

    @property
    def sort_key(self) -> tuple[str, bool, datetime, str]:
        """Return what rows of a part are sorted by; one without a time comes before those with one."""
        at = self.capture.captured_at
        return (urlkey(self.capture), at is not None, to_utc(at) if at else _NEVER, self.capture_id)


def to_rows(batch: Batch, pages: Sequence[CleanedPage]) -> Iterator[Row]:
    """Yield the rows of a batch. ``pages`` is parallel to its captures."""
    columns = batch.capture_ids, batch.captures, batch.refs, pages, batch.payload_digests
    return starmap(Row, zip(*columns, strict=True))


def to_table(rows: Sequence[Row], pipeline: Pipeline) -> pa.Table:
    """Return rows as a table, each column in one chunk."""
    columns = {name: list(map(value, rows)) for name, value in _VALUES.items()}
    columns["domain"] = list(map(to_domain, columns["host"]))
    for name, constant in (
        ("cleaner", pipeline.cleaner),
        ("cleaner_version", pipeline.version),
        ("policy", pipeline.policy),
        ("config_digest", pipeline.config_digest),
    ):
        columns[name] = [constant] * len(rows)
    arrays = [to_array(columns[field.name], field.type) for field in SCHEMA]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def _instant(place: str) -> Callable[[Row], datetime | None]:
    value = attrgetter(place)

    def utc(row: Row) -> datetime | None:
        instant = value(row)
        return to_utc(instant) if instant else None

    return utc


def _digest(text: str) -> str:
    return "sha256:" + hashlib.sha256(encode(text)).hexdigest()


def _status(row: Row) -> int | None:
    status = row.capture.http_status
    return status if status is not None and 0 <= status <= _MAX_INT16 else None


def _remarkable(row: Row) -> list[Line]:
    return [line for line in row.page.lines if line.kept and line.label not in _UNREMARKABLE]


_VALUES: Final[dict[str, Callable[[Row], Any]]] = {
    "capture_id": attrgetter("capture_id"),
    "payload_digest": attrgetter("payload_digest"),
    "urlkey": lambda row: urlkey(row.capture),
    "host": lambda row: to_host(row.capture.url),
    "captured_at": _instant("capture.captured_at"),
    "http_status": _status,
    "content_type_detected": attrgetter("page.media_type"),
    "raw_file": attrgetter("ref.file"),
    "raw_offset": attrgetter("ref.offset"),
    "raw_length": attrgetter("ref.length"),
    "raw_record_id": lambda row: row.ref.record_id or None,
    "source": attrgetter("capture.provenance.source"),
    "source_format": attrgetter("capture.provenance.source_format"),
    "source_file": attrgetter("capture.provenance.file"),
    "source_ordinal": attrgetter("capture.provenance.ordinal"),
    "source_text_digest": lambda row: _digest(row.page.source_text),
    "source_text_chars": lambda row: len(row.page.source_text),
    "author": attrgetter("page.fields.byline"),
    "published_at": _instant("page.fields.published_at"),
    "modified_at": _instant("page.fields.modified_at"),
    "page_clock": _instant("page.fields.page_clock"),
    "text_digest": lambda row: _digest(row.page.text),
    "text_chars": lambda row: len(row.page.text),
    "annotations": _remarkable,
    "evidence": attrgetter("page.fields.evidence"),
    "status": lambda row: str(row.page.status),
    "error": lambda row: row.page.reason or row.capture.error,
    **{
        name: attrgetter(f"capture.{name}")
        for name in (
            "url", "captured_at_source", "redirect_url", "http_headers", "content_type", "truncated",
        )
    },
    **{
        name: attrgetter(f"page.{name}")
        for name in ("charset", "charset_source", "text", "edits", "removed_text")
    },
    **{
        name: attrgetter(f"page.fields.{name}")
        for name in (
            "canonical_url", "site_name", "language", "language_score", "title", "published_precision",
            "published_source", "modified_precision", "section", "tags", "related", "credits", "rights",
            "page_type", "page_type_score", "license", "image",
        )
    },
}  # fmt: skip
"""How each column is read off a row; ``domain`` and the pipeline's columns come apart."""
