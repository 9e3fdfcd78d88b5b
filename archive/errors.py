"""What this room raises: for a wrong call, or for a store that cannot be trusted.

Disk faults (no space, no permission) stay the ``OSError`` they are.

    ArchiveError
    ├── NotAnArchiveError        the folder is no archive, and none was to be made
    ├── MissingClientError       an archive in an object store, without the package for it
    ├── IgnoresConditionsError   an object store in which two writers could not be told apart
    ├── UnfitFileSystemError     the file system can create no file exclusively
    ├── DamagedFileError         a file of the archive is not what was written
    ├── CollisionError           a name is taken by another content
    ├── RawGoneError             a WARC file that captures were left in is not there
    ├── RawChangedError          a raw payload is not what was committed
    ├── SchemaChangedError       an edition was begun with other columns
    ├── NoEditionError           there is no current edition, or none of that name
    ├── AmbiguousEditionError    several editions have names that begin so
    ├── PromotionRefusedError    an edition does not hold everything that is committed
    ├── NothingBeforeError       no edition was current before the current one
    ├── DropRefusedError         an edition is current or published
    ├── PublishedError           a published table shows parts that were to be changed
    ├── OtherPolicyError         captures cannot join an edition of another policy
    ├── CannotExchangeError      the store cannot put one folder in place of another at one stroke
    ├── NoCaptureError           the archive has no capture of that id
    ├── NothingToTakeDownError   the archive holds no capture that was named
    ├── LakeBusyError            somebody else publishes to the same table at this moment
    ├── UnfitLakeError           a table of a lake cannot be made there, or of this
    ├── MissingLakeError         a table of a lake, without the package for it
    └── SqlError                 a question that DuckDB cannot answer
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path


class ArchiveError(Exception):
    """Base of all errors of this room."""


class NotAnArchiveError(ArchiveError):
    """A folder holds no archive."""

    def __init__(self, root: str | Path) -> None:
        super().__init__(f"{root} is no archive: name another folder, or make one by cleaning into it")
        self.root = root


class MissingClientError(ArchiveError):
    """An archive lies in an object store, and the optional package for that is not installed."""

    def __init__(self, place: str) -> None:
        super().__init__(f"{place} needs an optional package: pip install 'strigil[s3]'")
        self.place = place


class IgnoresConditionsError(ArchiveError):
    """An object store overwrites what it was told to create only if it is not there."""

    def __init__(self, place: str, seen: str) -> None:
        super().__init__(
            f"{place}: this object store {seen}, so two writers could overwrite each other's files unseen: "
            "take a store that honours If-None-Match and If-Match (AWS S3, MinIO, Ceph, R2), or, if you see "
            "to it that only one process ever writes, set STRIGIL_ONE_WRITER=1"
        )
        self.place = place


class UnfitFileSystemError(ArchiveError):
    """A file system has neither hard links nor a rename that spares what is there."""

    def __init__(self, path: str | Path) -> None:
        super().__init__(
            f"{path}: this file system can create no file exclusively, "
            "so two writers could not be told apart: put the archive on another one"
        )
        self.path = path


class DamagedFileError(ArchiveError):
    """A file of the archive is missing or is not what was written."""

    def __init__(
        self,
        path: str | Path,
        problem: str,
        advice: str = "restore it from a copy, then run `strigil verify`",
    ) -> None:
        super().__init__(f"{path}: {problem}: {advice}")
        self.path = path
        self.problem = problem


class CollisionError(ArchiveError):
    """A file that is to be created exists with another content."""

    def __init__(self, path: str | Path, found: str) -> None:
        super().__init__(f"{path} is taken: {found}: look at it, move it out of the archive, run again")
        self.path = path
        self.found = found


class RawGoneError(ArchiveError):
    """A WARC file that was imported by reference is not where it was."""

    def __init__(self, file: str) -> None:
        super().__init__(
            f"{file} is gone: captures were left in this WARC file when it was imported, and their raw bytes "
            "are nowhere else: put it back as it was"
        )
        self.file = file


class RawChangedError(ArchiveError):
    """The raw bytes of a capture are not those that were committed."""

    def __init__(self, file: str, offset: int) -> None:
        super().__init__(
            f"{file}, record at byte {offset}: the payload is not the one that was committed: "
            "put the file back as it was, then run again"
        )
        self.file = file
        self.offset = offset


class SchemaChangedError(ArchiveError):
    """An edition was begun with other columns than this version writes."""

    def __init__(self, path: str | Path) -> None:
        super().__init__(
            f"{path} describes other columns than this version writes: "
            "an edition has one schema for good, so finish it with the version that began it"
        )
        self.path = path


class NoEditionError(ArchiveError):
    """There is nothing to read yet under this name."""

    def __init__(self, root: str | Path, edition: str | None) -> None:
        what = "no current edition" if edition is None else f"no edition {edition!r}"
        super().__init__(f"{root} has {what}: let a run finish first, or name one of the folders in clean/")
        self.root = root
        self.edition = edition


class AmbiguousEditionError(ArchiveError):
    """A name could mean several editions."""

    def __init__(self, name: str, editions: Sequence[str]) -> None:
        super().__init__(f"{name!r} could be {' or '.join(editions)}: write more of the name")
        self.name = name
        self.editions = tuple(editions)


class PromotionRefusedError(ArchiveError):
    """An edition lacks parts of batches that are committed. ``days`` counts captures that lack rows."""

    def __init__(self, edition: str, missing: int, days: Mapping[str, int]) -> None:
        captures = sum(days.values())
        span = min(days) if len(days) == 1 else f"{min(days)} to {max(days)}"
        super().__init__(
            f"edition {edition} cannot become current: {captures:,} capture(s) of {missing} committed "
            f"batch(es), dated {span}, have no row in it: `strigil reclean` finishes it, "
            "with the software that began it"
        )
        self.edition = edition
        self.missing = missing
        self.days = dict(days)


class NothingBeforeError(ArchiveError):
    """There is no edition to go back to."""

    def __init__(self, root: str, current: str | None) -> None:
        super().__init__(
            f"{root}: no edition was current before {current}, or it is dropped: "
            "`strigil editions` lists those that can be promoted"
        )
        self.current = current


class DropRefusedError(ArchiveError):
    """An edition that readers have is not dropped."""

    def __init__(self, edition: str, why: str) -> None:
        super().__init__(f"edition {edition} stays: {why}")
        self.edition = edition


class PublishedError(ArchiveError):
    """The parts of an edition belong to a published table too."""

    def __init__(self, edition: str) -> None:
        super().__init__(
            f"edition {edition} is published, and the table names its parts: "
            "compact an edition before you publish it"
        )
        self.edition = edition


class OtherPolicyError(ArchiveError):
    """An edition holds rows of one policy; others would not fit beside them."""

    def __init__(self, edition: str, policy: str) -> None:
        super().__init__(
            f"the current edition {edition} is not made under the policy {policy}: leave the policy out "
            f"to add to it, or make everything anew: `strigil reclean --policy {policy}`, "
            "then `strigil promote`"
        )
        self.edition = edition
        self.policy = policy


class CannotExchangeError(ArchiveError):
    """A store cannot put one folder in place of another at one stroke, so nothing can be compacted there."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"{where} cannot exchange two folders at one stroke (Linux on a local disk can), "
            "so readers would see rows twice or not at all: compact it there, then copy it"
        )


class NoCaptureError(ArchiveError):
    """The archive holds no capture of an id."""

    def __init__(self, root: str, capture_id: str) -> None:
        super().__init__(
            f"{root} holds no capture {capture_id}: `strigil sql` lists those it has (documents)"
        )
        self.capture_id = capture_id


class NothingToTakeDownError(ArchiveError):
    """The archive does not hold what is to be taken down; maybe it did, and that is done."""

    def __init__(self, targets: Sequence[str]) -> None:
        super().__init__(
            f"the archive holds no capture of {', '.join(targets)}: `strigil sql` shows what it has "
            "(documents), and tombstones/ what was taken down before"
        )
        self.targets = tuple(targets)


class LakeBusyError(ArchiveError):
    """A table has one committer at a time."""

    def __init__(self, place: str) -> None:
        super().__init__(f"{place}: another process publishes there just now: run again when it is done")
        self.place = place


class UnfitLakeError(ArchiveError):
    """A table cannot be made of this, or not there."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place} cannot hold the table: {problem}")
        self.place = place


class MissingLakeError(ArchiveError):
    """The package for a kind of table is an extra, and is not installed."""

    def __init__(self, extra: str) -> None:
        super().__init__(f"{extra} tables need an optional package: pip install 'strigil[{extra}]'")
        self.extra = extra


class SqlError(ArchiveError):
    """A question in SQL that cannot be answered; the message is DuckDB's own."""
