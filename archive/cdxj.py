"""The index of a batch's raw captures: one CDXJ line each, and everything to make the capture again.

The keys that other tools read (``url``, ``mime``, ``status``, ``digest``, ``length``, ``offset``,
``filename``) are theirs; ``capture`` holds our values. Law: ``from_line(to_line(…))`` is identity
on all but the payload. JSON in ASCII; even lone surrogates come back.
"""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import datetime
from typing import Any, Final, NamedTuple

from archive.identity import urlkey
from archive.surrogates import MARK, escape, unescape
from archive.values import RawRef
from archive.warc import target_uri, warc_date
from captures.values import Capture, Provenance

_PLAIN_FIELDS: Final = tuple(
    field.name for field in fields(Capture) if field.name not in {"payload", "provenance", "captured_at"}
)

_NO_PUNCTUATION: Final = str.maketrans("", "", "-:T")
_PROVENANCE_FIELDS: Final = tuple(field.name for field in fields(Provenance))


class IndexLine(NamedTuple):
    """One capture of a batch in its index. ``capture`` comes without its payload."""

    position: int
    capture_id: str
    capture: Capture
    payload_digest: str
    payload_bytes: int
    ref: RawRef


def to_line(line: IndexLine) -> str:
    """Return the CDXJ line of a capture, with its line break."""
    capture, ref = line.capture, line.ref
    content = {
        "url": target_uri(capture),
        "mime": capture.media_type,
        "status": str(capture.http_status or "-"),
        "digest": line.payload_digest,
        "length": str(ref.length),
        "offset": str(ref.offset),
        "filename": ref.file,
        "record_id": ref.record_id,
        "capture_id": line.capture_id,
        "position": line.position,
        "payload_bytes": line.payload_bytes,
        "capture": _to_json(capture),
    }
    return f"{urlkey(capture)} {_timestamp(capture)} {json.dumps(escape(content))}\n"


def from_line(text: str) -> IndexLine:
    """Return what a CDXJ line says."""
    _urlkey, _timestamp, content = text.split(" ", 2)
    data: dict[str, Any] = json.loads(content)
    if MARK in content:
        data = unescape(data)
    ref = RawRef(data["filename"], int(data["offset"]), int(data["length"]), data["record_id"])
    return IndexLine(
        data["position"],
        data["capture_id"],
        _from_json(data["capture"]),
        data["digest"],
        data["payload_bytes"],
        ref,
    )


def _to_json(capture: Capture) -> dict[str, Any]:
    """Return all of a capture but its payload as plain data, without what is None."""
    data = {name: getattr(capture, name) for name in _PLAIN_FIELDS}
    data["captured_at"] = capture.captured_at.isoformat() if capture.captured_at else None
    data["provenance"] = {name: getattr(capture.provenance, name) for name in _PROVENANCE_FIELDS}
    return {name: value for name, value in data.items() if value not in (None, ())}


def _from_json(data: dict[str, Any]) -> Capture:
    captured_at = data.pop("captured_at", None)
    http_headers = tuple((name, value) for name, value in data.pop("http_headers", ()))
    return Capture(
        payload=b"",
        provenance=Provenance(**data.pop("provenance")),
        captured_at=datetime.fromisoformat(captured_at) if captured_at else None,
        http_headers=http_headers,
        **data,
    )


def _timestamp(capture: Capture) -> str:
    """Return the 14 digits of CDXJ."""
    return warc_date(capture)[:19].translate(_NO_PUNCTUATION)
