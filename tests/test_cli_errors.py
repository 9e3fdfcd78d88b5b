"""What goes wrong is said in a sentence or two, with what to do next; never a traceback."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bench.generated import write_captures
from flows.cli_errors import ErrorsForPeople
from tests.strigil_command import strigil

WRONG = {
    "missing source": (("clean", "nowhere"), "nowhere", 1),
    "source without a name": (("explain", ""), "a source has a name", 1),
    "source in the web": (("clean", "https://shore.example/"), "strigil fetch", 1),
    "source that is a device": (("clean", "/dev/null"), "a pipe or a device", 1),
    "archive without a name": (("clean", "captures", "--archive", ""), "--archive", 2),
    "archive below a file": (("clean", "captures", "--archive", "captures/000000.txt/a"), "--archive", 2),
    "days turned round": (("report", "--since", "2026-02-01", "--until", "2026-01-01"), "--since", 2),
    "unknown policy": (("clean", "captures", "--policy", "brutal"), "strict", 2),
    "unknown format": (("clean", "captures", "--format", "tapestry"), "tapestry", 1),
    "archive is a file": (("clean", "captures", "--archive", "captures/000000.txt"), "--archive", 2),
    "no source": (("clean",), "SOURCE", 2),
    "unknown verb": (("cleen",), "clean", 2),
    "nothing to explain": (("explain", "nowhere"), "neither a file nor a capture_id", 2),
    "no archive to verify": (("verify",), "strigil clean SOURCE", 1),
    "no archive to ask": (("sql", "select 1"), "strigil clean SOURCE", 1),
    "two outputs": (("sql", "select 1", "--csv", "--json"), "--csv", 2),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two captures and no archive."""
    path = tmp_path_factory.mktemp("errors")
    write_captures(path / "captures", 2)
    return path


@pytest.mark.parametrize(("arguments", "says", "code"), WRONG.values(), ids=WRONG)
def test_wrong_calls_say_what_and_what_next(
    folder: Path, arguments: tuple[str, ...], says: str, code: int
) -> None:
    """Each mistake has its message and its exit code, and leaves nothing behind."""
    ended = strigil(*arguments, cwd=folder)
    shown = ended.stderr + ended.stdout
    assert ended.returncode == code, shown
    assert says in shown
    assert "Traceback" not in shown
    assert [path.name for path in folder.iterdir()] == ["captures"]


def test_what_the_system_refuses_is_a_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A folder that cannot be written, a full disk: no fault of ours, and no file with details."""
    with pytest.raises(SystemExit) as left, ErrorsForPeople():
        tmp_path.write_bytes(b"")
    assert left.value.code == 1
    said = capsys.readouterr().err
    assert said.startswith(f"strigil: {tmp_path}: Is a directory. ")
    assert "crash" not in said


def test_an_unexpected_error_is_admitted_and_kept(capsys: pytest.CaptureFixture[str]) -> None:
    """A fault of ours names the file that has the details."""
    with pytest.raises(SystemExit) as left, ErrorsForPeople():
        raise ZeroDivisionError("one by zero")
    assert left.value.code == 70
    said = capsys.readouterr().err
    assert "one by zero" in said
    [log] = re.findall(r"\S+strigil-crash-\S+\.log", said)
    assert "ZeroDivisionError" in Path(log).read_text(encoding="utf-8")
    Path(log).unlink()


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks for it gets the exception itself."""
    monkeypatch.setenv("STRIGIL_DEBUG", "1")
    with pytest.raises(ZeroDivisionError), ErrorsForPeople():
        raise ZeroDivisionError
