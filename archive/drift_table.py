"""The history of every site as one table for any reader: ``clean/<edition>/drift/periods.parquet``.

Made anew from the sums each time; the same parts give the same table.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from archive.alarms import count_tests, judge_site, min_score
from archive.periods import Period
from archive.store import Store

SCHEMA: Final = pa.schema(
    [
        ("site", pa.string()),
        ("first_day", pa.date32()),
        ("last_day", pa.date32()),
        ("captures", pa.int32()),
        ("measure", pa.string()),
        ("value", pa.float64()),
        ("usual", pa.float64()),
        ("score", pa.float64()),
        ("is_odd", pa.bool_()),
        ("is_alarm", pa.bool_()),
    ]
)
_LOGARITHMS: Final = frozenset({"text_length", "new_lines"})


def write_periods(store: Store, edition: str, sites: Mapping[str, Sequence[Period]]) -> str:
    """Write the table of an edition; return its name."""
    name = f"clean/{edition}/drift/periods.parquet"
    data = io.BytesIO()
    pq.write_table(
        pa.Table.from_pylist(list(_rows(sites)), schema=SCHEMA),
        data,
        compression="zstd",
        write_page_checksum=True,
    )
    if not store.exists(name) or store.read_bytes(name) != data.getvalue():
        store.replace(name, data.getvalue())
    return name


def to_unit(measure: str, value: float) -> float:
    """Return a value as a person counts it: characters and lines, not their logarithms."""
    return math.expm1(value) if measure in _LOGARITHMS else value


def _rows(sites: Mapping[str, Sequence[Period]]) -> Iterator[dict[str, Any]]:
    least = min_score(count_tests(sites))
    for site in sorted(sites):
        periods = sites[site]
        for measure, judged in judge_site(periods, least).items() if periods else ():
            for period, usual, score, is_odd, is_alarm in zip(periods, *judged, strict=True):
                value = period.values[measure].mean
                yield {
                    "site": site,
                    "first_day": period.first,
                    "last_day": period.last,
                    "captures": period.captures,
                    "measure": measure,
                    "value": None if np.isnan(value) else to_unit(measure, value),
                    "usual": to_unit(measure, float(usual)) if score else None,
                    "score": float(score) if score else None,
                    "is_odd": bool(is_odd),
                    "is_alarm": bool(is_alarm),
                }
