"""One shard of work from raw captures to published rows: the function a worker process runs.

Everything in and out is plain data that can be pickled; what goes wrong comes back as data too,
because an exception cannot be trusted to survive the way out of a process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

from archive.archive import Archive
from archive.errors import ArchiveError
from archive.log import LoggedBatch
from archive.values import Batch, Pipeline
from captures.errors import CaptureError
from captures.shards import Finished, read_shard
from captures.values import Capture, ReadOptions, Shard
from captures.warc import read_payload
from cleaners import clean_many
from cleaners.values import CleanedPage, Policy
from cleaners.version import cleaner_version
from flows.tally import Tally

MAX_BATCH_CAPTURES: Final = 2_000
MAX_BATCH_BYTES: Final = 32 * 1024 * 1024
"""Payload held at once; a batch is also what one part file is made of."""

IsStopped = Callable[[], bool]
OnCaptures = Callable[[int], None]


class Watch(NamedTuple):
    """How a shard hears that it should stop, and says how far it is."""

    is_stopped: IsStopped = lambda: False
    on_captures: OnCaptures = lambda _count: None


@dataclass(frozen=True, slots=True)
class ShardJob:
    """Captures still to be read."""

    archive: str
    pipeline: Pipeline
    shard: Shard

    @property
    def name(self) -> str:
        """Return a short name for people: the first file, and how many more."""
        first, *rest = self.shard.items
        part = "" if self.shard.start < 0 else f" [{self.shard.start}:{self.shard.stop}]"
        return first.path + part + (f" and {len(rest)} more" if rest else "")


@dataclass(frozen=True, slots=True)
class BatchJob:
    """Captures that are committed to the archive but not yet cleaned in this edition."""

    archive: str
    pipeline: Pipeline
    batch: LoggedBatch

    @property
    def name(self) -> str:
        """Return a short name for people."""
        return f"batch {self.batch.digest.removeprefix('sha256:')[:12]} of the archive"


Job = ShardJob | BatchJob


@dataclass(slots=True)
class ShardReport:
    """How one job ended. ``failure`` says in a sentence why it could not be finished.

    ``is_fatal`` marks a failure of the archive itself: the next job would meet it too.
    """

    name: str
    tally: Tally = field(default_factory=Tally)
    failure: str | None = None
    is_fatal: bool = False
    is_stopped: bool = False

    @property
    def is_done(self) -> bool:
        """Return whether the job came to its end."""
        return self.failure is None and not self.is_stopped


class _StopRequested(Exception):  # noqa: N818 - a wish, not an error
    """Somebody asked to stop in the middle of a batch."""


def pipeline_of(policy: Policy) -> Pipeline:
    """Return what identifies the rows that the installed cleaners make under a policy."""
    return Pipeline(*cleaner_version(policy))


@cache
def _open(root: str) -> Archive:
    """Open an archive once a process: it learns what is committed from its log, which may be long."""
    return Archive.open(root)


def run_job(job: Job, watch: Watch = Watch()) -> ShardReport:  # noqa: B008 - a constant
    """Run one job to its end, or to where it can go no further."""
    report = ShardReport(job.name)
    try:
        if isinstance(job, ShardJob):
            clean_shard(job, report.tally, watch)
        else:
            finish_batch(job, report.tally, watch)
    except _StopRequested:
        report.is_stopped = True
    except CaptureError as error:
        report.failure = str(error)
    except (ArchiveError, OSError) as error:
        report.failure, report.is_fatal = f"{error}", True
    return report


def clean_shard(job: ShardJob, tally: Tally, watch: Watch) -> None:
    """Read a shard's captures, commit them in batches, clean each batch and publish its rows.

    An item is recorded as read with the commit that holds its last capture. A run that is killed
    before that reads it again; captures that are there already are not taken twice.
    """
    archive = _open(job.archive)
    for captures, done in gather(read_shard(job.shard)):
        batch = archive.commit(captures, done)
        tally.captures += len(captures)
        tally.known += len(captures) - len(batch.captures)
        _publish(archive, batch, job.pipeline, tally, watch)
        if watch.is_stopped():
            raise _StopRequested


def finish_batch(job: BatchJob, tally: Tally, watch: Watch) -> None:
    """Clean and publish a batch that an earlier run committed."""
    batch = job.batch.load(_read_payload)
    tally.captures += len(batch.captures)
    _publish(_open(job.archive), batch, job.pipeline, tally, watch)


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


def _read_payload(file: str, offset: int, _length: int) -> bytes:
    return read_payload(file, offset, ReadOptions())


def _publish(archive: Archive, batch: Batch, pipeline: Pipeline, tally: Tally, watch: Watch) -> None:
    """Clean a committed batch and publish its rows, counting on the way."""
    if not batch.captures:
        return
    pages = list(_counted(clean_many(batch.captures, policy=Policy(pipeline.policy)), batch, tally, watch))
    archive.publish(batch, pages, pipeline)


def _counted(pages: Iterable[CleanedPage], batch: Batch, tally: Tally, watch: Watch) -> Iterator[CleanedPage]:
    for capture, page in zip(batch.captures, pages, strict=True):
        if watch.is_stopped():
            raise _StopRequested
        tally.add_page(page, capture.url or capture.provenance.file)
        watch.on_captures(1)
        yield page
