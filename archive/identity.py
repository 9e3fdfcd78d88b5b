"""What tells one capture from every other, and the day it belongs to.

Law: the same record read again has the same id; a touched file is no new capture.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Final

from archive.surt import to_ascii, to_surt
from captures.values import Capture

UNDATED: Final = "0001-01-01"
"""The day of captures without any date. (A null day cannot be read by pandas.)"""


def to_utc(instant: datetime) -> datetime:
    """Return an instant in UTC; one without a zone is taken as UTC."""
    if instant.tzinfo is None:
        return instant.replace(tzinfo=UTC)
    try:
        return instant.astimezone(UTC)
    except OverflowError:  # the first and the last day of the calendar
        return instant.replace(tzinfo=UTC)


def capture_date(capture: Capture) -> str:
    """Return the day a capture is filed under; only the raw capture decides it."""
    return to_utc(capture.captured_at).date().isoformat() if capture.captured_at else UNDATED


def identity(capture: Capture) -> str:
    """Return what was captured: the SURT of the URL, or the record of a file."""
    if capture.url:
        return to_surt(capture.url)
    return to_ascii(f"{capture.provenance.file}#{capture.provenance.ordinal}")


def urlkey(capture: Capture) -> str:
    """Return the key by which captures are sorted and looked up, as CDXJ has it."""
    return urlkey_of(capture.url) if capture.url else identity(capture)


def urlkey_of(url: str) -> str:
    """Return the key of a URL."""
    return to_surt(url).lower()


def capture_id(capture: Capture, payload_digest: str) -> str:
    """Return the id of a capture: 32 hex digits."""
    at = ""
    if capture.captured_at is not None and capture.captured_at_source == "record":
        at = to_utc(capture.captured_at).isoformat(timespec="microseconds")
    key = "\n".join((identity(capture), at, payload_digest))
    return hashlib.sha256(key.encode()).hexdigest()[:32]
