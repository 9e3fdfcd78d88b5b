"""Publishing an edition as a table of a lake: its parts are registered where they are, nothing is copied.

The archive stays the truth: a table can be made again from it at any time. A table has one committer
at a time, held by a lock on its folder, as neither format's own retry asks again whether the work is
done. What a table showed before stays in its history, for as long as the parts of that edition exist.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from archive.archive import Archive
from archive.errors import LakeBusyError, MissingLakeError, UnfitLakeError
from archive.ledger import read_records
from archive.published import Publication, read_publications, remove_publication, write_publication
from archive.store import Store

FORMATS: Final = ("iceberg", "delta")
EDITION_KEY: Final = "strigil.edition"
PARTS_KEY: Final = "strigil.parts"
"""What a table's newest commit says: the edition, and a digest of its parts."""
_LOCK: Final = ".strigil.lock"


class LakePart(NamedTuple):
    """A part file as a table names it."""

    address: str
    capture_date: str
    rows: int
    size_bytes: int
    digest: str


class Content(NamedTuple):
    """What a table is to show."""

    edition: str
    parts: tuple[LakePart, ...]

    @property
    def marks(self) -> dict[str, str]:
        """Return what the commit says of itself."""
        names = sorted(f"{part.address} {part.digest}" for part in self.parts)
        return {
            EDITION_KEY: self.edition,
            PARTS_KEY: hashlib.sha256("\n".join(names).encode()).hexdigest(),
        }


class Table(Protocol):
    """A table of one format in a folder."""

    def marks(self) -> dict[str, str]:
        """Return what the newest commit says of itself; nothing if it is not ours."""

    def supersede(self, content: Content) -> None:
        """Show this instead of what is shown, in one commit."""


def publish(archive: Archive, kind: str, folder: Path, *, edition: str | None = None) -> Publication:
    """Make a table show an edition, the current one if none is named. Publishing it again changes nothing."""
    name = archive.data_name(edition).split("/")[1]
    store, place = archive.store, folder.absolute()
    with _alone(place):
        table = _open(kind, place, store)
        before, marks = _find(store, kind, place), table.marks()
        shown = marks.get(EDITION_KEY, before.edition) or None  # also after a commit that was not noted
        content = _hold(store, replace(before, edition=shown, coming=name))
        if marks != content.marks:
            table.supersede(content)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        if (before.edition, before.coming) == (name, None) and before.published_at:
            now = before.published_at
        after = Publication(kind, str(place), name, published_at=now)
        write_publication(store, after)
    return after


def withdraw(archive: Archive, kind: str, folder: Path) -> None:
    """Make a table empty and forget it, so that its edition may be dropped."""
    store, place = archive.store, folder.absolute()
    published = _find(store, kind, place)
    if not published.editions:
        raise UnfitLakeError(str(place), "it is no table of this archive, so there is nothing to withdraw")
    if place.exists():  # else somebody has removed it already
        with _alone(place):
            _open(kind, place, store).supersede(Content("", ()))
    remove_publication(store, published)


def publish_again(archive: Archive) -> Iterator[Publication]:
    """Bring every table that is still there up to date with its edition's parts; yield those tables.

    For parts that were rewritten: a table names their old sizes, and cannot read them.
    """
    for one in list(read_publications(archive.store)):
        edition = one.coming or one.edition
        if edition is not None and Path(one.place).exists():
            yield publish(archive, one.format, Path(one.place), edition=edition)


def _hold(store: Store, publication: Publication) -> Content:
    """Write down what is coming, and return it. From then on nobody merges its parts, or drops them.

    A compaction that has not seen that yet is waited for: what it made is what is read.
    """
    write_publication(store, publication)
    return Content(str(publication.coming), tuple(_parts(store, str(publication.coming))))


def _parts(store: Store, edition: str) -> Iterator[LakePart]:
    for record in read_records(store, edition):
        yield LakePart(
            store.address(record.path),
            record.capture_date,
            record.rows,
            record.size_bytes,
            record.part_digest,
        )


def _find(store: Store, kind: str, place: Path) -> Publication:
    """Return the record of a table, a new one if there is none."""
    new = Publication(kind, str(place), None)
    return next((one for one in read_publications(store) if one.name == new.name), new)


def _open(kind: str, place: Path, store: Store) -> Table:
    """Return the table of a format in a folder."""
    try:
        if kind == "iceberg":
            from archive.iceberg import IcebergTable  # noqa: PLC0415 - its package is an extra

            return IcebergTable(place)
        from archive.delta import DeltaLakeTable  # noqa: PLC0415 - its package is an extra
    except ModuleNotFoundError as error:
        raise MissingLakeError(kind) from error
    if not store.has_links:
        raise UnfitLakeError(
            str(place),
            "Delta names files below its own folder, and an object store has no links: use Iceberg",
        )
    return DeltaLakeTable(place)


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Be the one committer of a table; the lock goes with the process, however that ends."""
    place.mkdir(parents=True, exist_ok=True)
    with (place / _LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LakeBusyError(str(place)) from error
        yield
