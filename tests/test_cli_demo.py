"""``strigil demo``: the first minute works, and every command it proposes does too."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from flows import cli_demo
from flows.errors import FlowError
from tests.strigil_command import clean_environ, strigil_process


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a folder in which the demo ran once, and what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    ended = strigil_process("demo", cwd=folder)
    assert ended.returncode == 0, ended.stderr
    return folder, ended.stdout


def test_demo_shows_what_was_cleaned_and_lifted(first: tuple[Path, str]) -> None:
    """The summary of the examples: statuses, words, fields, and the damaged one by name."""
    _, shown = first
    for part in ("captures archived", "cleaned", "failed", "removed", "title", "cut.txt.gz"):
        assert part in shown


def test_commands_that_the_demo_proposes_work(first: tuple[Path, str]) -> None:
    """A newcomer copies them as they stand."""
    folder, shown = first
    commands = [line.strip() for line in shown.split("Try next\n")[1].splitlines() if line.startswith("  ")]
    assert len(commands) == 4
    for command in commands:
        ended = subprocess.run(
            ["sh", "-c", command],
            cwd=folder,
            env=clean_environ(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, command + ended.stderr
        assert ended.stdout.strip()


def test_demo_a_second_time_finds_nothing_new(first: tuple[Path, str]) -> None:
    """Known files cost nothing, and the demo says so."""
    folder, _ = first
    ended = strigil_process("demo", cwd=folder)
    assert ended.returncode == 0
    assert "Nothing new: all " in ended.stdout


def test_without_the_examples_the_demo_says_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installed package has none: a sentence says what to do, and nothing is made."""
    monkeypatch.setattr(cli_demo, "EXAMPLES", tmp_path / "none")
    with pytest.raises(FlowError, match="strigil clean SOURCE, or run make demo in the source"):
        cli_demo.demo(str(tmp_path / "archive"))
    assert not any(tmp_path.iterdir())
