"""What an edition holds: a batch of a day counts when a part with its rows and the part's record exist.

A part holds one batch, or, once small parts were merged, many. Law: no two parts that exist hold
the same batch of a day.

    ledger/<edition>/<day>-<batch>.json      the record of a part with one batch
    ledger/<edition>/<day>/<digest>.json     the record of a merged part
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from itertools import chain

from archive.parts import Place, part_name
from archive.sealed import read_sealed
from archive.store import Store
from archive.values import PartRecord


def ledger_name(edition: str, place: Place) -> str:
    """Return the path of the record of a part with one batch, relative to the archive."""
    return f"ledger/{edition}/{place.day}-{place.batch[:16]}.json"


def merged_name(edition: str, place: Place) -> str:
    """Return the path of the record of a merged part, relative to the archive."""
    return f"ledger/{edition}/{place.day}/{place.batch[:16]}.json"


class Coverage:
    """What one edition holds. It reads the records of merged parts once a day, when it has to."""

    def __init__(self, store: Store, edition: str) -> None:
        self._store = store
        self._edition = edition
        self._merged: dict[str, dict[str, PartRecord]] = {}

    def has(self, place: Place) -> bool:
        """Return whether the rows of a batch of a day are there."""
        names = part_name(self._edition, place), ledger_name(self._edition, place)
        return self._there.issuperset(names) or self.find_merged(place) is not None

    @cached_property
    def _there(self) -> frozenset[str]:
        """All parts and records: listed at once, because a request for each of them would take its time."""
        folders = f"clean/{self._edition}/data", f"ledger/{self._edition}"
        return frozenset(chain.from_iterable(map(self._store.names, folders)))

    def find_merged(self, place: Place) -> PartRecord | None:
        """Return the record of the merged part that holds a batch of a day, if there is one."""
        if place.day not in self._merged:
            records = self._read_merged(place.day)
            self._merged[place.day] = {batch: record for record in records for batch in record.batches}
        return self._merged[place.day].get(place.batch)

    def _read_merged(self, day: str) -> Iterator[PartRecord]:
        for name in self._store.names(f"ledger/{self._edition}/{day}"):
            with suppress(FileNotFoundError):  # a compaction has just removed it: another part has its rows
                record = PartRecord.from_json(read_sealed(self._store, name))
                if self._store.exists(record.path):
                    yield record
