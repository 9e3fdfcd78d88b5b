"""Delta tables: the one door to deltalake.

Delta names files below the table's own folder (a full address is allowed by the protocol, but Polars
and delta-rs read it wrongly), so each part has a symbolic link there, named by the part's digest. What
VACUUM removes is then the link, never the part.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Schema
from deltalake.transaction import AddAction, create_table_with_add_actions

from archive.errors import UnfitLakeError
from archive.lake import EDITION_KEY, PARTS_KEY, Content, LakePart
from archive.schema import SCHEMA

_DAY: Final = "capture_date"
_SCHEMA: Final = Schema.from_arrow(SCHEMA.remove_metadata().append(pa.field(_DAY, pa.date32())))


class DeltaLakeTable:
    """The Delta table in a folder, with a partition a day."""

    def __init__(self, folder: Path) -> None:
        if quote(str(folder)) != str(folder):
            raise UnfitLakeError(
                str(folder), "its name has characters that readers of Delta decode: rename it"
            )
        self._folder = folder

    def marks(self) -> dict[str, str]:
        """Return what the newest commit says of itself; nothing if it is not ours."""
        if not DeltaTable.is_deltatable(str(self._folder)):
            return {}
        [commit] = DeltaTable(self._folder).history(1)
        return {key: commit[key] for key in (EDITION_KEY, PARTS_KEY) if key in commit}

    def supersede(self, content: Content) -> None:
        """Show these parts instead of what is shown, in one commit."""
        adds = [self._add(part) for part in content.parts]
        properties = CommitProperties(custom_metadata=content.marks)
        if DeltaTable.is_deltatable(str(self._folder)):
            table = DeltaTable(self._folder)
            if table.schema() != _SCHEMA:
                raise UnfitLakeError(str(self._folder), "its columns are others: publish to another folder")
            table.create_write_transaction(
                [*adds], "overwrite", _SCHEMA, [_DAY], commit_properties=properties
            )
        else:
            create_table_with_add_actions(
                str(self._folder), _SCHEMA, adds, partition_by=[_DAY], name="documents",
                commit_properties=properties,
            )  # fmt: skip

    def _add(self, part: LakePart) -> AddAction:
        """Link a part into the table's folder and return its entry."""
        # Polars takes the day from the path, whatever the entry says.
        name = f"{_DAY}={part.capture_date}/{part.digest.removeprefix('sha256:')[:32]}.parquet"
        link = self._folder / name
        link.parent.mkdir(exist_ok=True)
        if not link.exists():
            link.unlink(missing_ok=True)
            link.symlink_to(part.address)
        return AddAction(
            path=name,
            size=part.size_bytes,
            partition_values={_DAY: part.capture_date},
            modification_time=int(link.stat().st_mtime * 1000),
            data_change=True,
            stats=json.dumps({"numRecords": part.rows}),
        )
