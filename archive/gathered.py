"""Where raw files lie: most under their own name, those of small batches in larger files.

``gathered/0000000001.json`` says that the raw files of some batches are stretches of a larger one. It
is created exclusively, like an entry of the log, and never changed. Log, rows, indexes and tombstones
go on naming the file that was committed; whoever opens one asks here where it is. Law: what is read of
a name is the same before and after its file was gathered.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any, Final, NamedTuple, TypeVar

from archive.gathered_index import Move, replace_index, restore_index, split_index
from archive.sealed import from_sealed
from archive.store import Store
from archive.values import FileRecord

FOLDER: Final = "gathered"
RAW_FOLDER: Final = "raw/gathered"
_INDEX: Final = ".cdxj"
_WARC: Final = ".warc.gz"
_DIGITS: Final = 10
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class GatheredBatch:
    """The raw files of one batch as they were; the bytes of its WARC file begin at ``base`` now."""

    index: FileRecord
    warc: FileRecord | None
    base: int

    @property
    def files(self) -> tuple[FileRecord, ...]:
        """Return the files that were gathered."""
        return (self.index, self.warc) if self.warc else (self.index,)


@dataclass(frozen=True, slots=True)
class Gathering:
    """Raw files that became one WARC file (none, if all captures lie elsewhere) with one index."""

    index: FileRecord
    warc: FileRecord | None
    batches: tuple[GatheredBatch, ...]

    @property
    def files(self) -> tuple[FileRecord, ...]:
        """Return the files that hold it all now."""
        return (self.index, self.warc) if self.warc else (self.index,)

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain data."""
        return {
            "index": self.index._asdict(),
            "warc": self.warc._asdict() if self.warc else None,
            "batches": [
                {
                    "index": batch.index._asdict(),
                    "warc": batch.warc._asdict() if batch.warc else None,
                    "base": batch.base,
                }
                for batch in self.batches
            ],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Gathering:
        """Return the record from plain data."""
        batches = (
            GatheredBatch(FileRecord(**one["index"]), _to_record(one["warc"]), one["base"])
            for one in data["batches"]
        )
        return cls(FileRecord(**data["index"]), _to_record(data["warc"]), tuple(batches))


class Place(NamedTuple):
    """Where the raw files of a batch lie: a stretch of a gathered WARC file, and lines of its index."""

    stem: str
    base: int
    size_bytes: int

    def file(self, name: str) -> str:
        """Return the gathered file that holds what a name stands for."""
        return self.stem + (_INDEX if name.endswith(_INDEX) else _WARC)

    def move(self, name: str) -> Move:
        """Return how the lines of an index were moved."""
        return Move(stem_of(name), self.stem, self.base)


class _Places:
    """What was read of one archive's records so far. They never change, so it stays right."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._places: dict[str, Place] = {}
        self._last = 0
        self._index: tuple[object, dict[str, list[bytes]]] = (None, {})

    def find(self, name: str) -> Place | None:
        return self._places.get(stem_of(name))

    def refresh(self, store: Store, *, anew: bool = False) -> int:
        """Take in what was gathered since; return the number of the last record."""
        with self._lock:
            if anew:  # another archive may have come to the same place
                self._places, self._last = {}, 0
            for gathering in _read(store, self._last):
                self._last += 1
                for batch in gathering.batches:
                    size_bytes = batch.warc.size_bytes if batch.warc else 0
                    place = Place(stem_of(gathering.index.file), batch.base, size_bytes)
                    self._places.setdefault(stem_of(batch.index.file), place)
            return self._last

    def read_index(self, store: Store, file: str) -> dict[str, list[bytes]]:
        """Return the lines of a gathered index by batch; those of the last one are kept.

        Batches are mostly read one after the other. A takedown makes an index shorter.
        """
        key = file, store.size(file), store.modified_at(file)
        seen, lines = self._index
        if seen != key:
            lines = split_index(store.read_bytes(file))
            self._index = key, lines
        return lines


@lru_cache(maxsize=16)
def _places_at(_address: str) -> _Places:
    """Return what this process knows of an archive."""
    return _Places()


def stem_of(name: str) -> str:
    """Return the name of a raw file without its ending, which a batch's WARC file and index share."""
    return name.removesuffix(_INDEX).removesuffix(_WARC)


def record_name(number: int) -> str:
    """Return the name of the file of a record."""
    return f"{FOLDER}/{number:0{_DIGITS}}.json"


def refresh(store: Store, *, anew: bool = False) -> int:
    """Take in what others have gathered since, or all; return the number of the last record."""
    return _places_at(store.address()).refresh(store, anew=anew)


def find_place(store: Store, name: str) -> Place | None:
    """Return where a raw file was gathered, as far as is known; None: it lies under its own name."""
    return _places_at(store.address()).find(name)


def read_gatherings(store: Store) -> Iterator[Gathering]:
    """Yield all records, in order."""
    return _read(store, 0)


def read_where(store: Store, name: str, read: Callable[[Place | None], T]) -> T:
    """Read something of a raw file where it lies; once more if it was gathered meanwhile."""
    places = _places_at(store.address())
    place = places.find(name)
    try:
        return read(place)
    except FileNotFoundError:
        places.refresh(store, anew=place is not None)
        now = places.find(name)
        if now == place:
            raise
        return read(now)


def read_file(store: Store, name: str) -> bytes:
    """Return the bytes of a raw file, wherever they lie; ``FileNotFoundError`` if there are none."""

    def read(place: Place | None) -> bytes:
        if place is None:
            return store.read_bytes(name)
        if name.endswith(_INDEX):
            return restore_index(
                _places_at(store.address()).read_index(store, place.file(name)), place.move(name)
            )
        with store.open(place.file(name)) as file:
            file.seek(place.base)
            return file.read(place.size_bytes)

    return read_where(store, name, read)


def spliced(store: Store, gathered: bytes, files: Mapping[str, bytes]) -> bytes:
    """Return a gathered file in which some raw files have other bytes: as many, in a WARC file."""
    places = {name: place for name in files if (place := find_place(store, name))}
    if any(name.endswith(_INDEX) for name in files):
        return replace_index(gathered, {place.move(name): files[name] for name, place in places.items()})
    data = bytearray(gathered)
    for name, place in places.items():
        if len(files[name]) != place.size_bytes:
            raise ValueError(f"{name} has {place.size_bytes} bytes, not {len(files[name])}")
        data[place.base : place.base + place.size_bytes] = files[name]
    return bytes(data)


def _read(store: Store, last: int) -> Iterator[Gathering]:
    """Yield the records after a number."""
    with suppress(FileNotFoundError):
        for number in count(last + 1):
            data = store.read_bytes(record_name(number))
            yield Gathering.from_json(from_sealed(data, store.address(record_name(number))))


def _to_record(data: dict[str, Any] | None) -> FileRecord | None:
    return FileRecord(**data) if data else None
