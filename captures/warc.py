"""WARC files: responses, resources and WET conversions; plain, gzip per record, or otherwise compressed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import BinaryIO, Final

from captures.entities import Entity, read_entity, split_content_type
from captures.files import CUT_OFF, file_time
from captures.frames import Frame, read_frames
from captures.headers import HeaderMap, parse_headers
from captures.sniff import is_html, is_text, sniff_magic
from captures.storage import open_input
from captures.times import to_instant
from captures.values import Capture, Item, Provenance, ReadOptions

_HEADER_BYTES: Final = 1 << 20
"""Kept of a block on top of the payload's limit: HTTP header and chunk sizes."""

_READ: Final = frozenset({"response", "resource", "conversion"})
_SKIPPED: Final = frozenset({"warcinfo", "request", "metadata", "revisit"})
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


def read_records(raw: BinaryIO, item: Item, options: ReadOptions, *, start: int = 0) -> Iterator[Capture]:
    """Yield the captures of an open WARC from an offset on; ``item.path`` names it in the provenance."""
    frames = read_frames(raw, start=start, keep=options.max_payload_bytes + _HEADER_BYTES)
    for ordinal, frame in enumerate(frames):
        headers = parse_headers(frame.head) or HeaderMap()
        kind = (headers.get("WARC-Type") or "").lower()
        if frame.damage or kind not in _SKIPPED:
            yield _capture(frame, kind, headers, (item, options, ordinal))


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
    item, options, ordinal = context
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
    problems = (frame.damage, entity.error, foreign, not_text if entity.payload else None)
    error = "; ".join(problem for problem in problems if problem)
    where = item.path if frame.offset < 0 else f"{item.path}, byte {frame.offset}"
    recorded_at = to_instant(headers.get("WARC-Date"))
    captured_at, captured_at_source = (recorded_at, "record") if recorded_at else file_time(item)
    return Capture(
        entity.payload,
        Provenance(
            item.path,
            headers.get("Strigil-Source") or options.source,
            "warc",
            ordinal,
            frame.offset,
            frame.length,
            headers.get("WARC-Record-ID"),
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
        error=f"{where}: {error}" if error else None,
        http_headers=entity.headers,
    )


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
