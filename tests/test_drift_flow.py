"""The flow ``drift`` and its automation on a real Prefect server on loopback."""

from __future__ import annotations

import runpy
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from archive.archive import Archive
from tests.drift_sites import fill_weeks

ROOT = Path(__file__).parent.parent


def read_events(prefix: str, about: str = "") -> list[Any]:
    """Return the events whose name and resource begin so; they arrive a moment after they were sent."""
    from prefect import get_client
    from prefect.events.filters import EventFilter, EventNameFilter

    deadline = time.monotonic() + 60
    wanted = EventFilter(event=EventNameFilter(prefix=[prefix]))
    while time.monotonic() < deadline:
        with get_client(sync_client=True) as client:
            answer = client._client.post("/events/filter", json={"filter": wanted.model_dump(mode="json")})
            answer.raise_for_status()
        events = answer.json()["events"]
        if found := [one for one in events if one["resource"]["prefect.resource.id"].startswith(about)]:
            return found
        time.sleep(0.5)
    return []


@pytest.mark.usefixtures("prefect_server")
def test_a_changed_site_is_an_event_and_a_table(tmp_path: Path) -> None:
    """One site of two is redesigned: the run says so, one event names it, a table lists what changed."""
    from prefect import get_client
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

    from flows.drift_flow import EVENT, drift

    fill_weeks(Archive.open(tmp_path / "archive"), days=14, redesigned={"one.example"})
    state = drift(str(tmp_path / "archive"), return_state=True)
    assert state.is_completed()
    assert state.name == "SitesChanged"
    [event] = read_events(EVENT)
    assert event["resource"]["prefect.resource.id"] == "strigil.site.one.example"
    assert "short lines a capture that the site never had" in event["payload"]["summary"]
    assert "Join the club today" in event["payload"]["new_lines"]
    wanted = ArtifactFilter(key=ArtifactFilterKey(any_=["drift-changes"]))
    with get_client(sync_client=True) as client:  # Artifact.get leaves its connection open
        [table] = client.read_artifacts(artifact_filter=wanted)
    assert "one.example" in str(table.data)
    assert "two.example" not in str(table.data)


@pytest.mark.usefixtures("prefect_server")
def test_the_example_makes_an_automation_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run twice it is still one automation, on our event, with an action that notifies."""
    from prefect import get_client

    from flows.drift_flow import EVENT

    for address in ("https://hooks.example/a", "https://hooks.example/b"):
        monkeypatch.setattr(sys, "argv", ["notify_on_drift.py", address])
        runpy.run_path(str(ROOT / "examples/notify_on_drift.py"), run_name="__main__")
    with get_client(sync_client=True) as client:
        automations = client._client.post("/automations/filter").json()
    [found] = [one for one in automations if one["name"] == "strigil-site-changed"]
    assert found["trigger"]["expect"] == [EVENT]
    assert found["actions"][0]["type"] == "send-notification"


@pytest.mark.usefixtures("prefect_server")
def test_a_wrong_archive_is_a_sentence(tmp_path: Path) -> None:
    """The run fails with what to do, not with a traceback."""
    from flows.drift_flow import drift

    state = drift(str(tmp_path), return_state=True)
    assert state.is_failed()
    assert "is no archive" in (state.message or "")
