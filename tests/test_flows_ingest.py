"""The flow ``ingest`` on a real Prefect server on loopback."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from archive.archive import Archive
from bench.generated import write_captures
from flows.jobs import Job, ShardReport
from flows.shard import run_job
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
def test_what_the_first_try_of_a_shard_published_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second finds it in the archive: the state says what the run did, in all its tries."""
    from flows import task_runs
    from flows.ingest import ingest

    class FailsOnce:
        """Runs jobs here; the first loses its disk when all is published."""

        tries = 0

        def run(self, job: Job) -> ShardReport:
            self.tries += 1
            report = run_job(job)
            report.failure = "the disk is away" if self.tries == 1 else None
            return report

        def close(self) -> None:
            """Nothing is held."""

    monkeypatch.setattr(task_runs, "open_executor", lambda *_args, **_names: FailsOnce())
    write_captures(tmp_path / "captures", 3)
    (tmp_path / "captures" / "broken.txt.gz").write_bytes(b"\x1f\x8b no gzip at all")
    state = ingest(str(tmp_path / "captures"), str(tmp_path / "archive"), return_state=True)
    assert (state.name, state.message) == ("CompletedWithRejects", "3 cleaned, 1 rejected")


@pytest.mark.usefixtures("up")
def test_files_whose_names_are_no_utf_8(tmp_path: Path) -> None:
    """Old scrapes have such names; neither rows nor what the server is told stumble over them."""
    from flows.ingest import ingest
    from flows.upkeep import verify

    source, archive = tmp_path / "captures", str(tmp_path / "archive")
    write_captures(source, 2)
    (source / os.fsdecode(b"caf\xe9.txt.gz")).write_bytes(b"\x1f\x8b no gzip at all")
    state = ingest(str(source), archive, return_state=True)
    assert (state.name, state.message) == ("CompletedWithRejects", "2 cleaned, 1 rejected")
    assert verify(archive, percent=50, return_state=True).is_completed()


@pytest.mark.usefixtures("up")
def test_places_that_cannot_be_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty field of the form is not the folder the server runs in, and nothing is made anywhere."""
    from flows.ingest import ingest

    write_captures(tmp_path / "captures", 1)
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    for source, archive, sentence in (
        ("", "archive", "A source has no name"),
        ("captures", "", "archive has no name"),
        ("captures", "gs://bucket", "an archive is a folder, or s3://"),
        ("captures", "captures", "cleaned into itself"),
    ):
        state = ingest(source, archive, return_state=True)
        assert state.is_failed()
        assert sentence in (state.message or "")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.usefixtures("up")
def test_a_look_that_fails_does_not_fail_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts may be merged while the run looks for new lines: all captures have their rows."""
    from flows import reviews
    from flows.ingest import ingest

    def miss(*_arguments: object) -> None:
        raise FileNotFoundError("a part that was merged")

    monkeypatch.setattr(reviews, "find_new_lines", miss)
    monkeypatch.setattr(reviews, "publish_review", miss)
    write_captures(tmp_path / "captures", 1)
    state = ingest(str(tmp_path / "captures"), str(tmp_path / "archive"), return_state=True)
    assert (state.name, state.message) == ("Completed", "1 cleaned")


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
