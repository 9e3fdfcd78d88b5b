"""The editions of an archive at a glance: what made each, how much it holds, what it lacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from archive.coverage import Coverage
from archive.entries import BatchDays
from archive.history import find_since
from archive.ledger import read_records
from archive.parts import Place
from archive.published import published_editions
from archive.store import Store


class EditionInfo(NamedTuple):
    """One edition. ``missing`` counts committed captures without a row in it.

    ``cleaners`` are the versions that made its rows, each with the first digits of its
    ``config_digest``: one in an edition that was made by ``reclean``, more in one that was added to
    through changes of the cleaner. ``since`` is when it became current (ISO 8601), if it is.
    """

    name: str
    policy: str
    cleaners: tuple[str, ...]
    parts: int
    rows: int
    size_bytes: int
    missing: int
    is_current: bool
    is_published: bool
    since: str | None

    @property
    def is_complete(self) -> bool:
        """Return whether every committed capture has its row."""
        return not self.missing


def describe_editions(
    store: Store, batches: Sequence[BatchDays], current: str | None
) -> Iterator[EditionInfo]:
    """Yield every edition that was begun, by name."""
    published = published_editions(store)
    for name in store.folders("clean"):
        if not store.exists(f"clean/{name}/schema.json"):
            continue
        records = list(read_records(store, name))
        yield EditionInfo(
            name,
            policy_of(name),
            tuple(sorted({_cleaner(**record.pipeline) for record in records})),
            len(records),
            sum(record.rows for record in records),
            sum(record.size_bytes for record in records),
            _count_missing(Coverage(store, name), batches),
            name == current,
            name in published,
            find_since(store, current) if name == current else None,
        )


def policy_of(edition: str) -> str:
    """Return the policy under which an edition is made: its name begins with it."""
    return edition.rpartition("-")[0]


def _cleaner(version: str, config_digest: str, **_others: str) -> str:
    return f"{version} {config_digest.removeprefix('sha256:')[:8]}"


def _count_missing(coverage: Coverage, batches: Sequence[BatchDays]) -> int:
    return sum(
        rows
        for batch in batches
        for day, rows in batch.dates.items()
        if rows and not coverage.has(Place(batch.batch, day))
    )
