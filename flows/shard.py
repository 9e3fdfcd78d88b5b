"""The work itself, from raw captures to published rows: what a worker process runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from archive.archive import Archive
from archive.log import LoggedBatch
from archive.values import Batch, Pipeline
from captures.shards import Finished, read_shard
from captures.values import Capture, ReadOptions
from captures.warc import read_payload
from cleaners.values import CleanedPage, Fields, Policy, Status
from cleaners.version import cleaner_version
from flows.jobs import BatchJob, Job, ShardJob, ShardReport, StopRequested, Watch, ends_in
from flows.policies import current_policy
from flows.tally import Tally

MAX_BATCH_CAPTURES: Final = 2_000
MAX_BATCH_BYTES: Final = 32 * 1024 * 1024
"""Payload held at once; a batch is also what one part file is made of."""

DIED: Final = "the cleaner's process died on this capture"
"""The reason of a capture that no process survived."""


def pipeline_of(policy: Policy) -> Pipeline:
    """Return what identifies the rows that the installed cleaners make under a policy."""
    return Pipeline(*cleaner_version(policy))


def pipeline_for(archive: Archive, policy: Policy | None) -> Pipeline:
    """Return the pipeline whose rows join the current edition, under its policy if none is asked for.

    Where that cannot be, because there is none or it has other columns, they get an edition of their own.
    """
    return archive.continuing(pipeline_of(policy or current_policy(archive)))


@cache
def _open(root: str) -> Archive:
    """Open an archive once a process: it learns what is committed from its log, which may be long."""
    return Archive.open(root)


def run_job(job: Job, watch: Watch = Watch()) -> ShardReport:  # noqa: B008 - a constant
    """Run one job to its end, or to where it can go no further."""
    report = ShardReport(job.name)
    with ends_in(report):
        if isinstance(job, BatchJob):
            finish_batch(job, report.tally, watch)
        elif job.only_commits:
            for _batch in commit_batches(job, _open(job.archive), report.tally):
                _leave_if_stopped(watch)
        else:
            clean_shard(job, report.tally, watch)
    return report


def clean_shard(job: ShardJob, tally: Tally, watch: Watch) -> None:
    """Read a shard's captures, commit them in batches, clean each batch and publish its rows.

    An item is recorded as read with the commit that holds its last capture. A run that is killed
    before that reads it again; captures that are there already are not taken twice.
    """
    archive = _open(job.archive)
    for captures, done in gather(job.selection.select(read_shard(job.shard), tally.left_out)):
        ready = _pages_in_languages(job, captures, tally, watch)
        taken = captures if ready is None else [one for one in captures if id(one) in ready]
        batch = archive.commit(taken, done)
        tally.captures += len(taken)
        tally.known += len(taken) - len(batch.captures)
        _publish(job, batch, archive, (tally, watch), ready or {})
        _leave_if_stopped(watch)


def commit_batches(job: ShardJob, archive: Archive, tally: Tally) -> Iterator[LoggedBatch]:
    """Read a shard's captures and commit them; yield each batch for somebody else to clean.

    One batch is committed after the other, so that an item is never recorded before all of it is there.
    A language that was asked for is not looked at: this is the way of shards on which workers died, and
    the language of what nobody survives is not known.
    """
    for captures, done in gather(job.selection.select(read_shard(job.shard), tally.left_out)):
        batch = archive.commit_for_later(captures, done)
        known = len(captures) - (batch.captures_count if batch else 0)
        tally.captures += known
        tally.known += known
        if batch:
            yield batch


def finish_batch(job: BatchJob, tally: Tally, watch: Watch) -> None:
    """Clean and publish a committed batch."""
    batch = load(job.batch)
    tally.captures += len(batch.captures)
    _publish(job, batch, _open(job.archive), (tally, watch), {})


def load(batch: LoggedBatch) -> Batch:
    """Read a committed batch again."""
    return batch.load(read_again)


def gather(found: Iterable[Capture | Finished]) -> Iterator[tuple[list[Capture], list[str]]]:
    """Yield captures in batches (one capture always fits), each with the keys of what ends in it."""
    captures: list[Capture] = []
    done: list[str] = []
    size_bytes = 0
    for one in found:
        if isinstance(one, Finished):
            done.append(one.key)
            continue
        size = len(one.payload)
        if captures and (len(captures) == MAX_BATCH_CAPTURES or size_bytes + size > MAX_BATCH_BYTES):
            yield captures, done
            captures, done, size_bytes = [], [], 0
        captures.append(one)
        size_bytes += size
    if captures or done:
        yield captures, done


def read_again(file: str, offset: int, payload_bytes: int) -> bytes:
    """Read a payload again, however large it was allowed to be when it was committed."""
    limit = max(payload_bytes, ReadOptions().max_payload_bytes)
    return read_payload(file, offset, ReadOptions(max_payload_bytes=limit))


def _pages_in_languages(
    job: ShardJob, captures: Sequence[Capture], tally: Tally, watch: Watch
) -> dict[int, CleanedPage] | None:
    """Return the pages in the languages asked for, by identity of the capture; None if none was."""
    if not job.selection.languages:
        return None
    ready = {}
    for capture, page in zip(captures, _clean(job, captures), strict=True):
        _leave_if_stopped(watch)
        if why := job.selection.why_not_page(page):
            tally.left_out[why] += 1
        else:
            ready[id(capture)] = page
    return ready


def _publish(
    job: Job, batch: Batch, archive: Archive, heard: tuple[Tally, Watch], ready: Mapping[int, CleanedPage]
) -> None:
    """Clean what is not ready of a committed batch and publish its rows. What has rows counts."""
    if not batch.captures:
        return
    tally, watch = heard
    counted = Tally()
    known = [ready[id(capture)] for capture in batch.captures] if ready else None
    pages = list(_counted(known or _clean(job, batch.captures), batch, counted, watch))
    archive.publish(batch, pages, job.pipeline)
    tally.add(counted)


def _clean(job: Job, captures: Sequence[Capture]) -> Iterator[CleanedPage]:
    """Yield a page for each capture; those that nobody survived are not touched again."""
    deadly = job.deadly if isinstance(job, BatchJob) else frozenset()
    harmless = [capture for position, capture in enumerate(captures) if position not in deadly]
    pages = job.clean(harmless, policy=Policy(job.pipeline.policy))
    for position, capture in enumerate(captures):
        yield _to_dead_page(capture) if position in deadly else next(pages)


def _to_dead_page(capture: Capture) -> CleanedPage:
    return CleanedPage("", "", (), (), Fields(), Status.FAILED, DIED, media_type=capture.media_type)


def _counted(pages: Iterable[CleanedPage], batch: Batch, tally: Tally, watch: Watch) -> Iterator[CleanedPage]:
    for capture, page in zip(batch.captures, pages, strict=True):
        _leave_if_stopped(watch)
        tally.add_page(page, capture)
        watch.on_captures(1)
        yield page


def _leave_if_stopped(watch: Watch) -> None:
    if watch.is_stopped():
        raise StopRequested
