"""The verbs for editions as a person uses them, with real runs that are killed."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import duckdb
import pytest

from archive.archive import Archive
from archive.diff import BY
from bench.generated import write_captures
from bench.kill import start, wait_for_group
from cleaners.version import CleanerVersion, cleaner_version
from flows import shard
from flows.cli_diff import By
from tests.captures_inputs import write_warc
from tests.strigil_command import query, strigil

COUNT = "select count(*)::int as rows, count(distinct capture_id)::int as captures from documents"


@pytest.fixture(scope="module")
def recleaned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an archive of two editions: balanced is current, annotate is not."""
    folder = tmp_path_factory.mktemp("editions")
    write_captures(folder / "captures", 6)
    assert strigil("clean", "captures", "--archive", "news", cwd=folder).returncode == 0
    ended = strigil("reclean", "--archive", "news", "--policy", "annotate", cwd=folder)
    assert ended.returncode == 0, ended.stderr
    assert "6 captures archived" in ended.stdout
    assert "strigil promote annotate-" in ended.stdout
    return folder


def test_the_list_shows_both_and_which_one_readers_see(recleaned: Path) -> None:
    """Names, rows, coverage, and since when the current one is that."""
    lines = strigil("editions", "--archive", "news", cwd=recleaned).stdout.splitlines()
    (annotate,) = [line for line in lines if "annotate-" in line]
    balanced, since = [line for line in lines if "balanced-" in line]
    assert "current" in balanced
    assert "is current since 20" in since
    assert "current" not in annotate
    assert "100 %" in annotate


def test_a_diff_on_the_terminal_as_parquet_and_as_a_page(recleaned: Path) -> None:
    """All three say that all six texts differ; the page asks the network for nothing."""
    files = ("--parquet", "changes.parquet", "--html", "diff.html")
    ended = strigil("diff", "current", "annotate", "--archive", "news", *files, cwd=recleaned)
    assert ended.returncode == 0, ended.stderr
    assert "6 captures are in both; 6 (100.0%) have another text" in ended.stdout
    assert "newsletter" in ended.stdout
    assert "+ Listen Live" in ended.stdout
    changes = duckdb.execute(
        f"select count(*), min(words_after - words_before) from '{recleaned}/changes.parquet'"
    )
    ((rows, least),) = changes.fetchall()
    assert rows == 6
    assert least > 0
    page = (recleaned / "diff.html").read_text()
    assert "By label" in page
    assert "prefers-color-scheme: dark" in page
    assert "http" not in page.replace("https://www.example", "")
    only = strigil("diff", "current", "annotate", "--archive", "news", "--by", "site", cwd=recleaned)
    assert "newsletter " not in only.stdout
    assert "not two" not in strigil("diff", "annotate", "annotate", "--archive", "news", cwd=recleaned).stderr
    assert strigil("diff", "annotate", "annotate", "--archive", "news", cwd=recleaned).returncode == 2


def test_what_differences_are_grouped_by() -> None:
    """The command knows it without importing the archive."""
    assert tuple(by.value for by in By) == BY


def test_nothing_is_done_twice_and_a_new_archive_follows_its_edition(recleaned: Path) -> None:
    """A second reclean cleans nothing; after a promotion ``clean`` adds under that policy; and back."""
    again = strigil("reclean", "--archive", "news", "--policy", "annotate", cwd=recleaned)
    assert "archived" not in again.stdout
    assert strigil("promote", "annotate", "--archive", "news", cwd=recleaned).returncode == 0
    (recleaned / "captures/new.txt").write_text("Share\nThe old bridge was closed again on Monday morning.\n")
    ended = strigil("clean", "captures", "--archive", "news", cwd=recleaned)
    assert "1 capture archived" in ended.stdout, ended.stderr
    assert query("select distinct policy from documents", recleaned / "news") == [{"policy": "annotate"}]
    dropped = strigil("drop-edition", "annotate", "--archive", "news", "--yes", cwd=recleaned)
    assert dropped.returncode == 1
    assert "current" in dropped.stderr
    back = strigil("rollback", "--archive", "news", cwd=recleaned)
    assert "It lacks 1 captures" in back.stdout
    assert strigil("promote", "balanced", "--archive", "news", cwd=recleaned).returncode == 0
    dry = strigil("drop-edition", "annotate", "--archive", "news", cwd=recleaned)
    assert "Nothing was removed" in dry.stdout
    strigil("drop-edition", "annotate", "--archive", "news", "--yes", cwd=recleaned)
    assert "annotate" not in strigil("editions", "--archive", "news", cwd=recleaned).stdout


def test_after_an_upgrade_clean_adds_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """New rows are made by the new cleaner and readers see them; the past waits for ``reclean``."""
    write_captures(tmp_path / "captures", 4)
    strigil("clean", "captures", cwd=tmp_path)
    before = Archive.open(tmp_path / "strigil-archive").current_edition()
    monkeypatch.setattr(shard, "cleaner_version", lambda policy: _newer(cleaner_version(policy)))
    (tmp_path / "captures/new.txt").write_text("Share\nThe old bridge was closed again on Monday morning.\n")
    ended = strigil("clean", "captures", cwd=tmp_path)
    assert "1 capture archived" in ended.stdout
    assert "The cleaner has changed" in ended.stdout
    assert Archive.open(tmp_path / "strigil-archive").current_edition() == before
    versions = "select cleaner_version as v, count(*)::int as n from documents group by all order by n"
    assert query(versions, tmp_path / "strigil-archive") == [{"v": "99", "n": 1}, {"v": "0.1.0", "n": 4}]
    assert strigil("verify", cwd=tmp_path).returncode == 0


def _newer(version: CleanerVersion) -> CleanerVersion:
    return version._replace(version="99")


def test_a_reclean_killed_again_and_again_ends_with_each_capture_once(tmp_path: Path) -> None:
    """``kill -9`` with workers and all; the current edition is read all the while."""
    write_captures(tmp_path / "captures", 120)
    archive = tmp_path / "news"
    assert strigil("clean", "captures", "--archive", "news", cwd=tmp_path).returncode == 0
    chance = random.Random(5)  # noqa: S311 - moments, not secrets
    command = ("reclean", "--archive", str(archive), "--policy", "strict", "--workers", "2")
    for _ in range(2):
        process = start(*command)
        time.sleep(chance.uniform(1.0, 4.0))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        wait_for_group(process.pid)
        assert query(COUNT, archive) == [{"rows": 120, "captures": 120}]
    ended = strigil(*command[:-2], cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert strigil("promote", "strict", "--archive", "news", cwd=tmp_path).returncode == 0
    assert query(f"{COUNT} where policy = 'strict'", archive) == [{"rows": 120, "captures": 120}]
    assert strigil("verify", "--archive", "news", cwd=tmp_path).returncode == 0


def test_raw_gives_the_bytes_back(tmp_path: Path) -> None:
    """Of a text as it was; of a WARC record the body, or the whole message; and clear words otherwise."""
    (tmp_path / "in").mkdir()
    text = "Share\r\nThe b\u00e4r crossed the bridge.\r\n".encode("latin-1")
    (tmp_path / "in/a.txt").write_bytes(text)
    (tmp_path / "in/b.warc.gz").write_bytes(write_warc([b"<p>The bear is back.</p>"], compress=True))
    strigil("clean", "in", cwd=tmp_path)
    ids = {
        row["source_format"]: row["capture_id"]
        for row in query("select source_format, capture_id from documents", tmp_path / "strigil-archive")
    }
    strigil("raw", ids["txt"], "--out", "a.out", cwd=tmp_path)
    assert (tmp_path / "a.out").read_bytes() == text
    strigil("raw", ids["warc"], "--out", "b.out", cwd=tmp_path)
    assert (tmp_path / "b.out").read_bytes() == b"<p>The bear is back.</p>"
    strigil("raw", ids["warc"], "--out", "b.http", "--http", cwd=tmp_path)
    assert (tmp_path / "b.http").read_bytes().startswith(b"HTTP/1.1 200 OK\r\n")
    ended = strigil("raw", ids["txt"], "--http", cwd=tmp_path)
    assert "did not come over HTTP" in ended.stderr
    (tmp_path / "in/b.warc.gz").unlink()
    assert "b.warc.gz is gone" in strigil("raw", ids["warc"], "--out", "c", cwd=tmp_path).stderr
    assert "holds no capture" in strigil("raw", "0" * 32, cwd=tmp_path).stderr


def test_compact_says_what_it_did(tmp_path: Path) -> None:
    """Parts of days that are over become one; a second time there is nothing to do."""
    (tmp_path / "in").mkdir()
    for number in range(3):
        story = f"<p>The bear came back for the {number}. time.</p>"
        (tmp_path / f"in/{number}.warc").write_bytes(
            write_warc([story.encode()]).replace(b"/0", b"/%d" % number)
        )
        strigil("clean", "in", cwd=tmp_path)
    before = query(COUNT, tmp_path / "strigil-archive")
    ended = strigil("compact", cwd=tmp_path)
    assert "1 days had 3 parts and have 1 now" in ended.stdout, ended.stderr
    assert "raw: 3 batches had 3 files and have 1 now" in ended.stdout
    assert query(COUNT, tmp_path / "strigil-archive") == before == [{"rows": 3, "captures": 3}]
    assert "nothing to merge" in strigil("compact", cwd=tmp_path).stdout
    assert strigil("verify", cwd=tmp_path).returncode == 0
