"""``strigil explain``: files, standard input and archived captures, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.generated import write_captures
from cleaners import Policy, clean
from tests.strigil_command import query, strigil

STORY = "Listen Live\nThe bridge was closed on Tuesday.\nPrint this page\n"


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with three captures and their archive."""
    folder = tmp_path_factory.mktemp("explain")
    write_captures(folder / "captures", 3)
    assert strigil("clean", "captures", cwd=folder).returncode == 0
    return folder


def test_lines_of_a_file_have_label_and_reason(tmp_path: Path) -> None:
    """Removed lines are marked, kept ones too, and the reason stands behind."""
    (tmp_path / "story.txt").write_text(STORY, encoding="utf-8")
    shown = strigil("explain", "story.txt", cwd=tmp_path).stdout
    rows = {row.split()[1]: row for row in shown.splitlines() if row[:2] in {"+ ", "- "}}
    assert rows["listen_live"].startswith("-")
    assert "[" in rows["listen_live"]
    assert rows["body"].startswith("+")
    assert not (tmp_path / "strigil-archive").exists()


def test_standard_input_can_be_explained(tmp_path: Path) -> None:
    """``-`` reads what a pipe brings, HTML too."""
    ended = strigil(
        "explain", "-", "--json", cwd=tmp_path, stdin="<!DOCTYPE html><body><p>The bridge was closed.</p>"
    )
    [page] = map(json.loads, ended.stdout.splitlines())
    assert page["text"].strip() == "The bridge was closed."


def test_standard_input_may_hold_what_a_file_may(tmp_path: Path) -> None:
    """A pipe brings JSONL, WARC and the like as well, and its faults are told as its own."""
    ended = strigil("explain", "-", "--json", cwd=tmp_path, stdin='{"text": "One story."}\nno JSON\n')
    story, damaged = map(json.loads, ended.stdout.splitlines())
    assert story["text"] == "One story."
    assert damaged["reason"].startswith("standard input, row 1, byte 23: not JSON")


def test_policy_changes_what_is_kept(tmp_path: Path) -> None:
    """Under ``annotate`` labels stay and nothing goes."""
    ended = strigil("explain", "-", "--json", "--policy", "annotate", cwd=tmp_path, stdin=STORY)
    page = json.loads(ended.stdout)
    assert all(line["kept"] for line in page["lines"])
    assert "listen_live" in {line["label"] for line in page["lines"]}


def test_an_archived_capture_is_explained_from_its_row_alone(archived: Path) -> None:
    """The lines that come out of the row are those that cleaning the file gives."""
    for row in query("select capture_id, source_file from documents", archived / "strigil-archive"):
        ended = strigil("explain", row["capture_id"], "--json", cwd=archived)
        assert ended.returncode == 0, ended.stderr
        stored = json.loads(ended.stdout)
        path = archived / row["source_file"]
        media_type = "text/html" if path.suffix == ".html" else "text/plain"
        page = clean(path.read_bytes(), media_type=media_type, policy=Policy.BALANCED)
        assert stored["text"] == page.text
        lines = [(line["start"], line["end"], line["label"], line["kept"]) for line in stored["lines"]]
        assert lines == [(line.start, line.end, line.label, line.kept) for line in page.lines]
        assert stored["fields"]["title"] == page.fields.title


def test_an_unknown_id_says_how_to_find_ids(archived: Path) -> None:
    """An id that is not there is no traceback."""
    ended = strigil("explain", "0" * 32, cwd=archived)
    assert ended.returncode == 1
    assert "select capture_id" in ended.stderr


def test_a_file_of_many_captures_is_shown_up_to_a_limit(tmp_path: Path) -> None:
    """A table of captures is explained row by row, and says when there are more."""
    rows = [{"text": f"The bridge was closed on day {number}."} for number in range(4)]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    ended = strigil("explain", "rows.jsonl", "--json", "--limit", "3", cwd=tmp_path)
    assert len(ended.stdout.splitlines()) == 3
    assert "--limit" in ended.stderr
