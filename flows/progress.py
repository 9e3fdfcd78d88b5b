"""How far a run is, and its report as it grows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flows.jobs import ShardReport
from flows.report import RunReport
from flows.stop import StopSwitch


@dataclass(slots=True)
class Progress:
    """How far a run is: jobs are shards of the input, then batches of the archive."""

    captures: int = 0
    jobs_done: int = 0
    jobs: int = 0


OnProgress = Callable[[Progress], None]


class Tracker:
    """Takes in how jobs end: into the report of the run, and to whoever watches it."""

    def __init__(self, report: RunReport, stop: StopSwitch, on_progress: OnProgress) -> None:
        self._report, self._stop, self._on_progress = report, stop, on_progress
        self._progress = Progress()

    def expect(self, jobs: int) -> None:
        """Take in that there are so many jobs more."""
        self._progress.jobs += jobs

    def count(self, captures: int) -> None:
        """Take in that so many captures were cleaned."""
        self._progress.captures += captures
        self._on_progress(self._progress)

    def take_in(self, ended: ShardReport) -> None:
        """Take in how a job ended; a failure that the next job would meet too ends the run."""
        self._report.add(ended)
        self._progress.jobs_done += 1
        self._on_progress(self._progress)
        if ended.is_fatal:
            self._stop.request()
