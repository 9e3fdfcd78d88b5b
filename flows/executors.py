"""Who runs the shards of a flow: worker processes here, unless ``STRIGIL_SHARDS`` names somebody else.

    (unset)                        as many worker processes as this machine has processors
    dask:tcp://scheduler:8786      a Dask cluster; dask:local starts one on this machine
    work-pool:shard/shard          one flow run a shard, by the workers of that deployment's work pool

Whoever it is runs the same function on the same job, and the archive keeps its promises.
"""

from __future__ import annotations

import os
from typing import Final, Protocol

from flows.errors import UsageError
from flows.jobs import Job, ShardReport
from flows.pool import WorkerPool, cpu_count
from flows.stop import StopSwitch

SETTING: Final = "STRIGIL_SHARDS"


class Executor(Protocol):
    """Runs jobs; ``run`` blocks and may be called from many threads at once."""

    def run(self, job: Job) -> ShardReport:
        """Run one job and return how it ended."""
        ...

    def kill(self) -> None:
        """End at once whatever is running."""
        ...

    def close(self) -> None:
        """Let go of what was started."""
        ...


def open_executor(stop: StopSwitch, *, one_writer: bool) -> Executor:
    """Return who the setting names; a store that cannot tell writers apart gets a single worker here."""
    kind, _, address = os.environ.get(SETTING, "").partition(":")
    if kind == "" or one_writer:
        return WorkerPool(1 if one_writer else cpu_count(), stop)
    if kind == "dask" and address:
        from flows.dask_shards import DaskShards

        return DaskShards(address)
    if kind == "work-pool" and address:
        from flows.remote_shards import RemoteShards

        return RemoteShards(address)
    raise UsageError(
        f"{SETTING}={os.environ[SETTING]} names nobody: dask:tcp://host:8786, dask:local or "
        "work-pool:FLOW/DEPLOYMENT"
    )
