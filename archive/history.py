"""Which edition was current, and since when: numbered records that nobody changes.

``history/0000000001.json`` is one flip of ``clean/CURRENT``, written after it. Killed in between, a
flip is missing here and nothing else is: what is current stands in ``CURRENT`` alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, NamedTuple

from archive.errors import DamagedFileError
from archive.sealed import read_sealed, to_sealed
from archive.store import Store

_FOLDER: Final = "history"
_DIGITS: Final = 10


class Action(StrEnum):
    """What happened to an edition."""

    PROMOTED = "promoted"
    ROLLED_BACK = "rolled back to"
    DROPPED = "dropped"


class Event(NamedTuple):
    """One thing that happened to one edition, and when (ISO 8601, UTC)."""

    action: Action
    edition: str
    at: str


def read_history(store: Store) -> Iterator[Event]:
    """Yield all that happened, oldest first."""
    for name in sorted(store.names(_FOLDER)):
        try:
            said = read_sealed(store, name)
            yield Event(Action(said["action"]), said["edition"], said["at"])
        except (ValueError, KeyError) as error:
            raise DamagedFileError(store.address(name), f"it is no record of the history: {error}") from error


def record_event(store: Store, action: Action, edition: str) -> Event:
    """Add what has just happened."""
    event = Event(action, edition, datetime.now(UTC).isoformat(timespec="seconds"))
    data = to_sealed(event._asdict())
    number = sum(1 for _ in store.names(_FOLDER))
    while not store.create(f"{_FOLDER}/{(number := number + 1):0{_DIGITS}}.json", data):
        pass  # somebody else has taken that number
    return event


def find_previous(store: Store, current: str | None) -> str | None:
    """Return the edition that was current before, if it is still there.

    Rolling back takes an edition off the pile, so that rolling back twice goes back two editions.
    """
    pile: list[str] = []
    for action, edition, _at in read_history(store):
        if action is Action.DROPPED:
            pile = [other for other in pile if other != edition]
        elif action is Action.ROLLED_BACK and edition in pile:
            del pile[pile.index(edition) + 1 :]
        elif pile[-1:] != [edition]:
            pile.append(edition)
    return next((edition for edition in reversed(pile) if edition != current), None)


def find_since(store: Store, current: str | None) -> str | None:
    """Return since when the current edition is current, if that was recorded."""
    flips = [event for event in read_history(store) if event.action is not Action.DROPPED]
    return flips[-1].at if flips and flips[-1].edition == current else None
