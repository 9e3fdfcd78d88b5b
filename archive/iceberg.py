"""Iceberg tables: the one door to pyiceberg. The catalog is a SQLite file in the table's folder.

The table's files are named by their full address, so archive and table may lie anywhere. ``gc.enabled``
is off: no engine that expires snapshots may delete the archive's parts with them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from pyiceberg.catalog import Catalog
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.expressions import AlwaysTrue
from pyiceberg.table import Table
from sqlalchemy import URL

from archive.lake import EDITION_KEY, PARTS_KEY, Content
from archive.schema import SCHEMA, WITH_STATISTICS

CATALOG_FILE: Final = "catalog.db"
TABLE_NAME: Final = "strigil.documents"
_METRICS: Final = "write.metadata.metrics"
_PROPERTIES: Final = {
    "gc.enabled": "false",
    f"{_METRICS}.default": "none",
    **{f"{_METRICS}.column.{name}": "truncate(16)" for name in WITH_STATISTICS},
}
"""Minima and maxima of the columns whose parts have some: by them an engine leaves parts out."""


def open_catalog(folder: Path) -> Catalog:
    """Open the catalog in a folder; it is made if there is none."""
    address = URL.create("sqlite", database=str(folder / CATALOG_FILE)).render_as_string()
    return SqlCatalog("strigil", uri=address, warehouse=str(folder), **_object_store())


def _object_store() -> dict[str, str]:
    """Return where the object store is that the archive's own client finds in the same environment."""
    names = {"s3.endpoint": "AWS_ENDPOINT_URL", "s3.region": "AWS_REGION"}
    return {name: os.environ[variable] for name, variable in names.items() if os.environ.get(variable)}


class IcebergTable:
    """The table ``strigil.documents`` of the catalog in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def marks(self) -> dict[str, str]:
        """Return what the newest snapshot says of itself; nothing if it is not ours."""
        snapshot = self._open().current_snapshot()
        summary = snapshot.summary.additional_properties if snapshot and snapshot.summary else {}
        return {key: summary[key] for key in (EDITION_KEY, PARTS_KEY) if key in summary}

    def supersede(self, content: Content) -> None:
        """Show these parts instead of what is shown, in one commit of the catalog."""
        table = self._open()
        with table.transaction() as transaction:
            with transaction.update_schema() as update:
                update.union_by_name(SCHEMA.remove_metadata())
            if table.current_snapshot() is not None:
                transaction.delete(AlwaysTrue(), snapshot_properties=content.marks)
            if content.parts:
                transaction.add_files(
                    [part.address for part in content.parts],
                    snapshot_properties=content.marks,
                    check_duplicate_files=False,  # nothing is left to be a duplicate of
                )

    def _open(self) -> Table:
        catalog = open_catalog(self._folder)
        try:
            return catalog.load_table(TABLE_NAME)
        except NoSuchTableError:
            catalog.create_namespace_if_not_exists(TABLE_NAME.partition(".")[0])
            return catalog.create_table(TABLE_NAME, SCHEMA.remove_metadata(), properties=_PROPERTIES)
