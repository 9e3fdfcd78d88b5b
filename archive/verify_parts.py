"""Checking parts: each against its ledger record, its own name and footer, and the log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from archive.coverage import Coverage, ledger_name, merged_name
from archive.entries import LogEntry
from archive.errors import ArchiveError
from archive.parts import Place, part_name, read_footer
from archive.sample import Sample
from archive.schema import SCHEMA, schema_json
from archive.sealed import read_sealed
from archive.store import Store, digest_file
from archive.values import SCHEMA_VERSION, PartRecord, Problem
from archive.verify_log import RESUME, Judge

_READ_ROWS = 1_000
_REWRITE = "move it out of the archive and run again: it is cleaned anew from the raw captures"
_STRANGER = "if the log has all its entries, the part came from another archive: move it out"
_RESTORE = "run: strigil verify --repair, which describes the columns of the parts as this version does"
_RESTORE_RECORD = "restore the record from a copy before anything else is cleaned, or rows would come twice"
_AGAIN = "run again: it finishes what is missing"


def verify_parts(judge: Judge, sample: Sample) -> Iterator[Problem]:
    """Yield what is wrong with the parts of all editions and with their ledger.

    Of a part that is not in the sample only the length is looked at.
    """
    store = judge.store
    records: dict[str, PartRecord] = {}
    for name in store.names("ledger"):
        judge.on_file(name)
        try:
            record = PartRecord.from_json(read_sealed(store, name))
        except (ArchiveError, OSError, ValueError, TypeError) as error:
            yield Problem(store.address(name), f"the ledger record cannot be read: {error}", _REWRITE)
            continue
        records[record.path] = record
        if not store.exists(record.path) and not _is_superseded(store, record):
            where = store.address(record.path)
            yield Problem(where, "the part is missing, though the ledger has it", _AGAIN)
    for edition in store.folders("clean"):
        schema = f"clean/{edition}/schema.json"
        if store.exists(schema) and not _is_schema(store.read_bytes(schema)):
            yield Problem(store.address(schema), "it is not the description that was written", _RESTORE)
    for name in (name for edition in store.folders("clean") for name in store.names(f"clean/{edition}/data")):
        is_read = sample.takes(name)
        if is_read:
            judge.on_file(name)
        problem = _PartCheck(judge, name, records.get(name)).find_problem(is_read=is_read)
        if problem:
            yield Problem(store.address(name), *problem)


def _is_superseded(store: Store, record: PartRecord) -> bool:
    """Return whether other parts hold what a part held: a compaction was killed before it tidied up."""
    coverage = Coverage(store, record.edition)
    return all(coverage.has(Place(batch, record.capture_date)) for batch in record.holds)


def _is_schema(data: bytes) -> bool:
    """Return whether a ``schema.json`` is that of this version, or can be that of an earlier one."""
    try:
        version = json.loads(data)["schema_version"]
    except (ValueError, TypeError, KeyError):
        return False
    return data == schema_json() or (isinstance(version, int) and 1 <= version < SCHEMA_VERSION)


class _PartCheck:
    """One file of a ``data`` folder; the first thing found wrong with it is told."""

    def __init__(self, judge: Judge, name: str, record: PartRecord | None) -> None:
        self._judge = judge
        self._store = judge.store
        self._name = name
        self._record = record

    def find_problem(self, *, is_read: bool) -> tuple[str, str] | None:
        """Return what is wrong and what to do, if anything."""
        try:
            problem = self._verify_length()
            if problem is not None or not is_read:
                return problem
            with self._store.open(self._name) as file:  # once: on an object store each time is a request
                return self._verify_bytes(file) or self._verify_content(file)
        except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
            return f"it cannot be read: {error}", _REWRITE

    def _verify_length(self) -> tuple[str, str] | None:
        size_bytes = self._store.size(self._name)
        if not self._name.endswith(".parquet"):
            return "no part file, and nothing else belongs here", "move it out: it disturbs readers"
        if size_bytes == 0:
            return "the file is empty", _REWRITE
        if self._record is not None and self._record.size_bytes != size_bytes:
            return f"{size_bytes} bytes, but {self._record.size_bytes} were written", _REWRITE
        return None

    def _verify_bytes(self, file: BinaryIO) -> tuple[str, str] | None:
        if self._record is not None and digest_file(file) != self._record.part_digest:
            return f"{self._record.size_bytes} bytes that are not those that were written", _REWRITE
        return None

    def _verify_content(self, file: BinaryIO) -> tuple[str, str] | None:
        keys = read_footer(file)
        edition = self._name.split("/")[1]
        place = Place(keys.get("archive.batch", ""), keys.get("archive.capture_date", ""))
        is_named = part_name(edition, place) == self._name and keys.get("archive.edition") == edition
        if not is_named:
            return "its footer does not say what its name says", _REWRITE
        held = json.loads(keys.get("archive.batches", "null")) or [place.batch]
        if not self._judge.numbers.keys() >= set(held):
            return "the log has no such batch", _STRANGER
        if self._record is None and len(held) > 1:
            return f"there is no {merged_name(edition, place)}", _RESTORE_RECORD
        if self._record is None:
            ledger = ledger_name(edition, place)
            return f"there is no {ledger}: a run was killed here, or is at work", _AGAIN
        entries = [self._judge.entry(batch) for batch in held]
        if keys.get("archive.schema_version") == str(SCHEMA_VERSION) and not pq.read_schema(file).equals(
            SCHEMA
        ):
            return "other columns than its edition has", _REWRITE
        return self._verify_rows(_read_ids(file), entries, place.day)

    def _verify_rows(
        self, ids: Sequence[str], entries: Sequence[LogEntry], day: str
    ) -> tuple[str, str] | None:
        if not set(ids).isdisjoint(self._judge.tombstones.ids):
            return "rows of captures that were taken down", RESUME
        committed = sum(entry.dates.get(day, 0) for entry in entries)
        if len(set(ids)) < len(ids) or len(ids) != committed:
            return f"{len(ids)} rows, not the {committed} of its log entry", _REWRITE
        if not set(ids) <= {key for entry in entries for key in entry.capture_ids}:
            return "rows of captures that its log entry does not have", _REWRITE
        if self._record is not None and self._record.rows != len(ids):
            return f"{len(ids)} rows, but its ledger record says {self._record.rows}", _REWRITE
        return None


def _read_ids(file: BinaryIO) -> list[str]:
    """Read every page of a part against its checksum; return the capture ids."""
    ids: list[str] = []
    with pq.ParquetFile(file, page_checksum_verification=True) as parquet:
        for rows in parquet.iter_batches(_READ_ROWS):
            ids.extend(rows.column("capture_id").to_pylist())
    return ids
