"""Shards as flow runs of their own, for the workers of a work pool on any machine that sees the archive.

The flow ``shard`` runs one job. The job travels in its parameter, compressed, since the server
takes no more than 512 KiB; how it ended travels back as an artifact. Nothing else is shared.
"""

from __future__ import annotations

import base64
import time
import zlib
from dataclasses import dataclass
from typing import Any, Final, cast
from uuid import UUID

from prefect import State, flow, get_client
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import run_deployment
from prefect.states import Cancelling, Completed, Failed
from pydantic import TypeAdapter

from archive.log import LoggedBatch
from archive.values import Pipeline
from captures.values import Shard
from flows.jobs import BatchJob, Job, ShardJob, ShardReport
from flows.markdown import to_markdown_text
from flows.selection import Selection
from flows.shard import run_job
from flows.summary import status_line

MAX_JOB_CHARS: Final = 500_000
_POLL_SECONDS: Final = 2


@dataclass(frozen=True)
class _Parcel:
    """A job as data: one of shard and batch is set."""

    archive: str
    pipeline: Pipeline
    shard: Shard | None = None
    selection: Selection | None = None
    batch: LoggedBatch | None = None


_PARCEL: Final = TypeAdapter(_Parcel)
_FENCE: Final = "```json\n"
_REPORT: Final = TypeAdapter(ShardReport)


@flow(name="shard", flow_run_name="shard {name}", persist_result=False)
def shard(job: str, name: str = "") -> State[Any]:
    """Run one job of another run; not meant to be started by hand.

    Args:
        job: The job, as that run packed it.
        name: What is in it, for people.

    """
    report = run_job(unpack(job))
    create_markdown_artifact(
        _to_artifact(report),
        key="shard-report",
        description=f"How it ended, as data: {to_markdown_text(name)}",
    )
    if report.failure is not None:
        return Failed(message=report.failure)
    return Completed(message=status_line(report.tally.statuses))


def pack(job: Job) -> str:
    """Return a job as text."""
    if isinstance(job, ShardJob):
        parcel = _Parcel(job.archive, job.pipeline, shard=job.shard, selection=job.selection)
    else:
        parcel = _Parcel(job.archive, job.pipeline, batch=job.batch)
    return base64.b64encode(zlib.compress(_PARCEL.dump_json(parcel))).decode()


def unpack(text: str) -> Job:
    """Return the job in a text."""
    parcel = _PARCEL.validate_json(zlib.decompress(base64.b64decode(text)))
    if parcel.batch is not None:
        return BatchJob(parcel.archive, parcel.pipeline, parcel.batch)
    if parcel.shard is None:
        raise ValueError("a parcel without a job")
    return ShardJob(parcel.archive, parcel.pipeline, parcel.shard, selection=parcel.selection or Selection())


class RemoteShards:
    """Runs jobs as flow runs of a deployment, whose work pool decides where."""

    def __init__(self, deployment: str) -> None:
        self._deployment = deployment
        self._running: set[UUID] = set()

    def run(self, job: Job) -> ShardReport:
        """Have one job run by a worker, wait, and return how it ended."""
        text = pack(job)
        if len(text) > MAX_JOB_CHARS:
            return ShardReport(job.name, failure="too many files for one message: fewer captures per shard")
        parameters = {"job": text, "name": job.name}
        started = cast(
            "FlowRun", run_deployment(self._deployment, parameters=parameters, timeout=0, as_subflow=False)
        )
        self._running.add(started.id)
        try:
            state = self._wait(started.id)
            return self._read_report(started.id) or ShardReport(
                job.name, failure=f"its flow run {started.name} ended as {state}"
            )
        finally:
            self._running.discard(started.id)

    def kill(self) -> None:
        """Have the flow runs cancelled that are not at their end."""
        with get_client(sync_client=True) as client:
            for one in tuple(self._running):
                client.set_flow_run_state(one, Cancelling(message="The run that asked for it has ended."))

    def close(self) -> None:
        """Leave nothing behind: there is nothing."""

    def _wait(self, flow_run_id: UUID) -> str:
        with get_client(sync_client=True) as client:
            while True:
                state = client.read_flow_run(flow_run_id).state
                if state is not None and state.is_final():
                    return state.name or state.type.value
                time.sleep(_POLL_SECONDS)

    def _read_report(self, flow_run_id: UUID) -> ShardReport | None:
        wanted = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[flow_run_id]))
        with get_client(sync_client=True) as client:
            found = [
                one for one in client.read_artifacts(artifact_filter=wanted) if one.key == "shard-report"
            ]
        return _from_artifact(str(found[0].data)) if found else None


def _to_artifact(report: ShardReport) -> str:
    """Return how a job ended as a block of code of one line: what it says of pages is no markup."""
    return f"{_FENCE}{_REPORT.dump_json(report).decode()}\n```"


def _from_artifact(text: str) -> ShardReport:
    return _REPORT.validate_json(text.removeprefix(_FENCE).removesuffix("```"))
