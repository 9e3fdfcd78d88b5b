"""The flow ``ingest`` on a real Prefect server on loopback."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.generated import write_captures
from tests.strigil_command import query
from tests.test_cli_clean import COUNT

os.environ |= {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_LEVEL": "ERROR",
}


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """Run a Prefect server of the tests' own, with an empty database."""
    from prefect.testing.utilities import prefect_test_harness  # noqa: PLC0415

    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.mark.usefixtures("prefect_server")
def test_ingest_ends_in_a_state_that_counts(tmp_path: Path) -> None:
    """A damaged file does not fail the run: the final state says how many were cleaned and how many not."""
    from flows.ingest import ingest  # noqa: PLC0415

    write_captures(tmp_path / "captures", 9)
    damaged = gzip.compress(b"The bridge was closed on Tuesday.\n" * 200)[:-20]
    (tmp_path / "captures" / "damaged.txt.gz").write_bytes(damaged)
    state = ingest(str(tmp_path / "captures"), str(tmp_path / "archive"), return_state=True)
    assert state.is_completed()
    assert state.name == "CompletedWithRejects"
    assert state.message == "9 cleaned, 1 failed"
    assert query(COUNT, tmp_path / "archive") == [{"rows": 10, "captures": 10}]

    again = ingest(str(tmp_path / "captures"), str(tmp_path / "archive"), return_state=True)
    assert (again.name, again.message) == ("Completed", "nothing new")


@pytest.mark.usefixtures("prefect_server")
def test_ingest_of_nothing_fails_with_a_sentence(tmp_path: Path) -> None:
    """A source that is not there is said in the state, not in a traceback."""
    from flows.ingest import ingest  # noqa: PLC0415

    state = ingest(str(tmp_path / "nowhere"), str(tmp_path / "archive"), return_state=True)
    assert state.is_failed()
    assert "nowhere" in (state.message or "")
