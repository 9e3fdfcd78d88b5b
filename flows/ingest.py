"""The Prefect flow ``ingest``: the same run as ``strigil clean``, watched and retried by Prefect.

One task run is one shard, thousands of captures. Its thread only waits: the work is done in our
own worker processes, which costs a quarter of what a pool of Prefect's would. What Prefect knows
is for people to look at; whether a capture has its row is decided by the archive alone.

Prefect is imported by this file only, and this file only when a flow is wanted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Annotated, Any, Final, Literal, cast
from uuid import UUID

from prefect import State, flow, task
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture, as_completed
from prefect.states import Completed, Failed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner
from pydantic import Field

from archive.archive import Archive
from archive.errors import ArchiveError, PromotionRefusedError
from captures.errors import CaptureError
from captures.values import ReadOptions
from cleaners.values import Policy
from flows.errors import FlowError
from flows.jobs import BatchJob, Job, ShardJob, ShardReport
from flows.plan import Plan, RunOptions, check_input, find_input
from flows.pool import WorkerPool, cpu_count
from flows.report import RunReport
from flows.shard import pipeline_of
from flows.stop import StopSwitch
from flows.summary import count, status_line, to_markdown

REJECTS: Final = ("failed", "rejected", "review")
"""Statuses that a person may want to look at."""
_RETRY_SECONDS: Final = 1


class ShardFailedError(FlowError):
    """A shard that did not come to its end; raised for Prefect to try it again."""


@flow(
    name="ingest",
    flow_run_name="ingest {source} ({policy})",
    task_runner=cast("TaskRunner[PrefectFuture[Any]]", ThreadPoolTaskRunner(max_workers=cpu_count() + 1)),
    persist_result=False,
)
def ingest(  # noqa: PLR0913, PLR0917 - the fields of the form a person fills in
    source: str,
    archive: str = "strigil-archive",
    format: str = "",  # noqa: A002
    policy: Literal["strict", "balanced", "lenient", "annotate"] = "balanced",
    captures_per_shard: Annotated[int, Field(ge=1)] = 2_000,
    retries: Annotated[int, Field(ge=0, le=10)] = 2,
) -> State[Any]:
    """Clean what is new in a source into an archive.

    Args:
        source: A file, a folder or a pattern of captures.
        archive: The folder of the archive.
        format: Read the source as this format, whatever its content says; empty to look at the content.
        policy: How readily a doubtful line goes.
        captures_per_shard: Captures a task run cleans; a shard should be half a minute of work or more.
        retries: How often a shard is tried again.

    """
    read = ReadOptions(format=format or None)
    options = RunOptions(Policy(policy), read, captures_per_shard=captures_per_shard)
    pipeline = pipeline_of(options.policy)
    try:
        check_input([source], read)
        store = Archive.open(archive)
        plan = Plan(store, find_input([source], store), pipeline, options)
    except (CaptureError, ArchiveError) as error:
        return Failed(message=str(error))
    report = RunReport(pipeline.edition, items=plan.items, items_known=plan.items_known)
    with _Shards(retries) as shards:
        for job, ended in shards.run(plan.jobs):
            report.add(ended)
            if ended.is_done and isinstance(job, ShardJob):
                plan.finish(job)
        for _job, ended in shards.run(
            [BatchJob(archive, pipeline, left) for left in store.unfinished(pipeline)]
        ):
            report.add(ended)
    with suppress(PromotionRefusedError):  # another run has committed more since: it will promote
        store.promote(pipeline)
    create_markdown_artifact(to_markdown(report), key="ingest-summary", description=f"ingest {source}")
    return to_state(report)


def to_state(report: RunReport) -> State[Any]:
    """Return the state a run ends in, whose message says how many captures have which status."""
    message = status_line(report.tally.statuses)
    if report.failures:
        left = count(len(report.failures), "shard")
        names = "; ".join(f"{failed.name}: {failed.failure}" for failed in report.failures[:3])
        return Failed(message=f"{message}. Not finished: {left}: {names}")
    if any(report.tally.statuses[status] for status in REJECTS):
        return Completed(name="CompletedWithRejects", message=message)
    return Completed(message=message)


class _Shards:
    """Runs jobs as task runs over our own worker processes, with one bar of progress for all."""

    def __init__(self, retries: int) -> None:
        self._retries = retries
        self._stop = StopSwitch()
        self._pool = WorkerPool(cpu_count(), self._stop)

    def __enter__(self) -> _Shards:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:  # cancelled: what the workers have not published, the next run does
            self._stop.request()
            self._pool.kill()
        self._pool.close()

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
            cache_policy=NO_CACHE,
            persist_result=False,
        )
        def shard(number: int, total: int, name: str) -> str:  # noqa: ARG001 - shown by Prefect
            ended = ends[number] = self._pool.run(jobs[number - 1])
            if ended.failure is not None:
                raise ShardFailedError(ended.failure)
            return status_line(ended.tally.statuses)

        bar = cast("UUID", create_progress_artifact(0.0, key="ingest-progress", description="shards"))
        futures = {
            shard.submit(number, len(jobs), job.name): (number, job) for number, job in enumerate(jobs, 1)
        }
        for done, future in enumerate(as_completed(list(futures)), 1):
            number, job = futures[future]
            lost = ShardReport(job.name, failure=f"the task run ended as {future.state.name}")
            yield job, ends.get(number, lost)
            update_progress_artifact(bar, 100 * done / len(jobs))
