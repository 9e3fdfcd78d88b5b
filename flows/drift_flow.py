"""The Prefect flow ``drift``: an event for every site that changed, and tables of what changed.

For a schedule, after the night's captures are cleaned. ``examples/notify_on_drift.py`` makes an
automation that tells somebody.
"""

from __future__ import annotations

from typing import Any, Final

from prefect import State, flow
from prefect.events import emit_event
from prefect.states import Completed

from archive.archive import Archive
from flows.artifacts import publish_table
from flows.cli_options import FORM_ARCHIVE
from flows.drift import DriftReport, SiteDrift, find_drift, headline, to_rows, to_words
from flows.outcome import to_failed
from flows.said import SAID

EVENT: Final = "strigil.site.changed"
"""Its resource is ``strigil.site.<host>``; its payload says what changed, in words and in numbers."""


@flow(name="drift", flow_run_name="drift {archive}", persist_result=False)
def drift(archive: str = FORM_ARCHIVE, edition: str = "") -> State[Any]:
    """Judge every site by its own past; tell of those that changed.

    Args:
        archive: The folder of the archive, or its s3:// address.
        edition: The edition to judge; empty for the current one.

    """
    try:
        report = find_drift(Archive.open(archive, create=False), edition=edition or None)
    except SAID as error:
        return to_failed(error)
    for found in report.news:
        emit_event(EVENT, resource=_resource(found, archive), payload=_payload(found))
    _publish(report)
    return Completed(name="SitesChanged" if report.news else "Completed", message=headline(report))


def _resource(found: SiteDrift, archive: str) -> dict[str, str]:
    site = found.alarm.site
    return {
        "prefect.resource.id": f"strigil.site.{site}",
        "prefect.resource.name": site,
        "strigil.archive": archive,
    }


def _payload(found: SiteDrift) -> dict[str, Any]:
    return {
        "site": found.alarm.site,
        "summary": "; ".join(to_words(change) for change in found.alarm.changes),
        "measures": [change.measure for change in found.alarm.changes],
        "new_lines": [line.text for line in found.lines],
    }


def _publish(report: DriftReport) -> None:
    rows = [
        {"site": row["site"], "new": "yes" if row["is_new"] else "no", "what": what}
        for row, what in zip(to_rows(report), _all_words(report), strict=True)
    ]
    lines = [
        {
            "site": found.alarm.site,
            "captures": line.captures,
            "kept": "yes" if line.kept else "no",
            "line": line.text,
        }
        for found in report.drifts
        for line in found.lines
    ]
    publish_table("changes", "Sites that are no longer what they were", rows)
    publish_table("lines", "Short lines that these sites never had before", lines)


def _all_words(report: DriftReport) -> list[str]:
    return [to_words(change) for found in report.drifts for change in found.alarm.changes]
