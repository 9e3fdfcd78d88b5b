"""``strigil up`` and the deployments it serves: real processes, spoken to as the UI speaks to them."""

from __future__ import annotations

import os
import signal
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from bench.faults import find_child
from bench.generated import write_captures
from flows.deployments import DEPLOYMENTS, load_flow
from flows.zombies import AUTOMATION
from tests.strigil_command import query, strigil
from tests.test_cli_clean import COUNT
from tests.up_server import ARCHIVE, ENDS, Up, wait_until

BACKFILL = "backfill/backfill"


def test_a_taken_port_is_said_with_the_next_free_one(tmp_path: Path) -> None:
    """Nothing is started; the sentence can be typed in as it is."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = strigil("up", "--home", tmp_path / "home", "--port", str(port), cwd=tmp_path)
    assert ended.returncode == 2
    assert f"Port {port} is taken" in ended.stderr
    assert "strigil up --port " in ended.stderr


def test_a_database_that_is_not_postgres_is_refused(tmp_path: Path) -> None:
    """The sentence says what is taken; no folder is made."""
    ended = strigil("up", "--home", tmp_path / "home", "--database-url", "mysql://x/y", cwd=tmp_path)
    assert ended.returncode == 2
    assert "postgresql://" in ended.stderr
    assert not (tmp_path / "home").exists()


def test_a_second_up_in_the_same_home_is_refused(up: Up) -> None:
    """Two supervisors would tread on each other's runs."""
    ended = strigil("up", "--home", up.folder / "home", "--port", str(up.port + 1), cwd=up.folder)
    assert ended.returncode == 1
    assert "Another strigil up" in ended.stderr


def test_every_deployment_is_served_and_zombies_are_watched(up: Up) -> None:
    """The list in flows/deployments.py is what the UI shows; the automation is there, once."""
    served = {one["name"]: one for one in up.call("/deployments/filter", limit=100)}
    assert set(served) == {one.name for one in DEPLOYMENTS}
    forms = [one["parameter_openapi_schema"]["properties"] for one in served.values()]
    defaults = [form["archive"]["default"] for form in forms if "archive" in form]
    assert defaults == [ARCHIVE] * 7
    assert {one.flow for one in DEPLOYMENTS} == {
        f"{f.fn.__module__}.{f.fn.__name__}" for f in map(load_flow, DEPLOYMENTS)
    }
    assert [one["name"] for one in up.call("/automations/filter", limit=10)].count(AUTOMATION) == 1


def test_nothing_calls_out(up: Up) -> None:
    """The server sends no statistics, and its pages forbid the browser to talk to anybody else."""
    page = httpx.get(f"{up.url}/", follow_redirects=True, timeout=60)
    assert "connect-src 'self'" in page.headers["content-security-policy"]
    assert up.call("/admin/settings")["server"]["analytics_enabled"] is False


def test_pages_of_others_cannot_start_runs(up: Up) -> None:
    """A browser asks first whether a page from elsewhere may speak to the API: only the UI may."""
    allowed = {}
    for origin in (up.url, "https://elsewhere.example"):
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        answer = httpx.options(f"{up.url}/api/deployments/filter", headers=asked, timeout=60)
        allowed[origin] = answer.headers.get("access-control-allow-origin")
    assert allowed == {up.url: up.url, "https://elsewhere.example": None}


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "elsewhere.example"},
        {"Host": "elsewhere.example", "Origin": "http://elsewhere.example"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ],
)
def test_pages_of_others_are_refused(up: Up, headers: dict[str, str]) -> None:
    """Under a name that leads here, or by a request that a browser sends without asking first."""
    answer = httpx.post(f"{up.url}/api/flow_runs/filter", headers=headers, timeout=60)
    assert (answer.status_code, "own address" in answer.text) == (403, True)


def test_pages_of_others_get_no_socket(up: Up) -> None:
    """A browser lets any page open one; programs, which send no origin, may."""
    address = f"ws://127.0.0.1:{up.port}/api/events/in"
    with pytest.raises(InvalidStatus, match="403"):
        connect(address, origin=Origin("https://elsewhere.example"), proxy=None)
    connect(address, proxy=None).close()


def test_pages_of_its_own_are_answered(up: Up) -> None:
    """By either name of this machine."""
    name = up.url.replace("127.0.0.1", "localhost")
    for host in (up.url, name):
        asked = {"Host": host.removeprefix("http://"), "Origin": name}
        assert httpx.post(f"{up.url}/api/flow_runs/filter", json={}, headers=asked, timeout=60).is_success


@pytest.mark.parametrize(
    "path", ["", "none.html", "..%2fhome%2fprefect.db", "%2e%2e/prefect.db", "/etc/passwd", "%00"]
)
def test_there_are_no_other_pages_among_the_reviews(up: Up, path: str) -> None:
    """No list, no file from elsewhere, and no traceback in the log for an odd address."""
    assert httpx.get(f"{up.url}/reviews/{path}", timeout=60).status_code == httpx.codes.NOT_FOUND


def test_a_backfill_from_the_form(up: Up) -> None:
    """Only the source is given; the run says how it ended and leaves everything there is to look at."""
    write_captures(up.folder / "scrapes", 9)
    (up.folder / "scrapes" / "broken.txt.gz").write_bytes(b"\x1f\x8b no gzip at all")
    run = up.finish(up.begin(BACKFILL, request={"source": "scrapes"}))
    assert run["state"]["name"] == "CompletedWithRejects"
    assert run["state"]["message"].startswith("9 cleaned, 1 ")
    assert run["name"].startswith("backfill scrapes (as now), 20")
    assert query(COUNT, up.folder / ARCHIVE) == [{"rows": 10, "captures": 10}]
    left = up.artifacts(run["id"])
    assert set(left) == {
        f"backfill-{name}"
        for name in ("progress", "summary", "statuses", "labels", "sites", "fields", "picture", "review")
    }
    assert left["backfill-progress"] == 100.0
    assert "| captures | cleaned | 9 |" in left["backfill-summary"]
    assert left["backfill-picture"].startswith("data:image/svg+xml;base64,")
    review = httpx.get(f"{up.url}/reviews/{run['id']}.html", timeout=60)
    assert review.status_code == httpx.codes.OK
    assert f"{up.url}/reviews/{run['id']}.html" in left["backfill-review"]

    again = up.finish(up.begin(BACKFILL, request={"source": "scrapes"}))
    assert (again["state"]["name"], again["state"]["message"]) == ("Completed", "nothing new")


def test_a_schedule_starts_runs(up: Up) -> None:
    """A schedule made in the UI, with parameters of its own: its run comes without anybody's doing."""
    deployment = up.call("/deployments/name/verify/verify")["id"]
    daily = {"interval": 86_400, "anchor_date": (datetime.now(UTC) + timedelta(seconds=15)).isoformat()}
    schedule = {"schedule": daily, "active": True, "parameters": {"archive": "scheduled"}}
    address = f"{up.url}/api/deployments/{deployment}/schedules"
    httpx.post(address, json=[schedule], timeout=60).raise_for_status()
    # The server looks at all schedules once a minute, and at deployments that were just changed at once.
    httpx.patch(address.removesuffix("/schedules"), json={"paused": False}, timeout=60).raise_for_status()

    def ended() -> list[dict[str, Any]]:
        found = up.call("/flow_runs/filter", deployments={"id": {"any_": [deployment]}}, limit=50)
        return [run for run in found if run["auto_scheduled"] and run["state"]["type"] in ENDS]

    wait_until(ended, step=1)
    assert [run["parameters"]["archive"] for run in ended()] == ["scheduled"]


def test_what_cannot_be_is_said_in_a_sentence(up: Up) -> None:
    """The run ends as failed before anything is made; its log holds no traceback."""
    write_captures(up.folder / "other", 1)
    request = {
        "source": "other", "archive": "none", "captured_from": "2021-02-01", "captured_to": "2021-01-01",
    }  # fmt: skip
    run = up.finish(up.begin(BACKFILL, request=request))
    assert run["state"]["type"] == "FAILED"
    assert "Captured from 2021-02-01 is after captured to 2021-01-01" in run["state"]["message"]
    assert "Traceback" not in up.logs(run["id"])
    assert not (up.folder / "none").exists()


def test_a_misspelt_field_is_refused_before_a_run_begins(up: Up) -> None:
    """The form's model forbids what it does not know, and the server holds it to that."""
    with pytest.raises(httpx.HTTPStatusError, match="409"):
        up.begin(BACKFILL, request={"source": "scrapes", "polcy": "strict"})


def test_a_cancelled_run_stops_and_the_next_goes_on(up: Up) -> None:
    """Cancelled as the UI does it: what was published stays, and the same form does only the rest."""
    write_captures(up.folder / "many", 600)
    request = {"source": "many", "archive": "cancelled", "captures_per_shard": 30}
    run_id = up.begin(BACKFILL, request=request)
    wait_until(lambda: any((up.folder / "cancelled" / "ledger").glob("*/*.json")))
    up.call(f"/flow_runs/{run_id}/set_state", state={"type": "CANCELLING"})
    assert up.finish(run_id)["state"]["type"] == "CANCELLED"
    before = len(list((up.folder / "cancelled" / "log").iterdir()))
    run = up.finish(up.begin(BACKFILL, request=request))
    assert run["state"]["name"] == "Completed"
    assert before > 1
    assert query(COUNT, up.folder / "cancelled") == [{"rows": 600, "captures": 600}]


def test_a_backfill_waits_for_one_of_the_same_captures(up: Up) -> None:
    """The later one says whom it waits for and goes on when that is over; a dry run waits for none."""
    write_captures(up.folder / "shared", 2)
    flow = up.call("/flows/name/backfill")["id"]
    request = {"source": "shared", "archive": "guarded"}
    earlier = up.call(
        "/flow_runs/", flow_id=flow, name="an earlier one", parameters={"request": request},
        state={"type": "RUNNING"},
    )["id"]  # fmt: skip
    dry = up.begin(BACKFILL, request=request | {"dry_run": True})
    assert up.finish(dry)["state"]["name"] == "DryRun"
    later = up.begin(BACKFILL, request=request)
    wait_until(lambda: "Waiting for an earlier one" in up.logs(later), step=1)
    assert up.run(later)["state"]["type"] == "RUNNING"
    assert not (up.folder / "guarded").exists()
    up.call(f"/flow_runs/{earlier}/set_state", state={"type": "CANCELLED"}, force=True)
    assert up.finish(later)["state"]["message"] == "2 cleaned"


def test_a_stop_in_mid_run_leaves_no_run_stuck_and_keeps_the_history(up: Up) -> None:
    """SIGTERM takes all down; after a restart the run is known, marked, and another one finishes its work.

    What was set in the UI stays: schedules, and that a deployment is paused.
    """
    compact = f"{up.url}/api/deployments/{up.call('/deployments/name/compact/compact')['id']}"
    schedule = {"schedule": {"cron": "0 3 * * 0"}, "parameters": {"archive": "stopped"}}
    httpx.post(f"{compact}/schedules", json=[schedule], timeout=60).raise_for_status()
    httpx.patch(compact, json={"paused": True}, timeout=60).raise_for_status()
    write_captures(up.folder / "long", 600, seed=1)
    request = {"source": "long", "archive": "stopped", "captures_per_shard": 30}
    run_id = up.begin(BACKFILL, request=request)
    wait_until(lambda: any((up.folder / "stopped" / "ledger").glob("*/*.json")))
    assert up.stop(signal.SIGTERM) == 0
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{up.url}/api/health", timeout=5)
    up.start()
    assert up.run(run_id)["state"]["type"] in {"CRASHED", "CANCELLED"}
    kept = up.call("/deployments/name/compact/compact")
    assert (kept["paused"], [one["parameters"]["archive"] for one in kept["schedules"]]) == (
        True,
        ["stopped"],
    )
    assert up.finish(up.begin(BACKFILL, request=request))["state"]["name"] == "Completed"
    assert query(COUNT, up.folder / "stopped") == [{"rows": 600, "captures": 600}]


def test_a_server_that_dies_is_started_again(up: Up) -> None:
    """Also one that has just been started, as it has here: only one that dies again and again is given up."""
    dead = find_child(up.process.pid, "flows.serving server")
    os.kill(dead, signal.SIGKILL)

    def is_back() -> bool:
        try:
            return httpx.get(f"{up.url}/api/health", timeout=5).is_success
        except httpx.TransportError:
            return False

    wait_until(is_back)
    assert find_child(up.process.pid, "flows.serving server") != dead
