"""One entry of the commit log: what a batch holds, and which inputs were read to their end with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from archive.identity import capture_date
from archive.raw import RawBatch
from archive.tombstones import Tombstones
from archive.values import FileRecord


class BatchDays(NamedTuple):
    """The captures of a committed batch by day: each day is a part file in an edition."""

    number: int
    """That of its entry in the log."""
    batch: str
    dates: dict[str, int]

    def after(self, tombstones: Tombstones) -> BatchDays:
        """Return the batch with the counts of what is left of its captures."""
        gone = tombstones.days(self.batch)
        days = {day: rows - gone.get(day, 0) for day, rows in self.dates.items()}
        return self._replace(dates=days) if gone else self


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One commit. ``dates`` counts the captures of each day: one part file an edition for each.

    ``references`` are the WARC files that captures were left in; of one that is not on a local
    disk only the name is known (size -1). A commit without captures has an empty ``batch`` and no
    ``index``. ``takedown`` is the tombstone of what was taken down with this entry.
    """

    batch: str = ""
    index: FileRecord | None = None
    warc: FileRecord | None = None
    references: tuple[FileRecord, ...] = ()
    dates: dict[str, int] = field(default_factory=dict)
    payload_bytes: int = 0
    capture_ids: tuple[str, ...] = ()
    done_items: tuple[str, ...] = ()
    takedown: FileRecord | None = None

    @classmethod
    def from_raw(cls, raw: RawBatch, done_items: tuple[str, ...]) -> LogEntry:
        """Return the entry of a batch whose raw files are in place."""
        return cls(
            raw.batch.digest,
            raw.index,
            raw.warc,
            raw.references,
            dict(Counter(map(capture_date, raw.batch.captures))),
            raw.payload_bytes,
            raw.batch.capture_ids,
            done_items,
        )

    @property
    def files(self) -> tuple[FileRecord, ...]:
        """Return all files that the entry speaks of."""
        return tuple(file for file in (self.index, self.warc, self.takedown, *self.references) if file)

    def after(self, tombstones: Tombstones) -> LogEntry:
        """Return the entry with the counts of what is left of its captures."""
        return replace(self, dates=self.days(0).after(tombstones).dates)

    def days(self, number: int) -> BatchDays:
        """Return its captures by day, as the entry of a number."""
        return BatchDays(number, self.batch, self.dates)

    def to_json(self) -> dict[str, Any]:
        """Return the entry as plain data."""
        files = {"index": self.index, "warc": self.warc, "takedown": self.takedown}
        data = {name: getattr(self, name) for name in self.__slots__}
        return data | {name: file._asdict() if file else None for name, file in files.items()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> LogEntry:
        """Return the entry from plain data."""
        for name in ("index", "warc", "takedown"):
            data[name] = FileRecord(**data[name]) if data.get(name) else None
        data["references"] = tuple(FileRecord(*file) for file in data["references"])
        for name in ("capture_ids", "done_items"):
            data[name] = tuple(data[name])
        return cls(**data)
