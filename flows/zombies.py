"""Runs whose process is gone: an automation marks them, and ``strigil up`` when it starts and ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from prefect import State, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification

from flows.outcome import ENDS

HEARTBEAT_SECONDS: Final = 30
SILENCE_SECONDS: Final = 90
"""A run that was silent for so long has no process any more."""
AUTOMATION: Final = "strigil: a run whose process is gone has crashed"

_ALIVE: Final = (StateType.RUNNING, StateType.PENDING, StateType.CANCELLING)


def watch_for_zombies() -> None:
    """Have the server mark runs that fall silent as crashed; once is enough, again does no harm."""
    wanted = _automation()
    with get_client(sync_client=True) as client:
        found = client.read_automations_by_name(AUTOMATION)
        if found:
            client.update_automation(found[0].id, wanted)
        else:
            client.create_automation(wanted)


def mark_stuck_runs(end: State[Any]) -> int:
    """Put every run that is not at its end into this state; return how many that were.

    Only for a server whose runs are all ours, when none of our processes is alive.
    """
    alive = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(_ALIVE))))
    marked = 0
    with get_client(sync_client=True) as client:
        while runs := client.read_flow_runs(flow_run_filter=alive):
            for run in runs:
                client.set_flow_run_state(run.id, end, force=True)
            marked += len(runs)
    return marked


def _automation() -> AutomationCore:
    beat = "prefect.flow-run.heartbeat"
    return AutomationCore(
        name=AUTOMATION,
        description=f"No heartbeat for {SILENCE_SECONDS} s and no end: killed, or its machine is down.",
        trigger=EventTrigger(
            match=ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"}),
            for_each={"prefect.resource.id"},
            after={beat},
            expect={beat, *(f"prefect.flow-run.{name}" for name in ENDS)},
            posture=Posture.Proactive,
            threshold=1,
            within=timedelta(seconds=SILENCE_SECONDS),
        ),
        actions=[
            ChangeFlowRunState(
                name=None,
                force=False,
                state=StateType.CRASHED,
                message=f"No sign of life for {SILENCE_SECONDS} s. What it archived is safe: run it again.",
            )
        ],
    )
