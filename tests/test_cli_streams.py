"""What the caller makes of standard streams, and what a page says to the terminal, breaks no command."""

from __future__ import annotations

import io
import os
import subprocess
from pathlib import Path

import pytest

from flows.terminal import Terminal
from tests.strigil_command import STRIGIL, clean_environ, strigil

STORY = "The bridge — closed on Tuesday.\n"


def in_shell(command: str, stdin: str = STORY, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run ``strigil`` with what a shell puts behind it."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{STRIGIL} {command}"],
        input=stdin,
        env=clean_environ() | environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(("behind", "code"), [("| true", 0), (">&-", 0), ("> /dev/full", 1)])
def test_an_output_that_is_gone_changes_no_exit_code_but_a_full_one_does(behind: str, code: int) -> None:
    """Who leaves early has seen enough; what could not be written anywhere is said."""
    ended = in_shell(f"explain - --json {behind}")
    assert ended.returncode == code, ended.stderr
    assert ("No space left" in ended.stderr) == bool(code)
    assert "Traceback" not in ended.stderr


def test_a_closed_standard_input_is_an_empty_one() -> None:
    """``-`` with nothing behind it is a capture of nothing."""
    ended = in_shell("explain - <&-")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "empty" in ended.stdout


@pytest.mark.parametrize("output", ["", "--json", "--html"])
def test_a_terminal_of_another_charset_gets_what_it_can_show(output: str) -> None:
    """No charset stops a command; JSON stays JSON, and a page is UTF-8 as it says."""
    ended = in_shell(f"explain - {output}", PYTHONIOENCODING="ascii:strict", STRIGIL_DEBUG="1")
    assert ended.returncode == 0, ended.stderr
    assert ("The bridge — closed" if output == "--html" else r"The bridge \u2014 closed") in ended.stdout


def test_a_name_that_is_no_text_is_shown(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 stand in names of files since there are files."""
    Path(os.fsdecode(bytes(tmp_path) + b"/caf\xe9.txt")).write_text(STORY, encoding="utf-8")
    ended = in_shell(f"explain {tmp_path}", PYTHONIOENCODING="utf-8:strict")
    assert ended.returncode == 0, ended.stderr
    assert r"/caf\udce9.txt" in ended.stdout


def test_text_is_shown_to_the_terminal_and_never_obeyed(tmp_path: Path) -> None:
    """Escape sequences of others become pictures; colours of ours stay colours."""
    out = io.StringIO()
    Terminal(file=out, force_terminal=True, highlight=False).print("[red]\x1b]0;title\x9b2J[/]")
    assert out.getvalue() == "\x1b[31m␛]0;title\ufffd2J\x1b[0m\n"
    (tmp_path / "a\x1b[2Jb.txt").write_text(STORY, encoding="utf-8")
    assert "a␛[2Jb.txt" in strigil("explain", tmp_path, cwd=tmp_path).stdout
