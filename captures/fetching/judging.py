"""What an answer means: new, unchanged, changed, gone; try again; or a failure. Pure."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple

from captures.fetching.errors import ForbiddenUrlError
from captures.fetching.pages import Known
from captures.fetching.queue import Ended
from captures.fetching.records import IDENTICAL, NOT_MODIFIED, Original, digest_of, to_date
from captures.fetching.urls import to_normal_url
from captures.fetching.values import Exchange, Header, Limits, Outcome

MAX_TRIES: Final = 3
_BUSY: Final = frozenset({429, 503})
_PASSING: Final = frozenset({408, 500, 502, 504})
_GONE: Final = frozenset({404, 410})
_MAX_RETRY_AFTER: Final = 86400.0


class Verdict(NamedTuple):
    """What is to be written down. ``revisit``: instead of the response. ``seen``: what is new of the page."""

    ended: Ended
    revisit: Original | None = None
    seen: Known | None = None
    target: str | None = None
    """Where a redirect leads."""


def to_validator(value: str | None) -> str | None:
    """Return a validator that can be sent back; a long or odd one is none.

    >>> to_validator('W/"1"'), to_validator('"café"'), to_validator("")
    ('W/"1"', None, None)
    """
    return value if value and len(value) < 1000 and value.isascii() and value.isprintable() else None


def to_conditions(known: Known | None) -> tuple[Header, ...]:
    """Return the headers that ask for a page only if it is another than the one that is kept."""
    if known is None or not 200 <= known.status < 300:
        return ()
    conditions = (
        Header("If-None-Match", to_validator(known.etag) or ""),
        Header("If-Modified-Since", to_validator(known.modified) or ""),
    )
    return tuple(condition for condition in conditions if condition.value)


def is_busy(exchange: Exchange) -> bool:
    """Say whether a host asks to be left alone for a while."""
    return exchange.status in _BUSY


def is_passing(exchange: Exchange) -> bool:
    """Say whether asking again may give another answer."""
    return exchange.status in _PASSING or exchange.truncated in {"time", "disconnect"}


def retry_after(exchange: Exchange) -> float | None:
    """Return the seconds that Retry-After asks for, a number or a date; None without one."""
    text = (exchange.header("Retry-After") or "").strip()
    if text.isdecimal() and len(text) < 10:
        return min(float(text), _MAX_RETRY_AFTER)
    try:
        return min(max(parsedate_to_datetime(text).timestamp() - time.time(), 0.0), _MAX_RETRY_AFTER)
    except (ValueError, IndexError, OverflowError):
        return None


def judge(exchange: Exchange, known: Known | None, limits: Limits) -> Verdict:
    """Return what an answer means, given what was last seen of the page."""
    status = exchange.status
    if status == 304 and known is not None:
        ended = Ended(Outcome.UNCHANGED, "not-modified", status)
        return Verdict(ended, Original(known.captured_at, known.digest, NOT_MODIFIED))
    payload, is_cut = exchange.payload(limits.max_payload_bytes)
    if len(payload) > max(len(exchange.body), 4096) * limits.max_ratio or is_cut:
        return Verdict(Ended(Outcome.REFUSED, "decompression-bomb", status))
    digest = digest_of(exchange.body)
    seen = _seen(exchange, digest, digest if payload == exchange.body else digest_of(payload))
    target, reason = _target(exchange)
    is_same = known is not None and (known.status, known.location) == (status, seen.location)
    if target or reason:
        ended = Ended(Outcome.REDIRECT if target else Outcome.FAILED, reason, status)
    elif status in _GONE:
        ended = Ended(Outcome.GONE, "", status)
    elif not 200 <= status < 300:
        ended = Ended(Outcome.ERROR, f"http-{status}", status)
    elif known is None or not 200 <= known.status < 300:
        ended = Ended(Outcome.NEW, exchange.truncated or "", status)
    elif known.text_digest == seen.text_digest:
        ended = Ended(Outcome.UNCHANGED, "same-digest", status)
    else:
        ended = Ended(Outcome.CHANGED, exchange.truncated or "", status)
    if is_same and known and known.digest == seen.digest and not exchange.truncated:
        return Verdict(ended, Original(known.captured_at, known.digest, IDENTICAL), None, target)
    return Verdict(ended, None, seen, target)


def _seen(exchange: Exchange, digest: str, text_digest: str) -> Known:
    is_whole = exchange.truncated is None
    return Known(
        status=exchange.status,
        etag=to_validator(exchange.header("ETag")) if is_whole else None,
        modified=to_validator(exchange.header("Last-Modified")) if is_whole else None,
        digest=digest,
        text_digest=text_digest,
        location=exchange.header("Location"),
        captured_at=to_date(exchange.started_at),
    )


def _target(exchange: Exchange) -> tuple[str | None, str]:
    """Return where a redirect leads, or why it leads nowhere."""
    location = exchange.header("Location")
    if exchange.status not in {301, 302, 303, 307, 308} or not location:
        return None, ""
    try:
        return to_normal_url(location.encode("latin1").decode("utf-8", "replace"), exchange.url), ""
    except ForbiddenUrlError as error:
        return None, f"redirect to what is refused: {error}"
