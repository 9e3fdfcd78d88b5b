"""Whole folders on a local disk: held against each other's writers, and put in each other's place.

Linux only. Where it is missing, an archive does without compaction.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from archive.errors import CannotExchangeError

_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2
_CANNOT: Final = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EXDEV, errno.EPERM}
_LIBRARY: Final = ctypes.CDLL(None, use_errno=True)

CAN_EXCHANGE: Final = hasattr(_LIBRARY, "renameat2")


@contextmanager
def lock_folder(folder: Path, *, alone: bool) -> Iterator[None]:
    """Hold a folder: many at once, or one alone. The lock goes with the process that holds it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def exchange_folders(one: Path, other: Path) -> None:
    """Put each of two folders in the place of the other, at one stroke."""
    if not CAN_EXCHANGE:
        raise CannotExchangeError(str(other))
    places = _AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other)
    if _LIBRARY.renameat2(*places, _RENAME_EXCHANGE) != 0:
        code = ctypes.get_errno()
        if code in _CANNOT:
            raise CannotExchangeError(str(other))
        raise OSError(code, os.strerror(code), str(other))
