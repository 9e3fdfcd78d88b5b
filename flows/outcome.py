"""How a run ends, as a state of Prefect whose name says whether anybody has to look."""

from __future__ import annotations

import logging
from typing import Any, Final

from prefect import State
from prefect.exceptions import FailedRun
from prefect.states import Completed, Failed

from captures.fetching.runs import FetchReport
from flows.artifacts import to_sendable
from flows.fetch_summary import count_failed, describe, failures, is_in_vain
from flows.report import RunReport
from flows.summary import count, status_line

REJECTS: Final = ("failed", "rejected")
"""Statuses of captures that could not be cleaned."""
ENDS: Final = (
    "Completed", "CompletedWithRejects", "NeedsReview", "CompletedInPart", "DryRun",
    "Failed", "Cancelled", "Crashed",
)  # fmt: skip
"""Names of all states that are an end: Prefect names its events after them."""
MAX_NAMED: Final = 3


def _is_news(record: logging.LogRecord) -> bool:
    """Return whether a record says more than the state a flow has returned, which says it in a sentence."""
    return not (record.exc_info and isinstance(record.exc_info[1], FailedRun))


# The engine ends a run in a returned failure with a traceback of its own insides.
logging.getLogger("prefect.flow_runs").addFilter(_is_news)


def to_failed(error: Exception) -> State[Any]:
    """Return the state of a run that ended with a sentence of ours."""
    return Failed(message=to_sendable(str(error)))


def to_state_of_fetch(fetched: FetchReport, cleaned: State[Any], max_failed_percent: int) -> State[Any]:
    """Return the state of a run that fetched and then cleaned, which ended in a state of its own.

    ``CompletedInPart``: some of what was asked for gave no answer, and a later run asks again. If it was
    more than a chosen share, or nothing could be had at all, the run has failed.
    """
    if is_in_vain(fetched):
        return Failed(message=f"Nothing could be fetched. {next(describe(fetched))}")
    failed, asked = count_failed(fetched)
    if cleaned.is_failed() or not failed:
        return cleaned
    message = to_sendable(
        f"{failed:,} of {asked:,} could not be fetched ({failures(fetched)}); {cleaned.message}"
    )
    if failed * 100 > max_failed_percent * asked:
        return Failed(message=message)
    return Completed(name="CompletedInPart", message=message)


def to_state(report: RunReport) -> State[Any]:
    """Return the state a run ends in, whose message says how many captures have which status.

    ``CompletedWithRejects``: some captures could not be cleaned. ``NeedsReview``: some would have lost
    so much that they were left as they are. Both have rows, so both are completed.
    """
    statuses = report.tally.statuses
    message = status_line(statuses)
    if left_out := report.tally.left_out.total():
        message += f"; {left_out:,} not asked for"
    if report.failures:
        left = count(len(report.failures), "shard")
        names = "; ".join(f"{failed.name}: {failed.failure}" for failed in report.failures[:MAX_NAMED])
        return Failed(message=to_sendable(f"{message}. Not finished: {left}: {names}"))
    if any(statuses[status] for status in REJECTS):
        return Completed(name="CompletedWithRejects", message=message)
    if statuses["review"]:
        return Completed(name="NeedsReview", message=message)
    return Completed(message=message)
