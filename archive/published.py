"""What is published as a table of a lake, so that nothing takes its parts away.

``published/<format>-<digest of the place>.json`` says which edition a table shows. It is written
before the table's own commit, with both editions, and again after it, with the one: whatever
stops a publication, an edition that the table may show is in the record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Final

from archive.errors import DamagedFileError
from archive.sealed import read_sealed, to_sealed
from archive.store import Store

_FOLDER: Final = "published"


@dataclass(frozen=True, slots=True)
class Publication:
    """One table of a lake: what it shows, and what a commit under way may make it show."""

    format: str
    """``iceberg`` or ``delta``."""
    place: str
    """Address of the table's folder."""
    edition: str | None
    """The edition it shows; None before the first commit."""
    coming: str | None = None
    """The edition a commit was begun for; None when no commit is under way."""
    published_at: str | None = None

    @property
    def name(self) -> str:
        """Return the name of its record in the archive."""
        return f"{_FOLDER}/{self.format}-{hashlib.sha256(self.place.encode()).hexdigest()[:16]}.json"

    @property
    def editions(self) -> frozenset[str]:
        """Return the editions it shows or may show."""
        return frozenset(edition for edition in (self.edition, self.coming) if edition)


def read_publications(store: Store) -> Iterator[Publication]:
    """Yield every table that shows an edition of this archive."""
    for name in sorted(store.names(_FOLDER)):
        try:
            yield Publication(**read_sealed(store, name))
        except (ValueError, TypeError) as error:
            raise DamagedFileError(store.address(name), f"no record of a publication: {error}") from error


def write_publication(store: Store, publication: Publication) -> None:
    """Put the record of a table in place of the one before."""
    store.replace(publication.name, to_sealed(asdict(publication)))


def remove_publication(store: Store, publication: Publication) -> None:
    """Forget a table that shows nothing of this archive any more."""
    store.remove(publication.name)


def published_editions(store: Store) -> frozenset[str]:
    """Return the editions that tables show: nobody may drop them or change their parts."""
    return frozenset(edition for one in read_publications(store) for edition in one.editions)
