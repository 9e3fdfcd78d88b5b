"""What a killed run leaves: the next run finishes it and shows it to readers, and touches nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.values import Pipeline
from bench.generated import to_text
from captures.storage import find_items
from captures.values import Shard
from cleaners.values import Policy
from flows.jobs import ShardJob
from flows.plan import RunOptions
from flows.run import find_left, find_unfinished, run, show_to_readers
from flows.shard import commit_batches, pipeline_of, run_job
from flows.stop import StopSwitch
from flows.tally import Tally
from tests.strigil_command import query

PIPELINE = pipeline_of(Policy.BALANCED)
COUNT = "select count(*)::int as rows from documents"


@pytest.fixture
def source(tmp_path: Path) -> str:
    """Return a folder of three captures."""
    folder = tmp_path / "captures"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.txt").write_text(to_text(number), encoding="utf-8")
    return str(folder)


def commit_and_die(source: str, archive: Archive, pipeline: Pipeline = PIPELINE) -> None:
    """Commit a source, as a run does that is killed before any row of it is published."""
    job = ShardJob(str(archive.root), pipeline, Shard(tuple(find_items(source))))
    assert list(commit_batches(job, archive, Tally()))


def test_the_run_after_a_killed_one_shows_its_captures(source: str, tmp_path: Path) -> None:
    """The source is known as read, so nothing is new; all the same rows are made and the edition current."""
    archive = Archive.open(tmp_path / "archive")
    commit_and_die(source, archive)
    assert archive.current_edition() is None
    report = run([source], archive, RunOptions(), StopSwitch())
    assert (report.finished, report.notes) == (3, [])
    assert archive.current_edition() == PIPELINE.edition
    assert query(COUNT, tmp_path / "archive") == [{"rows": 3}]


def test_who_ends_while_another_has_not_says_so(source: str, tmp_path: Path) -> None:
    """The first edition waits for what somebody else has begun; that is a note, and the next run shows it."""
    archive = Archive.open(tmp_path / "archive")
    commit_and_die(source, archive)
    [note] = show_to_readers(archive, PIPELINE)
    assert "Readers do not see edition" in note
    assert archive.current_edition() is None
    for job in find_left(archive, PIPELINE):
        assert run_job(job).is_done
    assert not list(show_to_readers(archive, PIPELINE))
    assert archive.current_edition() == PIPELINE.edition


def test_the_past_of_another_edition_is_left_alone(source: str, tmp_path: Path) -> None:
    """Readers have one edition; a run into another finishes nothing of the past unless it is asked to."""
    archive = Archive.open(tmp_path / "archive")
    run([source], archive, RunOptions(), StopSwitch())
    other = replace(PIPELINE, destination="balanced-00000000")
    assert not find_left(archive, other)
    assert sum(job.batch.captures_count for job in find_unfinished(archive, other)) == 3
    assert not list(show_to_readers(archive, other))
    assert archive.current_edition() == PIPELINE.edition
