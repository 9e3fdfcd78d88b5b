"""Tombstones: what was taken down, by whom and why, without a word of what it was.

``tombstones/<id>.json`` is one takedown. It counts once an entry of the log names it: from
then on no commit takes these captures, their payloads or the URLs that were named, and whoever
finds a row of them removes it.
"""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from archive.identity import urlkey
from captures.values import Capture

NO_PAYLOAD: Final = "sha256:" + hashlib.sha256(b"").hexdigest()
"""Damaged captures may have no payload at all; that is nothing to be taken down."""


class Taken(NamedTuple):
    """One capture that was taken down. It stood in a batch, and its rows in the parts of a day."""

    capture_id: str
    batch: str
    capture_date: str
    urlkey_digest: str
    payload_digest: str


@dataclass(frozen=True, slots=True)
class Takedown:
    """One decision. ``urls`` are digests of the keys of URLs that are not to come back at all."""

    captures: tuple[Taken, ...]
    urls: tuple[str, ...]
    by: str
    reason: str
    at: str

    def to_json(self) -> dict[str, Any]:
        """Return the takedown as plain data."""
        return {
            "at": self.at,
            "by": self.by,
            "reason": self.reason,
            "urls": list(self.urls),
            "captures": [one._asdict() for one in self.captures],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Takedown:
        """Return the takedown from plain data."""
        captures = tuple(Taken(**one) for one in data["captures"])
        return cls(captures, tuple(data["urls"]), data["by"], data["reason"], data["at"])


class Tombstones:
    """All that was ever taken down from one archive."""

    def __init__(self) -> None:
        self.decisions: dict[str, Takedown] = {}
        self._ids: set[str] = set()
        self._payloads: set[str] = set()
        self._urls: set[str] = set()
        self._days: dict[str, Counter[str]] = {}
        self._by_batch: dict[str, set[str]] = {}

    def add(self, name: str, takedown: Takedown) -> None:
        """Take in the decision that a file holds; a capture may stand in several."""
        self.decisions[name] = takedown
        self._urls.update(takedown.urls)
        for one in takedown.captures:
            if one.payload_digest != NO_PAYLOAD:
                self._payloads.add(one.payload_digest)
            if one.capture_id not in self._ids:
                self._ids.add(one.capture_id)
                self._by_batch.setdefault(one.batch, set()).add(one.capture_id)
                self._days.setdefault(one.batch, Counter())[one.capture_date] += 1

    def blocks(self, capture: Capture, capture_id: str, payload_digest: str) -> bool:
        """Return whether a capture must not come in (again)."""
        if not self._ids and not self._urls:
            return False
        is_known = capture_id in self._ids or payload_digest in self._payloads
        return is_known or (capture.url is not None and digest_urlkey(urlkey(capture)) in self._urls)

    def of_batch(self, batch: str) -> frozenset[str]:
        """Return the ids of the captures of a batch that are taken down."""
        return frozenset(self._by_batch.get(batch, ()))

    @property
    def ids(self) -> Collection[str]:
        """Return the ids of all captures that are taken down."""
        return self._ids

    def days(self, batch: str) -> Mapping[str, int]:
        """Return how many captures of each day were taken from a batch."""
        return self._days.get(batch, Counter())


def digest_urlkey(key: str) -> str:
    """Return the digest that stands for a URL in a tombstone."""
    return "sha256:" + hashlib.sha256(key.encode()).hexdigest()


def new_tombstone_name() -> str:
    """Return a name for a takedown that no other has, also one of the same captures in the same second."""
    return f"tombstones/{uuid.uuid4().hex}.json"


def finished_name(tombstone: str) -> str:
    """Return the name of the file that says that all of a takedown is done."""
    return f"tombstones/finished/{tombstone.removeprefix('tombstones/')}"
