"""Where an archive lies: files by name, made whole and once, wherever that is.

The promise that every store keeps: a name appears at one stroke with its whole content, of two
writers who create it one wins, and what was acknowledged stays. Names are relative to the archive,
their parts joined by ``/``.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, Self

from archive.errors import CannotExchangeError, CollisionError

STALE_SECONDS: Final = 24 * 60 * 60
"""A file that no run has taken up for this long was left by a killed one."""

_PIECE_BYTES: Final = 1 << 20


class Staged(NamedTuple):
    """A complete file without its name; ``content`` is the store's own, and gone once it has a name."""

    content: Path | BinaryIO
    digest: str
    size_bytes: int


class Store(ABC):
    """The files of an archive. Reading what is not there raises ``FileNotFoundError``."""

    has_links: bool
    """Whether ``point`` can lead from one name to another."""

    has_one_writer: bool = False
    """Whether nothing keeps writers apart here, so that there may be only one."""

    @abstractmethod
    def address(self, name: str = "") -> str:
        """Return the full path or URL of a file, for messages and for other tools."""

    @abstractmethod
    def begin(self) -> None:
        """Make the place of an archive, and see that it can be one."""

    @abstractmethod
    def is_begun(self) -> bool:
        """Return whether there is an archive."""

    @abstractmethod
    def exists(self, name: str) -> bool:
        """Return whether there is a file of this name."""

    @abstractmethod
    def read_bytes(self, name: str) -> bytes:
        """Return the content of a file."""

    @abstractmethod
    def open(self, name: str) -> BinaryIO:
        """Open a file for reading, seekable."""

    @abstractmethod
    def size(self, name: str) -> int:
        """Return the length of a file in bytes."""

    @abstractmethod
    def modified_at(self, name: str) -> float:
        """Return when a file was written, in seconds since 1970."""

    @abstractmethod
    def names(self, prefix: str) -> Iterator[str]:
        """Yield the names of all files below a folder, sorted as strings; nothing if there is none."""

    @abstractmethod
    def folders(self, prefix: str) -> list[str]:
        """Return the names, without their path, of the folders directly below a folder, sorted."""

    @abstractmethod
    def together(self) -> AbstractContextManager[Self]:
        """Yield a store whose new names are made durable when the block ends, at less cost.

        For names that nobody is told of before that.
        """

    @abstractmethod
    def stage(self, write: Callable[[BinaryIO], None], *, apart: str = "") -> Staged:
        """Write a file that has no name yet. If that fails, nothing is left.

        What a killed run leaves goes after a day; what was staged ``apart`` (a name that begins with a
        dot), as soon as ``clear`` is told so.
        """

    @abstractmethod
    def link(self, staged: Staged, name: str) -> bool:
        """Give a staged file its name. Return False, and change nothing, if the name is taken."""

    @abstractmethod
    def replace(self, name: str, data: bytes) -> None:
        """Put a file in place of what is there, at one stroke."""

    @abstractmethod
    def swap(self, name: str, data: bytes, seen: bytes | None) -> bool:
        """Replace a file if it is still as it was seen (None: not there); return whether it was."""

    @abstractmethod
    def point(self, name: str, target: str) -> None:
        """Make a link, or turn it, at one stroke; where there are no links, nothing."""

    @abstractmethod
    def target(self, name: str) -> str | None:
        """Return what a link leads to, None if it is none."""

    @abstractmethod
    def remove(self, name: str) -> None:
        """Remove a file for good; there may be none."""

    @abstractmethod
    def touch(self, name: str) -> None:
        """Make a file as young as one that is written now; ``FileNotFoundError`` if there is none."""

    @abstractmethod
    def remove_stale(self, name: str) -> bool:
        """Remove a file for good unless it is younger than a day; return whether it was removed."""

    can_exchange: bool = False
    """Whether ``exchange`` can be had."""

    def lock(self, folder: str, *, alone: bool = False) -> AbstractContextManager[None]:  # noqa: ARG002
        """Hold a folder against ``exchange`` in it, many at once; or, to exchange, alone."""
        return nullcontext()

    def exchange(self, folder: str, files: Mapping[str, Staged | None]) -> None:  # noqa: ARG002
        """Put a folder with these files in place of one, at one stroke; None: a file as it is there now."""
        raise CannotExchangeError(self.address(folder))

    def remove_folder(self, folder: str) -> None:
        """Remove all files below a folder for good; there may be none."""
        for name in list(self.names(folder)):
            self.remove(name)

    @abstractmethod
    def discard(self, staged: Staged) -> None:
        """Forget a staged file that got no name, or more than one."""

    @abstractmethod
    def sweep(self) -> None:
        """Remove what killed runs left long ago."""

    def clear(self, apart: str) -> None:  # noqa: B027 - nothing stays where files have no name at all
        """Remove what killed runs staged apart under this name; none may be at work."""

    def stage_bytes(self, data: bytes) -> Staged:
        """Stage a file with this content."""

        def write(file: BinaryIO) -> None:
            file.write(data)

        return self.stage(write)

    def read_each(self, names: Iterable[str]) -> Iterator[bytes]:
        """Yield the content of many files, in order, at less cost than one by one."""
        return map(self.read_bytes, names)

    def create(self, name: str, data: bytes) -> bool:
        """Create a file with this content. Return False if the name is taken."""
        return self.link(self.stage_bytes(data), name)

    def keep(self, staged: Staged, name: str) -> None:
        """Give a staged file a name that stands for its content; the same content may be there.

        That may be what a killed run has left: it is needed now, and so no longer old.
        """
        if not self.link(staged, name):
            with self.open(name) as file:
                if digest_file(file) != staged.digest:
                    raise CollisionError(self.address(name), "it holds something else")
            self.touch(name)


def digest_file(file: BinaryIO) -> str:
    """Return ``sha256:<hex>`` of a whole open file."""
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(_PIECE_BYTES):
        digest.update(piece)
    return f"sha256:{digest.hexdigest()}"
