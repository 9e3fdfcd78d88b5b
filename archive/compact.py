"""Compacting an edition: the small parts of closed days become few large ones, and no row changes.

A day's folder is made anew beside the edition and put in place of the old one at one stroke, so a
reader that lists it sees the small parts or the merged ones, never both. Most tools list a folder, then
look for each file and pass over what is gone: who must miss nothing holds the edition while reading, as
``open_sql`` does. For each day:

1. the merged parts are written, without names
2. their records are written: a part that is not there yet does not count
3. the folders change places; from here on the small parts are gone and the merged ones count
4. the records of the small parts are removed

Killed after 2 or 3, a record is left whose part is not there. Nobody minds, because another part
holds the same batches, and the next compaction removes it. Steps 2 to 4 are done alone, between
publications and readers that hold the edition, so that no part is written into a folder that is on its
way out.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from archive.coverage import Coverage, ledger_name, merged_name
from archive.errors import CannotExchangeError, DamagedFileError, PublishedError
from archive.merge import merge_parts
from archive.parts import WRITER, Place, footer_keys, part_name
from archive.published import published_editions
from archive.sealed import read_sealed, to_sealed
from archive.store import Staged, Store, digest_file
from archive.values import PartRecord, Pipeline

MIN_PART_BYTES: Final = 64 * 1024 * 1024
"""A smaller part is merged with others of its day, if there are others."""
MAX_PART_BYTES: Final = 256 * 1024 * 1024
"""Parts are merged up to about this size."""
MAX_INPUTS: Final = 32
"""Parts are merged so many at a time, as each that is open takes its memory; then what came of that."""


class CompactedDay(NamedTuple):
    """What became of one day of an edition. ``parts`` counts all of the day, merged now or not."""

    day: str
    parts_before: int
    parts_after: int
    rows_merged: int
    size_bytes: int


class _Merged(NamedTuple):
    record: PartRecord
    staged: Staged
    inputs: tuple[PartRecord, ...]


def compact_edition(store: Store, edition: str, before: str) -> Iterator[CompactedDay]:
    """Merge the small parts of the days before one; yield each day in which there was something to merge."""
    if not store.can_exchange:
        raise CannotExchangeError(store.address())
    for folder in store.folders(f"clean/{edition}/data"):
        day = folder.partition("=")[2]
        if day < before:
            yield from _compact_day(_Day(store, edition, day))


def _compact_day(day: _Day) -> Iterator[CompactedDay]:
    """Merge until nothing is left to merge; yield what came of it, if there was anything."""
    passes = list(iter(day.compact, None))
    if passes:
        yield passes[-1]._replace(
            parts_before=passes[0].parts_before,
            rows_merged=sum(one.rows_merged for one in passes),
            size_bytes=sum(one.size_bytes for one in passes),
        )


class _Day:
    """One day of one edition."""

    def __init__(self, store: Store, edition: str, day: str) -> None:
        self._store = store
        self._edition = edition
        self._day = day
        self._folder = f"clean/{edition}/data/capture_date={day}"

    def compact(self) -> CompactedDay | None:
        """Merge what is small; None if there was nothing to do."""
        names = list(self._store.names(self._folder))
        records = {record.path: record for record in self._read_records()}
        parts = [records[name] for name in names if name in records]
        merged: list[_Merged] = []
        try:
            merged += (self._merge(group) for group in _choose(parts))
            done = self._exchange(merged) if merged else True
        finally:
            for one in merged:
                self._store.discard(one.staged)
        if not done:
            return self.compact()  # a takedown or another compaction came first
        self._remove_stale_records()
        if not merged:
            return None
        gone = sum(len(one.inputs) for one in merged)
        return CompactedDay(
            self._day,
            len(names),
            len(names) - gone + len(merged),
            sum(one.record.rows for one in merged),
            sum(one.staged.size_bytes for one in merged),
        )

    def _read_records(self) -> Iterator[PartRecord]:
        """Yield the records of the day: of the parts that are there, and of merged ones that are not yet."""
        names = set(self._store.names(f"ledger/{self._edition}/{self._day}"))
        for path in self._store.names(self._folder):
            batch = PurePosixPath(path).name.partition("-")[2].partition("-")[0]  # none of a strange file
            names.add(ledger_name(self._edition, Place(batch, self._day)))
        for name in sorted(names):
            with suppress(FileNotFoundError):  # a merged part has its record elsewhere, a fresh one none yet
                yield PartRecord.from_json(read_sealed(self._store, name))

    def _merge(self, inputs: tuple[PartRecord, ...]) -> _Merged:
        """Write a merged part, without a name, and make its record."""
        for part in inputs:
            with self._store.open(part.path) as file:
                if digest_file(file) != part.part_digest:
                    raise DamagedFileError(self._store.address(part.path), "it is not what was written")
        batches = tuple(sorted(batch for part in inputs for batch in part.holds))
        place = Place(hashlib.sha256("\n".join(batches).encode()).hexdigest(), self._day)
        pipeline = Pipeline(**inputs[0].pipeline, destination=self._edition)
        keys = footer_keys(place, pipeline, batches)
        paths = [part.path for part in inputs]
        staged = self._store.stage(lambda file: merge_parts(self._store, paths, file, keys))
        statuses: Counter[str] = Counter()
        for part in inputs:
            statuses.update(part.statuses)
        record = PartRecord(
            path=part_name(self._edition, place),
            edition=self._edition,
            capture_date=self._day,
            batch=place.batch,
            pipeline=inputs[0].pipeline,
            rows=sum(part.rows for part in inputs),
            size_bytes=staged.size_bytes,
            part_digest=staged.digest,
            statuses=dict(sorted(statuses.items())),
            writer=WRITER,
            published_at=max(part.published_at for part in inputs),
            batches=batches,
        )
        return _Merged(record, staged, inputs)

    def _exchange(self, merged: Sequence[_Merged]) -> bool:
        """Put merged parts in place of their inputs; return False if these have changed meanwhile."""
        with self._store.lock(f"clean/{self._edition}", alone=True):
            if self._edition in published_editions(self._store):
                raise PublishedError(self._edition)  # while the parts were merged
            now = {record.path: record for record in self._read_records()}
            inputs = [part for one in merged for part in one.inputs]
            if any(now.get(part.path) != part or not self._store.exists(part.path) for part in inputs):
                return False
            for one in merged:
                place = Place(one.record.batch, self._day)
                self._store.replace(merged_name(self._edition, place), to_sealed(one.record.to_json()))
            gone = {part.path for part in inputs}
            files: dict[str, Staged | None] = {one.record.path: one.staged for one in merged}
            files |= {name: None for name in self._store.names(self._folder) if name not in gone}
            self._store.exchange(self._folder, files)
        return True

    def _remove_stale_records(self) -> None:
        """Remove the records of parts that are gone because others hold their batches."""
        coverage = Coverage(self._store, self._edition)
        for name in list(self._store.names(f"ledger/{self._edition}/{self._day}")):
            with suppress(FileNotFoundError):  # another compaction has removed it
                self._remove_if_stale(name, PartRecord.from_json(read_sealed(self._store, name)), coverage)

    def _remove_if_stale(self, name: str, record: PartRecord, coverage: Coverage) -> None:
        places = [Place(batch, self._day) for batch in record.batches]
        if self._store.exists(record.path):
            for place in places:
                self._store.remove(ledger_name(self._edition, place))
        elif all(map(coverage.has, places)):
            self._store.remove(name)


def _choose(parts: Sequence[PartRecord]) -> Iterator[tuple[PartRecord, ...]]:
    """Yield groups of small parts to merge: of one pipeline each, and not too large together."""
    alike: defaultdict[str, list[PartRecord]] = defaultdict(list)
    for part in parts:
        if part.size_bytes < MIN_PART_BYTES:
            alike[str(sorted(part.pipeline.items()))].append(part)
    for small in alike.values():
        group: list[PartRecord] = []
        for part in small:
            size_bytes = sum(one.size_bytes for one in group) + part.size_bytes
            if len(group) == MAX_INPUTS or (group and size_bytes > MAX_PART_BYTES):
                yield from _worthwhile(group)
                group = []
            group.append(part)
        yield from _worthwhile(group)


def _worthwhile(group: Sequence[PartRecord]) -> Iterator[tuple[PartRecord, ...]]:
    if len(group) > 1:
        yield tuple(group)
