"""The command's front page: every verb explains itself, and at once."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from captures.readers import READERS
from cleaners.values import Policy
from flows.cli import app
from flows.cli_clean import FORMATS
from flows.cli_options import PolicyName
from tests.strigil_command import strigil, strigil_process

VERBS = (
    *("clean", "explain", "sql", "verify", "seal", "takedown", "demo", "duplicates", "publish"),
    *("raw", "reclean", "editions", "diff", "promote", "rollback", "drop-edition", "compact"),
    *("fetch", "up", "report", "drift"),
)
HEAVY = (
    "numpy",
    "pandas",
    "prefect",
    "pyarrow",
    "duckdb",
    "selectolax",
    "trafilatura",
    "archive",
    "cleaners",
)


def test_help_lists_every_verb_in_one_line(tmp_path: Path) -> None:
    """The front page names each verb, and none of its lines is wider than a terminal of 80."""
    shown = strigil_process("--help", cwd=tmp_path).stdout
    for verb in VERBS:
        assert f"│ {verb} " in shown
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_help_with_an_example(verb: str, tmp_path: Path) -> None:
    """The help of a verb ends in a command to try."""
    shown = strigil(verb, "--help", cwd=tmp_path).stdout
    assert f"strigil {verb}" in shown.split("Example:")[1]


def test_verbs_are_the_ones_listed() -> None:
    """A verb that is added is added to these tests."""
    assert {
        command.name or command.callback.__name__ for command in app.registered_commands if command.callback
    } == {*VERBS}


def test_the_version_is_told(tmp_path: Path) -> None:
    """A report of a fault begins with it."""
    assert strigil("--version", cwd=tmp_path).stdout == f"strigil {version('strigil')}\n"


@pytest.mark.parametrize("default", ["as a sources.toml says, else 1", "ARCHIVE/fetch"])
def test_defaults_that_depend_on_others_are_told(default: str, tmp_path: Path) -> None:
    """The help of an option ends in what holds without it."""
    shown = strigil("fetch", "--help", cwd=tmp_path, COLUMNS="200").stdout
    assert f"[default: ({default})]" in shown


def test_help_imports_nothing_heavy() -> None:
    """Help needs none of the libraries that do the work."""
    code = "import sys, flows.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not set(loaded.split()) & set(HEAVY)


def test_policies_of_the_command_are_those_of_the_cleaners() -> None:
    """The command knows the policies by name, without importing the cleaners."""
    assert [policy.value for policy in PolicyName] == [policy.value for policy in Policy]


def test_formats_in_the_help_are_those_that_can_be_read() -> None:
    """The command names the formats without importing the readers."""
    assert set(FORMATS.replace(" or ", ", ").split(", ")) == set(READERS)
