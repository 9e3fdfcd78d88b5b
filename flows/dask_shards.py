"""Shards on a Dask cluster: the same function, the same jobs, run by its workers.

Dask may run a task again when a worker dies, even one that was done. The archive keeps its rows once.
"""

from __future__ import annotations

from typing import Final

from distributed import Client, Future, KilledWorker, LocalCluster

from flows.jobs import Job, ShardReport
from flows.pool import cpu_count
from flows.shard import run_job

LOCAL: Final = "local"


class DaskShards:
    """Runs jobs on the cluster of a scheduler, or on one of this machine's processors."""

    def __init__(self, address: str) -> None:
        self._cluster = None
        if address == LOCAL:
            self._cluster = LocalCluster(
                n_workers=cpu_count(), threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
            )
        self._client = Client(self._cluster or address, set_as_default=False)
        self._running: set[Future[ShardReport]] = set()

    def run(self, job: Job) -> ShardReport:
        """Run one job on a worker and return how it ended."""
        future = self._client.submit(run_job, job, pure=False)
        self._running.add(future)
        try:
            report: ShardReport = future.result()
        except KilledWorker as error:
            return ShardReport(job.name, failure=f"every worker that took it died: {error}")
        finally:
            self._running.discard(future)
        return report

    def kill(self) -> None:
        """Cancel what is waiting; what has begun ends by itself, and its rows count."""
        self._client.cancel(list(self._running))

    def close(self) -> None:
        """Leave the cluster; end it if it was started here."""
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()
