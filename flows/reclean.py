"""Cleaning the past again: every committed capture, from raw, into the edition of the present cleaner.

The current edition stays as it is and stays current. What a killed run has published is not made
again; what others commit meanwhile is taken in by repeating it.
"""

from __future__ import annotations

import time

from archive.archive import Archive
from flows.crew import Crew
from flows.jobs import BatchJob
from flows.plan import RunOptions
from flows.policies import current_policy
from flows.progress import OnProgress, Tracker
from flows.report import RunReport
from flows.shard import pipeline_of
from flows.stop import StopSwitch


def reclean(
    archive: Archive,
    options: RunOptions,
    stop: StopSwitch,
    on_progress: OnProgress = lambda _progress: None,
) -> RunReport:
    """Clean what the edition of the present cleaner lacks; under the current policy if none is asked for."""
    started = time.perf_counter()
    pipeline = pipeline_of(options.policy or current_policy(archive))
    jobs = [
        BatchJob(str(archive.root), pipeline, batch, options.clean) for batch in archive.unfinished(pipeline)
    ]
    report = RunReport(pipeline.edition)
    tracker = Tracker(report, stop, on_progress)
    tracker.expect(len(jobs))
    archive.begin_edition(pipeline)
    with Crew(1 if archive.store.has_one_writer else options.workers, stop, tracker.count) as crew:
        for _job, ended in crew.run(jobs, sum(job.batch.payload_bytes for job in jobs), may_kill=True):
            tracker.take_in(ended)
    report.is_stopped |= stop.is_requested()
    report.seconds = time.perf_counter() - started
    return report
