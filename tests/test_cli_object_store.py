"""The command on an archive in an object store: clean, sql, explain and verify, with workers and without."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archive.iceberg import TABLE_NAME, open_catalog
from archive.places import open_store
from tests.s3_proxy import proxy
from tests.strigil_command import strigil

STORY = "Share\nThe bridge was closed on Monday after divers found cracks in two of its pillars.\n"


@pytest.fixture
def place(s3_bucket: str) -> str:
    """Return a place for an archive in a bucket."""
    return f"s3://{s3_bucket}/news"


@pytest.fixture
def scrapes(tmp_path: Path) -> Path:
    """Return a folder of captures."""
    folder = tmp_path / "scrapes"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}.txt").write_text(f"{STORY}The mayor said it {number} times in the evening.\n")
    return folder


@pytest.mark.parametrize("workers", ["1", "2"])
def test_every_verb_on_an_object_store(place: str, scrapes: Path, tmp_path: Path, workers: str) -> None:
    """Clean twice, ask, explain from the archive, verify; nothing is written to the disk here."""
    cleaned = strigil("clean", scrapes, "--archive", place, "--workers", workers, cwd=tmp_path)
    assert cleaned.returncode == 0, cleaned.stderr
    again = strigil("clean", scrapes, cwd=tmp_path, STRIGIL_ARCHIVE=place)
    assert "Nothing new" in again.stdout
    asked = strigil("sql", "select capture_id, text from documents", "--json", "-a", place, cwd=tmp_path)
    rows = [json.loads(line) for line in asked.stdout.splitlines()]
    assert len(rows) == 6
    explained = strigil("explain", rows[0]["capture_id"], "--archive", place, cwd=tmp_path)
    assert "The mayor said it" in explained.stdout
    verified = strigil("verify", "--archive", place, cwd=tmp_path)
    assert (verified.returncode, verified.stderr) == (0, "")
    assert [path.name for path in tmp_path.iterdir()] == ["scrapes"]


def test_editions_raw_bytes_and_takedown(place: str, scrapes: Path, tmp_path: Path) -> None:
    """Reclean, compare, promote, roll back, seal, drop, give back, publish and take down, as on a folder."""

    def run(*words: str) -> str:
        ended = strigil(*words, cwd=tmp_path, STRIGIL_ARCHIVE=place)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    run("clean", str(scrapes))
    before = open_store(place).read_bytes("clean/CURRENT").decode().strip()
    run("reclean", "--policy", "annotate")
    (after,) = (name for name in open_store(place).folders("clean") if name != before)
    assert after in run("editions")
    assert "6 (100.0%) have another text" in run("diff", "current", after)
    run("promote", after)
    assert open_store(place).read_bytes("clean/CURRENT").decode().strip() == after
    assert f"{before} is current again" in run("rollback")
    run("drop-edition", after, "--yes")
    run("duplicates")
    run("seal")
    rows = run("sql", "select capture_id from documents order by source_file", "--json").splitlines()
    key = json.loads(rows[0])["capture_id"]
    run("raw", key, "--out", "raw.txt")
    assert (tmp_path / "raw.txt").read_bytes() == (scrapes / "0.txt").read_bytes()
    run("publish", "--iceberg", "lake")
    run("takedown", key, "--reason", "asked", "--by", "me", "--yes")
    run("publish", "--iceberg", "lake")
    assert "Nothing new" in run("clean", str(scrapes))
    assert run("sql", "select count(*) as n from documents", "--json") == '{"n": 5}\n'
    table = open_catalog(tmp_path / "lake").load_table(TABLE_NAME)
    assert table.scan(selected_fields=("capture_id",)).to_arrow().num_rows == 5
    run("verify")


def test_folders_cannot_be_exchanged_there(place: str, scrapes: Path, tmp_path: Path) -> None:
    """``compact`` says so, and what to do; nothing is changed."""
    strigil("clean", scrapes, "--archive", place, cwd=tmp_path)
    ended = strigil("compact", "--archive", place, cwd=tmp_path)
    assert ended.returncode == 1
    assert "cannot exchange two folders" in ended.stderr


def test_damage_in_an_object_store_is_named(place: str, scrapes: Path, tmp_path: Path) -> None:
    """``verify`` prints the URL of what is wrong, and its exit code says so."""
    strigil("clean", scrapes, "--archive", place, cwd=tmp_path)
    store = open_store(place)
    part = next(name for name in store.names("clean") if name.endswith(".parquet"))
    store.replace(part, b"")
    verified = strigil("verify", "--archive", place, cwd=tmp_path)
    assert verified.returncode == 1
    assert f"{place}/{part}" in verified.stdout


def test_a_careless_store_needs_the_word_of_one_writer(
    place: str, scrapes: Path, tmp_path: Path, s3_endpoint: str
) -> None:
    """Refused with the reason and the way out; with that one process cleans, whatever was asked for."""
    with proxy(s3_endpoint, drops=frozenset({"if-none-match"})) as endpoint:
        words = ("clean", str(scrapes), "--archive", place, "--workers", "4")
        refused = strigil(*words, cwd=tmp_path, AWS_ENDPOINT_URL=endpoint)
        assert refused.returncode == 1
        assert "ignores If-None-Match" in refused.stderr
        cleaned = strigil(*words, cwd=tmp_path, AWS_ENDPOINT_URL=endpoint, STRIGIL_ONE_WRITER="1")
        assert cleaned.returncode == 0, cleaned.stderr
    assert strigil("verify", "--archive", place, cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("verb", [("verify",), ("sql", "select 1"), ("clean", "scrapes")])
def test_an_absent_store_is_a_sentence(
    place: str, scrapes: Path, tmp_path: Path, verb: tuple[str, ...]
) -> None:
    """No server, no bucket, no URL: one line each, and nothing is made on the disk."""
    cases = {
        place: "no good answer from http://127.0.0.1:1",
        "s3://no-such-bucket/news": "there is no bucket 'no-such-bucket'",
        "s3:/bucket": "s3://bucket/prefix",
        "gs://bucket/news": "s3://bucket/prefix",
    }
    for name, sentence in cases.items():
        absent = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"} if name == place else {}
        ended = strigil(*verb, "--archive", name, cwd=tmp_path, **absent)
        assert ended.returncode in {1, 2}
        assert sentence in ended.stderr
        assert len(ended.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == [scrapes.name]
