"""Captures that kill the process that cleans them: they get a row that says so, and the run goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.archive import Archive
from archive.log import LoggedBatch
from bench.generated import write_captures
from captures.shards import read_shard
from captures.storage import find_items
from captures.values import Capture, Shard
from cleaners.values import Policy
from flows.isolation import find_deadly
from flows.jobs import BatchJob
from flows.plan import RunOptions
from flows.pool import WorkerPool
from flows.run import run
from flows.shard import DIED, pipeline_of
from flows.stop import StopSwitch
from tests.deadly_cleaners import POISON, clean_or_die, clean_or_die_three_times
from tests.strigil_command import query

PIPELINE = pipeline_of(Policy.BALANCED)
COUNT = "select status, error, count(*)::int as n from documents group by all order by status"


def poison(folder: Path, *numbers: int) -> None:
    """Mark some of the captures of a folder."""
    paths = sorted(folder.iterdir())
    for number in numbers:
        paths[number].write_bytes(paths[number].read_bytes() + b"\n" + POISON)


def commit(folder: Path, archive: Archive) -> LoggedBatch:
    """Commit the captures of a folder and leave them to be cleaned."""
    found = read_shard(Shard(tuple(find_items(str(folder)))))
    batch = archive.commit_for_later([one for one in found if isinstance(one, Capture)])
    assert batch
    return batch


def test_every_capture_gets_a_row_and_the_edition_is_promoted(tmp_path: Path) -> None:
    """Two of twelve kill; ten are cleaned, two are failed with the reason, and nothing is left to do."""
    write_captures(tmp_path / "captures", 12)
    poison(tmp_path / "captures", 4, 5)
    archive = Archive.open(tmp_path / "archive")
    options = RunOptions(workers=2, clean=clean_or_die)
    report = run([str(tmp_path / "captures")], archive, options, StopSwitch())
    assert report.is_complete
    assert report.tally.statuses == {"cleaned": 10, "failed": 2}
    assert query(COUNT, tmp_path / "archive") == [
        {"status": "cleaned", "error": None, "n": 10},
        {"status": "failed", "error": DIED, "n": 2},
    ]
    assert archive.current_edition() == PIPELINE.edition
    assert not list(archive.verify())
    assert not list(archive.unfinished(PIPELINE))


def test_what_a_killed_run_left_is_not_cleaned_in_the_process_of_the_next(tmp_path: Path) -> None:
    """It may have been a capture that killed it: also with one worker that takes a process of its own."""
    write_captures(tmp_path / "captures", 3)
    poison(tmp_path / "captures", 0)
    archive = Archive.open(tmp_path / "archive")
    commit(tmp_path / "captures", archive)
    options = RunOptions(workers=1, clean=clean_or_die)
    report = run([str(tmp_path / "captures")], archive, options, StopSwitch())
    assert report.is_complete
    assert report.tally.statuses == {"cleaned": 2, "failed": 1}
    assert report.finished == 3


@pytest.mark.parametrize("numbers", [(), (1, 2, 5)])
def test_the_deadly_ones_are_found_wherever_they_are(tmp_path: Path, numbers: tuple[int, ...]) -> None:
    """First, last, neighbours, or none at all."""
    write_captures(tmp_path / "captures", 6)
    poison(tmp_path / "captures", *numbers)
    batch = commit(tmp_path / "captures", Archive.open(tmp_path / "archive"))
    job = BatchJob(str(tmp_path / "archive"), PIPELINE, batch, clean_or_die)
    assert find_deadly(job, StopSwitch()) == set(numbers)


def test_a_capture_that_was_cleaned_once_is_not_blamed(tmp_path: Path) -> None:
    """A worker that is killed from outside thrice is bad luck: the capture is cleaned."""
    write_captures(tmp_path / "captures", 4)
    found = read_shard(Shard(tuple(find_items(str(tmp_path / "captures")))))
    captures = [one for one in found if isinstance(one, Capture)]
    captures[2] = Capture(b"The bridge.", captures[2].provenance, url=f"file:{tmp_path / 'deaths'}")
    batch = Archive.open(tmp_path / "archive").commit_for_later(captures)
    assert batch
    pool = WorkerPool(1, StopSwitch())
    report = pool.run(BatchJob(str(tmp_path / "archive"), PIPELINE, batch, clean_or_die_three_times))
    pool.close()
    assert report.is_done
    assert report.tally.statuses == {"cleaned": 4}
    assert (tmp_path / "deaths").stat().st_size > 3


def test_a_stop_ends_the_search(tmp_path: Path) -> None:
    """Nothing is blamed when somebody wants to leave."""
    write_captures(tmp_path / "captures", 2)
    poison(tmp_path / "captures", 0, 1)
    batch = commit(tmp_path / "captures", Archive.open(tmp_path / "archive"))
    stop = StopSwitch()
    stop.request()
    assert not find_deadly(BatchJob(str(tmp_path / "archive"), PIPELINE, batch, clean_or_die), stop)
