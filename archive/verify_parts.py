"""Checking parts: each against its ledger record, its own name and footer, and the log."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from archive.editions import ledger_name
from archive.errors import ArchiveError
from archive.log import Log, LogEntry
from archive.parts import Place, part_name, read_footer
from archive.schema import SCHEMA, schema_json
from archive.sealed import read_sealed
from archive.store import digest_file
from archive.values import SCHEMA_VERSION, PartRecord, Problem

OnFile = Callable[[Path], None]

_READ_ROWS = 1_000
_REWRITE = "move it out of the archive and run again: it is cleaned anew from the raw captures"
_STRANGER = "if the log has all its entries, the part came from another archive: move it out"
_RESTORE = "restore it from a copy, or from another edition of the same columns"
_AGAIN = "run again: it finishes what is missing"


def verify_parts(root: Path, log: Log, batches: Mapping[str, int], on_file: OnFile) -> Iterator[Problem]:
    """Yield what is wrong with the parts of all editions and with their ledger."""
    records: dict[str, PartRecord] = {}
    for path in sorted((root / "ledger").glob("*/*")):
        on_file(path)
        try:
            record = PartRecord.from_json(read_sealed(path))
        except (ArchiveError, OSError, ValueError, TypeError) as error:
            yield Problem(str(path), f"the ledger record cannot be read: {error}", _REWRITE)
            continue
        records[record.path] = record
        if not (root / record.path).exists():
            yield Problem(str(root / record.path), "the part is missing, though the ledger has it", _AGAIN)
    for path in sorted((root / "clean").glob("*/schema.json")):
        if not path.parent.is_symlink() and not _is_schema(path):
            yield Problem(str(path), "it is not the description that was written", _RESTORE)
    for path in sorted((root / "clean").glob("*/data/**/*")):
        if path.is_dir() or path.relative_to(root / "clean").parts[0] == "current":
            continue
        on_file(path)
        check = _PartCheck(root, path.relative_to(root).as_posix(), records)
        problem = check.find_problem(log, batches)
        if problem:
            yield Problem(str(path), *problem)


def _is_schema(path: Path) -> bool:
    """Return whether a ``schema.json`` is that of this version, or can be that of an earlier one."""
    data = path.read_bytes()
    try:
        version = json.loads(data)["schema_version"]
    except (ValueError, TypeError, KeyError):
        return False
    return data == schema_json() or (isinstance(version, int) and 1 <= version < SCHEMA_VERSION)


class _PartCheck:
    """One file of a ``data`` folder; the first thing found wrong with it is told."""

    def __init__(self, root: Path, name: str, records: Mapping[str, PartRecord]) -> None:
        self._path = root / name
        self._name = name
        self._record = records.get(name)

    def find_problem(self, log: Log, batches: Mapping[str, int]) -> tuple[str, str] | None:
        """Return what is wrong and what to do, if anything."""
        try:
            return self._verify_bytes() or self._verify_content(log, batches)
        except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
            return f"it cannot be read: {error}", _REWRITE

    def _verify_bytes(self) -> tuple[str, str] | None:
        size_bytes = self._path.stat().st_size
        if self._path.suffix != ".parquet":
            return "no part file, and nothing else belongs here", "move it out: it disturbs readers"
        if size_bytes == 0:
            return "the file is empty", _REWRITE
        if self._record is None:
            return None
        with self._path.open("rb") as file:
            if digest_file(file) != self._record.part_digest:
                written = self._record.size_bytes
                return f"{size_bytes} bytes that are not the {written} that were written", _REWRITE
        return None

    def _verify_content(self, log: Log, batches: Mapping[str, int]) -> tuple[str, str] | None:
        keys = read_footer(self._path)
        edition = self._name.split("/")[1]
        place = Place(keys.get("archive.batch", ""), keys.get("archive.capture_date", ""))
        is_named = part_name(edition, place) == self._name and keys.get("archive.edition") == edition
        if not is_named or not keys.get("archive.pipeline_digest", "").startswith(edition[-8:]):
            return "its footer does not say what its name says", _REWRITE
        if place.batch not in batches:
            return "the log has no such batch", _STRANGER
        if self._record is None:
            ledger = ledger_name(edition, place)
            return f"there is no {ledger}: a run was killed here, or is at work", _AGAIN
        entry = LogEntry.from_json(read_sealed(log.path(batches[place.batch])))
        if keys.get("archive.schema_version") == str(SCHEMA_VERSION) and not self._has_columns():
            return "other columns than its edition has", _REWRITE
        return self._verify_rows(self._record, entry, place.day)

    def _has_columns(self) -> bool:
        return bool(pq.read_schema(self._path).equals(SCHEMA))

    def _verify_rows(self, record: PartRecord, entry: LogEntry, day: str) -> tuple[str, str] | None:
        ids = self._read_ids()
        if len(set(ids)) < len(ids) or len(ids) != entry.dates.get(day):
            return f"{len(ids)} rows, not the {entry.dates.get(day)} of its log entry", _REWRITE
        if not set(ids) <= set(entry.capture_ids):
            return "rows of captures that its log entry does not have", _REWRITE
        if record.rows != len(ids):
            return f"{len(ids)} rows, but its ledger record says {record.rows}", _REWRITE
        return None

    def _read_ids(self) -> list[str]:
        """Read every page of the file against its checksum; return the capture ids."""
        ids: list[str] = []
        with pq.ParquetFile(self._path, page_checksum_verification=True) as file:
            for rows in file.iter_batches(_READ_ROWS):
                ids.extend(rows.column("capture_id").to_pylist())
        return ids
