"""Runs the ``strigil`` command as a person would: a process of its own, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from archive import read
from archive.archive import Archive

STRIGIL: Final = Path(sys.executable).with_name("strigil")


def strigil(
    *arguments: str | Path, cwd: Path, stdin: str | None = None, **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run a verb and return how it ended."""
    return subprocess.run(
        [STRIGIL, *map(str, arguments)],
        cwd=cwd,
        env=clean_environ() | environ,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def clean_environ() -> dict[str, str]:
    """Return this process's environment without what would steer strigil."""
    return {name: value for name, value in os.environ.items() if not name.startswith("STRIGIL_")}


def query(sql: str, folder: Path) -> list[dict[str, Any]]:
    """Ask the archive in a folder."""
    return read.query(Archive.open(folder, create=False), sql)
