"""WARC files: responses, resources and WET conversions; plain, gzip per record, or otherwise compressed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import BinaryIO, Final

from captures.entities import Entity, read_entity, split_content_type
from captures.files import CUT_OFF, file_time
from captures.frames import Frame, read_frames
from captures.guards import guarded
from captures.headers import HeaderMap, has_long_fields, parse_headers
from captures.sniff import is_html, is_text, sniff_magic
from captures.storage import open_input
from captures.times import to_instant
from captures.values import Capture, Item, Provenance, ReadOptions

_HEADER_BYTES: Final = 1 << 20
"""Kept of a block on top of the payload's limit: HTTP header and chunk sizes."""

_READ: Final = frozenset({"response", "resource", "conversion"})
_SKIPPED: Final = frozenset({"warcinfo", "request", "metadata", "revisit"})
_CRAWL_SCHEMES: Final = ("metadata:", "<metadata:", "dns:", "<dns:")
_HTML_TYPES: Final = frozenset({"text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml"})
_TEXT_TYPES: Final = frozenset(
    {"text/plain", "text/markdown", "text/x-markdown", "text/x-web-markdown", "text/x-rst", "text/enriched"}
)
_OPEN_TYPES: Final = frozenset(
    {"", "application/octet-stream", "binary/octet-stream", "application/unknown", "unknown/unknown",
     "application/xml", "text/xml", "text", "html", "*/*"}
)  # fmt: skip
"""Media types that say too little: the content decides."""


def read_captures(item: Item, options: ReadOptions) -> Iterator[Capture]:
    """Yield the captures of a WARC file; a damaged record is one with ``error``, and reading goes on."""
    with open_input(item.path) as raw:
        yield from read_records(raw, item, options)


def read_records(
    raw: BinaryIO, item: Item, options: ReadOptions, *, start: int = 0, is_stream: bool = False
) -> Iterator[Capture]:
    """Yield the captures of an open WARC from an offset on; ``item.path`` names it in the provenance."""
    keep = options.max_payload_bytes + _HEADER_BYTES
    frames = read_frames(raw, start=start, keep=keep, is_stream=is_stream)
    for ordinal, frame in enumerate(frames):
        headers = parse_headers(frame.head) or HeaderMap()
        kind = (headers.get("WARC-Type") or "").lower()
        if frame.damage or not (kind in _SKIPPED or _is_of_the_crawl(headers)):
            yield guarded(
                partial(_capture, frame, kind, headers, (item, options, ordinal)),
                partial(_unread, frame, (item, options, ordinal)),
            )


def read_payload(path: str, offset: int, options: ReadOptions) -> bytes:
    """Return the payload of the record that begins at an offset: what ``read_captures`` made of it."""
    with open_input(path) as raw:
        return read_payload_from(raw, Item(path, 0, ""), offset, options)


def read_payload_from(raw: BinaryIO, item: Item, offset: int, options: ReadOptions) -> bytes:
    """Return the payload of the record at an offset of an open WARC; nothing if it ends before."""
    capture = next(read_records(raw, item, options, start=offset), None)
    return capture.payload if capture else b""


def read_http(path: str, offset: int) -> bytes | None:
    """Return the HTTP message in the record at an offset as it stands there; None if it holds none."""
    with open_input(path) as raw:
        frame = next(read_frames(raw, start=offset, keep=sys.maxsize), None)
    headers = parse_headers(frame.head) if frame else None
    if frame is None or headers is None:
        return None
    is_http = split_content_type(headers.get("Content-Type"))[0] == "application/http"
    return frame.block if is_http else None


def _capture(frame: Frame, kind: str, headers: HeaderMap, context: tuple[Item, ReadOptions, int]) -> Capture:
    item, options, _ = context
    url = (headers.get("WARC-Target-URI") or "").strip("<> ") or None
    declared = headers.get("Content-Type")
    if kind == "response" and split_content_type(declared)[0] in ("application/http", ""):
        entity = read_entity(frame.block, url, options.max_payload_bytes)
    else:
        limit = options.max_payload_bytes
        entity = Entity(frame.block[:limit], None, declared, None, len(frame.block) > limit, None)
    declared_type, charset = split_content_type(entity.content_type)
    media_type, not_text = _media_type(declared_type, entity.payload)
    foreign = None if kind in _READ or frame.damage else f"a record of type {kind!r}, which is not read"
    unread = "fields of its header are too long to be read" if has_long_fields(frame.head) else None
    problems = (frame.damage, unread, entity.error, foreign, not_text if entity.payload else None)
    error = "; ".join(problem for problem in problems if problem)
    recorded_at = to_instant(headers.get("WARC-Date"))
    captured_at, captured_at_source = (recorded_at, "record") if recorded_at else file_time(item)
    return Capture(
        entity.payload,
        replace(
            _at(frame, context),
            source=headers.get("Strigil-Source") or options.source,
            record_id=headers.get("WARC-Record-ID"),
        ),
        media_type=media_type,
        url=url,
        captured_at=captured_at,
        captured_at_source=captured_at_source,
        content_type=entity.content_type,
        charset=charset,
        http_status=entity.status,
        redirect_url=entity.redirect_url,
        truncated=headers.get("WARC-Truncated") or (CUT_OFF if entity.cut or frame.cut else None),
        error=_where(frame, item) + error if error else None,
        http_headers=entity.headers,
    )


def _is_of_the_crawl(headers: HeaderMap) -> bool:
    """Say whether a record is about the crawl: wget's arguments and log, the answers of name servers."""
    return (headers.get("WARC-Target-URI") or "").lower().startswith(_CRAWL_SCHEMES)


def _unread(frame: Frame, context: tuple[Item, ReadOptions, int], why: str) -> Capture:
    """Return the capture of a record that nothing more is known of than where it stands."""
    item, _, _ = context
    captured_at, source = file_time(item)
    return Capture(
        b"",
        _at(frame, context),
        captured_at=captured_at,
        captured_at_source=source,
        error=_where(frame, item) + why,
    )


def _at(frame: Frame, context: tuple[Item, ReadOptions, int]) -> Provenance:
    item, options, ordinal = context
    return Provenance(item.path, options.source, "warc", ordinal, frame.offset, frame.length)


def _where(frame: Frame, item: Item) -> str:
    return f"{item.path}: " if frame.offset < 0 else f"{item.path}, byte {frame.offset}: "


def _media_type(declared: str, payload: bytes) -> tuple[str, str | None]:
    """Return the media type the payload is to be read as, and what it is when that is no text."""
    head = payload[:65536]
    if declared not in _HTML_TYPES | _TEXT_TYPES | _OPEN_TYPES:
        return declared, f"not text: {declared}"
    if not is_text(head):
        seen = sniff_magic(head) or "application/octet-stream"
        return seen, f"not text: {seen}"
    if declared in _HTML_TYPES or is_html(head):
        return "text/html", None
    if declared.endswith("/xml"):
        return declared, f"not text: {declared}"
    return "text/plain", None
