"""Fixtures that more than one room needs: real servers on this machine, S3-compatible and Prefect's."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
import obstore
import pytest
from hypothesis import settings
from obstore.store import S3Store

if TYPE_CHECKING:  # pytest loads it as a plug-in
    from tests.up_server import Up

pytest_plugins = ["tests.gather_archives", "tests.up_server"]

# The same examples on every run, so that a red suite means a change; the clock of a busy machine is no law.
settings.register_profile("suite", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

os.environ |= {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_LEVEL": "ERROR",
}

_SERVER = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
"""
"""Says its port, and ends when its input ends: with the tests, however these end."""


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """Run an S3 server on a free port of 127.0.0.1; ``AWS_*`` point to it from then on."""
    server = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", _SERVER],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert server.stdin is not None
    assert server.stdout is not None
    endpoint = f"http://127.0.0.1:{int(server.stdout.readline())}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", endpoint)
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.setenv("AWS_REGION", "us-east-1")
        yield endpoint
    server.communicate()


@pytest.fixture
def s3_bucket(s3_endpoint: str) -> str:
    """Return the name of a new, empty bucket."""
    name = f"bucket-{uuid4().hex[:12]}"
    httpx.put(f"{s3_endpoint}/{name}", timeout=120).raise_for_status()
    return name


@pytest.fixture
def put_object(s3_bucket: str) -> Callable[[str, bytes], str]:
    """Return a function that stores an object in the bucket and returns its ``s3://`` path."""
    store = S3Store(s3_bucket, client_options={"allow_http": True})

    def put(key: str, data: bytes) -> str:
        obstore.put(store, key, data)
        return f"s3://{s3_bucket}/{key}"

    return put


@pytest.fixture(scope="session")
def prefect_server(up: Up) -> None:
    """Let flows that a test calls itself report to the one server that all tests share."""
