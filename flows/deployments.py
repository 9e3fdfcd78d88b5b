"""The deployments: one line each, for ``strigil up`` and, by test, for ``prefect.yaml``."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment

_SET_IN_UI: Final = frozenset({"schedules", "paused", "parameters"})
"""What people set where the deployments are shown; named in an update, even as nothing, it would be lost."""


class Deployment(NamedTuple):
    """A flow by name, ``module.function``, under the name it is deployed as, and how many may run at once."""

    flow: str
    name: str
    limit: int | None = None


DEPLOYMENTS: Final = (
    Deployment("flows.ingest.ingest", "ingest"),
    Deployment("flows.backfill.backfill", "backfill"),
    Deployment("flows.fetch_flow.fetch", "fetch"),
    Deployment("flows.upkeep.reclean", "reclean", limit=1),
    Deployment("flows.upkeep.verify", "verify"),
    Deployment("flows.upkeep.compact", "compact", limit=1),
    Deployment("flows.upkeep.report", "report"),
    Deployment("flows.drift_flow.drift", "drift"),
    Deployment("flows.remote_shards.shard", "shard"),
)


def to_runner_deployment(deployment: Deployment) -> RunnerDeployment:
    """Return what Prefect serves: the flow is found by its module, wherever this is installed."""
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.types.entrypoint import EntrypointType

    limit = deployment.limit and ConcurrencyLimitConfig(
        limit=deployment.limit, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE
    )
    served: RunnerDeployment = load_flow(deployment).to_deployment(
        deployment.name,
        concurrency_limit=limit,
        tags=["strigil"],
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    served.model_fields_set.difference_update(_SET_IN_UI)
    return served


def load_flow(deployment: Deployment) -> Any:
    """Import the flow of a deployment."""
    module, _, function = deployment.flow.rpartition(".")
    return getattr(import_module(module), function)
