"""Prefect flows that keep an archive in order: ``reclean``, ``verify``, ``compact`` and ``report``.

Thin: each is the verb of the same name, with what it found as artifacts and a state.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

from prefect import State, flow
from prefect.runtime import flow_run
from prefect.states import Completed, Failed
from pydantic import Field

from archive.archive import Archive
from archive.sample import Sample
from flows.artifacts import publish_report, publish_table
from flows.cli_options import FORM_ARCHIVE
from flows.outcome import to_failed, to_state
from flows.policies import PolicyChoice, current_policy, to_policy
from flows.review import write_scope
from flows.review_numbers import Scope
from flows.reviews import publish_page
from flows.said import SAID
from flows.shard import pipeline_of
from flows.summary import count
from flows.task_runs import SHARD_THREADS, reclean_in_tasks

RETRIES: Final = 2
MAX_PROBLEMS: Final = 1_000


def name_run() -> str:
    """Return what the run is called: what is done to which archive, and when it was started."""
    return f"{flow_run.flow_name} {flow_run.parameters['archive']}, {datetime.now(UTC):%Y-%m-%d %H:%M}"


@flow(name="reclean", flow_run_name=name_run, task_runner=SHARD_THREADS, persist_result=False)
def reclean(
    archive: str = FORM_ARCHIVE,
    policy: PolicyChoice = "as now",
) -> State[Any]:
    """Clean everything again, from the raw captures, into an edition of the installed cleaners.

    Readers notice nothing until that edition is promoted; a run that was stopped goes on where it was.

    Args:
        archive: The archive's folder, or s3://bucket/prefix.
        policy: How readily a doubtful line goes; as now: under the policy of the current edition.

    """
    try:
        store = Archive.open(archive, create=False)
        report = reclean_in_tasks(store, pipeline_of(to_policy(policy) or current_policy(store)), RETRIES)
    except SAID as error:
        return to_failed(error)
    if report.edition != store.current_edition() and report.is_complete:
        report.notes.append(
            f"Edition {report.edition} is complete. Next: `strigil diff current {report.edition}`, then "
            f"`strigil promote {report.edition}`."
        )
    publish_report(report)
    return to_state(report)


@flow(name="verify", flow_run_name=name_run, persist_result=False)
def verify(archive: str = FORM_ARCHIVE, percent: Annotated[float, Field(gt=0, le=100)] = 100.0) -> State[Any]:
    """Check the archive's files against their checksums; for the night, a part of them each time.

    Args:
        archive: The archive's folder, or s3://bucket/prefix.
        percent: How much of it to read; the parts of following nights make up the whole.

    """
    checked = 0

    def on_file(_name: str) -> None:
        nonlocal checked
        checked += 1

    sample = Sample(percent / 100, datetime.now(UTC).date().toordinal())
    try:
        problems = list(Archive.open(archive, create=False).verify(on_file, sample=sample))
    except SAID as error:
        return to_failed(error)
    files = count(checked, "file")
    if not problems:
        return Completed(message=f"{files} checked, all is well")
    rows = [{"problem": one.problem, "file": str(one.path), "advice": one.advice} for one in problems]
    publish_table("problems", "What is wrong, and what to do", rows[:MAX_PROBLEMS])
    return Failed(message=f"{count(len(problems), 'problem')} in {files}; the first: {rows[0]['advice']}")


@flow(name="compact", flow_run_name=name_run, persist_result=False)
def compact(archive: str = FORM_ARCHIVE, edition: str = "") -> State[Any]:
    """Merge the small parts of each day that is over, and gather its small raw files; no row changes.

    Args:
        archive: The archive's folder, or s3://bucket/prefix.
        edition: The edition; empty for the current one.

    """
    try:
        store = Archive.open(archive, create=False)
        name = store.find_edition(edition or "current")
        gathered = sum(group.batches for group in store.gather())
        days = list(store.compact(name))
    except SAID as error:
        return to_failed(error)
    rows = [
        {"day": str(day.day), "parts before": day.parts_before, "parts after": day.parts_after}
        for day in days
    ]
    if rows:
        publish_table("days", "Days with fewer parts now", rows)
    said = [f"{count(len(rows), 'day')} merged"] if rows else []
    said += [f"raw files of {gathered:,} batches gathered"] if gathered else []
    return Completed(message=", ".join(said) or "nothing to merge")


@flow(name="report", flow_run_name=name_run, persist_result=False)
def report(archive: str = FORM_ARCHIVE, edition: str = "", path: str = "") -> State[Any]:
    """Write the review page: what came in, what went, and captures to judge it by.

    Args:
        archive: The archive's folder, or s3://bucket/prefix.
        edition: The edition; empty for the current one.
        path: The HTML file to write; empty: one that the server of strigil up shows.

    """
    try:
        store = Archive.open(archive, create=False)
        scope = Scope(edition=store.find_edition(edition or "current"))
        if path:
            return Completed(message=f"Written: {write_scope(store, Path(path), scope)}")
        link = publish_page(store, scope)
    except SAID as error:
        return to_failed(error)
    if link is None:
        return Failed(message="Name a path: only strigil up shows review pages by itself.")
    return Completed(message=f"Written: {link}")
