"""The overlap guard: of two backfills that would clean the same captures, the later one waits.

The archive would hold each capture once all the same; what waiting saves is the work of cleaning
them twice. Both runs see each other, because a run is marked as running before its code is; the one
that started first goes on, and of two that started in the same instant the one with the lower id.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from prefect import get_client, get_run_logger
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.runtime import flow_run

from flows.errors import UsageError
from flows.request import BackfillRequest, to_request

LOOK_SECONDS: Final = 3.0


def wait_for_overlapping(request: BackfillRequest) -> None:
    """Return when no earlier run is cleaning the same source and days into the same archive."""
    said: set[UUID] = set()
    while earlier := _find_earlier(request):
        if earlier.id not in said:
            said.add(earlier.id)
            get_run_logger().info(
                "Waiting for %s, which cleans the same source and days; cancel either if that is not wanted.",
                earlier.name,
            )
        time.sleep(LOOK_SECONDS)


def is_overlapping(one: BackfillRequest, other: BackfillRequest) -> bool:
    """Return whether two requests are about the same captures: archive, source and a day in common."""
    same = _place(one.archive) == _place(other.archive) and _place(one.source) == _place(other.source)
    first = max(one.captured_from or date.min, other.captured_from or date.min)
    last = min(one.captured_to or date.max, other.captured_to or date.max)
    return same and first <= last and not (one.dry_run or other.dry_run)


def _find_earlier(request: BackfillRequest) -> FlowRun | None:
    """Return a run of this flow that overlaps and started before this one."""
    running = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.CANCELLING]))
    )
    same_flow = FlowFilter(name=FlowFilterName(any_=[flow_run.flow_name or ""]))
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(flow_filter=same_flow, flow_run_filter=running)
    mine = next((run for run in runs if str(run.id) == flow_run.id), None)
    if mine is None:  # cancelled meanwhile: Prefect ends this process
        return None
    for run in runs:
        if _turn(run) < _turn(mine) and _overlaps(run.parameters, request):
            return run
    return None


def _turn(run: FlowRun) -> tuple[float, str]:
    return (run.start_time.timestamp() if run.start_time else 0.0, str(run.id))


def _overlaps(parameters: Mapping[str, Any], request: BackfillRequest) -> bool:
    try:
        return is_overlapping(to_request(parameters.get("request", {})), request)
    except UsageError:  # it is about to fail for that
        return False


def _place(path: str) -> str:
    """Return one spelling of a path; addresses of objects stay as they are."""
    return path.rstrip("/") if "://" in path else str(Path(path).expanduser().absolute())
