"""The Prefect flow ``backfill``: clean a source that has lain there, or a part of it, from a form.

Nothing begins before the request is known to be possible. The work itself is that of ``ingest``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from prefect import State, flow, get_run_logger
from prefect.runtime import flow_run
from prefect.states import Completed

from archive.archive import Archive
from flows import dry_run
from flows.artifacts import publish_markdown, publish_table
from flows.comparison import describe_difference
from flows.errors import UsageError
from flows.lineage import publish_lineage
from flows.outcome import to_failed, to_state
from flows.overlap import wait_for_overlapping
from flows.plan import Plan, find_input
from flows.request import BackfillRequest, check_request, open_existing, pipeline_to, to_request
from flows.reviews import show_run
from flows.run import find_notes
from flows.said import SAID
from flows.summary import count
from flows.task_runs import SHARD_THREADS, clean_in_tasks

RETRIES: Final = 2


def name_run() -> str:
    """Return what the run is called: what it cleans, of which days, and when it was started."""
    given = flow_run.parameters.get("request") or {}
    try:
        request = to_request(given)
    except UsageError:
        return f"backfill that cannot be, {_now()}"
    what = "dry run of" if request.dry_run else "backfill"
    named = " ".join(part for part in (what, request.source, request.days) if part)
    return f"{named} ({request.policy}), {_now()}"


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M}"


@flow(
    name="backfill",
    flow_run_name=name_run,
    task_runner=SHARD_THREADS,
    validate_parameters=False,  # done below, so that what is wrong is one sentence and no traceback
    persist_result=False,
)
def backfill(request: BackfillRequest) -> State[Any]:
    """Clean captures that have lain there, all of them or those of some days, sites or languages.

    Only the source has to be given. Start with a dry run: it shows what would be removed and writes
    nothing. A backfill that was stopped is started again with the same form and does only the rest.
    """
    try:
        request = to_request(request)
        check_request(request)
        if request.dry_run:
            return _show(request)
        wait_for_overlapping(request)
        return _clean(request)
    except SAID as error:
        return to_failed(error)


def _show(request: BackfillRequest) -> State[Any]:
    seen = dry_run.preview(request.source, open_existing(request.archive), request.options)
    publish_markdown("dry-run", "What would be done", dry_run.to_markdown(seen))
    publish_table("samples", "Before and after", dry_run.to_rows(seen))
    return Completed(name="DryRun", message=f"{count(seen.captures, 'capture')} would be cleaned")


def _clean(request: BackfillRequest) -> State[Any]:
    store = Archive.open(request.archive)
    current, pipeline = store.current_edition(), pipeline_to(store, request)
    plan = Plan(store, find_input([request.source], store), pipeline, request.options)
    get_run_logger().info(
        "%s, %s of them known; edition %s of %s",
        count(plan.items, "file"), f"{plan.items_known:,}", pipeline.edition, request.archive,
    )  # fmt: skip
    report = clean_in_tasks(store, plan, pipeline, RETRIES, whole_past=request.edition == "new")
    report.notes += find_notes(pipeline, current)
    show_run(store, report, _compare(store, request, pipeline.edition))
    publish_lineage(store, [request.source], report)
    return to_state(report)


def _compare(store: Archive, request: BackfillRequest, edition: str) -> str:
    if not request.compare_with:
        return ""
    return describe_difference(store, store.find_edition(request.compare_with), edition)
