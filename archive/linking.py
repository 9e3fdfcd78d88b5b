"""Bringing the links of an edition up to date: the parts by name, the texts of old pages by SQL."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Final

import pyarrow as pa

from archive.archive import Archive
from archive.links import Built, build_links
from archive.read import open_sql
from archive.versions import SEEN_AGAIN

_MAX_MEMORY: Final = "512MB"
"""What DuckDB may hold while it sorts; the rest goes to disk."""
_BATCH_ROWS: Final = 1_000


def link_edition(archive: Archive, *, edition: str | None = None) -> Built:
    """Link the documents of an edition, the current one if none is named; say what was done."""
    name = archive.data_name(edition).split("/")[1]

    def seen_again() -> Iterator[pa.RecordBatch]:
        with open_sql(archive, edition=name) as connection, tempfile.TemporaryDirectory() as spilled:
            connection.execute(f"set memory_limit = '{_MAX_MEMORY}'")
            connection.execute("set temp_directory = $1", [spilled])
            yield from connection.sql(SEEN_AGAIN).to_arrow_reader(_BATCH_ROWS)

    return build_links(archive.store, name, seen_again)
