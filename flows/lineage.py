"""Lineage: which edition of which archive a run added to, and from what, as Prefect's asset events.

Prefect's cloud draws a graph of them; a server of one's own keeps them as events that automations match.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from prefect.events import emit_event

from archive.archive import Archive
from flows.report import RunReport
from flows.summary import status_line

REFERENCED: Final = "prefect.asset.referenced"
MATERIALIZED: Final = "prefect.asset.materialization.succeeded"


def publish_lineage(store: Archive, sources: Sequence[str], report: RunReport) -> None:
    """Say what a run has made of what; a run that added nothing, or did not come to its end, says nothing."""
    if not report.is_complete or not report.tally.statuses:
        return
    keys = [to_asset_key(source) for source in sources]
    for key in keys:
        emit_event(REFERENCED, resource={"prefect.resource.id": key})
    emit_event(
        MATERIALIZED,
        resource={
            "prefect.resource.id": to_asset_key(store.data_path(report.edition)),
            "prefect.resource.name": f"edition {report.edition}",
        },
        related=[
            *({"prefect.resource.id": key, "prefect.resource.role": "asset"} for key in keys),
            {"prefect.resource.id": "strigil", "prefect.resource.role": "asset-materialized-by"},
        ],
        payload={"edition": report.edition, "captures": status_line(report.tally.statuses)},
    )


def to_asset_key(place: str) -> str:
    """Return the address of a place: a folder or a pattern as a file URI, what has one as it is.

    >>> to_asset_key("s3://news/scrapes"), to_asset_key("/data/old scrapes/")
    ('s3://news/scrapes', 'file:///data/old%20scrapes')
    """
    return place if "://" in place else Path(place).expanduser().absolute().as_uri()
