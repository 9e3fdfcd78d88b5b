"""Shards as task runs: what Prefect shows, retries and cancels of a run.

One task run is one shard, thousands of captures. Its thread only waits: the work is done in our
own worker processes, which costs a quarter of what a pool of Prefect's would. What Prefect knows
is for people to look at; whether a capture has its row is decided by the archive alone, so a
shard that is run again costs only what had not been done.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, cast

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture, as_completed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from archive.archive import Archive
from archive.values import Pipeline
from flows.artifacts import ProgressBar, to_sendable
from flows.errors import FlowError
from flows.executors import SETTING, open_executor
from flows.jobs import Job, ShardJob, ShardReport
from flows.plan import Plan
from flows.pool import cpu_count
from flows.report import RunReport
from flows.run import find_left, find_unfinished, show_to_readers
from flows.stop import StopSwitch
from flows.summary import status_line

_RETRY_SECONDS: Final = 1
MAX_REMOTE_SHARDS: Final = 64
"""Shards that wait for others at a time; a cluster with more processors is idle in part."""

SHARD_THREADS: Final = cast(
    "TaskRunner[PrefectFuture[Any]]",
    ThreadPoolTaskRunner(max_workers=MAX_REMOTE_SHARDS if SETTING in os.environ else cpu_count() + 1),
)
"""The task runner of flows that run shards: threads that wait for worker processes."""


class ShardFailedError(FlowError):
    """A shard that did not come to its end; raised for Prefect to try it again."""


class ShardTasks:
    """Runs jobs of one archive as task runs. Left by an exception, it ends what is running at once."""

    def __init__(self, store: Archive, retries: int) -> None:
        self._retries = retries
        self._stop = StopSwitch()
        self._executor = open_executor(self._stop, one_writer=store.store.has_one_writer)

    def __enter__(self) -> ShardTasks:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:  # cancelled: what the workers have not published, the next run does
            self._stop.request()
            self._executor.kill()
        self._executor.close()

    def run(self, jobs: Sequence[Job]) -> Iterator[tuple[Job, ShardReport]]:
        """Yield each job with its report, in the order they end."""
        if not jobs:
            return
        ends: dict[int, ShardReport] = {}

        @task(
            name="shard",
            task_run_name="{number} of {total}: {name}",
            retries=self._retries,
            retry_delay_seconds=_RETRY_SECONDS,
            retry_condition_fn=lambda _task, _run, _state: not self._stop.is_requested(),
            cache_policy=NO_CACHE,
            persist_result=False,
        )
        def shard(number: int, total: int, name: str) -> str:  # noqa: ARG001 - shown by Prefect
            if self._stop.is_requested():
                return "stopped"
            ended = self._executor.run(jobs[number - 1])
            if number in ends:
                ended.go_on_from(ends[number])
            ends[number] = ended
            if ended.failure is not None:
                raise ShardFailedError(to_sendable(ended.failure))
            return status_line(ended.tally.statuses)

        bar = ProgressBar(len(jobs))
        here = f"{Path.cwd()}/"
        futures = {
            shard.submit(number, len(jobs), to_sendable(job.name.removeprefix(here))): (number, job)
            for number, job in enumerate(jobs, 1)
        }
        for future in as_completed(list(futures)):
            number, job = futures[future]
            lost = ShardReport(job.name, failure=f"the task run ended as {future.state.name}")
            yield job, ends.get(number, lost)
            bar.advance()


def clean_in_tasks(
    store: Archive, plan: Plan, pipeline: Pipeline, retries: int, *, whole_past: bool = False
) -> RunReport:
    """Run the shards of a plan, then what was left unfinished, make current what is first, and report.

    With ``whole_past`` the edition gets everything the archive holds, also when readers have another.
    """
    started = time.perf_counter()
    report = RunReport(pipeline.edition, items=plan.items, items_known=plan.items_known)
    with ShardTasks(store, retries) as tasks:
        for job, ended in tasks.run(plan.jobs):
            report.add(ended)
            if ended.is_done and isinstance(job, ShardJob):
                plan.finish(job)
        left = find_unfinished(store, pipeline) if whole_past else find_left(store, pipeline)
        for _job, ended in tasks.run(left):
            report.add(ended)
            report.finished += ended.tally.captures
    report.notes += show_to_readers(store, pipeline)
    report.seconds = time.perf_counter() - started
    return report


def reclean_in_tasks(store: Archive, pipeline: Pipeline, retries: int) -> RunReport:
    """Clean what the edition lacks of the archive, and say what was done."""
    started = time.perf_counter()
    report = RunReport(pipeline.edition)
    store.begin_edition(pipeline)
    with ShardTasks(store, retries) as tasks:
        for _job, ended in tasks.run(find_unfinished(store, pipeline)):
            report.add(ended)
    report.seconds = time.perf_counter() - started
    return report
