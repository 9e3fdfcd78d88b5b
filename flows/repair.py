"""``verify --repair``: what can be mended is, then everything is checked once more."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from archive.archive import Archive
from archive.errors import ArchiveError
from archive.values import Pipeline, Problem
from cleaners.values import Policy
from flows.jobs import BatchJob, Watch
from flows.shard import finish_batch, pipeline_for, pipeline_of, read_again
from flows.tally import Tally

MAX_ROUNDS = 3
"""A damaged ledger record is removed in one round and made again in the next."""

Say = Callable[[str], None]


def repair(archive: Archive, problems: Sequence[Problem], say: Say) -> list[Problem]:
    """Mend what can be mended; return the problems that are left."""
    installed = [pipeline_of(policy) for policy in Policy]
    for _ in range(MAX_ROUNDS):
        mender = archive.repair(read_again)
        lost: set[Pipeline] = set()
        done = 0
        for problem in problems:
            try:
                what = mender.mend(problem)
                pipeline = None if what else mender.give_up(problem, installed)
            except (ArchiveError, OSError) as error:
                say(f"{problem.path}: cannot be mended: {error}")
                continue
            if pipeline:
                lost.add(pipeline)
                what = "removed it, to be cleaned again from the raw captures"
            if what:
                done += 1
                say(f"{problem.path}: {what}")
        if not done:
            break
        _clean_again(archive, lost, say)
        problems = list(archive.verify())
    return list(problems)


def _clean_again(archive: Archive, lost: set[Pipeline], say: Say) -> None:
    """Make rows that are missing again, each by the pipeline that made them."""
    for pipeline in sorted(lost | {pipeline_for(archive, None)}, key=str):
        if archive.current_edition() is None and pipeline not in lost:
            continue
        for batch in archive.unfinished(pipeline):
            try:
                finish_batch(BatchJob(archive.root, pipeline, batch), Tally(), Watch())
                say(f"cleaned batch {batch.digest[:12]} again into {pipeline.edition}")
            except (ArchiveError, OSError) as error:
                say(f"batch {batch.digest[:12]} cannot be cleaned again: {error}")
