"""``strigil clean`` on real files: rows for all of them, once, and an honest exit code."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import duckdb
import pytest

from archive.archive import Archive
from bench.generated import write_captures
from tests.strigil_command import query, strigil, strigil_process

COUNT = "select count(*) as rows, count(distinct capture_id) as captures from documents"


@pytest.fixture(scope="module")
def cleaned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an archive of twelve captures and one damaged file."""
    folder = tmp_path_factory.mktemp("clean")
    write_captures(folder / "captures", 12)
    damaged = gzip.compress(b"The bridge was closed on Tuesday.\n" * 200)[:-20]
    (folder / "captures" / "damaged.txt.gz").write_bytes(damaged)
    ended = strigil("clean", "captures", "--archive", "news", cwd=folder)
    assert ended.returncode == 0, ended.stderr
    assert "13 captures archived" in ended.stdout
    return folder


def test_every_capture_has_one_row(cleaned: Path) -> None:
    """Thirteen files, thirteen rows; the damaged one too, with a reason."""
    assert query(COUNT, cleaned / "news") == [{"rows": 13, "captures": 13}]
    [damaged] = query("select status, error from documents where error is not null", cleaned / "news")
    assert damaged["status"] != "cleaned"
    assert damaged["error"]


def test_summary_shows_counts_and_what_was_lifted(cleaned: Path, tmp_path: Path) -> None:
    """The summary is plain where no terminal is: no colours, no line over 80 but paths."""
    ended = strigil("clean", cleaned / "captures", cwd=tmp_path)
    assert "\x1b" not in ended.stdout + ended.stderr
    assert "cleaned" in ended.stdout
    assert "newsletter" in ended.stdout
    assert "Jane Doe" in ended.stdout
    assert "damaged.txt.gz" in ended.stdout


def test_second_run_cleans_nothing(cleaned: Path) -> None:
    """Known files are not read again."""
    ended = strigil("clean", "captures", "--archive", "news", cwd=cleaned)
    assert ended.returncode == 0
    assert "Nothing new: all 13 files were in the archive already." in ended.stdout
    assert query(COUNT, cleaned / "news") == [{"rows": 13, "captures": 13}]


def test_an_archive_inside_the_source_is_not_a_source(tmp_path: Path) -> None:
    """``strigil clean .`` must not clean its own archive the second time."""
    write_captures(tmp_path, 3)
    for _ in range(2):
        ended = strigil("clean", ".", cwd=tmp_path)
        assert ended.returncode == 0, ended.stderr
    assert query(COUNT, tmp_path / "strigil-archive") == [{"rows": 3, "captures": 3}]


def test_another_policy_needs_a_reclean(tmp_path: Path) -> None:
    """A policy is an edition: ``clean`` does not mix two in one, and ``reclean`` makes the other."""
    write_captures(tmp_path / "captures", 3)
    strigil("clean", "captures", cwd=tmp_path)
    ended = strigil("clean", "captures", "--policy", "annotate", cwd=tmp_path)
    assert ended.returncode == 1
    assert "strigil reclean --policy annotate" in ended.stderr
    ended = strigil("reclean", "--policy", "annotate", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert "3 captures archived" in ended.stdout
    assert strigil("promote", "annotate", cwd=tmp_path).returncode == 0
    [row] = query(
        "select count(*) as n, bool_and(text_chars = source_text_chars) as whole from documents",
        tmp_path / "strigil-archive",
    )
    assert row == {"n": 3, "whole": True}


def test_columns_of_a_table_can_be_named(tmp_path: Path) -> None:
    """A JSONL file with columns of other names is read by naming them."""
    rows = [
        {"inhalt": f"The bridge was closed on day {n}.", "adresse": f"https://example.org/{n}"}
        for n in range(3)
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    ended = strigil(
        "clean",
        "rows.jsonl",
        "--text-column",
        "inhalt",
        "--url-column",
        "adresse",
        "--source-name",
        "made",
        cwd=tmp_path,
    )
    assert ended.returncode == 0, ended.stderr
    found = query("select url, source from documents order by url", tmp_path / "strigil-archive")
    assert found == [{"url": f"https://example.org/{n}", "source": "made"} for n in range(3)]


def test_a_table_can_be_read_again_by_other_columns(tmp_path: Path) -> None:
    """A table of which nothing could be read is not done with: its column is named, and it is read."""
    (tmp_path / "table.jsonl").write_text('{"story": "The bridge was closed."}\n', encoding="utf-8")
    assert "no text or HTML" in strigil("clean", "table.jsonl", cwd=tmp_path).stdout
    again = ("clean", "table.jsonl", "--text-column", "story")
    assert "1 capture archived" in strigil(*again, cwd=tmp_path).stdout
    assert "Nothing new: all of it was" in strigil(*again, cwd=tmp_path).stdout
    rows = query("select status, text from documents order by status", tmp_path / "strigil-archive")
    assert [row["text"] for row in rows] == ["The bridge was closed.", ""]


def test_a_file_that_is_no_capture_says_what_to_do(tmp_path: Path) -> None:
    """A table of separated values is not cleaned as one text without a word, but when that is asked for."""
    (tmp_path / "table.csv").write_text('id,text\n1,"The bridge, old, was closed."\n2,"It opened."\n')
    ended = strigil("clean", "table.csv", cwd=tmp_path)
    assert "not text: it looks like a table (text/csv)" in ended.stdout
    assert "--text-column" in ended.stdout
    duckdb.read_csv(str(tmp_path / "table.csv")).write_parquet(str(tmp_path / "table.parquet"))
    assert "2 captures archived" in strigil("clean", "table.parquet", cwd=tmp_path).stdout
    assert "1 capture archived" in strigil("clean", "table.csv", "--format", "txt", cwd=tmp_path).stdout
    rows = query(
        "select status, count(*)::int as n from documents group by all order by all",
        tmp_path / "strigil-archive",
    )
    assert rows == [{"status": "cleaned", "n": 3}, {"status": "rejected", "n": 1}]


def test_workers_give_what_one_process_gives(tmp_path: Path) -> None:
    """The rows do not depend on who made them."""
    write_captures(tmp_path / "captures", 40)
    for run, name, workers in ((strigil, "one", "1"), (strigil_process, "two", "2")):
        ended = run("clean", "captures", "--archive", name, "--workers", workers, cwd=tmp_path)
        assert ended.returncode == 0, ended.stderr
    ask = "select capture_id, text, status from documents order by capture_id"
    assert query(ask, tmp_path / "one") == query(ask, tmp_path / "two")


def test_cleaning_does_not_import_what_it_does_not_need(tmp_path: Path) -> None:
    """Prefect costs seconds, pandas half of one; cleaning text does without them and without bs4."""
    write_captures(tmp_path / "captures", 1)
    ended = strigil_process("clean", "captures", cwd=tmp_path, PYTHONVERBOSE="1")
    assert ended.returncode == 0
    assert "import 'flows.run'" in ended.stderr
    for package in ("prefect", "pandas", "bs4", "trafilatura", "duckdb"):
        assert f"import '{package}" not in ended.stderr


def test_an_archive_that_cannot_be_written_is_said_and_exits_with_1(tmp_path: Path) -> None:
    """What was in the way is named; nothing is called done."""
    write_captures(tmp_path / "captures", 2)
    Archive.open(tmp_path / "news")
    (tmp_path / "news" / "raw").write_text("in the way", encoding="utf-8")
    ended = strigil("clean", "captures", "--archive", "news", cwd=tmp_path)
    assert ended.returncode == 1
    assert "not finished: " in ended.stdout
    assert str(tmp_path / "news" / "raw") in ended.stdout
    assert "Traceback" not in ended.stderr
    (tmp_path / "news" / "raw").unlink()
    assert strigil("clean", "captures", "--archive", "news", cwd=tmp_path).returncode == 0
    assert query(COUNT, tmp_path / "news") == [{"rows": 2, "captures": 2}]
