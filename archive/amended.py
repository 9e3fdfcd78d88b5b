"""Raw files that a takedown has changed: what the log says of them no longer holds.

``tombstones/files/<digest of the name>.json`` says what a file is from now on. It is written before
the file is, so a file is at any moment as the log has it, or as this record has it, or as it was
between two takedowns.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from archive.gathered import find_place, spliced
from archive.sealed import read_sealed, to_sealed
from archive.store import Store
from archive.values import FileRecord

FOLDER: Final = "tombstones/files"
_NAME_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class Amended:
    """A file as it is now. ``earlier`` are digests that it had since the log was written."""

    file: str
    digest: str
    size_bytes: int
    earlier: tuple[str, ...] = ()

    @property
    def record(self) -> FileRecord:
        """Return what is known of the file."""
        return FileRecord(self.file, self.digest, self.size_bytes)

    @property
    def digests(self) -> frozenset[str]:
        """Return all digests that the file may have while a takedown is at work."""
        return frozenset([self.digest, *self.earlier])


def amended_name(file: str) -> str:
    """Return the path of the record of a file, relative to the archive."""
    return f"{FOLDER}/{hashlib.sha256(file.encode()).hexdigest()[:_NAME_DIGITS]}.json"


def read_amended(store: Store, file: str) -> Amended | None:
    """Return what a takedown made of a file; None if it is as it was committed."""
    name = amended_name(file)
    if not store.exists(name):
        return None
    content = read_sealed(store, name)
    return Amended(**content | {"earlier": tuple(content["earlier"])})


def is_own(file: str) -> bool:
    """Return whether a raw file is in the archive: relative names are."""
    return not file.startswith("/") and "://" not in file


def replace_raw(store: Store, files: Mapping[str, bytes]) -> None:
    """Write down what raw files are going to be, then put that in place of what is there.

    Of files that were gathered the same is done with the larger one that holds them.
    """
    gathered: defaultdict[str, dict[str, bytes]] = defaultdict(dict)
    for name, data in files.items():
        _write_down(store, name, data)
        place = find_place(store, name)
        if place is None:
            store.replace(name, data)
        else:
            gathered[place.file(name)][name] = data
    for larger, parts in gathered.items():
        while True:
            seen = store.read_bytes(larger)
            new = spliced(store, seen, parts)
            _write_down(store, larger, new)
            if store.swap(larger, new, seen):
                break


def _write_down(store: Store, file: str, data: bytes) -> None:
    before = read_amended(store, file)
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    earlier = (before.digests if before else frozenset()) - {digest}
    amended = Amended(file, digest, len(data), tuple(sorted(earlier)))
    store.replace(amended_name(file), to_sealed(asdict(amended)))
