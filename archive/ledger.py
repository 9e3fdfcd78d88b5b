"""What the ledger says of an edition: a record for each part that counts."""

from __future__ import annotations

from collections.abc import Iterator

from archive.sealed import from_sealed
from archive.store import Store
from archive.values import PartRecord


def read_records(store: Store, edition: str) -> Iterator[PartRecord]:
    """Yield the records of an edition's parts, by day and batch.

    Left out: those of parts that are gone because another part holds their batches, which a killed
    compaction leaves. Both are listed while no parts are exchanged.
    """
    with store.lock(f"clean/{edition}"):
        parts = frozenset(store.names(f"clean/{edition}/data"))
        names = [name for name in store.names(f"ledger/{edition}") if name.endswith(".json")]
    for name, data in zip(names, store.read_each(names), strict=True):
        record = PartRecord.from_json(from_sealed(data, store.address(name)))
        if record.path in parts:
            yield record
