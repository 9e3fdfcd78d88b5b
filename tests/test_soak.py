"""The soak, in short: kills, races, limits, write errors; power cuts and full disks as root."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.soak_disks import why_not

ROOT = Path(__file__).parent.parent


def soak(test: str, times: int) -> str:
    """Run one test of the soak in a process without threads; it must find nothing wrong."""
    words = [sys.executable, "-m", "bench.soak", test, "--times", str(times)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("test", ["races", "limits", "faults"])
def test_writers_lose_and_double_nothing(test: str) -> None:
    """Eight at once; files that may not grow; calls that fail."""
    assert "skipped" not in soak(test, 1)


@pytest.mark.parametrize("kind", ["ext4", "xfs"])
def test_power_cuts_take_nothing_that_was_acknowledged(kind: str) -> None:
    """The file system stops at once, its log unwritten."""
    if reason := why_not(kind):
        pytest.skip(reason)
    assert "skipped" not in soak(f"power-{kind}", 2)


def test_a_full_disk_leaves_nothing_torn() -> None:
    """The writer is told, nothing half is left, and with more room it goes on."""
    if reason := why_not():
        pytest.skip(reason)
    assert "1 writers were told (ENOSPC)" in soak("full", 1)
