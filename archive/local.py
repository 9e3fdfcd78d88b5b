"""Files of an archive on a local disk: made whole, once, and durable before anybody is told.

The order is the promise. A file is written in ``.tmp/`` and synced; its name is made by a hard
link, which fails if the name exists; the temporary name goes; the folder is synced. So a reader
sees a file whole or not at all, of two writers one wins, and what was acknowledged survives a
power cut.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, Self

from archive.durable import link_exclusively, sync_folder
from archive.exchange import CAN_EXCHANGE, exchange_folders, lock_folder
from archive.store import STALE_SECONDS, Staged, Store, digest_file

_LOCK: Final = ".swap"


class LocalStore(Store):
    """A folder."""

    has_links = True
    can_exchange = CAN_EXCHANGE

    def __init__(self, root: Path) -> None:
        self.root = root
        self._temporary = root / ".tmp"
        self._durable: set[Path] = set()
        self._unsynced: set[Path] | None = None

    @contextmanager
    def together(self) -> Iterator[Self]:
        """Yield a store whose new names are made durable when the block ends, each folder once."""
        group = type(self)(self.root)
        group._durable, group._unsynced = set(self._durable), set()
        try:
            yield group
        finally:
            for folder in sorted(group._unsynced):
                sync_folder(folder)
        self._durable |= group._durable

    def stage(self, write: Callable[[BinaryIO], None], *, apart: str = "") -> Staged:
        """Write a file in ``.tmp``, or a folder there, and sync it. If that fails, nothing is left."""
        self.make_folder(self._temporary / apart)
        path = self._temporary / apart / uuid.uuid4().hex
        try:
            with path.open("x+b") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
                size_bytes = file.seek(0, os.SEEK_END)
                return Staged(path, digest_file(file), size_bytes)
        except BaseException:
            _remove(path)
            raise

    def link(self, staged: Staged, name: str) -> bool:
        """Give a staged file its name. Return False, and change nothing, if the name is taken."""
        path, final = _path_of(staged), self.root / name
        try:
            self.make_folder(final.parent)
            is_new = link_exclusively(path, final)
        finally:
            _remove(path)
        self._sync(final.parent)  # also for a name somebody else made: it may not be durable yet
        return is_new

    def begin(self) -> None:
        """Make the folder and its log durable."""
        self.make_folder(self.root / "log")

    def is_begun(self) -> bool:
        """Return whether the folder has a log."""
        return (self.root / "log").is_dir()

    def address(self, name: str = "") -> str:
        """Return the full path of a file, for messages and for other tools."""
        return f"{self.root}/{name}" if name else str(self.root)  # ten times as fast as a path

    def exists(self, name: str) -> bool:
        """Return whether there is a file of this name."""
        return (self.root / name).is_file()

    def read_bytes(self, name: str) -> bytes:
        """Return the content of a file; ``FileNotFoundError`` if there is none."""
        return (self.root / name).read_bytes()

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading, seekable; ``FileNotFoundError`` if there is none."""
        return (self.root / name).open("rb")

    def size(self, name: str) -> int:
        """Return the length of a file in bytes; ``FileNotFoundError`` if there is none."""
        return (self.root / name).stat().st_size

    def modified_at(self, name: str) -> float:
        """Return when a file was written, in seconds since 1970; ``FileNotFoundError`` if there is none."""
        return (self.root / name).stat().st_mtime

    def names(self, prefix: str) -> Iterator[str]:
        """Yield the names of all files below a folder, sorted as strings; nothing if there is none."""
        folder = self.root / prefix
        if folder == self._temporary or not _is_folder(folder):
            return
        above = f"{prefix.rstrip('/')}/" if prefix.strip("/") else ""
        with os.scandir(folder) as entries:
            found = {
                f"{entry.name}/" if entry.is_dir(follow_symlinks=False) else entry.name: entry.is_file()
                for entry in entries
            }
        for key in sorted(found):  # a folder sorts as what is in it: with its slash
            if key.endswith("/"):
                yield from self.names(above + key)
            elif found[key]:
                yield above + key

    def folders(self, prefix: str) -> list[str]:
        """Return the names, without their path, of the folders directly below a folder, sorted."""
        folder = self.root / prefix
        if not _is_folder(folder):
            return []
        return sorted(path.name for path in folder.iterdir() if _is_folder(path) and path != self._temporary)

    def remove(self, name: str) -> None:
        """Remove a file for good; there may be none."""
        path = self.root / name
        path.unlink(missing_ok=True)
        if path.parent.is_dir():
            self._sync(path.parent)

    def touch(self, name: str) -> None:
        """Make a file as young as one that is written now; ``FileNotFoundError`` if there is none."""
        os.utime(self.root / name)

    def remove_stale(self, name: str) -> bool:
        """Remove a file for good unless it is younger than a day; return whether it was removed.

        It is looked at once more when it has no name: whoever needs it has touched it before, or
        finds it gone.
        """
        path, apart = self.root / name, self._temporary / uuid.uuid4().hex
        if not path.exists() or not _is_stale(path):
            return False
        self.make_folder(self._temporary)
        path.rename(apart)
        is_stale = _is_stale(apart)
        if not is_stale:
            link_exclusively(apart, path)
        _remove(apart)
        self._sync(path.parent)
        return is_stale

    def replace(self, name: str, data: bytes) -> None:
        """Put a file in place of what is there, at one stroke."""
        self._move_over(_path_of(self.stage_bytes(data)), self.root / name)

    def swap(self, name: str, data: bytes, seen: bytes | None) -> bool:
        """Replace a file if it is still as it was seen (None: not there); return whether it was.

        Others who swap at this moment wait; the lock goes with the process that holds it.
        """
        self.make_folder(self._temporary)
        with (self._temporary / _LOCK).open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if (self.read_bytes(name) if self.exists(name) else None) != seen:
                return False
            self.replace(name, data)
            return True

    def point(self, name: str, target: str) -> None:
        """Make a symbolic link, or turn it, at one stroke."""
        self.make_folder(self._temporary)
        path = self._temporary / uuid.uuid4().hex
        path.symlink_to(target)
        self._move_over(path, self.root / name)

    def target(self, name: str) -> str | None:
        """Return what a link leads to, None if it is none."""
        path = self.root / name
        return str(path.readlink()) if path.is_symlink() else None

    def lock(self, folder: str, *, alone: bool = False) -> AbstractContextManager[None]:
        """Hold a folder against ``exchange`` in it, many at once; or, to exchange, alone."""
        if not _is_folder(self.root / folder):  # a reader that finds it need not be able to write
            self.make_folder(self.root / folder)
        return lock_folder(self.root / folder, alone=alone)

    def exchange(self, folder: str, files: Mapping[str, Staged | None]) -> None:
        """Put a folder with these files in place of one, at one stroke; None: a file as it is there now."""
        self.make_folder(self._temporary)
        place, other = self.root / folder, self._temporary / uuid.uuid4().hex
        other.mkdir()
        try:
            for name, staged in files.items():
                path = _path_of(staged) if staged else self.root / name
                (other / Path(name).name).hardlink_to(path)
            sync_folder(other)
            exchange_folders(other, place)
            sync_folder(place.parent)
        finally:
            shutil.rmtree(other, ignore_errors=True)  # what it did not manage, a later sweep does

    def remove_folder(self, folder: str) -> None:
        """Remove a folder for good, at one stroke; there may be none."""
        self.make_folder(self._temporary)
        gone = self._temporary / uuid.uuid4().hex
        with suppress(FileNotFoundError):
            (self.root / folder).rename(gone)
            self._sync((self.root / folder).parent)
        self._durable = {path for path in self._durable if not path.is_relative_to(self.root / folder)}
        shutil.rmtree(gone, ignore_errors=True)

    def discard(self, staged: Staged) -> None:
        """Remove a staged file."""
        _remove(_path_of(staged))

    def sweep(self) -> None:
        """Remove what killed runs left in ``.tmp`` long ago."""
        for path in self._temporary.glob("[!.]*"):
            with suppress(OSError):
                if _is_stale(path):
                    shutil.rmtree(path) if _is_folder(path) else path.unlink()

    def clear(self, apart: str) -> None:
        """Remove what killed runs staged apart under this name; none may be at work."""
        folder = self._temporary / apart
        if left := list(folder.glob("*")):
            for path in left:
                path.unlink()
            self._sync(folder)

    def _move_over(self, path: Path, final: Path) -> None:
        try:
            self.make_folder(final.parent)
            path.replace(final)
        except BaseException:
            _remove(path)
            raise
        self._sync(final.parent)

    def _sync(self, folder: Path) -> None:
        if self._unsynced is None:
            sync_folder(folder)
        else:
            self._unsynced.add(folder)

    def make_folder(self, folder: Path) -> None:
        """Make a folder and its name durable, once in the life of this store."""
        if folder in self._durable:
            return
        if folder == self.root:
            folder.mkdir(parents=True, exist_ok=True)
        else:
            self.make_folder(folder.parent)
            folder.mkdir(exist_ok=True)
        self._sync(folder.parent)
        self._durable.add(folder)


def _path_of(staged: Staged) -> Path:
    """Return where a file that this store has staged is."""
    assert isinstance(staged.content, Path)  # noqa: S101 - nobody else makes them
    return staged.content


def _is_folder(path: Path) -> bool:
    """Return whether a path is a folder itself, and no link to one."""
    return path.is_dir() and not path.is_symlink()


def _is_stale(path: Path) -> bool:
    return path.lstat().st_mtime < time.time() - STALE_SECONDS


def _remove(path: Path) -> None:
    """Remove a temporary file; if that fails, a later sweep does."""
    with suppress(OSError):
        path.unlink()
