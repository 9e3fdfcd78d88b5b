"""The SQL views beside those of the documents: links, versions, tombstones, gathered files. All may be empty.

``duplicates`` has a row a document that is not the first of its kind, ``shared_quotes`` a row a
quotation that an earlier story has too, ``versions`` a row a capture of a URL that was captured more
than once (all three: ``archive.links``), ``tombstones`` a row a capture or URL that was taken down,
``gathered`` a row a raw file that lies in a larger one now.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

import pyarrow as pa

from archive.links import TABLES, current_links
from archive.store import Store


class Connection(Protocol):
    """What is needed of a DuckDB connection."""

    def execute(self, query: str, /) -> object:
        """Run a statement."""

    def register(self, view_name: str, python_object: pa.Table, /) -> object:
        """Make a table a view."""


ToPattern = Callable[[str], str]
"""Turns a pattern of names into an SQL string that DuckDB can open."""

_TAKEDOWN: Final = (
    'struct("at" timestamptz, "by" varchar, reason varchar, urls varchar[], captures struct('
    "capture_id varchar, batch varchar, capture_date date, urlkey_digest varchar, payload_digest varchar)[])"
)
_FILE: Final = "struct(file varchar)"
_GATHERING: Final = f"struct(warc {_FILE}, batches struct(warc {_FILE}, base bigint)[])"
_MAX_JSON_BYTES: Final = 1 << 24
"""More than the records of a gathering take."""

_LINKED: Final = {
    "duplicates": """
create view duplicates as
select linked.*, url, capture_date
from duplicates_links linked join (select capture_id, url, capture_date from documents) using (capture_id)
""",
    "shared_quotes": """
create view shared_quotes as
select linked.capture_id, linked.shares_with, later.url, earlier.url as other_url, quote_start, quote_end,
    substring(later.text, quote_start + 1, quote_end - quote_start) as quote
from shared_quotes_links linked
join documents later on later.capture_id = linked.capture_id
join (select capture_id, url from documents) earlier on earlier.capture_id = linked.shares_with
""",
    "versions": "create view versions as select * from versions_links",
}

_TOMBSTONES: Final = """
create view tombstones as
with takedowns as (select content from {source})
select taken.capture_id as capture_id, taken.urlkey_digest as urlkey_digest,
    taken.payload_digest as payload_digest, taken.capture_date as capture_date, taken.batch as batch,
    "at", "by", reason
from (select content."at" as "at", content."by" as "by", content.reason as reason,
    unnest(content.captures) as taken from takedowns)
union all
select null, url, null, null, null, "at", "by", reason
from (select content."at" as "at", content."by" as "by", content.reason as reason,
    unnest(content.urls) as url from takedowns)
"""
"""A URL that is not to come back has a row without a capture."""


_GATHERED: Final = """
create view gathered as
select batch.warc.file as raw_file, gathered_file, batch.base as base
from (select content.warc.file as gathered_file, unnest(content.batches) as batch from {source})
where batch.warc is not null
"""


def create_link_views(connection: Connection, store: Store, edition: str, to_pattern: ToPattern) -> None:
    """Create the views of an edition's links; empty ones if ``strigil duplicates`` has not built them."""
    folder = current_links(store, edition)
    for table, schema in TABLES.items():
        if folder is None:
            connection.register(f"{table}_links", schema.empty_table())
        else:
            file = to_pattern(f"{folder}/{table}.parquet")
            connection.execute(f"create view {table}_links as select * from read_parquet({file})")  # noqa: S608
        connection.execute(_LINKED[table])


def create_tombstones(connection: Connection, store: Store, to_pattern: ToPattern) -> None:
    """Create the view of what was taken down."""
    source = f"(select null::{_TAKEDOWN} as content where false)"
    sizes = [store.size(name) for name in store.names("tombstones") if name.count("/") == 1]
    if sizes:  # of which DuckDB takes the double for each thread
        most = max(*sizes, _MAX_JSON_BYTES)
        source = _read_sealed(to_pattern("tombstones/*.json"), _TAKEDOWN, most)
    connection.execute(_TOMBSTONES.format(source=source))


def create_gathered(connection: Connection, store: Store, to_pattern: ToPattern) -> None:
    """Create the view of the raw files that lie in larger ones, and where their bytes begin there."""
    source = f"(select null::{_GATHERING} as content where false)"
    if any(store.names("gathered")):
        source = _read_sealed(to_pattern("gathered/*.json"), _GATHERING, _MAX_JSON_BYTES)
    connection.execute(_GATHERED.format(source=source))


def _read_sealed(pattern: str, kind: str, most_bytes: int) -> str:
    """Return an SQL source of sealed records, each on a line of its own file."""
    return (
        f"read_json({pattern}, format = 'newline_delimited', records = true, compression = 'uncompressed', "
        f"columns = {{'content': '{kind}'}}, maximum_object_size = {most_bytes})"
    )
