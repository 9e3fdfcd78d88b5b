"""Runs the ``strigil`` command as a person would, in a folder of its own.

``strigil`` runs it within the process of the tests, which saves a second of start-up each time;
``strigil_process`` runs the installed command, for what only a real process can show.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, Final, NamedTuple
from unittest.mock import patch

from archive import read
from archive.archive import Archive
from flows.cli import main

STRIGIL: Final = Path(sys.executable).with_name("strigil")


class Ended(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def strigil(*arguments: str | Path, cwd: Path, stdin: str = "", **environ: str) -> Ended:
    """Run a verb and return how it ended."""
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with (
        chdir(cwd),
        patch.dict(os.environ, clean_environ() | environ, clear=True),
        patch.object(sys, "argv", ["strigil", *map(str, arguments)]),
        patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()))),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as left:
            code = left.code or 0
    assert isinstance(code, int)
    return Ended(code, out.getvalue(), err.getvalue())


def strigil_process(*arguments: str | Path, cwd: Path, **environ: str) -> Ended:
    """Run a verb in a process of its own and return how it ended."""
    ended = subprocess.run(
        [STRIGIL, *map(str, arguments)],
        cwd=cwd,
        env=clean_environ() | environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def clean_environ() -> dict[str, str]:
    """Return this process's environment without what would steer strigil."""
    return {name: value for name, value in os.environ.items() if not name.startswith("STRIGIL_")}


def query(sql: str, folder: Path) -> list[dict[str, Any]]:
    """Ask the archive in a folder."""
    return read.query(Archive.open(folder, create=False), sql)
