"""Workers that die: their shard is tried again alone, then reported, and the run goes on."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archive.archive import Archive
from bench.generated import write_captures
from cleaners.values import Policy
from flows.jobs import ShardJob
from flows.plan import Plan, RunOptions, find_input
from flows.pool import WorkerPool
from flows.shard import pipeline_of
from flows.stop import StopSwitch


@pytest.fixture
def jobs(tmp_path: Path) -> list[ShardJob]:
    """Return two jobs on folders of a few captures."""
    found: list[ShardJob] = []
    for name in ("first", "second"):
        write_captures(tmp_path / name, 6, seed=len(found))
        store = Archive.open(tmp_path / "archive")
        items = find_input([str(tmp_path / name)], store)
        found += Plan(store, items, pipeline_of(Policy.BALANCED), RunOptions()).jobs
    assert len(found) == 2
    return found


@contextmanager
def deadly_workers() -> Iterator[None]:
    """Kill every worker process that appears."""
    done = threading.Event()

    def kill() -> None:
        while not done.wait(0.01):
            for child in multiprocessing.active_children():
                child.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield
    finally:
        done.set()
        killer.join()


def test_a_shard_that_kills_its_workers_is_reported_and_the_pool_goes_on(jobs: list[ShardJob]) -> None:
    """Both tries die, the report says so, and the next shard is cleaned by new workers."""
    pool = WorkerPool(1, StopSwitch())
    with deadly_workers():
        lost = pool.run(jobs[0])
    assert lost.failure is not None
    assert "died three times" in lost.failure
    report = pool.run(jobs[1])
    pool.close()
    assert report.failure is None
    assert report.tally.statuses.total() == 6


def test_a_worker_that_dies_once_costs_nothing(jobs: list[ShardJob]) -> None:
    """The shard is tried again alone, and comes out whole."""
    pool = WorkerPool(1, StopSwitch())
    pool.run(jobs[1])  # now a worker is there
    for child in multiprocessing.active_children():
        child.kill()
    report = pool.run(jobs[0])
    pool.close()
    assert report.failure is None
    assert report.tally.statuses.total() == 6


def test_workers_end_early_when_asked(jobs: list[ShardJob]) -> None:
    """A shard that is stopped says so; what it had committed is left for the next run."""
    stop = StopSwitch()
    stop.request()
    pool = WorkerPool(1, stop)
    report = pool.run(jobs[0])
    pool.close()
    assert report.is_stopped
    assert not report.is_done


def test_a_pool_says_how_far_its_workers_are(tmp_path: Path) -> None:
    """Counts of captures arrive while the work goes on."""
    write_captures(tmp_path / "captures", 120)
    store = Archive.open(tmp_path / "archive")
    items = find_input([str(tmp_path / "captures")], store)
    [job] = Plan(store, items, pipeline_of(Policy.BALANCED), RunOptions()).jobs
    heard: list[int] = []
    pool = WorkerPool(1, StopSwitch(), heard.append)
    pool.run(job)
    pool.close()
    assert heard == [50, 50]
