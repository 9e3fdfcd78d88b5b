"""robots.txt (RFC 9309), kept for a day. The one door to Protego.

No answer forbids everything for a while; "not there" allows everything. 429 counts as no answer.
"""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Final, NamedTuple

from protego import Protego

from captures.fetching.state import State
from captures.fetching.values import ROBOTS_NAME, Exchange

MAX_ROBOTS_BYTES: Final = 512 * 1024
"""RFC 9309 asks for 500 KiB at least."""
MAX_CRAWL_DELAY: Final = 120.0
"""A longer one is read as this: a page in two minutes is slow enough for anybody."""
_DAY_SECONDS: Final = 86400.0
_RETRY_SECONDS: Final = 900.0
_MAX_LOOKED_UP: Final = 10_000
_NOBODY: Final = b"User-agent: *\nDisallow: /\n"


class Rules(NamedTuple):
    """What an origin's robots.txt says to us. ``reason`` is that of a refusal."""

    parsed: Protego
    reason: str

    def allows(self, url: str) -> bool:
        """Say whether a URL may be asked."""
        return bool(self.parsed.can_fetch(url, ROBOTS_NAME))

    @property
    def delay_seconds(self) -> float:
        """Return the pause it asks for, 0 without one."""
        delay = self.parsed.crawl_delay(ROBOTS_NAME) or 0.0
        rate = self.parsed.request_rate(ROBOTS_NAME)
        if rate and rate.requests:
            delay = max(delay, rate.seconds / rate.requests)
        return min(max(float(delay), 0.0), MAX_CRAWL_DELAY)

    @property
    def sitemaps(self) -> list[str]:
        """Return the sitemaps it names."""
        return list(self.parsed.sitemaps)


class Robots:
    """The robots.txt of all origins, shared by all workers."""

    def __init__(self, state: State) -> None:
        self._state = state
        # Until when which rules hold: nobody asks for them anew before that, so the state has no others.
        self._looked_up: dict[str, tuple[float, Rules]] = {}

    def rules(self, origin: str) -> Rules | None:
        """Return the rules of an origin, None if they have to be asked for."""
        now = time.time()
        until, rules = self._looked_up.get(origin, (0.0, None))
        if until > now:
            return rules
        row = self._state.row(
            "SELECT body, reason, until FROM robots WHERE origin=? AND until>?", origin, now
        )
        if row is None:
            return None
        if len(self._looked_up) >= _MAX_LOOKED_UP:
            self._looked_up.clear()
        rules = _parse(row["body"], row["reason"])
        self._looked_up[origin] = row["until"], rules
        return rules

    def remember(self, origin: str, exchange: Exchange | None, failure: str = "") -> Rules:
        """Take in what an origin answered, or why it did not."""
        status = exchange.status if exchange else 0
        reason, kept_seconds = "robots", _DAY_SECONDS
        if exchange and status == 200:
            body, _ = exchange.payload(MAX_ROBOTS_BYTES)
        elif 400 <= status < 500 and status != 429:
            body = b""
        else:
            body, kept_seconds = _NOBODY, _RETRY_SECONDS
            reason = f"robots-unreachable: {failure or f'http-{status}'}"
        with self._state.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO robots(origin, body, reason, until) VALUES(?, ?, ?, ?)",
                (origin, body, reason, time.time() + kept_seconds),
            )
        return _parse(body, reason)


@lru_cache(maxsize=256)
def _parse(body: bytes, reason: str) -> Rules:
    return Rules(Protego.parse(body.decode("utf-8-sig", "replace")), reason)
