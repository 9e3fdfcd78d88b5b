"""What the ledger says of an edition: a record for each part that counts."""

from __future__ import annotations

from collections.abc import Iterator

from archive.sealed import from_sealed
from archive.store import Store
from archive.values import PartRecord


def read_records(store: Store, edition: str) -> Iterator[PartRecord]:
    """Yield the records of an edition's parts, by day and batch."""
    names = [name for name in store.names(f"ledger/{edition}") if name.endswith(".json")]
    for name, data in zip(names, store.read_each(names), strict=True):
        yield PartRecord.from_json(from_sealed(data, store.address(name)))
