"""``strigil up --database-url``: PostgreSQL in the place of SQLite, where Debian's is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.generated import write_captures
from tests.up_server import PATIENCE_SECONDS, Up, free_port

_FOUND = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
pytestmark = [
    pytest.mark.scale,
    pytest.mark.skipif(not _FOUND, reason="no PostgreSQL here (Debian: apt-get install postgresql)"),
]


@pytest.fixture
def database_url() -> Iterator[str]:
    """Run a PostgreSQL of the test's own on a free port; it refuses root, so root lends it a user."""
    folder, port, user = Path(tempfile.mkdtemp()), free_port(), None
    if os.geteuid() == 0:
        user = "postgres"
        shutil.chown(folder, user)

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [_FOUND[-1].parent / program, *arguments], cwd=folder, user=user, check=True,
            stdout=subprocess.DEVNULL, timeout=PATIENCE_SECONDS,
        )  # fmt: skip

    run("initdb", "--pgdata", "data", "--username", "strigil", "--auth", "trust", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    run("pg_ctl", "start", "--pgdata", "data", "--options", options, "--log", "log", "--wait")
    run("createdb", "--host", "127.0.0.1", "--port", str(port), "--username", "strigil", "prefect")
    yield f"postgresql://strigil@127.0.0.1:{port}/prefect"
    run("pg_ctl", "stop", "--pgdata", "data", "--mode", "immediate")
    shutil.rmtree(folder)


def test_a_backfill_on_postgres(tmp_path: Path, database_url: str) -> None:
    """Up, a backfill from the form, down; no SQLite file is made."""
    write_captures(tmp_path / "captures", 3)
    up = Up(tmp_path, "--database-url", database_url)
    try:
        run = up.finish(up.begin("backfill/backfill", request={"source": "captures"}))
        assert (run["state"]["name"], run["state"]["message"]) == ("Completed", "3 cleaned")
    finally:
        assert up.stop() == 0
    assert not (tmp_path / "home" / "prefect.db").exists()
