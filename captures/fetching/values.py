"""The values of fetching: limits, what was asked and answered, and how a URL ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from captures.entities import read_entity

SOFTWARE: Final = "Strigil/0.1"
ROBOTS_NAME: Final = "Strigil"
"""The name by which robots.txt may address us."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one request. What is longer than ``max_body_bytes`` is cut and marked as truncated.

    ``max_ratio`` is decoded bytes for each byte sent: text compresses 3 to 20 times, a bomb 1000.
    """

    connect_seconds: float = 15.0
    read_seconds: float = 20.0
    total_seconds: float = 90.0
    max_body_bytes: int = 16 * 1024 * 1024
    max_payload_bytes: int = 64 * 1024 * 1024
    max_ratio: int = 200
    max_headers: int = 128
    max_redirects: int = 8


class Header(NamedTuple):
    """A request header. The value of a secret one is in no record, row or log line."""

    name: str
    value: str
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """A GET of a URL in normal form. ``headers`` come on top of those of the client."""

    url: str
    headers: tuple[Header, ...] = ()
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its response, both as sent; secrets are blotted out of ``request_bytes``.

    ``response_bytes`` is head and body as they came, chunk sizes and content encoding included.
    ``body`` is the entity body, transfer encoding undone. ``truncated`` is WARC's word for why it
    ends early: ``length``, ``time`` or ``disconnect``.
    """

    url: str
    request_bytes: bytes = field(repr=False)
    response_bytes: bytes = field(repr=False)
    body: bytes = field(repr=False)
    status: int
    headers: tuple[tuple[str, str], ...]
    started_at: datetime
    seconds: float
    address: str | None = None
    truncated: str | None = None

    def header(self, name: str) -> str | None:
        """Return the first response header of this name."""
        wanted = name.lower()
        for key, value in self.headers:
            if key.lower() == wanted:
                return value
        return None

    def payload(self, limit: int) -> tuple[bytes, bool]:
        """Return at most ``limit`` bytes of the payload, all encodings undone, and whether there is more."""
        if not (self.header("Content-Encoding") or self.header("Transfer-Encoding")):
            return self.body[:limit], len(self.body) > limit
        entity = read_entity(self.response_bytes, self.url, limit)
        return entity.payload, entity.cut


class Outcome(StrEnum):
    """How a URL of a run ended."""

    NEW = "new"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    GONE = "gone"
    REDIRECT = "redirect"
    ERROR = "error"
    """An HTTP status of 400 or more, but not a page that is gone."""
    FAILED = "failed"
    """No answer, in any attempt."""
    REFUSED = "refused"
    """Not asked: robots.txt, an address, a budget, a limit."""
    NOT_DUE = "not-due"
    """Not asked: it is too early to ask again."""


class Kind(StrEnum):
    """What a URL is asked for."""

    AUTO = "auto"
    PAGE = "page"
    HOME = "home"
    FEED = "feed"
    SITEMAP = "sitemap"
    LIST = "list"
    WARC = "warc"
    ROBOTS = "robots"


class Found(NamedTuple):
    """A URL to ask, in normal form. ``hint`` is when its list says it changed; ``hops``: redirects so far."""

    url: str
    kind: Kind
    source: str
    found_on: str | None = None
    hint: str | None = None
    hops: int = 0


class Place(NamedTuple):
    """Where a record was written."""

    warc: str
    start: int
