"""Orchestration: runs over shards, the Prefect flows on them, and the ``strigil`` command."""
