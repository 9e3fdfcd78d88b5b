"""Names on a disk: given once, and there for good. What a store in a folder rests on."""

from __future__ import annotations

import ctypes
import errno
import os
from pathlib import Path
from typing import Final

from archive.errors import UnfitFileSystemError

_NO_HARD_LINKS: Final = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_AT_FDCWD: Final = -100
_RENAME_NOREPLACE: Final = 1


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the file system can."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems cannot sync folders
            raise
    finally:
        os.close(descriptor)


def link_exclusively(path: Path, final: Path) -> bool:
    """Give a file a second name; return False if another file has that name.

    A network file system may ask twice when an answer is lost, and is then told that the name exists:
    it is that of this very file.
    """
    try:
        final.hardlink_to(path)
    except FileExistsError:
        return os.path.samestat(path.lstat(), final.lstat())
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        return _rename_exclusively(path, final)
    return True


def _rename_exclusively(path: Path, final: Path) -> bool:
    """Rename a file unless the new name exists: for file systems without hard links."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        raise UnfitFileSystemError(final)
    if rename(_AT_FDCWD, os.fsencode(path), _AT_FDCWD, os.fsencode(final), _RENAME_NOREPLACE) == 0:
        return True
    code = ctypes.get_errno()
    if code == errno.EEXIST:
        return False
    if code in {errno.EINVAL, errno.ENOSYS}:
        raise UnfitFileSystemError(final)
    raise OSError(code, os.strerror(code), str(final))
