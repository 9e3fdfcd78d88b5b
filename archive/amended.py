"""Raw files of a batch as a takedown left them: what the log says of them no longer holds.

``raw/<batch>.amended.json`` is written before the files are, so that a file is at any moment
either as the log has it or as this record or an earlier state of it says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from archive.sealed import read_sealed, to_sealed
from archive.store import Store
from archive.values import FileRecord

_NAME_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class Amended:
    """The raw files of a batch. ``earlier`` are digests that they had since the log was written."""

    batch: str
    index: FileRecord
    warc: FileRecord | None
    earlier: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain data."""
        return {
            "batch": self.batch,
            "index": self.index._asdict(),
            "warc": self.warc._asdict() if self.warc else None,
            "earlier": list(self.earlier),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Amended:
        """Return the record from plain data."""
        warc = FileRecord(**data["warc"]) if data["warc"] else None
        return cls(data["batch"], FileRecord(**data["index"]), warc, tuple(data["earlier"]))

    @property
    def digests(self) -> frozenset[str]:
        """Return all digests that its files may have while a takedown is at work."""
        files = [file.digest for file in (self.index, self.warc) if file]
        return frozenset([*files, *self.earlier])


def amended_name(batch: str) -> str:
    """Return the path of the record, relative to the archive."""
    return f"raw/{batch[:_NAME_DIGITS]}.amended.json"


def read_amended(store: Store, batch: str) -> Amended | None:
    """Return what is known of the raw files of a batch; None if they are as they were committed."""
    name = amended_name(batch)
    if not store.exists(name):
        return None
    return Amended.from_json(read_sealed(store, name))


def write_amended(store: Store, amended: Amended) -> None:
    """Write down what the raw files of a batch are about to be."""
    store.replace(amended_name(amended.batch), to_sealed(amended.to_json()))
