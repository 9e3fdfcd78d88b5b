"""The flow ``ingest`` on a real Prefect server on loopback."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from archive.archive import Archive
from bench.generated import write_captures
from tests.strigil_command import query
from tests.test_cli_clean import COUNT
from tests.test_drift_flow import read_events
from tests.up_server import free_port

if TYPE_CHECKING:
    from prefect.client.schemas.objects import TaskRun


def task_runs_of(flow_run_name: str) -> list[TaskRun]:
    """Return what the server knows of the task runs of a flow run, by the beginning of its name."""
    from prefect import get_client
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterName

    wanted = FlowRunFilter(name=FlowRunFilterName(like_=flow_run_name))
    with get_client(sync_client=True) as client:
        return client.read_task_runs(flow_run_filter=wanted)


@pytest.mark.usefixtures("up")
def test_ingest_ends_in_a_state_that_counts(tmp_path: Path) -> None:
    """A damaged file does not fail the run: the final state says how many were cleaned and how many not."""
    from flows.ingest import ingest

    write_captures(tmp_path / "captures", 9)
    damaged = gzip.compress(b"The bridge was closed on Tuesday.\n" * 200)[:-20]
    (tmp_path / "captures" / "damaged.txt.gz").write_bytes(damaged)
    state = ingest(str(tmp_path / "captures"), str(tmp_path / "archive"), return_state=True)
    assert state.is_completed()
    assert state.name == "CompletedWithRejects"
    assert state.message == "9 cleaned, 1 failed"
    assert query(COUNT, tmp_path / "archive") == [{"rows": 10, "captures": 10}]

    [made] = read_events("prefect.asset.materialization.succeeded", (tmp_path / "archive").as_uri())
    assert made["payload"]["captures"] == "9 cleaned, 1 failed"
    assert made["related"][0]["prefect.resource.id"] == (tmp_path / "captures").as_uri()

    again = ingest(str(tmp_path / "captures"), str(tmp_path / "archive"), return_state=True)
    assert (again.name, again.message) == ("Completed", "nothing new")


@pytest.mark.usefixtures("up")
def test_ingest_leaves_a_summary_and_a_name(tmp_path: Path) -> None:
    """The run's name says what was ingested, its artifact holds the counts, a shard is one task run."""
    from prefect import get_client
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

    from flows.ingest import ingest

    source = tmp_path / "captures"
    write_captures(source, 10)
    ingest(str(source), str(tmp_path / "archive"), captures_per_shard=4)
    with get_client(sync_client=True) as client:
        wanted = ArtifactFilter(key=ArtifactFilterKey(any_=["ingest-summary"]))
        texts = [str(artifact.data) for artifact in client.read_artifacts(artifact_filter=wanted)]
    assert any("| captures | cleaned | 10 |" in text for text in texts)
    assert sorted(run.name for run in task_runs_of(f"ingest {source} (as now)")) == [
        f"1 of 3: {source}/000000.txt and 3 more",
        f"2 of 3: {source}/000004.txt and 3 more",
        f"3 of 3: {source}/000008.html and 1 more",
    ]


@pytest.mark.usefixtures("up")
def test_a_shard_that_fails_is_tried_again_and_then_said(tmp_path: Path) -> None:
    """An archive that cannot be written fails the run, after the retries, with the reason."""
    from flows.ingest import ingest

    write_captures(tmp_path / "captures", 2)
    Archive.open(tmp_path / "archive")
    (tmp_path / "archive" / "raw").write_text("in the way", encoding="utf-8")
    state = ingest(str(tmp_path / "captures"), str(tmp_path / "archive"), retries=1, return_state=True)
    assert state.is_failed()
    assert "Not finished: 1 shard: " in (state.message or "")
    [shard] = task_runs_of(f"ingest {tmp_path / 'captures'} (as now)")
    assert shard.run_count == 2


@pytest.mark.usefixtures("up")
def test_ingest_goes_on_under_the_policy_of_the_archive(tmp_path: Path) -> None:
    """A strict archive takes new captures when nothing is said of a policy; another policy is refused."""
    from flows.ingest import ingest

    archive = str(tmp_path / "archive")
    for name, seed in (("first", 1), ("second", 2)):
        write_captures(tmp_path / name, 2, seed=seed)
    assert ingest(str(tmp_path / "first"), archive, policy="strict", return_state=True).is_completed()
    state = ingest(str(tmp_path / "second"), archive, policy="lenient", return_state=True)
    assert state.is_failed()
    assert "strict" in (state.message or "")
    assert ingest(str(tmp_path / "second"), archive, return_state=True).message == "2 cleaned"


@pytest.mark.usefixtures("up")
def test_a_bucket_that_does_not_answer_fails_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An object store is out of reach: the state says so, without a traceback."""
    from flows.ingest import ingest

    write_captures(tmp_path / "captures", 1)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        monkeypatch.setenv(name, "us-east-1")
    state = ingest(str(tmp_path / "captures"), "s3://nowhere/archive", return_state=True)
    assert state.is_failed()
    assert "nowhere" in (state.message or "")


@pytest.mark.usefixtures("up")
def test_ingest_of_nothing_fails_with_a_sentence(tmp_path: Path) -> None:
    """A source that is not there is said in the state, not in a traceback."""
    from flows.ingest import ingest

    state = ingest(str(tmp_path / "nowhere"), str(tmp_path / "archive"), return_state=True)
    assert state.is_failed()
    assert "nowhere" in (state.message or "")
