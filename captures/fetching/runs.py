"""A run: begun, taken up again after a kill, joined by others, counted, held to its budget, reported."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from captures.fetching.sources import Budget
from captures.fetching.state import State
from captures.fetching.values import Exchange, Kind, Outcome

_TAKEN_UP_SECONDS: Final = 7 * 86400.0
"""A run that was left longer ago is not taken up: what it found is old."""
REPORT_FIELDS: Final = (
    "url", "source", "kind", "outcome", "reason", "status", "at", "found_on", "tries", "warc", "start",
)  # fmt: skip


@dataclass(slots=True)
class FetchReport:
    """What a run did: ends by outcome, reasons of what was not fetched, and where the details are."""

    outcomes: Counter[str] = field(default_factory=Counter)
    lists: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], str] = field(default_factory=dict)
    requests: int = 0
    received_bytes: int = 0
    path: Path | None = None
    is_over: bool = False


class Run:
    """One run of a plan. Its number is the same for every process that works at it."""

    def __init__(self, state: State, key: str, budget: Budget) -> None:
        self._state, self._budget = state, budget
        self._begun = time.monotonic()
        since = datetime.fromtimestamp(time.time() - _TAKEN_UP_SECONDS, UTC).isoformat()
        with state.writing() as connection:
            row = connection.execute(
                "SELECT id FROM runs WHERE key=? AND ended_at IS NULL AND started_at>? "
                "ORDER BY id DESC LIMIT 1",
                (key, since),
            ).fetchone()
            now = datetime.now(UTC).isoformat(timespec="seconds")
            self.number: int = (
                row[0]
                if row
                else connection.execute(
                    "INSERT INTO runs(key, started_at) VALUES(?, ?) RETURNING id", (key, now)
                ).fetchone()[0]
            )

    def count(self, exchange: Exchange) -> None:
        """Count a request and what came back."""
        received = len(exchange.response_bytes)
        with self._state.writing() as connection:
            connection.execute(
                "UPDATE runs SET requests=requests+1, bytes=bytes+? WHERE id=?", (received, self.number)
            )

    def exhausted(self) -> str:
        """Return which bound of the budget is reached, nothing if none is."""
        budget = self._budget
        if budget.max_seconds and time.monotonic() - self._begun > budget.max_seconds:
            return "budget: time"
        if not (budget.max_requests or budget.max_bytes):
            return ""
        row = self._state.row("SELECT requests, bytes FROM runs WHERE id=?", self.number)
        if row and budget.max_requests and row["requests"] >= budget.max_requests:
            return "budget: requests"
        return "budget: bytes" if row and budget.max_bytes and row["bytes"] >= budget.max_bytes else ""

    def end(self) -> None:
        """Say that nothing is left to do."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._state.writing() as connection:
            connection.execute("UPDATE runs SET ended_at=? WHERE id=?", (now, self.number))

    def report(self, folder: Path) -> FetchReport:
        """Return what the run did so far, and write a line for each URL to a file."""
        folder.mkdir(parents=True, exist_ok=True)
        report = FetchReport(path=folder / f"run-{self.number:06}.jsonl")
        row = self._state.row("SELECT requests, bytes, ended_at FROM runs WHERE id=?", self.number)
        if row:
            report.requests, report.received_bytes = row["requests"], row["bytes"]
            report.is_over = row["ended_at"] is not None
        assert report.path is not None  # noqa: S101 - for the type checker
        temporary = report.path.with_suffix(f".{os.getpid()}.part")  # workers of one run end together
        with temporary.open("w", encoding="utf-8") as file:
            for line in self._lines():
                file.write(json.dumps(line) + "\n")
                _count(report, line)
        temporary.replace(report.path)
        return report

    def _lines(self) -> Iterator[dict[str, Any]]:
        """Yield what is known of each URL, few at a time."""
        after = 0
        while rows := self._state.rows(
            f"SELECT id, {', '.join(REPORT_FIELDS)} FROM queue WHERE run=? AND id>? ORDER BY id LIMIT 1000",  # noqa: S608
            self.number, after,
        ):  # fmt: skip
            after = rows[-1]["id"]
            yield from ({name: row[name] for name in REPORT_FIELDS} for row in rows)


def _count(report: FetchReport, line: dict[str, Any]) -> None:
    outcome = line["outcome"] or "waiting"
    is_list = line["kind"] in {Kind.FEED, Kind.SITEMAP, Kind.LIST}
    (report.lists if is_list and outcome != Outcome.REFUSED else report.outcomes)[outcome] += 1
    if outcome in {Outcome.REFUSED, Outcome.FAILED, Outcome.ERROR, Outcome.GONE, Outcome.NOT_DUE}:
        key = (outcome, str(line["reason"] or "").partition(":")[0])
        report.reasons[key] += 1
        report.examples.setdefault(key, line["url"])
