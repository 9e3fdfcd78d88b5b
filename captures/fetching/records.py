"""WARC/1.1 records of an exchange, each its own gzip member: what went over the wire, as it went.

Nothing of request or response is parsed and written anew, so the block digests are of the bytes
that were sent. A chunked response carries no payload digest of its own: readers disagree whether
it is over the chunks, and a digest that half of them call wrong is worse than none; the index has it.
"""

from __future__ import annotations

import hashlib
import platform
import uuid
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from captures.fetching.client import HEAD_END
from captures.fetching.values import SOFTWARE, Exchange

_ZLIB_LEVEL: Final = 2
_GZIP_WINDOW: Final = 31
_PROFILE: Final = "http://netpreserve.org/warc/1.1/revisit/"
IDENTICAL: Final = _PROFILE + "identical-payload-digest"
NOT_MODIFIED: Final = _PROFILE + "server-not-modified"
SOURCE_FIELD: Final = "Strigil-Source"
"""A field of our own, which the standard allows and other readers ignore: the column ``source``."""


class Original(NamedTuple):
    """The capture that a revisit record stands for."""

    captured_at: str
    digest: str
    profile: str


class Recorded(NamedTuple):
    """The records of one exchange, ready to be appended; the first is the response or revisit."""

    data: bytes
    length: int
    record_id: str
    digest: str
    is_response: bool


def digest_of(data: bytes) -> str:
    """Return ``sha256:<hex>``."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def to_warcinfo(name: str, contact: str) -> bytes:
    """Return the record that opens a file: who made it, by which rules."""
    fields = [
        ("software", f"{SOFTWARE} (Python {platform.python_version()})"),
        ("format", "WARC File Format 1.1"),
        ("conformsTo", "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"),
        ("robots", "obey"),
        *([("operator", contact)] if contact else []),
    ]
    block = "".join(f"{key}: {value}\r\n" for key, value in fields).encode()
    return _to_record(
        "warcinfo",
        [
            ("WARC-Filename", name),
            ("WARC-Date", to_date(datetime.now(UTC))),
            ("Content-Type", "application/warc-fields"),
        ],
        block,
    )[0]


def to_records(exchange: Exchange, source: str, revisit: Original | None = None) -> Recorded:
    """Return the response (or revisit) and the request of an exchange; ``source`` is whose it is."""
    digest = revisit.digest if revisit else digest_of(exchange.body)
    shared = [
        ("WARC-Target-URI", exchange.url),
        ("WARC-Date", to_date(exchange.started_at)),
        (SOURCE_FIELD, "".join(char for char in source if char.isprintable())),
    ]
    if exchange.address:
        shared.append(("WARC-IP-Address", exchange.address))
    head, block = list(shared), exchange.response_bytes
    if revisit:
        end = HEAD_END.search(block)
        block = block[: end.end()] if end else block
        head += [
            ("WARC-Profile", revisit.profile),
            ("WARC-Refers-To-Target-URI", exchange.url),
            ("WARC-Refers-To-Date", revisit.captured_at),
        ]
    if revisit or not exchange.header("Transfer-Encoding"):
        head.append(("WARC-Payload-Digest", digest))
    if exchange.truncated and not revisit:
        head.append(("WARC-Truncated", exchange.truncated))
    head.append(("Content-Type", "application/http; msgtype=response"))
    response, record_id = _to_record("revisit" if revisit else "response", head, block)
    request, _ = _to_record(
        "request",
        [
            *shared,
            ("WARC-Concurrent-To", record_id),
            ("Content-Type", "application/http; msgtype=request"),
        ],
        exchange.request_bytes,
    )
    return Recorded(response + request, len(response), record_id, digest, revisit is None)


def to_date(instant: datetime) -> str:
    """Return a WARC-Date with microseconds."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _to_record(kind: str, fields: Sequence[tuple[str, str]], block: bytes) -> tuple[bytes, str]:
    record_id = f"<{uuid.uuid4().urn}>"
    lines = [
        ("WARC-Type", kind),
        ("WARC-Record-ID", record_id),
        *fields,
        ("WARC-Block-Digest", digest_of(block)),
        ("Content-Length", str(len(block))),
    ]
    head = "WARC/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines) + "\r\n"
    compressor = zlib.compressobj(_ZLIB_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
    packed = compressor.compress(head.encode()) + compressor.compress(block)
    return packed + compressor.compress(b"\r\n\r\n") + compressor.flush(), record_id
