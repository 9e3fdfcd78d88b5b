"""One large container: one reads it, all workers clean it, and it is known as read when all of it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.archive import Archive
from archive.entries import LogEntry
from archive.sealed import from_sealed
from bench.generated import to_html
from captures.storage import find_items
from captures.values import Item, ReadOptions, Shard
from cleaners.values import Policy
from flows import shard
from flows.jobs import ShardJob, ShardReport
from flows.plan import MIN_SHARED_BYTES, Plan, RunOptions
from flows.pool import WorkerPool
from flows.shard import commit_batches, load, pipeline_of
from flows.stop import StopSwitch
from flows.tally import Tally
from tests.captures_inputs import write_warc
from tests.strigil_command import query

CAPTURES = 30
PIPELINE = pipeline_of(Policy.BALANCED)
COUNT = "select count(*)::int as rows, count(distinct capture_id)::int as captures from documents"


@pytest.fixture
def container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a WARC that makes six batches when this process reads it."""
    monkeypatch.setattr(shard, "MAX_BATCH_CAPTURES", CAPTURES // 6)
    story = "The council repaired the old bridge after the storm, and the ferry runs again on Tuesday."
    pages = [to_html(f"Bridge {number} is open", [f"{number}. {story}"] * 3) for number in range(CAPTURES)]
    path = tmp_path / "large.warc.gz"
    path.write_bytes(write_warc([page.encode() for page in pages], compress=True))
    return path


def is_known(container: Path, archive: Archive) -> bool:
    """Return whether the archive has the container as read to its end."""
    return bool(archive.known_items(item.key for item in find_items(str(container))))


def shared_job(container: Path, archive: Archive) -> ShardJob:
    """Return the job of reading a container, as one that is shared."""
    return ShardJob(str(archive.root), PIPELINE, Shard(tuple(find_items(str(container)))), is_shared=True)


def run_in_pool(job: ShardJob, stop: StopSwitch) -> ShardReport:
    """Run a job with two workers."""
    pool = WorkerPool(2, stop)
    try:
        return pool.run(job)
    finally:
        pool.close()


def test_all_captures_come_in_many_batches_and_the_key_with_the_last(container: Path, tmp_path: Path) -> None:
    """The log has the batches in the order of the container; only the last entry names it as read."""
    archive = Archive.open(tmp_path / "archive")
    report = run_in_pool(shared_job(container, archive), StopSwitch())
    assert report.is_done
    assert (report.tally.captures, report.tally.statuses) == (CAPTURES, {"cleaned": CAPTURES})
    entries = [
        LogEntry.from_json(from_sealed(path.read_bytes(), path))
        for path in sorted((tmp_path / "archive/log").iterdir())
    ]
    assert [len(entry.capture_ids) for entry in entries] == [5] * 6
    [item] = find_items(str(container))
    assert [entry.done_items for entry in entries] == [()] * 5 + [(item.key,)]
    assert not list(archive.unfinished(PIPELINE))
    archive.promote(PIPELINE)
    assert query(COUNT, tmp_path / "archive") == [{"rows": CAPTURES, "captures": CAPTURES}]
    assert not list(archive.verify())


def test_a_container_that_was_left_in_the_middle_is_read_again(container: Path, tmp_path: Path) -> None:
    """Its key is not there before its last batch; what was committed is known the second time."""
    archive = Archive.open(tmp_path / "archive")
    job = shared_job(container, archive)
    batches = commit_batches(job, archive, Tally())
    first = [next(batches), next(batches)]
    assert not is_known(container, archive)
    report = run_in_pool(job, StopSwitch())
    assert (report.tally.captures, report.tally.known) == (CAPTURES, 10)
    assert [batch.digest for batch in archive.unfinished(PIPELINE)] == [batch.digest for batch in first]
    assert is_known(container, archive)


def test_after_a_stop_nothing_more_is_read(container: Path, tmp_path: Path) -> None:
    """The report says that it did not come to its end."""
    archive = Archive.open(tmp_path / "archive")
    stop = StopSwitch()
    stop.request()
    report = run_in_pool(shared_job(container, archive), stop)
    assert report.is_stopped
    assert not is_known(container, archive)


def test_a_failure_of_the_archive_is_reported(container: Path, tmp_path: Path) -> None:
    """What stands in the way is named, as of any other job."""
    archive = Archive.open(tmp_path / "archive")
    (tmp_path / "archive" / "raw").write_text("in the way", encoding="utf-8")
    report = run_in_pool(shared_job(container, archive), StopSwitch())
    assert report.is_fatal
    assert "raw" in (report.failure or "")


@pytest.mark.parametrize(
    ("sizes", "shared"),
    [
        ([200], [True]),
        ([200, 1], [True, False]),
        ([200, 200], [False, False]),
        ([200, 190, 180], [False, False, False]),
        ([7], [False]),
    ],
)
def test_only_what_one_worker_would_sit_on_is_shared(
    tmp_path: Path, sizes: list[int], shared: list[bool]
) -> None:
    """A shard is shared if it is more than one worker's part of the whole, and worth it."""
    items = [
        Item(f"{number}.warc.gz", size * MIN_SHARED_BYTES // 8, "1") for number, size in enumerate(sizes)
    ]
    options = RunOptions(workers=2, captures_per_shard=1)
    plan = Plan(Archive.open(tmp_path), items, PIPELINE, options)
    assert [job.is_shared for job in plan.jobs] == shared


def test_a_payload_over_the_usual_limit_is_read_again_whole(tmp_path: Path) -> None:
    """What was committed under a higher limit comes back."""
    large = ReadOptions(max_payload_bytes=ReadOptions().max_payload_bytes + 2_000)
    (tmp_path / "large.txt").write_bytes(b"The bridge was closed. " * (large.max_payload_bytes // 23))
    archive = Archive.open(tmp_path / "archive")
    job = ShardJob(str(archive.root), PIPELINE, Shard(tuple(find_items(str(tmp_path / "large.txt"))), large))
    [batch] = commit_batches(job, archive, Tally())
    [capture] = load(batch).captures
    assert len(capture.payload) == (tmp_path / "large.txt").stat().st_size
