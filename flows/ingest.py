"""The Prefect flow ``ingest``: the same run as ``strigil clean``, watched and retried by Prefect."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from prefect import State, flow
from prefect.runtime import flow_run
from pydantic import Field

from archive.archive import Archive
from captures.values import ReadOptions
from flows.cli_options import FORM_ARCHIVE, check_archive_place
from flows.lineage import publish_lineage
from flows.outcome import to_failed, to_state
from flows.plan import Plan, RunOptions, check_apart, check_input, find_input
from flows.policies import PolicyChoice, to_policy
from flows.reviews import show_run
from flows.run import find_notes
from flows.said import SAID
from flows.shard import pipeline_for
from flows.task_runs import SHARD_THREADS, clean_in_tasks


def name_run() -> str:
    """Return what the run is called: what it cleans, how, and when it was started."""
    given = flow_run.parameters
    return f"ingest {given['source']} ({given['policy']}), {datetime.now(UTC):%Y-%m-%d %H:%M}"


@flow(name="ingest", flow_run_name=name_run, task_runner=SHARD_THREADS, persist_result=False)
def ingest(  # noqa: PLR0913, PLR0917 - the fields of the form a person fills in
    source: str,
    archive: str = FORM_ARCHIVE,
    format: str = "",  # noqa: A002
    policy: PolicyChoice = "as now",
    captures_per_shard: Annotated[int, Field(ge=1)] = 2_000,
    retries: Annotated[int, Field(ge=0, le=10)] = 2,
) -> State[Any]:
    """Clean what is new in a source into an archive; made for a schedule.

    Args:
        source: A file, a folder or a pattern of captures.
        archive: The folder of the archive.
        format: Read the source as this format, whatever its content says; empty to look at the content.
        policy: How readily a doubtful line goes; as now: as in the current edition.
        captures_per_shard: Captures a task run cleans; a shard should be half a minute of work or more.
        retries: How often a shard is tried again.

    """
    chosen = to_policy(policy)
    options = RunOptions(chosen, ReadOptions(format=format or None), captures_per_shard=captures_per_shard)
    try:
        check_archive_place(archive)
        check_apart(source, archive)
        check_input([source], options.read)
        store = Archive.open(archive)
        current, pipeline = store.current_edition(), pipeline_for(store, chosen)
        plan = Plan(store, find_input([source], store), pipeline, options)
        report = clean_in_tasks(store, plan, pipeline, retries)
    except SAID as error:
        return to_failed(error)
    report.notes += find_notes(pipeline, current)
    show_run(store, report)
    publish_lineage(store, [source], report)
    return to_state(report)
