"""What this room raises: for a wrong call, or for a store that cannot be trusted.

Disk faults (no space, no permission) stay the ``OSError`` they are.

    ArchiveError
    ├── NotAnArchiveError        the folder is no archive, and none was to be made
    ├── UnfitFileSystemError     the file system can create no file exclusively
    ├── DamagedFileError         a file of the archive is not what was written
    ├── CollisionError           a name is taken by another content
    ├── RawChangedError          a raw payload is not what was committed
    ├── SchemaChangedError       an edition was begun with other columns
    ├── NoEditionError           there is no current edition, or none of that name
    ├── PromotionRefusedError    an edition does not hold everything that is committed
    └── SqlError                 a question that DuckDB cannot answer
"""

from __future__ import annotations

from pathlib import Path


class ArchiveError(Exception):
    """Base of all errors of this room."""


class NotAnArchiveError(ArchiveError):
    """A folder holds no archive."""

    def __init__(self, root: Path) -> None:
        super().__init__(f"{root} is no archive: name another folder, or make one by cleaning into it")
        self.root = root


class UnfitFileSystemError(ArchiveError):
    """A file system has neither hard links nor a rename that spares what is there."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: this file system can create no file exclusively, "
            "so two writers could not be told apart: put the archive on another one"
        )
        self.path = path


class DamagedFileError(ArchiveError):
    """A file of the archive is missing or is not what was written."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}: restore it from a copy, then run `strigil verify`")
        self.path = path
        self.problem = problem


class CollisionError(ArchiveError):
    """A file that is to be created exists with another content."""

    def __init__(self, path: Path, found: str) -> None:
        super().__init__(f"{path} is taken: {found}: look at it, move it out of the archive, run again")
        self.path = path
        self.found = found


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

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} describes other columns than this version writes: "
            "an edition has one schema for good, so finish it with the version that began it"
        )
        self.path = path


class NoEditionError(ArchiveError):
    """There is nothing to read yet under this name."""

    def __init__(self, root: Path, edition: str | None) -> None:
        what = "no current edition" if edition is None else f"no edition {edition!r}"
        super().__init__(f"{root} has {what}: let a run finish first, or name one of the folders in clean/")
        self.root = root
        self.edition = edition


class PromotionRefusedError(ArchiveError):
    """An edition lacks parts of batches that are committed."""

    def __init__(self, edition: str, missing: int) -> None:
        super().__init__(
            f"edition {edition} cannot become current: {missing} committed batch(es) lack parts in it: "
            "run again to finish them"
        )
        self.edition = edition
        self.missing = missing


class SqlError(ArchiveError):
    """A question in SQL that cannot be answered; the message is DuckDB's own."""
