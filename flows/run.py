"""A run: list the input, leave out what is known, clean the rest on all processors, finish, promote.

Exactly once is the archive's promise; a run only has to be repeatable. Whatever stops it, the
next run on the same sources takes up what is missing and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence

from archive.archive import Archive
from archive.errors import PromotionRefusedError
from archive.values import Pipeline
from captures.values import Item
from cleaners import clean_many
from flows.crew import Crew
from flows.jobs import BatchJob, CleanMany, ShardJob
from flows.plan import Plan, RunOptions, find_input
from flows.progress import OnProgress, Tracker
from flows.report import RunReport
from flows.shard import pipeline_for
from flows.stop import StopSwitch


def run(
    sources: Sequence[str],
    archive: Archive,
    options: RunOptions,
    stop: StopSwitch,
    on_progress: OnProgress = lambda _progress: None,
) -> RunReport:
    """Clean everything in the sources that the archive does not have yet, and say what was done."""
    return run_items(find_input(sources, archive), archive, options, stop, on_progress)


def run_items(
    items: Iterable[Item],
    archive: Archive,
    options: RunOptions,
    stop: StopSwitch,
    on_progress: OnProgress = lambda _progress: None,
) -> RunReport:
    """Clean those of these items that the archive does not have yet, and say what was done."""
    started = time.perf_counter()
    pipeline = pipeline_for(archive, options.policy)
    current = archive.current_edition()
    plan = Plan(archive, items, pipeline, options)
    report = RunReport(pipeline.edition, items=plan.items, items_known=plan.items_known)
    report.notes += find_notes(pipeline, current)
    tracker = Tracker(report, stop, on_progress)
    tracker.expect(len(plan.jobs))
    workers = 1 if archive.store.has_one_writer else options.workers
    with Crew(workers, stop, tracker.count) as crew:
        for job, ended in crew.run(plan.jobs, plan.size_bytes):
            tracker.take_in(ended)
            if ended.is_done and isinstance(job, ShardJob):
                plan.finish(job)
        left = find_left(archive, pipeline, options.clean)
        tracker.expect(len(left))
        for _job, ended in crew.run(left, sum(job.batch.payload_bytes for job in left), may_kill=True):
            tracker.take_in(ended)
            report.finished += ended.tally.captures
    report.is_stopped |= stop.is_requested()
    if not report.is_stopped:
        report.notes += show_to_readers(archive, pipeline)
    report.seconds = time.perf_counter() - started
    return report


def find_left(archive: Archive, pipeline: Pipeline, clean: CleanMany = clean_many) -> list[BatchJob]:
    """Return what runs that were stopped have committed to the edition that readers see, or will see first.

    Of any other edition that would be the whole past, which is cleaned when somebody asks for it.
    """
    if archive.current_edition() not in {None, pipeline.edition}:
        return []
    return find_unfinished(archive, pipeline, clean)


def find_unfinished(archive: Archive, pipeline: Pipeline, clean: CleanMany = clean_many) -> list[BatchJob]:
    """Return everything committed that has no rows in the edition."""
    return [BatchJob(str(archive.root), pipeline, batch, clean) for batch in archive.unfinished(pipeline)]


def show_to_readers(archive: Archive, pipeline: Pipeline) -> Iterator[str]:
    """Make the edition current if none is; yield a note if it has to wait for what others have begun."""
    try:
        archive.promote_first(pipeline)
    except PromotionRefusedError as error:
        yield (
            f"Readers do not see edition {pipeline.edition} yet: another run has committed captures of "
            f"{error.missing:,} batch(es) that have no rows. That run shows it when it ends, or, if it was "
            "killed, the next one does."
        )


def find_notes(pipeline: Pipeline, current: str | None) -> Iterator[str]:
    """Yield what a person should know about the edition that rows go to."""
    if current is None or current == pipeline.own_edition:
        return
    if current == pipeline.edition:
        yield (
            f"The cleaner has changed since edition {current} was begun: what is new is made by the present "
            "one, and says so. `strigil reclean` makes the rest anew."
        )
    else:
        yield (
            f"The current edition {current} has other columns than this version writes, so the new rows are "
            f"in edition {pipeline.edition}, where readers do not look yet. "
            f"Next: `strigil reclean`, then `strigil promote {pipeline.edition}`."
        )
