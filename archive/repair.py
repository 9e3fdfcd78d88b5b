"""Mending what verification found, as far as other files of the archive still say what was there.

A ledger record is made again from its part, a pointer from the history, a description from the
columns, a bag from its edition; what a killed run left is removed; takedowns are finished; damaged
links go, to be built again. A damaged part is given up here, once its raw captures were read without
a fault: its rows are made again by the pipeline that made them (``flows.repair``). Left alone: the
log, raw files, tombstones. Nothing can make those again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from archive.bag import seal
from archive.coverage import ledger_name, merged_name
from archive.editions import Editions
from archive.errors import DamagedFileError
from archive.gather import remove_left_over
from archive.history import Action, read_history
from archive.links import remove_damaged_links
from archive.log import Log, LoggedBatch
from archive.parts import WRITER, Place, part_name, read_footer
from archive.raw import ReadPayload
from archive.schema import SCHEMA, schema_json
from archive.sealed import read_sealed, to_sealed
from archive.store import Store, digest_file
from archive.takedown import Takedowns
from archive.values import PartRecord, Pipeline, Problem
from archive.verify_gathered import LEFT_OVER
from archive.verify_log import RESUME, UNREADABLE
from archive.verify_raw import STRAY


class Repair:
    """Mends one archive. ``read_payload`` reads raw captures again before their rows are given up."""

    def __init__(self, store: Store, log: Log, read_payload: ReadPayload) -> None:
        self._store = store
        self._log = log
        self._read_payload = read_payload

    def mend(self, problem: Problem) -> str | None:
        """Mend what needs no cleaner; return what was done, None if nothing can be."""
        name = problem.path.removeprefix(self._store.address()).lstrip("/")
        if problem.advice == RESUME:
            Takedowns(self._store, self._log).finish(again=True)
            return "took out what was taken down"
        if problem.problem == STRAY:  # found hours ago, maybe: a run may need it by now
            is_gone = name not in self._named and self._store.remove_stale(name)
            return "removed what a killed run left" if is_gone else "left it: a run has taken it up"
        if problem.problem == LEFT_OVER:
            with self._store.lock("raw", alone=True):
                remove_left_over(self._store)
            return None if self._store.exists(name) else "removed what a killed gathering left"
        return self._mend_file(name)

    def _mend_file(self, name: str) -> str | None:
        """Make a file again, or remove it where that is as good."""
        what = None
        match name.split("/"):
            case ["ledger", *_]:
                what = self._drop_record(name)
            case ["checkpoints", _]:
                self._store.remove(name)
                what = "removed it: the next run sums up the log again"
            case ["clean", "CURRENT" | "current"]:
                what = self._point()
            case ["clean", edition, "schema.json"]:
                what = self._describe(edition)
            case ["clean", edition, "data", *_] if name.endswith(".parquet"):
                what = self._record(edition, name)
            case ["clean", edition, tag] if tag.endswith(".txt"):
                seal(self._store, edition)
                what = "sealed the edition again"
            case ["clean", _, "drift", *_]:
                self._store.remove(name)
                what = "removed it: strigil drift makes it again"
            case ["clean", edition, "links", *_]:
                remove_damaged_links(self._store, edition)
                what = "removed it: strigil duplicates makes it again"
        return what

    def give_up(self, problem: Problem, installed: Collection[Pipeline]) -> Pipeline | None:
        """Remove a damaged part and its record; return the pipeline that is to make its rows again.

        None, and nothing is removed, if that is not installed. Raises if raw captures cannot be read.
        """
        name = problem.path.removeprefix(self._store.address()).lstrip("/")
        match name.split("/"):
            case ["clean", edition, "data", *_] if name.endswith(".parquet"):
                pass
            case _:
                return None
        found = self._find_record(edition, name)
        made_by = found[1].pipeline if found else self._pipeline_in(name)
        if made_by is None or made_by not in [pipeline.identity for pipeline in installed]:
            return None
        for batch in self._batches(found[1].holds if found else ()):
            batch.load(self._read_payload)  # raises if a payload is not what it was
        if found:
            self._store.remove(found[0])
        self._store.remove(name)
        return Pipeline(**made_by, destination=edition)

    @cached_property
    def _named(self) -> frozenset[str]:
        """All raw files and tombstones that the log speaks of."""
        return frozenset(file.file for entry in self._log.entries() for file in entry.files)

    def _batches(self, digests: tuple[str, ...]) -> Iterator[LoggedBatch]:
        for entry in self._log.entries():
            if entry.index and entry.batch in digests:
                yield LoggedBatch(self._store.address(), entry.batch, entry.index, 0, 0)

    def _find_record(self, edition: str, part: str) -> tuple[str, PartRecord] | None:
        for name in self._store.names(f"ledger/{edition}"):
            try:
                record = PartRecord.from_json(read_sealed(self._store, name))
            except UNREADABLE:
                continue
            if record.path == part:
                return name, record
        return None

    def _pipeline_in(self, name: str) -> Mapping[str, str] | None:
        """Return who made a part, by its own footer, if that can be read."""
        try:
            with self._store.open(name) as file:
                said: dict[str, str] = json.loads(read_footer(file)["archive.pipeline"])
                return said
        except (*UNREADABLE, pa.ArrowException):
            return None

    def _drop_record(self, name: str) -> str | None:
        """Remove a record that cannot be read; the part it spoke of gets one in the next round."""
        try:
            read_sealed(self._store, name)
        except UNREADABLE:
            self._store.remove(name)
            return "removed the damaged record, to be made again"
        return None

    def _record(self, edition: str, name: str) -> str | None:
        """Make the missing record of a part that is sound by its own checksums."""
        if self._find_record(edition, name) or not self._store.exists(name):
            return None
        try:
            record = read_part(self._store, edition, name)
        except (*UNREADABLE, pa.ArrowException):
            return None
        place = Place(record.batch, record.capture_date)
        to_name = merged_name if record.batches else ledger_name
        self._store.replace(to_name(edition, place), to_sealed(record.to_json()))
        return "made its ledger record again"

    def _point(self) -> str | None:
        """Turn mark and link to the edition that was made current last; without any, they mark nothing."""
        current: str | None = None
        there = self._store.folders("clean")
        with suppress(DamagedFileError):
            current = Editions(self._store).current()
        flips = [event.edition for event in read_history(self._store) if event.action is not Action.DROPPED]
        said = [name for name in (current, *flips[-1:], self._store.target("clean/current")) if name in there]
        if not there:
            self._store.remove("clean/CURRENT")
            self._store.remove("clean/current")
            return "removed it: there is no edition"
        if not said:
            return None
        [current, *_] = said
        self._store.replace("clean/CURRENT", f"{current}\n".encode())
        self._store.point("clean/current", current)
        return f"turned to {current}"

    def _describe(self, edition: str) -> str | None:
        """Write the description of the columns again, if the parts have those of this version."""
        for name in self._store.names(f"clean/{edition}/data"):
            with self._store.open(name) as file:
                if not pq.read_schema(file).equals(SCHEMA):
                    return None
        self._store.replace(f"clean/{edition}/schema.json", schema_json())
        return "described the columns again"


def read_part(store: Store, edition: str, name: str) -> PartRecord:
    """Return the ledger record of a part, read from the part alone, every page against its checksum."""
    statuses: Counter[str] = Counter()
    with store.open(name) as file:
        keys: dict[str, Any] = read_footer(file)
    place = Place(keys["archive.batch"], keys["archive.capture_date"])
    if part_name(edition, place) != name:
        raise ValueError(f"{name} is not what its footer says")
    with store.open(name) as file, pq.ParquetFile(file, page_checksum_verification=True) as part:
        for rows in part.iter_batches(1_000):
            statuses.update(rows.column("status").to_pylist())
    with store.open(name) as file:
        digest = digest_file(file)
    return PartRecord(
        path=name,
        edition=edition,
        capture_date=place.day,
        batch=place.batch,
        pipeline=json.loads(keys["archive.pipeline"]),
        rows=sum(statuses.values()),
        size_bytes=store.size(name),
        part_digest=digest,
        statuses=dict(sorted(statuses.items())),
        writer=WRITER,
        published_at=datetime.fromtimestamp(store.modified_at(name), UTC).isoformat(timespec="seconds"),
        batches=tuple(json.loads(keys.get("archive.batches", "[]"))),
    )
