"""Captures and their cleaned pages as one Arrow table: a row each, and no row is ever lost.

Text that cannot be UTF-8 (lone surrogates) gets U+FFFD for each such code point, so that offsets
stay right; a number out of a column's range becomes null (the raw index still has it).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import pyarrow as pa

from archive.columns import encode, to_array
from archive.identity import to_utc, urlkey
from archive.schema import SCHEMA
from archive.surt import to_domain, to_host
from archive.values import Pipeline, RawRef
from captures.values import Capture
from cleaners.values import CleanedPage, Line

_UNREMARKABLE: Final = frozenset({"body", "blank"})
_MAX_INT16: Final = 2**15 - 1


class Row(NamedTuple):
    """All that a row is made of."""

    capture_id: str
    capture: Capture
    ref: RawRef
    page: CleanedPage

    @property
    def sort_key(self) -> tuple[str, str, str]:
        """Return what rows of a part are sorted by."""
        at = self.capture.captured_at
        return (urlkey(self.capture), to_utc(at).isoformat() if at else "", self.capture_id)


def to_table(rows: Sequence[Row], pipeline: Pipeline) -> pa.Table:
    """Return rows as a table, each column in one chunk."""
    columns = {name: [value(row) for row in rows] for name, value in _VALUES.items()}
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


def _from_capture(name: str) -> Callable[[Row], Any]:
    return lambda row: getattr(row.capture, name)


def _from_page(name: str) -> Callable[[Row], Any]:
    return lambda row: getattr(row.page, name)


def _from_field(name: str) -> Callable[[Row], Any]:
    return lambda row: getattr(row.page.fields, name)


def _instant(value: Callable[[Row], datetime | None]) -> Callable[[Row], datetime | None]:
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
    "capture_id": lambda row: row.capture_id,
    "urlkey": lambda row: urlkey(row.capture),
    "host": lambda row: to_host(row.capture.url),
    "captured_at": _instant(_from_capture("captured_at")),
    "http_status": _status,
    "content_type_detected": _from_page("media_type"),
    "raw_file": lambda row: row.ref.file,
    "raw_offset": lambda row: row.ref.offset,
    "raw_length": lambda row: row.ref.length,
    "raw_record_id": lambda row: row.ref.record_id or None,
    "source": lambda row: row.capture.provenance.source,
    "source_format": lambda row: row.capture.provenance.source_format,
    "source_file": lambda row: row.capture.provenance.file,
    "source_ordinal": lambda row: row.capture.provenance.ordinal,
    "source_text_digest": lambda row: _digest(row.page.source_text),
    "source_text_chars": lambda row: len(row.page.source_text),
    "author": _from_field("byline"),
    "published_at": _instant(_from_field("published_at")),
    "modified_at": _instant(_from_field("modified_at")),
    "page_clock": _instant(_from_field("page_clock")),
    "text_digest": lambda row: _digest(row.page.text),
    "text_chars": lambda row: len(row.page.text),
    "annotations": _remarkable,
    "evidence": _from_field("evidence"),
    "status": lambda row: str(row.page.status),
    "error": lambda row: row.page.reason or row.capture.error,
    **{
        name: _from_capture(name)
        for name in (
            "url", "captured_at_source", "redirect_url", "http_headers", "content_type", "truncated",
            "payload_digest",
        )
    },
    **{name: _from_page(name) for name in ("charset", "charset_source", "text", "edits", "removed_text")},
    **{
        name: _from_field(name)
        for name in (
            "canonical_url", "site_name", "language", "language_score", "title", "published_precision",
            "published_source", "modified_precision", "section", "tags", "related", "credits", "rights",
        )
    },
}  # fmt: skip
"""How each column is read off a row; ``domain`` and the pipeline's columns come apart."""
