"""Shards elsewhere: on a Dask cluster, and by two workers of a work pool deployed from ``prefect.yaml``."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml  # type: ignore[import-untyped]

from archive.archive import Archive
from archive.read import query
from bench.generated import write_captures
from cleaners.values import Policy
from flows.deployments import DEPLOYMENTS
from flows.errors import UsageError
from flows.executors import SETTING, Executor, open_executor
from flows.plan import Plan, RunOptions, find_input
from flows.shard import pipeline_of
from flows.stop import StopSwitch
from tests.strigil_command import clean_environ
from tests.test_cli_clean import COUNT
from tests.up_server import PATIENCE_SECONDS, free_port, wait_until

ROOT = Path(__file__).parent.parent
PREFECT = (sys.executable, "-m", "prefect", "--no-prompt")


def clean_by(executor: Executor, folder: Path, archive: str) -> list[int]:
    """Clean forty captures in two shards at once; return how many captures each shard had."""
    write_captures(folder / "captures", 40)
    store = Archive.open(archive)
    options = RunOptions(captures_per_shard=20)
    plan = Plan(store, find_input([str(folder / "captures")], store), pipeline_of(Policy.BALANCED), options)
    with ThreadPoolExecutor(len(plan.jobs)) as threads:
        # Prefect's settings are of a context, which a thread does not inherit.
        contexts = [copy_context() for _ in plan.jobs]
        ended = list(threads.map(lambda context, job: context.run(executor.run, job), contexts, plan.jobs))
    executor.close()
    assert [report.failure for report in ended] == [None, None]
    store.promote(pipeline_of(Policy.BALANCED))
    assert query(store, COUNT) == [{"rows": 40, "captures": 40}]
    assert not list(store.verify())
    return [report.tally.statuses["cleaned"] for report in ended]


@pytest.mark.scale
def test_dask_runs_the_same_shards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster of this machine, chosen by configuration alone; the rows are in the same archive."""
    monkeypatch.setenv(SETTING, "dask:local")
    executor = open_executor(StopSwitch(), one_writer=False)
    assert type(executor).__name__ == "DaskShards"
    assert clean_by(executor, tmp_path, str(tmp_path / "archive")) == [20, 20]


def test_nobody_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting that names nobody is refused with those there are."""
    monkeypatch.setenv(SETTING, "ray:local")
    with pytest.raises(UsageError, match="dask:"):
        open_executor(StopSwitch(), one_writer=False)


def read_yaml() -> list[dict[str, Any]]:
    """Return the deployments of prefect.yaml."""
    found: list[dict[str, Any]] = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
    return found


def test_prefect_yaml_deploys_what_up_serves() -> None:
    """The two lists name the same deployments and flows, and every schedule is of known parameters."""
    entries = {one["name"]: one["entrypoint"] for one in read_yaml()}
    assert entries == {
        one.name: "{}.py:{}".format(*one.flow.replace(".", "/", 1).rsplit(".", 1)) for one in DEPLOYMENTS
    }
    for one in read_yaml():
        module, _, name = one["entrypoint"].removesuffix(".py").replace(".py:", ":").partition(":")
        flow = getattr(importlib.import_module(module.replace("/", ".")), name)
        known = set(flow.parameters.properties)
        given = [one.get("parameters", {}), *(s.get("parameters", {}) for s in one.get("schedules", ()))]
        assert all(set(parameters) <= known for parameters in given), one["name"]


def test_runs_of_a_work_pool_mean_the_archive_that_was_deployed() -> None:
    """A backfill that names no archive goes where its form says, not into the folder of some worker."""
    environs = [one["work_pool"]["job_variables"]["env"] for one in read_yaml()]
    assert environs == [{"STRIGIL_ARCHIVE": "{{ $STRIGIL_ARCHIVE }}"}] * len(DEPLOYMENTS)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """Run a server of Prefect that serves no deployments; that of `strigil up` would take the runs."""
    from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings

    port, home = free_port(), str(tmp_path / "prefect")
    environ = clean_environ() | {"PREFECT_HOME": home}
    with (tmp_path / "server.log").open("w") as log:
        process = subprocess.Popen(
            [*PREFECT, "server", "start", "--host", "127.0.0.1", "--port", str(port)],
            env=environ, stdout=log, stderr=log,
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}/api"
    try:
        wait_until(lambda: process.poll() is not None or _answers(f"{url}/health"))
        with temporary_settings({PREFECT_API_URL: url, PREFECT_HOME: home}):
            yield url
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False


@pytest.mark.scale
def test_two_workers_of_a_work_pool_share_a_run(
    server: str, s3_bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deployed from prefect.yaml; each worker takes a shard; both write into one archive in a bucket."""
    environ = clean_environ() | {
        "PREFECT_API_URL": server, "PREFECT_HOME": str(tmp_path / "prefect"),
        "STRIGIL_POOL": "strigil", "STRIGIL_FOLDER": str(ROOT), "STRIGIL_ARCHIVE": "archive",
        "PREFECT_LOGGING_LEVEL": "INFO",  # a worker says what it takes
    }  # fmt: skip

    def run(*arguments: str) -> None:
        ended = subprocess.run(
            [*PREFECT, *arguments], cwd=ROOT, env=environ, capture_output=True, text=True, check=False,
            timeout=PATIENCE_SECONDS,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stdout + ended.stderr

    run("work-pool", "create", "strigil", "--type", "process")
    run("deploy", "--name", "shard")
    run("deploy", "--name", "ingest")
    found = httpx.get(f"{server}/deployments/name/ingest/ingest").json()
    assert [s["parameters"].get("policy") for s in found["schedules"]] in (["strict", None], [None, "strict"])
    worker = [*PREFECT, "worker", "start", "--pool", "strigil", "--limit", "1"]
    with (tmp_path / "workers.log").open("w") as log:
        workers = [
            subprocess.Popen([*worker, "--name", name], cwd=ROOT, env=environ, stdout=log, stderr=log)
            for name in ("one", "two")
        ]
    monkeypatch.setenv(SETTING, "work-pool:shard/shard")
    try:
        executor = open_executor(StopSwitch(), one_writer=False)
        assert clean_by(executor, tmp_path, f"s3://{s3_bucket}/archive") == [20, 20]
    finally:
        for process in workers:
            process.terminate()
            process.wait(PATIENCE_SECONDS)
    log_text = (tmp_path / "workers.log").read_text()
    assert all(f"Worker '{name}' submitting flow run" in log_text for name in ("one", "two")), log_text
