"""``kill -9`` at any moment: the next run completes, and every capture has its row once."""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path

import pytest

from bench.generated import write_captures
from bench.kill import count_rows, kill_until_done, start, wait_for_group
from tests.strigil_command import strigil

CAPTURES = 300
KILLS = 2
"""``python -m bench.kill`` makes hundreds."""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of captures that keeps a run busy for some seconds."""
    folder = tmp_path_factory.mktemp("kill") / "captures"
    write_captures(folder, CAPTURES)
    return folder


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_killed_again_and_again_ends_with_each_capture_once(
    source: Path, tmp_path: Path, workers: int
) -> None:
    """Kills at random moments, of the process alone or with its workers; nothing is left running."""
    random_ = random.Random(workers)  # noqa: S311 - moments, not secrets
    result = kill_until_done(source, tmp_path / "archive", KILLS, random_, workers)
    assert result.kills
    assert (result.rows, result.captures, result.problems, result.orphans) == (CAPTURES, CAPTURES, 0, 0)


def test_two_runs_at_the_same_moment_clean_each_capture_once(source: Path, tmp_path: Path) -> None:
    """Neither knows of the other, and the archive holds every capture once."""
    both = [start("clean", str(source), "--archive", str(tmp_path / "archive")) for _ in range(2)]
    ends = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], ends
    assert count_rows(tmp_path / "archive") == (CAPTURES, CAPTURES)
    assert strigil("verify", "--archive", "archive", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_ends_soon_and_the_next_run_goes_on(source: Path, tmp_path: Path, workers: str) -> None:
    """Exit code 130 within seconds, no process left, the rest is done by the next run."""
    archive = tmp_path / "archive"
    process = start("clean", str(source), "--archive", str(archive), "--workers", workers)
    while not list(archive.glob("log/*.json")):
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    asked = time.monotonic()
    output, errors = process.communicate(timeout=30)
    assert process.returncode == 130, output + errors
    assert time.monotonic() - asked < 8
    assert "the same command does the rest" in errors
    assert "Traceback" not in errors
    assert wait_for_group(process.pid) == 0
    assert strigil("clean", source, "--archive", "archive", cwd=tmp_path).returncode == 0
    assert count_rows(archive) == (CAPTURES, CAPTURES)
