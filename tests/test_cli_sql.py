"""``strigil sql`` and ``strigil verify`` on an archive of real captures."""

from __future__ import annotations

import csv
import json
import os
import signal
import threading
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from archive.archive import Archive
from archive.read import ask
from bench.generated import write_captures
from bench.kill import start
from tests.strigil_command import query, strigil


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an archive of six captures."""
    path = tmp_path_factory.mktemp("sql")
    write_captures(path / "captures", 6)
    assert strigil("clean", "captures", cwd=path).returncode == 0
    return path


def test_a_table_is_printed_for_people(folder: Path) -> None:
    """Columns have heads, numbers are readable, nothing is coloured in a pipe."""
    ended = strigil("sql", "select 'bridge' as what, 12345 as many", cwd=folder)
    assert ended.returncode == 0
    assert "12,345" in ended.stdout
    assert "what" in ended.stdout
    assert "\x1b" not in ended.stdout


def test_csv_and_json_print_whole_values(folder: Path) -> None:
    """Programs get every character of a text."""
    sql = "select source_file, text from documents order by source_file"
    rows = [*csv.reader(strigil("sql", sql, "--csv", cwd=folder).stdout.splitlines(keepends=True))]
    objects = [*map(json.loads, strigil("sql", sql, "--json", cwd=folder).stdout.splitlines())]
    assert rows[0] == ["source_file", "text"]
    assert len(objects) == 6
    assert [row[1] for row in rows[1:]] == [row["text"] for row in objects]


@pytest.mark.parametrize("view", ["documents", "edits", "fields", "runs"])
def test_every_view_can_be_asked(folder: Path, view: str) -> None:
    """The views that the help names are there, and hold something."""
    ended = strigil("sql", f"select count(*) as n from {view}", "--json", cwd=folder)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["n"] > 0


@pytest.mark.parametrize("view", ["duplicates", "shared_quotes", "versions", "tombstones"])
def test_views_of_what_was_not_done_are_empty(folder: Path, view: str) -> None:
    """Nothing was linked, nothing was taken down: no rows, and no error."""
    ended = strigil("sql", f"select * from {view}", "--csv", cwd=folder)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith(("capture_id,", "url,capture_id,"))
    assert len(ended.stdout.splitlines()) == 1


def test_an_answer_can_be_a_parquet_file(folder: Path, tmp_path: Path) -> None:
    """Nested values and types stay what they are."""
    sql = "select capture_id, captured_at, edits from documents order by capture_id"
    ended = strigil("sql", sql, "--parquet", tmp_path / "answer.parquet", cwd=folder)
    assert ended.returncode == 0, ended.stderr
    assert "6 rows in" in ended.stdout
    table = pq.read_table(tmp_path / "answer.parquet")
    assert table.schema.field("captured_at").type == pa.timestamp("us", "UTC")
    found = query(sql, folder / "strigil-archive")
    assert table.column("edits").to_pylist() == [row["edits"] for row in found]


def test_an_edition_can_be_named(folder: Path) -> None:
    """One that is not there is told; the current one by its name gives the same rows."""
    edition = (folder / "strigil-archive/clean/CURRENT").read_text().strip()
    sql = "select count(*) as n from documents"
    assert strigil("sql", sql, "--edition", edition, "--csv", cwd=folder).stdout == "n\n6\n"
    assert strigil("sql", sql, "--edition", "nothing", cwd=folder).returncode == 1


@pytest.mark.parametrize(
    "sql",
    [
        "copy documents to 'stolen.csv'",
        "create table t as select 1",
        "select 1; copy documents to 'stolen.csv'",
        "explain analyze copy documents to 'stolen.csv'",
        "explain (analyze) copy documents to 'stolen.csv'",
        "attach 'stolen.db'",
        "export database 'stolen'",
        "insert into runs select * from runs",
        "drop view documents",
        "set memory_limit = '1GB'",
        "select * from query('copy documents to stolen')",
        "with x as (copy (select 1) to 'stolen.csv') select * from x",
        "select (with x as (copy (select 1) to 'stolen.csv') select 1)",
        "explain analyze with x as (copy (select 1) to 'stolen.csv') select * from x",
        "with x as (insert into runs values (1) returning *) select * from x",
        "from enable_profiling(save_location = 'stolen.json')",
        "select write_log('x') from enable_logging('QueryLog', storage = 'file', storage_path = 'stolen')",
        "from json_execute_serialized_sql(json_serialize_sql("
        "'with x as (copy (select 1) to ''stolen.csv'') select * from x'))",
    ],
)
def test_nothing_can_be_written(folder: Path, sql: str) -> None:
    """Every statement but one question is refused before it runs."""
    before = sorted(folder.rglob("*"))
    assert strigil("sql", sql, cwd=folder).returncode == 1
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(
    "sql",
    [
        "from documents limit 1",
        "describe documents",
        "summarize select 1",
        "with a as (select 1) select * from a",
        "with recursive a as (select 1 as n union all select n + 1 from a where n < 3) select * from a",
        "select * from (select label, score from edits) pivot (count(score) for label in ('share', 'nav'))",
        "explain select * from documents",
        "EXPLAIN ANALYZE select count(*) from documents",
        "show tables",
        "values (1)",
    ],
)
def test_every_form_of_a_question_is_answered(folder: Path, sql: str) -> None:
    """What only reads is never refused."""
    ended = strigil("sql", sql, cwd=folder)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("sql", ["selekt 1", "select nothing from documents", "select * from nowhere"])
def test_wrong_sql_is_explained(folder: Path, sql: str) -> None:
    """DuckDB's message, and the views there are."""
    ended = strigil("sql", sql, cwd=folder)
    assert ended.returncode == 1
    assert "Views: documents" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_archive_comes_from_the_environment(folder: Path, tmp_path: Path) -> None:
    """``STRIGIL_ARCHIVE`` is the default of ``--archive``."""
    named = str(folder / "strigil-archive")
    ended = strigil("sql", "select 1 as one", "--csv", cwd=tmp_path, STRIGIL_ARCHIVE=named)
    assert ended.stdout == "one\n1\n"


def test_verify_finds_nothing_in_a_good_archive_and_names_a_flipped_bit(folder: Path) -> None:
    """All is well, until one bit is not."""
    good = strigil("verify", cwd=folder)
    assert good.returncode == 0, good.stdout + good.stderr
    [part, *_] = sorted((folder / "strigil-archive").rglob("*.parquet"))
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.chmod(0o644)
    part.write_bytes(content)
    bad = strigil("verify", cwd=folder)
    assert bad.returncode == 1
    assert part.name in bad.stdout
    content[len(content) // 2] ^= 1
    part.write_bytes(content)
    assert strigil("verify", cwd=folder).returncode == 0


def test_what_json_and_csv_lack_is_written_as_something_every_reader_knows(folder: Path) -> None:
    """No NaN in JSON, no Python in CSV: nested values are JSON, bytes as SQL writes them."""
    sql = "select 'nan'::double as score, ['a', null] as tags, {'n': 'b'::blob} as part, 'a'::blob as bytes"
    [line] = strigil("sql", sql, "--json", cwd=folder).stdout.splitlines()
    assert json.loads(line, parse_constant=pytest.fail) == {
        "score": None, "tags": ["a", None], "part": {"n": "b"}, "bytes": "a",
    }  # fmt: skip
    _head, row = csv.reader(strigil("sql", sql, "--csv", cwd=folder).stdout.splitlines())
    assert row == ["nan", '["a", null]', '{"n": "b"}', "a"]


WRONG = {
    "two columns of one name": (("sql", "select 1 as a, 2 as a", "--json"), "called a"),
    "a folder that is not there": (("sql", "select 1", "--parquet", "nowhere/a.parquet"), "nowhere"),
    "a folder for a file": (("raw", "0" * 32, "--out", "captures"), "captures is a folder"),
    "a capture for a page": (("report", "--out", "captures/000000.txt"), "no page of strigil's"),
    "a capture for a page to explain": (
        ("explain", "captures/000000.txt", "--html", "captures/000000.txt"),
        "no page of strigil's",
    ),
    "a folder for a page": (("report", "--out", "captures"), "no page of strigil's"),
}


@pytest.mark.parametrize(("arguments", "says"), WRONG.values(), ids=WRONG)
def test_an_output_that_cannot_be_is_refused(folder: Path, arguments: tuple[str, ...], says: str) -> None:
    """It is said before anything is written, and what is there stays."""
    before = (folder / "captures" / "000000.txt").read_bytes()
    ended = strigil(*arguments, cwd=folder)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert says in ended.stderr
    assert (folder / "captures" / "000000.txt").read_bytes() == before


@pytest.mark.parametrize("verb", ["sql", "report", "drift", "duplicates"])
def test_an_edition_is_named_by_its_beginning(folder: Path, verb: str) -> None:
    """Every verb finds an edition as ``promote`` and ``diff`` do."""
    arguments = ["select 1"] if verb == "sql" else ["--out", "page.html"] if verb == "report" else []
    assert strigil(verb, *arguments, "--edition", "balanced", cwd=folder).returncode == 0
    assert strigil(verb, *arguments, "--edition", "nosuch", cwd=folder).returncode == 1


ENDLESS = "select range from range(100000000000) where range % 7 = 3"


def test_ctrl_c_ends_a_question_with_a_line(folder: Path, tmp_path: Path) -> None:
    """Exit code 130, no traceback, and no half of a file under the name that was asked for."""
    process = start(
        "sql", ENDLESS, "--archive", str(folder / "strigil-archive"), "--parquet", str(tmp_path / "a.parquet")
    )
    while not list(tmp_path.iterdir()) and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130, output + errors
    assert errors == "strigil: Stopped. What is archived is safe.\n"
    assert not list(tmp_path.iterdir())


def test_ctrl_c_is_heard_while_duckdb_counts(folder: Path) -> None:
    """A question that gives no row for hours is interrupted at once."""
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        ask(Archive.open(folder / "strigil-archive"), f"select count(*) from ({ENDLESS})")
    timer.join()
