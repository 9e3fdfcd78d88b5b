"""The values of this room: pipelines, raw references, batches, part records, problems."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from captures.values import Capture

SCHEMA_VERSION: Final = 1
"""Counts the schemas of the parts. It is part of an edition's name: other columns, other edition."""

# One character class, repeated: linear.
_SAFE_NAME: Final = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What made rows of captures: they differ between two pipelines, never within one."""

    cleaner: str
    version: str
    policy: str
    config_digest: str

    def __post_init__(self) -> None:
        """Refuse a policy that cannot be part of a folder's name."""
        if not _SAFE_NAME.fullmatch(self.policy):
            raise ValueError(f"policy {self.policy!r}: use lower-case letters, digits and _ only")

    @property
    def digest(self) -> str:
        """Return the hex digest over all four and the version of the schema."""
        identity = [self.cleaner, self.version, self.policy, self.config_digest, SCHEMA_VERSION]
        return hashlib.sha256(json.dumps(identity).encode()).hexdigest()

    @property
    def edition(self) -> str:
        """Return the name of the edition its rows go to."""
        return f"{self.policy}-{self.digest[:8]}"


class RawRef(NamedTuple):
    """Where the raw bytes of a capture are: a record of a WARC file.

    ``file`` is relative to the archive for packed captures, and as its reader said for
    WARC files that stay where they are.
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


class PartRecord(NamedTuple):
    """What the ledger says of one part file. ``path`` is relative to the archive."""

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

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain data."""
        return self._asdict()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PartRecord:
        """Return the record from plain data."""
        return cls(**data)


class Problem(NamedTuple):
    """Something in the archive that is not as it should be, and what to do about it."""

    path: str
    problem: str
    advice: str
