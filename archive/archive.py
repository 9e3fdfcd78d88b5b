"""The archive: one folder that keeps raw captures and what cleaners made of them, exactly once.

    raw/    captures of a batch, packed, and their index        log/     what was committed
    clean/  editions: Parquet parts by day                      ledger/  what each part holds

Commit first, then clean, then publish. A run that is killed in between leaves a committed batch
without parts, which ``unfinished`` yields. All names follow from content, so doing a thing twice,
or twice at once, is doing it once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from archive.bag import Bag, seal
from archive.compact import CompactedDay
from archive.editions import Editions
from archive.entries import LogEntry
from archive.errors import NotAnArchiveError, OtherPolicyError
from archive.gather import GatheredRaw, gather_raw
from archive.identity import capture_date
from archive.log import Log, LoggedBatch
from archive.originals import Original, find_original, read_original
from archive.overview import EditionInfo, describe_editions, policy_of
from archive.parts import to_tables
from archive.places import open_store
from archive.raw import RawBatch, ReadPayload, identify, write_raw
from archive.repair import Repair
from archive.rows import Row, to_rows
from archive.sample import WHOLE, Sample
from archive.store import Store
from archive.takedown import Takedowns, redact_published
from archive.values import Batch, PartRecord, Pipeline, Problem
from archive.verify import verify_archive
from archive.verify_log import OnFile
from captures.values import Capture
from cleaners.values import CleanedPage

_NOTHING_NEW = Batch("", (), (), (), ())


class Archive:
    """An archive in a folder or an object store. Open it in each process; any number may write at once."""

    def __init__(self, store: Store) -> None:
        self.root = store.address()
        self._store = store
        self._log = Log(store)
        self._editions = Editions(store)

    @classmethod
    def open(cls, root: str | Path, *, create: bool = True) -> Archive:
        """Open the archive in a folder or at ``s3://bucket/prefix``; it is made unless it is to be there."""
        store = open_store(root)
        if create:
            store.begin()
        elif not store.is_begun():
            raise NotAnArchiveError(store.address())
        store.sweep()
        return cls(store)

    @property
    def store(self) -> Store:
        """Return the files of the archive, by name: for what is written beside the parts."""
        return self._store

    def known_items(self, keys: Iterable[str]) -> frozenset[str]:
        """Return those of some keys whose input items were read to their end."""
        self._log.refresh()
        return self._log.known_items(keys)

    def commit(self, captures: Sequence[Capture], done_items: Sequence[str] = ()) -> Batch:
        """Keep those captures that are new, and record the items; return what was new.

        When this returns, the raw bytes and the record are on the disk for good.
        """
        raw = self._commit(captures, done_items)
        return raw.batch if raw else _NOTHING_NEW

    def commit_for_later(
        self, captures: Sequence[Capture], done_items: Sequence[str] = ()
    ) -> LoggedBatch | None:
        """Commit, but return what another process needs to load what was new; None if nothing was."""
        raw = self._commit(captures, done_items)
        if raw is None:
            return None
        return LoggedBatch(self.root, raw.batch.digest, raw.index, len(raw.batch.captures), raw.payload_bytes)

    def _commit(self, captures: Sequence[Capture], done_items: Sequence[str]) -> RawBatch | None:
        candidates = identify(captures)
        raw: RawBatch | None = None
        while True:
            number = self._log.refresh() + 1
            is_new = self._log.new_captures([one.capture_id for one in candidates])
            blocks = self._log.tombstones.blocks
            candidates = [
                one
                for one, new in zip(candidates, is_new, strict=True)
                if new and not blocks(one.capture, one.capture_id, one.payload_digest)
            ]
            known_items = self._log.known_items(done_items)
            items = tuple(key for key in dict.fromkeys(done_items) if key not in known_items)
            if not candidates and not items:
                return None
            if raw is None or len(raw.batch.captures) != len(candidates):
                raw = write_raw(self._store, candidates) if candidates else None
            entry = LogEntry.from_raw(raw, items) if raw else LogEntry(done_items=items)
            if self._log.append(entry, number):
                return raw

    def publish(
        self, batch: Batch, pages: Sequence[CleanedPage], pipeline: Pipeline
    ) -> tuple[PartRecord, ...]:
        """Write the rows of a committed batch, a part for each day. ``pages`` is parallel to the captures."""
        days: defaultdict[str, list[Row]] = defaultdict(list)
        taken_down = self._log.tombstones.of_batch(batch.digest)
        for row in to_rows(batch, pages):
            if row.capture_id not in taken_down:
                days[capture_date(row.capture)].append(row)
        if days:
            self._editions.begin(pipeline.edition)
        tables = {day: to_tables(rows, pipeline) for day, rows in days.items()}
        records = self._editions.publish(batch.digest, tables, pipeline)
        if pipeline.destination and self._editions.is_begun(pipeline.own_edition):
            # somebody is recleaning: so the edition that is to follow has the new captures too
            records += self._editions.publish(batch.digest, tables, replace(pipeline, destination=""))
        redact_published(self._store, self._log, batch.digest, records)
        return records

    def takedowns(self) -> Takedowns:
        """Return what takes captures down."""
        return Takedowns(self._store, self._log)

    def unfinished(self, pipeline: Pipeline) -> Iterator[LoggedBatch]:
        """Yield the committed batches that lack parts in the edition of a pipeline."""
        lacking = self._editions.missing(pipeline.edition, self._log.batches())
        for entry in self._log.read_entries(list(dict.fromkeys(batch.number for batch, _day in lacking))):
            if entry.index:
                yield LoggedBatch(
                    self.root, entry.batch, entry.index, len(entry.capture_ids), entry.payload_bytes
                )

    def continuing(self, pipeline: Pipeline) -> Pipeline:
        """Return a pipeline as one that adds to the current edition: readers get all rows in one place.

        The cleaner may have changed since that was begun: every row says what made it. Where there is
        none, or it has other columns, rows go to an edition of their own. Raise if the policy is another.
        """
        current = self.current_edition()
        if current is None or not self._editions.has_schema(current):
            return pipeline
        if policy_of(current) != pipeline.policy:
            raise OtherPolicyError(current, pipeline.policy)
        return replace(pipeline, destination="" if current == pipeline.own_edition else current)

    def begin_edition(self, pipeline: Pipeline) -> None:
        """Begin the edition of a pipeline, which may then be found by name."""
        self._editions.begin(pipeline.edition)

    def promote(self, edition: Pipeline | str) -> None:
        """Make an edition the current one; refuse while it lacks anything committed."""
        name = edition if isinstance(edition, str) else edition.edition
        self._editions.promote(name, self._log.batches())

    def promote_first(self, pipeline: Pipeline) -> None:
        """Make the edition of a pipeline the current one if none is; what a person promoted stays."""
        if self.current_edition() in {None, pipeline.edition}:
            self.promote(pipeline)

    def roll_back(self) -> str:
        """Make the edition current that was so before; return its name."""
        return self._editions.roll_back()

    def refuse_drop(self, edition: str) -> None:
        """Raise if an edition is current or published, and so is not to be dropped."""
        self._editions.refuse_drop(edition)

    def drop_edition(self, edition: str) -> None:
        """Remove an edition for good; refuse the current one and those that are published."""
        self._editions.drop(edition)

    def editions(self) -> list[EditionInfo]:
        """Return all editions, by name."""
        return list(describe_editions(self._store, self._log.batches(), self.current_edition()))

    def find_edition(self, name: str) -> str:
        """Return the full name of ``current``, ``previous``, or the one edition whose name begins so."""
        return self._editions.find(name)

    def find_original(self, capture_id: str) -> Original:
        """Return where the raw bytes of a capture are."""
        return find_original(self._store, self._log, capture_id)

    def raw(self, capture_id: str, read_payload: ReadPayload) -> bytes:
        """Return the payload of a capture, byte for byte as it came in; raise if it is not there any more."""
        return read_original(self._store, self.find_original(capture_id), read_payload)

    def compact(self, edition: str | None = None, *, before: date | None = None) -> Iterator[CompactedDay]:
        """Merge the small parts of closed days, of the current edition if none is named; yield each day.

        Closed are the days before yesterday (UTC), or those before a given one.
        """
        return self._editions.compact(edition, before or _first_open())

    def gather(self, *, before: date | None = None) -> Iterator[GatheredRaw]:
        """Gather the small raw files of batches of closed days into larger ones; yield each group.

        The bytes of every capture stay what they are, and all that names them stays right.
        """
        return gather_raw(self._store, self._log, str(before or _first_open()))

    def current_edition(self) -> str | None:
        """Return the name of the current edition."""
        return self._editions.current()

    def data_path(self, edition: str | None = None) -> str:
        """Return the folder of Parquet parts of an edition, the current one's if none is named."""
        return self._store.address(self.data_name(edition))

    def data_name(self, edition: str | None = None) -> str:
        """Return the same folder by its name in the store."""
        return self._editions.data_name(edition)

    def verify(self, on_file: OnFile = lambda _name: None, *, sample: Sample = WHOLE) -> Iterator[Problem]:
        """Yield everything that is wrong with any file; ``on_file`` hears of each before it is read."""
        return verify_archive(self._store, on_file, sample)

    def repair(self, read_payload: ReadPayload) -> Repair:
        """Return what mends problems that ``verify`` found."""
        return Repair(self._store, self._log, read_payload)

    def seal(self, edition: str | None = None) -> Bag:
        """Make an edition a BagIt bag, the current one if none is named."""
        return seal(self._store, self.data_name(edition).split("/")[1])


def _first_open() -> date:
    """Return the first day for which more is to come."""
    return datetime.now(UTC).date() - timedelta(days=1)
