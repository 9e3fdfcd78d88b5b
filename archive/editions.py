"""Editions: the rows one pipeline made of all captures. What is in them, and which one is current.

``clean/CURRENT`` names the current edition, and ``clean/current`` leads to it, for tools that
read a folder. A part counts when its ledger record is there too, which is written after it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from archive.errors import CollisionError, NoEditionError, PromotionRefusedError, SchemaChangedError
from archive.log import LogEntry
from archive.parts import WRITER, Place, part_name, write_part
from archive.rows import Row
from archive.schema import schema_json
from archive.sealed import read_sealed, to_sealed
from archive.store import Store
from archive.values import FileRecord, PartRecord, Pipeline

_CURRENT = "clean/CURRENT"
_LINK = "clean/current"


def ledger_name(edition: str, place: Place) -> str:
    """Return the path of a part's ledger record, relative to the archive."""
    return f"ledger/{edition}/{place.day}-{place.batch[:16]}.json"


class Editions:
    """The editions of one archive."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def publish(
        self, batch: str, days: Mapping[str, Sequence[Row]], pipeline: Pipeline
    ) -> tuple[PartRecord, ...]:
        """Write the parts of a batch, one a day, and then their ledger records, unless they are there."""
        places = {Place(batch, day): rows for day, rows in sorted(days.items())}
        with self._store.together() as store:
            parts = [write_part(store, rows, pipeline, place) for place, rows in places.items()]
        with self._store.together() as store:
            return tuple(
                _record(store, ledger_name(pipeline.edition, place), _to_record(part, place, rows, pipeline))
                for part, (place, rows) in zip(parts, places.items(), strict=True)
            )

    def begin(self, edition: str) -> None:
        """Write down the columns of an edition, or see that they are those it was begun with."""
        name = f"clean/{edition}/schema.json"
        path = self._store.root / name
        if not path.exists() and self._store.create(name, schema_json()):
            return
        try:
            is_same = json.loads(path.read_bytes()) == json.loads(schema_json())
        except ValueError as error:
            raise CollisionError(path, "it is not JSON") from error
        if not is_same:
            raise SchemaChangedError(path)

    def missing_days(self, edition: str, entry: LogEntry) -> Iterator[str]:
        """Yield the days of a committed batch that have no part in an edition."""
        for day, rows in entry.dates.items():
            place = Place(entry.batch, day)
            names = part_name(edition, place), ledger_name(edition, place)
            if rows and not all((self._store.root / name).exists() for name in names):
                yield day

    def promote(self, edition: str, entries: Iterable[LogEntry]) -> None:
        """Make an edition the current one, if it holds all that is committed.

        So it also holds at least what the current one does: that has rows of committed captures only.
        """
        if self.current() == edition and self.link_target() == edition:
            return
        missing = sum(any(self.missing_days(edition, entry)) for entry in entries)
        if missing:
            raise PromotionRefusedError(edition, missing)
        self.begin(edition)
        self._store.replace(_CURRENT, f"{edition}\n".encode())
        self._store.point(_LINK, edition)

    def current(self) -> str | None:
        """Return the name of the current edition."""
        path = self._store.root / _CURRENT
        return path.read_text(encoding="ascii", errors="replace").strip() if path.exists() else None

    def data_path(self, edition: str | None) -> Path:
        """Return the folder of an edition's parts, the current one's if none is named."""
        name = edition or self.current()
        if name is None or not (self._store.root / "clean" / name / "schema.json").exists():
            raise NoEditionError(self._store.root, edition)
        return self._store.root / "clean" / name / "data"

    def link_target(self) -> str | None:
        """Return the edition that ``clean/current`` leads to."""
        path = self._store.root / _LINK
        return path.readlink().name if path.is_symlink() else None


def _to_record(part: FileRecord, place: Place, rows: Sequence[Row], pipeline: Pipeline) -> PartRecord:
    return PartRecord(
        path=part.file,
        edition=pipeline.edition,
        capture_date=place.day,
        batch=place.batch,
        pipeline=pipeline.identity,
        rows=len(rows),
        size_bytes=part.size_bytes,
        part_digest=part.digest,
        statuses=dict(sorted(Counter(str(row.page.status) for row in rows).items())),
        writer=WRITER,
        published_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _record(store: Store, name: str, record: PartRecord) -> PartRecord:
    """Write a ledger record; return the one that is there if it speaks of the same file."""
    data = to_sealed(record.to_json())
    if store.create(name, data):
        return record
    found = PartRecord.from_json(read_sealed(store.root / name))
    if found.part_digest == record.part_digest:
        return found
    store.replace(name, data)  # the part was lost and is written anew, by another pyarrow
    return record
