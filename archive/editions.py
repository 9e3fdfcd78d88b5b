"""Editions: the rows one pipeline made of all captures. What is in them, and which one is current.

``clean/CURRENT`` names the current edition, and ``clean/current`` leads to it, for tools that
read a folder. A part counts when its ledger record is there too, which is written after it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime

import pyarrow as pa

from archive.bag import is_sealed, seal
from archive.compact import CompactedDay, compact_edition
from archive.coverage import Coverage, ledger_name
from archive.entries import BatchDays
from archive.errors import (
    AmbiguousEditionError,
    CollisionError,
    DamagedFileError,
    DropRefusedError,
    NoEditionError,
    NothingBeforeError,
    PromotionRefusedError,
    PublishedError,
    SchemaChangedError,
)
from archive.history import Action, find_previous, record_event
from archive.parts import WRITER, Place, WrittenPart, write_part
from archive.published import published_editions
from archive.schema import read_columns, schema_json
from archive.sealed import read_sealed, to_sealed
from archive.store import Store
from archive.values import PartRecord, Pipeline

_CURRENT = "clean/CURRENT"
_LINK = "clean/current"


class Editions:
    """The editions of one archive."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def publish(
        self, batch: str, days: Mapping[str, Sequence[pa.Table]], pipeline: Pipeline
    ) -> tuple[PartRecord, ...]:
        """Write the parts of a batch, one a day, and then their ledger records, unless they are there."""
        edition = pipeline.edition
        places = {Place(batch, day): tables for day, tables in sorted(days.items())}
        with self._store.lock(f"clean/{edition}"):
            coverage = Coverage(self._store, edition)
            found = {place: coverage.find_merged(place) for place in places}
            new = {place: tables for place, tables in places.items() if found[place] is None}
            with self._store.together() as store:
                parts = [write_part(store, tables, pipeline, place) for place, tables in new.items()]
            with self._store.together() as store:
                for part, place in zip(parts, new, strict=True):
                    found[place] = _record(
                        store, ledger_name(edition, place), _to_record(part, place, edition)
                    )
        return tuple(record for record in found.values() if record)

    def begin(self, edition: str) -> None:
        """Write down the columns of an edition, or see that they are those it was begun with.

        How they are described does not matter: words may change from one version to the next.
        """
        name = f"clean/{edition}/schema.json"
        if not self._store.exists(name) and self._store.create(name, schema_json()):
            return
        try:
            is_same = read_columns(self._store.read_bytes(name)) == read_columns(schema_json())
        except ValueError as error:
            raise CollisionError(self._store.address(name), str(error)) from error
        if not is_same:
            raise SchemaChangedError(self._store.address(name))

    def is_begun(self, edition: str) -> bool:
        """Return whether there is an edition of this name."""
        return self._store.exists(f"clean/{edition}/schema.json")

    def has_schema(self, edition: str) -> bool:
        """Return whether an edition has the columns that this version writes."""
        try:
            self.begin(edition)
        except SchemaChangedError:
            return False
        return True

    def missing(self, edition: str, batches: Iterable[BatchDays]) -> Iterator[tuple[BatchDays, str]]:
        """Yield the batches, each with its days, whose rows are not in an edition."""
        coverage = Coverage(self._store, edition)
        for batch in batches:
            for day, rows in batch.dates.items():
                if rows and not coverage.has(Place(batch.batch, day)):
                    yield batch, day

    def promote(self, edition: str, batches: Iterable[BatchDays]) -> None:
        """Make an edition the current one, if it holds all that is committed.

        So it also holds at least what the current one does: that has rows of committed captures only.
        """
        if self._marked() == edition and self.has_sound_link(edition):
            return
        days = Counter[str]()
        lacking = set()
        for batch, day in self.missing(edition, batches):
            days[day] += batch.dates[day]
            lacking.add(batch.batch)
        if lacking:
            raise PromotionRefusedError(edition, len(lacking), days)
        self.begin(edition)
        self._flip(edition, Action.PROMOTED)

    def roll_back(self) -> str:
        """Make the edition current that was so before, whatever it lacks by now; return its name."""
        previous = self.previous()
        if previous is None:
            raise NothingBeforeError(self._store.address(), self._marked())
        self._flip(previous, Action.ROLLED_BACK)
        return previous

    def refuse_drop(self, edition: str) -> None:
        """Raise if readers have an edition."""
        if edition == self.current():
            raise DropRefusedError(edition, "it is the current one: promote another first")
        if edition in published_editions(self._store):
            raise DropRefusedError(edition, "a published table shows it: publish another in its place first")

    def drop(self, edition: str) -> None:
        """Remove an edition for good, if readers do not have it. Killed on the way, it can be repeated."""
        self.refuse_drop(edition)
        record_event(self._store, Action.DROPPED, edition)
        self._store.remove_folder(f"clean/{edition}")
        self._store.remove_folder(f"ledger/{edition}")

    def names(self) -> list[str]:
        """Return the names of all editions, and of those that are half dropped."""
        return sorted({*self._store.folders("clean"), *self._store.folders("ledger")})

    def previous(self) -> str | None:
        """Return the edition that was current before the current one."""
        return find_previous(self._store, self._marked())

    def _flip(self, edition: str, action: Action) -> None:
        data = f"{edition}\n".encode()
        seen = self._read_current()
        while seen != data and not self._store.swap(_CURRENT, data, seen):
            seen = self._read_current()
        self._store.point(_LINK, edition)
        if seen != data:
            record_event(self._store, action, edition)

    def find(self, name: str) -> str:
        """Return the full name of ``current``, ``previous``, or the one edition whose name begins so."""
        if name in {"current", "previous"}:
            found = self.current() if name == "current" else self.previous()
            if found is None:
                raise NoEditionError(self._store.address(), None if name == "current" else name)
            return found
        names = [edition for edition in self.names() if edition.startswith(name)]
        if not names:
            raise NoEditionError(self._store.address(), name)
        if len(names) > 1 and name not in names:
            raise AmbiguousEditionError(name, names)
        return name if name in names else names[0]

    def compact(self, edition: str | None, before: date) -> Iterator[CompactedDay]:
        """Merge the small parts of days before one; refuse an edition whose parts a table shows."""
        name = self.data_name(edition).split("/")[1]
        self.begin(name)
        if name in published_editions(self._store):
            raise PublishedError(name)
        yield from compact_edition(self._store, name, before.isoformat())
        if is_sealed(self._store, name):
            seal(self._store, name)  # its bag is to name the parts that are there now

    def current(self) -> str | None:
        """Return the name of the current edition; raise if what is marked as that is no edition."""
        marked = self._marked()
        if marked is not None and marked not in (names := self._store.folders("clean")):
            advice = "run `strigil verify --repair`"
            if names:
                advice += f", or `strigil promote` one of {', '.join(names)}"
            raise DamagedFileError(
                self._store.address(_CURRENT), f"it names {marked!r}, which is no edition here", advice
            )
        return marked

    def _marked(self) -> str | None:
        """Return what stands in the mark of the current edition, whatever that is."""
        data = self._read_current()
        return None if data is None else data.decode("ascii", "replace").strip()

    def _read_current(self) -> bytes | None:
        try:
            return self._store.read_bytes(_CURRENT)
        except FileNotFoundError:
            return None

    def data_name(self, edition: str | None) -> str:
        """Return the name of the folder of an edition's parts, the current one's if none is named."""
        name = edition or self.current()
        if name is None or not self._store.exists(f"clean/{name}/schema.json"):
            raise NoEditionError(self._store.address(), edition)
        return f"clean/{name}/data"

    def has_sound_link(self, edition: str) -> bool:
        """Return whether ``clean/current`` leads to an edition, where there are links."""
        return not self._store.has_links or self._store.target(_LINK) == edition


def _to_record(part: WrittenPart, place: Place, edition: str) -> PartRecord:
    return PartRecord(
        path=part.file.file,
        edition=edition,
        capture_date=place.day,
        batch=place.batch,
        pipeline=part.pipeline,
        rows=sum(part.statuses.values()),
        size_bytes=part.file.size_bytes,
        part_digest=part.file.digest,
        statuses=part.statuses,
        writer=WRITER,
        published_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _record(store: Store, name: str, record: PartRecord) -> PartRecord:
    """Write a ledger record; return the one that is there if it speaks of the same file."""
    data = to_sealed(record.to_json())
    if store.create(name, data):
        return record
    found = PartRecord.from_json(read_sealed(store, name))
    if found.part_digest == record.part_digest:
        return found
    store.replace(name, data)  # the part was lost and is written anew, by another pyarrow
    return record
