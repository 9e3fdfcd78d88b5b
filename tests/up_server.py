"""One ``strigil up`` for all tests that need a server, and a client that speaks to it as the UI does."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.strigil_command import STRIGIL, clean_environ

PATIENCE_SECONDS: Final = 300.0
ARCHIVE: Final = "news"
"""What a form means when no archive is named."""
ENDS: Final = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


class Up:
    """A running ``strigil up``. Everything it keeps is in its folder."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._arguments = arguments
        self.start()

    def start(self) -> None:
        """Start it and wait until it says that it is up."""
        self._said = (self.folder / "said.txt").open("w+")
        self.process = subprocess.Popen(
            [STRIGIL, "up", "--home", self.folder / "home", "--port", str(self.port), *self._arguments],
            cwd=self.folder, env=clean_environ() | {"STRIGIL_ARCHIVE": ARCHIVE},
            stdout=self._said, stderr=subprocess.STDOUT,
        )  # fmt: skip
        wait_until(lambda: "is up" in self.said() or self.process.poll() is not None)
        assert self.process.poll() is None, self.said()

    def said(self) -> str:
        """Return what it has printed."""
        return (self.folder / "said.txt").read_text()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal, wait for the end and return the exit code."""
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE_SECONDS)
        self._said.close()
        return code

    def call(self, path: str, **body: Any) -> Any:
        """POST to the API (GET without a body), again when the database was busy, and return the answer."""
        for _ in range(120):
            answer = httpx.request("POST" if body else "GET", f"{self.url}/api{path}", json=body, timeout=60)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
            time.sleep(0.5)
        answer.raise_for_status()
        return answer.json()

    def begin(self, deployment: str, **parameters: Any) -> str:
        """Start a run of a deployment as the UI does; return its id."""
        found = self.call(f"/deployments/name/{deployment}")
        run = self.call(f"/deployments/{found['id']}/create_flow_run", parameters=parameters)
        return str(run["id"])

    def run(self, run_id: str) -> dict[str, Any]:
        """Return a run as the server knows it."""
        found: dict[str, Any] = self.call(f"/flow_runs/{run_id}")
        return found

    def finish(self, run_id: str) -> dict[str, Any]:
        """Wait for the end of a run and return it."""
        wait_until(lambda: self.run(run_id)["state"]["type"] in ENDS, step=0.5)
        return self.run(run_id)

    def artifacts(self, run_id: str) -> dict[str, Any]:
        """Return the data of a run's artifacts by key."""
        wanted = {"flow_run_id": {"any_": [run_id]}}
        return {one["key"]: one["data"] for one in self.call("/artifacts/filter", artifacts=wanted)}

    def logs(self, run_id: str) -> str:
        """Return a run's log."""
        wanted = {"flow_run_id": {"any_": [run_id]}}
        return "\n".join(one["message"] for one in self.call("/logs/filter", logs=wanted))


def wait_until(is_so: Any, *, step: float = 0.2) -> None:
    """Wait until something is so; give up after minutes."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(step)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """Run one ``strigil up`` for all tests; flows that a test calls itself report to it too."""
    server = Up(tmp_path_factory.mktemp("up"))
    from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings

    with temporary_settings(
        {PREFECT_API_URL: f"{server.url}/api", PREFECT_HOME: str(server.folder / "client")}
    ):
        yield server
    server.stop()


os.environ |= {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
