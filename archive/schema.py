"""The columns of a part file, each with its description: the one place that names them.

Types are those that DuckDB, Polars, pandas, pyarrow and Spark all read. Offsets are code points
into the source text, half-open.
"""

from __future__ import annotations

import json
from typing import Any, Final

import pyarrow as pa

from archive.values import SCHEMA_VERSION

_STRING: Final = pa.string()
_STRINGS: Final = pa.list_(pa.string())
_INSTANT: Final = pa.timestamp("us", "UTC")
_COUNT: Final = pa.int32()
_SCORE: Final = pa.float32()

EDIT: Final = pa.struct(
    [
        ("start", _COUNT),
        ("end", _COUNT),
        ("label", _STRING),
        ("reason", _STRING),
        ("score", _SCORE),
        ("replacement", _STRING),
    ]
)
ANNOTATION: Final = pa.struct(
    [
        ("start", _COUNT),
        ("end", _COUNT),
        ("label", _STRING),
        ("reason", _STRING),
        ("score", _SCORE),
        ("kept", pa.bool_()),
    ]
)
HEADER: Final = pa.struct([("name", _STRING), ("value", _STRING)])
EVIDENCE: Final = pa.struct(
    [
        ("field", _STRING),
        ("value", _STRING),
        ("source", _STRING),
        ("score", _SCORE),
        ("start", _COUNT),
        ("end", _COUNT),
        ("chosen", pa.bool_()),
    ]
)

_COLUMNS: Final[tuple[tuple[str, pa.DataType, str], ...]] = (
    ("capture_id", _STRING, "Key: 32 hex of sha256 over identity, captured_at if recorded, payload_digest"),
    ("url", _STRING, "URL as captured (WARC-Target-URI); null for a file"),
    ("urlkey", _STRING, "SURT of the URL, or file#ordinal; sort key"),
    ("host", _STRING, "Host of the URL, lower case"),
    ("domain", _STRING, "Registered domain by the list of public suffixes"),
    ("captured_at", _INSTANT, "When the capture began (WARC-Date)"),
    ("captured_at_source", _STRING, "record: the capture says so; mtime: of the file it was read from"),
    ("http_status", pa.int16(), "HTTP status of the response"),
    ("redirect_url", _STRING, "Where a redirect led to"),
    ("canonical_url", _STRING, "The URL the page gives for itself"),
    ("site_name", _STRING, "The name the site gives itself"),
    (
        "http_headers",
        pa.list_(HEADER),
        "Last-Modified, ETag, Content-Language, Link and X-Robots-Tag, as sent",
    ),
    ("content_type", _STRING, "Content-Type as sent"),
    ("content_type_detected", _STRING, "Media type as which the payload was read"),
    ("charset", _STRING, "IANA name of the charset it was decoded with"),
    ("charset_source", _STRING, "Why that charset"),
    ("language", _STRING, "BCP 47, of the kept text"),
    ("language_score", _SCORE, "How sure, 0 to 1"),
    ("page_type", _STRING, "article, forum, product, collection, listing, documentation, service"),
    ("page_type_score", _SCORE, "How sure, 0 to 1"),
    ("truncated", _STRING, "Why the capture is cut short (WARC-Truncated)"),
    ("payload_digest", _STRING, "sha256:<hex> of the payload"),
    ("raw_file", _STRING, "WARC file with the raw bytes; relative to the archive if it is inside it"),
    ("raw_offset", pa.int64(), "First byte of the record in raw_file"),
    ("raw_length", pa.int64(), "Bytes of the (compressed) record"),
    ("raw_record_id", _STRING, "WARC-Record-ID, urn:uuid:…"),
    ("source", _STRING, "Label of the collection, as given by the run"),
    ("source_format", _STRING, "txt, html, jsonl, parquet, warc, wet, wacz, …"),
    ("source_file", _STRING, "File the capture was read from"),
    ("source_ordinal", pa.int64(), "Number of the record in that file, from 0"),
    ("source_text_digest", _STRING, "sha256:<hex> of the decoded, rendered text before cleaning (UTF-8)"),
    ("source_text_chars", _COUNT, "Code points of that text"),
    ("title", _STRING, "Headline"),
    ("author", _STRING, "Byline"),
    ("published_at", _INSTANT, "When the story was published"),
    ("published_precision", _STRING, "year, month, day, minute, second"),
    ("published_source", _STRING, "Where that was seen"),
    ("modified_at", _INSTANT, "When the story was last changed"),
    ("modified_precision", _STRING, "year, month, day, minute, second"),
    ("section", _STRING, "Section of the site"),
    ("tags", _STRINGS, "Key words of the story"),
    ("related", _STRINGS, "Headlines of other stories that stood in the page"),
    ("credits", _STRINGS, "Who made pictures or worked on the story"),
    ("rights", _STRING, "Who holds the rights"),
    ("license", _STRING, "Address of the licence"),
    ("image", _STRING, "Address of the lead picture"),
    ("page_clock", _INSTANT, "The clock of the site's header"),
    ("text", _STRING, "What was kept"),
    ("text_digest", _STRING, "sha256:<hex> of text (UTF-8)"),
    ("text_chars", _COUNT, "Code points of text"),
    ("edits", pa.list_(EDIT), "Every change to the source text, sorted, disjoint; removal: no replacement"),
    ("removed_text", _STRING, "What the edits took out of the source text, joined in their order"),
    ("annotations", pa.list_(ANNOTATION), "Kept lines that are not plain body"),
    ("evidence", pa.list_(EVIDENCE), "Every candidate value of every field; offsets -1: not in the text"),
    ("status", _STRING, "cleaned, empty, review, rejected, failed"),
    ("error", _STRING, "Why it is not cleaned, or what was damaged"),
    ("cleaner", _STRING, "Name of the cleaner"),
    ("cleaner_version", _STRING, "PEP 440"),
    ("policy", _STRING, "strict, balanced, lenient, annotate"),
    ("config_digest", _STRING, "sha256:<hex> of the cleaner's code, data and settings"),
)

SCHEMA: Final = pa.schema(
    [pa.field(name, kind, metadata={"description": text}) for name, kind, text in _COLUMNS]
)

REPETITIVE: Final = (
    "host", "domain", "captured_at_source", "http_status", "site_name", "content_type",
    "content_type_detected", "charset", "charset_source", "language", "page_type", "truncated", "raw_file",
    "source", "source_format", "source_file", "published_precision", "published_source", "modified_precision",
    "section", "rights", "license", "status", "error", "cleaner", "cleaner_version", "policy",
    "config_digest", "tags.list.element", "credits.list.element",
    "edits.list.element.label", "edits.list.element.reason", "edits.list.element.replacement",
    "edits.list.element.score",
    "annotations.list.element.label", "annotations.list.element.reason",
    "evidence.list.element.field", "evidence.list.element.source", "evidence.list.element.score",
)  # fmt: skip
"""Columns written with a dictionary."""

WITH_STATISTICS: Final = (
    "capture_id", "url", "urlkey", "host", "domain", "captured_at", "http_status", "payload_digest",
    "raw_file", "raw_offset", "source", "source_format", "source_file", "language", "page_type",
    "published_at", "modified_at", "page_clock", "section", "text_chars", "source_text_chars", "status",
)  # fmt: skip
"""Columns with minima and maxima; long texts have none."""

LOOKED_UP: Final = ("url", "capture_id", "payload_digest")
"""Columns with a Bloom filter."""


def describe_schema() -> dict[str, Any]:
    """Return the data dictionary of an edition."""
    columns = [{"name": name, "type": str(kind), "description": text} for name, kind, text in _COLUMNS]
    day = {
        "name": "capture_date",
        "type": "date (name of the folder)",
        "description": "Day of captured_at in UTC; 0001-01-01 if no date is known",
    }
    return {"schema_version": SCHEMA_VERSION, "columns": [*columns, day]}


def read_columns(data: bytes) -> list[tuple[str, str]]:
    """Return names and types of what a ``schema.json`` describes, in whatever words; its version is first.

    Raises ``ValueError`` for what is none.
    """
    try:
        told = json.loads(data)
        columns = [(str(column["name"]), str(column["type"])) for column in told["columns"]]
        return [("schema_version", str(told.get("schema_version"))), *columns]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no description of columns: {error}") from error


def schema_json() -> bytes:
    """Return ``schema.json`` of an edition."""
    return (json.dumps(describe_schema(), indent=1) + "\n").encode()
