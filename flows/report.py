"""What a run as a whole found and did."""

from __future__ import annotations

from dataclasses import dataclass, field

from flows.jobs import ShardReport
from flows.tally import Tally


@dataclass(slots=True)
class RunReport:
    """What a run found and did.

    ``finished`` counts captures that an earlier run, or a worker that died, had left half done.
    ``notes`` are sentences about the edition that a person should know.
    """

    edition: str
    items: int = 0
    items_known: int = 0
    tally: Tally = field(default_factory=Tally)
    finished: int = 0
    failures: list[ShardReport] = field(default_factory=list)
    is_stopped: bool = False
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def is_complete(self) -> bool:
        """Return whether every capture of the sources has a row now."""
        return not self.failures and not self.is_stopped

    def add(self, report: ShardReport) -> None:
        """Take in how one job ended."""
        self.tally.add(report.tally)
        self.is_stopped |= report.is_stopped
        if report.failure is not None:
            self.failures.append(report)
