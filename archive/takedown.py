"""Taking captures down: found, shown, decided once in the log, then taken out of every file.

The decision is an entry of the log, so it stands before or after every commit: what comes later
is refused, what was earlier is found. All that follows can be stopped at any moment and done
again. Captures with the very bytes of one that is named go with it: the content is taken down.

Left alone: WARC files that captures were left in (they are not the archive's), the files that
captures were read from, and backups.
"""

from __future__ import annotations

import fnmatch
import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from archive.amended import is_own
from archive.bag import is_sealed, seal
from archive.cdxj import IndexLine
from archive.entries import LogEntry
from archive.errors import NothingToTakeDownError
from archive.gather import remove_left_over
from archive.gathered import find_place
from archive.identity import capture_date, urlkey, urlkey_of
from archive.links import drop_links
from archive.log import Log
from archive.published import Publication, read_publications
from archive.raw import read_index
from archive.redact import Redactor, find_ids
from archive.sealed import read_sealed, to_sealed
from archive.store import Store
from archive.tombstones import (
    NO_PAYLOAD,
    Takedown,
    Taken,
    digest_urlkey,
    finished_name,
    new_tombstone_name,
)
from archive.values import FileRecord, PartRecord


@dataclass(frozen=True, slots=True)
class Targets:
    """What is to go: captures, URLs (now and for ever), and URLs that match a pattern of the shell."""

    capture_ids: frozenset[str] = frozenset()
    urls: frozenset[str] = frozenset()
    pattern: str | None = None

    def has(self, line: IndexLine) -> bool:
        """Return whether a capture is named."""
        if line.capture_id in self.capture_ids:
            return True
        return line.capture.url is not None and self.has_url(line.capture.url)

    def has_url(self, url: str) -> bool:
        """Return whether a URL is named."""
        if self.pattern is not None and fnmatch.fnmatchcase(url, self.pattern):
            return True
        return urlkey_of(url) in map(urlkey_of, self.urls)


class Found(NamedTuple):
    """A capture that is to go. ``is_copy``: not named, but it has the bytes of one that is."""

    batch: str
    line: IndexLine
    is_copy: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a takedown would change. ``parts`` counts the rows that go from each part."""

    captures: tuple[Found, ...]
    parts: Mapping[str, int]
    raw_files: tuple[str, ...]
    left_in_place: tuple[str, ...]
    tables: tuple[Publication, ...]

    @property
    def editions(self) -> tuple[str, ...]:
        """Return the editions that lose rows."""
        return tuple(sorted({name.split("/")[1] for name in self.parts}))

    @property
    def payload_bytes(self) -> int:
        """Return how many bytes of payload go."""
        return sum(found.line.payload_bytes for found in self.captures)


@dataclass(frozen=True, slots=True)
class Decision:
    """Who takes captures down, and why."""

    by: str
    reason: str = ""


class Takedowns:
    """The takedowns of one archive."""

    def __init__(self, store: Store, log: Log) -> None:
        self._store = store
        self._log = log
        self._redactor = Redactor(store, log)

    def plan(self, targets: Targets) -> Plan:
        """Return what would go; raise if there is nothing, or something is not there."""
        captures = tuple(self._find(targets))
        seen = {found.line.capture_id for found in captures}
        missing = sorted(targets.capture_ids - seen)
        if missing or not captures:
            raise NothingToTakeDownError(missing or sorted(targets.urls) or [targets.pattern or ""])
        files = {found.line.ref.file for found in captures}
        days = {capture_date(found.line.capture) for found in captures}
        parts = {
            name: len(find_ids(self._store, name, seen))
            for edition in self._store.folders("clean")
            for day in sorted(days)
            for name in self._parts(edition, day)
        }
        editions = {name.split("/")[1] for name, rows in parts.items() if rows}
        return Plan(
            captures,
            {name: rows for name, rows in parts.items() if rows},
            tuple(sorted(filter(is_own, files))),
            tuple(sorted(file for file in files if not is_own(file))),
            tuple(one for one in read_publications(self._store) if one.editions & editions),
        )

    def take_down(self, targets: Targets, decision: Decision) -> Plan:
        """Decide, and take everything out; return what went."""
        while True:
            self.finish()
            number = self._log.refresh() + 1
            plan = self.plan(targets)
            data = to_sealed(_to_takedown(plan, targets, decision).to_json())
            name = new_tombstone_name()
            self._store.create(name, data)
            tombstone = FileRecord(name, "sha256:" + hashlib.sha256(data).hexdigest(), len(data))
            if self._log.append(LogEntry(takedown=tombstone), number):
                self.finish()
                return plan
            self._store.remove(name)  # somebody has committed meanwhile: look again

    def finish(self, *, again: bool = False) -> int:
        """Take out what is decided but not finished, or all that ever was; return how many decisions."""
        self._log.refresh()
        waiting = {
            name: one
            for name, one in self._log.tombstones.decisions.items()
            if again or not self._store.exists(finished_name(name))
        }
        if not waiting:
            return 0
        captures = [taken for takedown in waiting.values() for taken in takedown.captures]
        batches = {taken.batch for taken in captures}
        with self._store.lock("raw", alone=True):
            remove_left_over(self._store)
            for together in self._by_file(batches):
                self._redactor.redact_raw(together)
        days = {taken.capture_date for taken in captures}
        self.redact_parts({(edition, day) for edition in self._store.folders("clean") for day in days})
        for name in waiting:
            done = {"finished_at": datetime.now(UTC).isoformat(timespec="seconds")}
            self._store.replace(finished_name(name), to_sealed(done))
        return len(waiting)

    def redact_parts(self, places: Collection[tuple[str, str]]) -> None:
        """Take rows out of the parts of some days of some editions, and forget what was made of them."""
        for edition, day in sorted(places):
            with self._store.lock(f"clean/{edition}"):
                ledger = self._ledger(edition, day)
                for name in list(self._parts(edition, day)):
                    self._redactor.redact_part(name, ledger.get(name))
        for edition in sorted({edition for edition, _day in places}):
            drop_links(self._store, edition)
            if is_sealed(self._store, edition):
                seal(self._store, edition)

    def _by_file(self, batches: Collection[str]) -> Iterable[Sequence[LogEntry]]:
        """Return the entries of some batches, those together that were gathered into one file."""
        groups: defaultdict[str, list[LogEntry]] = defaultdict(list)
        for entry in self._log.entries():
            if entry.index and entry.batch in batches:
                place = find_place(self._store, entry.index.file)
                groups[place.stem if place else entry.batch].append(entry)
        return groups.values()

    def _find(self, targets: Targets) -> Iterator[Found]:
        """Yield the captures that are named, then those that have the same bytes."""
        payloads, seen = set(), set()
        for batch, line in self._lines():
            if targets.has(line):
                seen.add(line.capture_id)
                payloads.add(line.payload_digest)
                yield Found(batch, line, is_copy=False)
        payloads.discard(NO_PAYLOAD)
        for batch, line in self._lines() if payloads else ():
            if line.payload_digest in payloads and line.capture_id not in seen:
                yield Found(batch, line, is_copy=True)

    def _lines(self) -> Iterator[tuple[str, IndexLine]]:
        """Yield all captures that the archive holds, with their batches."""
        for entry in self._log.entries():
            gone = self._log.tombstones.of_batch(entry.batch)
            for line in read_index(self._store, entry.index) if entry.index else ():
                if line.capture_id not in gone:
                    yield entry.batch, line

    def _parts(self, edition: str, day: str) -> Iterator[str]:
        return self._store.names(f"clean/{edition}/data/capture_date={day}")

    def _ledger(self, edition: str, day: str) -> dict[str, str]:
        """Return which ledger record speaks of which part of a day."""
        names = [
            name for name in self._store.names(f"ledger/{edition}") if name.split("/")[2].startswith(day)
        ]
        return {PartRecord.from_json(read_sealed(self._store, name)).path: name for name in names}


def redact_published(store: Store, log: Log, batch: str, records: Sequence[PartRecord]) -> None:
    """Take out of parts that were just written what was taken down while they were.

    Either the takedown saw the part, or this sees the takedown: it is in the log before it looks.
    """
    log.refresh()
    if not log.tombstones.of_batch(batch):
        return
    takedowns = Takedowns(store, log)
    takedowns.redact_parts({(record.edition, record.capture_date) for record in records})


def _to_takedown(plan: Plan, targets: Targets, decision: Decision) -> Takedown:
    """Return the tombstone. A URL that was named does not come back, nor one that a pattern found."""
    named = {urlkey_of(url) for url in targets.urls}
    named |= {
        urlkey(found.line.capture)
        for found in plan.captures
        if found.line.capture.url and targets.has_url(found.line.capture.url)
    }
    captures = tuple(
        Taken(
            found.line.capture_id,
            found.batch,
            capture_date(found.line.capture),
            digest_urlkey(urlkey(found.line.capture)),
            found.line.payload_digest,
        )
        for found in plan.captures
    )
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return Takedown(captures, tuple(map(digest_urlkey, sorted(named))), decision.by, decision.reason, at)
