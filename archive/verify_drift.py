"""Checking the memory of the drift alarm: files that can be made again, so they need only be readable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from archive.drift import SCHEMA, folder_of
from archive.drift_table import SCHEMA as PERIODS
from archive.sample import Sample
from archive.store import Store
from archive.values import Problem
from archive.verify_log import UNREADABLE, OnFile

_REMOVE: Final = "remove it, or run with --repair: strigil drift makes it again"


def verify_drift(store: Store, edition: str, on_file: OnFile, sample: Sample) -> Iterator[Problem]:
    """Yield the files of an edition's memory that cannot be read, every page against its checksum."""
    for name in store.names(folder_of(edition)):
        if not sample.takes(name):
            continue
        on_file(name)
        try:
            with store.open(name) as file:
                schema = pq.read_table(file, page_checksum_verification=True).schema
        except FileNotFoundError:
            continue  # a look at the sites has just removed it
        except (*UNREADABLE, pa.ArrowException) as error:
            yield Problem(store.address(name), f"it cannot be read: {error}", _REMOVE)
            continue
        if not schema.equals(PERIODS if name.endswith("/periods.parquet") else SCHEMA):
            yield Problem(store.address(name), "it has other columns than were written", _REMOVE)
