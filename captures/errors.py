"""What this room raises: for a wrong call or a source that is not there.

Bad input is never an exception: it is a capture with ``error``.

    CaptureError
    ├── SourceNotFoundError   a source that matches nothing, or a store that does not answer
    ├── MissingExtraError     the input needs a package that is not installed
    ├── UnknownFormatError    ``ReadOptions.format`` names no reader
    └── DamagedInputError     raised inside readers, and turned into a capture with ``error``
        └── TrailingBytesError    complete gzip members, and then something else
    OSError
    └── BucketError               an object store that cannot be reached, or refuses
"""

from __future__ import annotations


class CaptureError(Exception):
    """Base of all errors of this room."""


class SourceNotFoundError(CaptureError):
    """A source matches no file and no object."""

    def __init__(self, source: str, why: str) -> None:
        super().__init__(f"{source}: {why}")
        self.source = source


class MissingExtraError(CaptureError):
    """An input needs an optional package."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs an optional package: pip install 'strigil[{extra}]'")
        self.extra = extra


class BucketError(OSError):
    """An object store cannot be reached, or refuses. It is to an object what ``OSError`` is to a file."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why


class UnknownFormatError(CaptureError):
    """A format was asked for that no reader reads."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"no reader for the format {name!r}; use one of: {', '.join(known)}")
        self.name = name


class DamagedInputError(CaptureError):
    """A compressed stream is broken from here on; all bytes before it have been handed out.

    ``offset`` is where the damaged gzip member or Zstandard frame begins in the file.
    """

    def __init__(self, what: str, offset: int) -> None:
        super().__init__(what)
        self.offset = offset


class TrailingBytesError(DamagedInputError):
    """Behind complete gzip members stands something that is no gzip."""
