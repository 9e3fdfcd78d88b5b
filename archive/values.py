"""The values of this room: pipelines, raw references, batches, part records, problems."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from captures.values import Capture

SCHEMA_VERSION: Final = 2
"""Counts the schemas of the parts. It is part of an edition's name: other columns, other edition."""

# One character class, repeated: linear.
_SAFE_NAME: Final = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What made rows of captures: they differ between two pipelines, never within one.

    ``destination`` is an edition that another state of the cleaner began and this one goes on with;
    empty: the rows go to an edition of their own.
    """

    cleaner: str
    version: str
    policy: str
    config_digest: str
    destination: str = ""

    def __post_init__(self) -> None:
        """Refuse a policy that cannot be part of a folder's name."""
        if not _SAFE_NAME.fullmatch(self.policy):
            raise ValueError(f"policy {self.policy!r}: use lower-case letters, digits and _ only")

    @property
    def identity(self) -> dict[str, str]:
        """Return what tells its rows from those of any other pipeline."""
        return {
            "cleaner": self.cleaner,
            "version": self.version,
            "policy": self.policy,
            "config_digest": self.config_digest,
        }

    @property
    def digest(self) -> str:
        """Return the hex digest over its identity and the version of the schema."""
        identity = [*self.identity.values(), SCHEMA_VERSION]
        return hashlib.sha256(json.dumps(identity).encode()).hexdigest()

    @property
    def own_edition(self) -> str:
        """Return the name of the edition that holds rows of this pipeline alone."""
        return f"{self.policy}-{self.digest[:8]}"

    @property
    def edition(self) -> str:
        """Return the name of the edition its rows go to."""
        return self.destination or self.own_edition


class RawRef(NamedTuple):
    """Where the raw bytes of a capture are: a record of a WARC file.

    ``file`` is relative to the archive for what lies in it (packed and fetched captures), and as
    its reader said for WARC files that stay elsewhere.
    """

    file: str
    offset: int
    length: int
    record_id: str


class FileRecord(NamedTuple):
    """A file as it was written; ``file`` is relative to the archive."""

    file: str
    digest: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Captures that were committed together; the tuples are parallel. Empty: nothing was new."""

    digest: str
    captures: tuple[Capture, ...]
    refs: tuple[RawRef, ...]
    capture_ids: tuple[str, ...]
    payload_digests: tuple[str, ...]


class PartRecord(NamedTuple):
    """What the ledger says of one part file. ``path`` is relative to the archive.

    ``batches`` are those that a merged part is made of; ``batch`` is then the digest of their list.
    """

    path: str
    edition: str
    capture_date: str
    batch: str
    pipeline: Mapping[str, str]
    rows: int
    size_bytes: int
    part_digest: str
    statuses: Mapping[str, int]
    writer: str
    published_at: str
    batches: tuple[str, ...] = ()

    @property
    def holds(self) -> tuple[str, ...]:
        """Return the batches whose captures of the day are in the part."""
        return self.batches or (self.batch,)

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain data."""
        return self._asdict()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PartRecord:
        """Return the record from plain data."""
        record = cls(**data)
        return record._replace(batches=tuple(record.batches))


class Problem(NamedTuple):
    """Something in the archive that is not as it should be, and what to do about it."""

    path: str
    problem: str
    advice: str
