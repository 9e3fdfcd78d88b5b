"""The Prefect flow ``fetch``: the same as ``strigil fetch``, on a schedule.

Two runs at once share queue and pace, so a schedule that overtakes itself does no harm.
"""

from __future__ import annotations

import os
from typing import Annotated, Any

from prefect import State, flow
from pydantic import Field

from archive.archive import Archive
from flows.artifacts import publish_markdown
from flows.cli_options import FORM_ARCHIVE, check_archive_place
from flows.fetch import FetchOptions, fetch_plan, read_plan
from flows.fetch_summary import to_markdown
from flows.outcome import to_failed, to_state, to_state_of_fetch
from flows.plan import Plan, RunOptions
from flows.policies import PolicyChoice, to_policy
from flows.reviews import show_run
from flows.run import find_notes
from flows.said import SAID
from flows.secrets import look_up
from flows.shard import pipeline_for
from flows.task_runs import SHARD_THREADS, clean_in_tasks


@flow(name="fetch", flow_run_name="fetch {sources} {group}", task_runner=SHARD_THREADS, persist_result=False)
def fetch(  # noqa: PLR0913, PLR0917 - the fields of the form a person fills in
    sources: str,
    archive: str = FORM_ARCHIVE,
    group: str = "",
    policy: PolicyChoice = "as now",
    contact: str = "",
    allow_hosts: str = "",
    state: str = "",
    retries: Annotated[int, Field(ge=0, le=10)] = 2,
    max_failed_percent: Annotated[int, Field(ge=0, le=100)] = 50,
) -> State[Any]:
    """Fetch feeds, sitemaps and pages, politely, and clean what is new into an archive.

    Args:
        sources: A sources.toml, or URLs of feeds, sitemaps and pages, with blanks between them.
        archive: The folder of the archive, or its s3:// address, which needs a folder for state.
        group: Of a sources.toml only this schedule group; empty for all.
        policy: How readily a doubtful line goes; as now: as in the current edition.
        contact: How a site can reach you, a mail address or a URL; a sources.toml may say it too.
        allow_hosts: Hosts on private addresses that may be asked all the same, as HOST:PORT.
        state: The folder of WARC files and queue; empty for the archive's own.
        retries: How often a shard is tried again.
        max_failed_percent: The run has failed if more of what was asked for gave no answer.

    """
    options = FetchOptions(
        tuple(allow_hosts.split()),
        group=group,
        contact=contact or os.environ.get("STRIGIL_CONTACT", ""),
        state=state,
    )
    try:
        check_archive_place(archive)
        store = Archive.open(archive)
        fetched = fetch_plan(read_plan(sources.split(), options, look_up), archive, options)
        publish_markdown("requests", f"fetch {sources}", to_markdown(fetched.report))
        chosen = to_policy(policy)
        current, pipeline = store.current_edition(), pipeline_for(store, chosen)
        plan = Plan(store, fetched.items(), pipeline, RunOptions(chosen))
        report = clean_in_tasks(store, plan, pipeline, retries)
    except SAID as error:
        return to_failed(error)
    report.notes += find_notes(pipeline, current)
    show_run(store, report)
    return to_state_of_fetch(fetched.report, to_state(report), max_failed_percent)
