"""The archive: one folder that keeps raw captures and what cleaners made of them, exactly once.

    raw/    captures of a batch, packed, and their index        log/     what was committed
    clean/  editions: Parquet parts by day                      ledger/  what each part holds

Commit first, then clean, then publish. A run that is killed in between leaves a committed batch
without parts, which ``unfinished`` yields. All names follow from content, so doing a thing twice,
or twice at once, is doing it once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from archive.editions import Editions
from archive.errors import NotAnArchiveError
from archive.identity import capture_date
from archive.log import Log, LogEntry, LoggedBatch
from archive.places import open_store
from archive.raw import RawBatch, identify, write_raw
from archive.rows import Row
from archive.store import Store
from archive.takedown import Takedowns, redact_published
from archive.values import Batch, PartRecord, Pipeline, Problem
from archive.verify import verify_archive
from archive.verify_parts import OnFile
from captures.values import Capture
from cleaners.values import CleanedPage

_NOTHING_NEW = Batch("", (), (), ())


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

    def known_items(self) -> frozenset[str]:
        """Return the keys of all input items that were read to their end."""
        return frozenset(key for entry in self._log.entries() for key in entry.done_items)

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
            items = self._log.new_items(done_items)
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
        for parts in zip(batch.capture_ids, batch.captures, batch.refs, pages, strict=True):
            row = Row(*parts)
            if row.capture_id not in taken_down:
                days[capture_date(row.capture)].append(row)
        if days:
            self._editions.begin(pipeline.edition)
        records = self._editions.publish(batch.digest, days, pipeline)
        redact_published(self._store, self._log, batch.digest, records)
        return records

    def takedowns(self) -> Takedowns:
        """Return what takes captures down."""
        return Takedowns(self._store, self._log)

    def unfinished(self, pipeline: Pipeline) -> Iterator[LoggedBatch]:
        """Yield the committed batches that lack parts in the edition of a pipeline."""
        for entry in self._log.entries():
            if entry.index and any(self._editions.missing_days(pipeline.edition, entry)):
                yield LoggedBatch(
                    self.root, entry.batch, entry.index, len(entry.capture_ids), entry.payload_bytes
                )

    def promote(self, pipeline: Pipeline) -> None:
        """Make the edition of a pipeline the current one; refuse while it lacks anything committed."""
        self._editions.promote(pipeline.edition, self._log.entries())

    def current_edition(self) -> str | None:
        """Return the name of the current edition."""
        return self._editions.current()

    def data_path(self, edition: str | None = None) -> str:
        """Return the folder of Parquet parts of an edition, the current one's if none is named."""
        return self._store.address(self.data_name(edition))

    def data_name(self, edition: str | None = None) -> str:
        """Return the same folder by its name in the store."""
        return self._editions.data_name(edition)

    def verify(self, on_file: OnFile = lambda _name: None) -> Iterator[Problem]:
        """Yield everything that is wrong with any file; ``on_file`` hears of each before it is read."""
        return verify_archive(self._store, on_file)
