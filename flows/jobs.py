"""Jobs, and how they end: plain data that travels between processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from archive.errors import ArchiveError
from archive.log import LoggedBatch
from archive.values import Pipeline
from captures.errors import CaptureError
from captures.values import Shard
from cleaners import clean_many
from cleaners.values import CaptureLike, CleanedPage, Policy
from flows.selection import Selection
from flows.tally import Tally

IsStopped = Callable[[], bool]
OnCaptures = Callable[[int], None]


class CleanMany(Protocol):
    """How captures become pages, one each, in order. Jobs carry it by name, so it is a plain function."""

    def __call__(
        self, captures: Iterable[CaptureLike], *, policy: Policy | str = ...
    ) -> Iterator[CleanedPage]:
        """Yield the page of each capture."""


class Watch(NamedTuple):
    """How a job hears that it should stop, and says how far it is."""

    is_stopped: IsStopped = lambda: False
    on_captures: OnCaptures = lambda _count: None


@dataclass(frozen=True, slots=True)
class ShardJob:
    """Captures still to be read.

    ``is_shared``: so many that one reads them and all workers clean them.
    ``only_commits``: they are read and committed, and their batches are left to be cleaned.
    """

    archive: str
    pipeline: Pipeline
    shard: Shard
    clean: CleanMany = clean_many
    selection: Selection = field(default_factory=Selection)
    is_shared: bool = field(default=False, kw_only=True)
    only_commits: bool = field(default=False, kw_only=True)

    @property
    def name(self) -> str:
        """Return a short name for people: the first file, and how many more."""
        first, *rest = self.shard.items
        part = "" if self.shard.start < 0 else f" [{self.shard.start}:{self.shard.stop}]"
        return first.path + part + (f" and {len(rest)} more" if rest else "")


@dataclass(frozen=True, slots=True)
class BatchJob:
    """Captures that are committed to the archive but not yet cleaned in this edition.

    ``deadly`` are the positions of those that no process survived cleaning.
    """

    archive: str
    pipeline: Pipeline
    batch: LoggedBatch
    clean: CleanMany = clean_many
    deadly: frozenset[int] = frozenset()

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

    def go_on_from(self, earlier: ShardReport) -> None:
        """Take in what an earlier try of the same job had published before it failed.

        What that had taken in was known to this one, which read all of it again.
        """
        mine = self.tally
        known = max(mine.known - (earlier.tally.captures - earlier.tally.known), 0)
        counts = mine.captures, known, mine.left_out.copy()
        mine.add(earlier.tally)
        mine.captures, mine.known, mine.left_out = counts

    def add(self, part: ShardReport) -> None:
        """Take in how a part of the job ended."""
        self.tally.add(part.tally)
        self.failure = self.failure or part.failure
        self.is_fatal |= part.is_fatal
        self.is_stopped |= part.is_stopped


class StopRequested(Exception):  # noqa: N818 - a wish, not an error
    """Somebody asked to stop in the middle of a job."""


@contextmanager
def ends_in(report: ShardReport) -> Iterator[None]:
    """Turn what ends a job early into its report: an exception may not survive the way between processes."""
    try:
        yield
    except StopRequested:
        report.is_stopped = True
    except CaptureError as error:
        report.failure = str(error)
    except (ArchiveError, OSError) as error:
        report.failure, report.is_fatal = str(error), True
