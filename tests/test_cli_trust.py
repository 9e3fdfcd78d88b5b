"""``strigil verify``, ``seal`` and ``takedown`` at the terminal."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.published import Publication, write_publication
from cleaners.values import Policy
from flows.shard import pipeline_of
from tests.archive_builders import make_capture, make_pages
from tests.strigil_command import strigil

PIPELINE = pipeline_of(Policy.BALANCED)
URL = str(make_capture(3).url)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small archive with a current edition."""
    root = tmp_path_factory.mktemp("whole")
    archive = Archive.open(root)
    batch = archive.commit([make_capture(n) for n in range(6)])
    archive.publish(batch, make_pages(batch.captures), PIPELINE)
    archive.promote(PIPELINE)
    return root


@pytest.fixture
def root(whole: Path, tmp_path: Path) -> Path:
    """Return a copy of it."""
    return shutil.copytree(whole, tmp_path / "news", symlinks=True)


def test_verify_prints_json_and_its_exit_code_says_it_all(root: Path, tmp_path: Path) -> None:
    """Files read, problems, 0 or 1."""
    sound = strigil("verify", "--archive", str(root), "--json", cwd=tmp_path)
    told = json.loads(sound.stdout)
    assert (sound.returncode, told["problems"]) == (0, [])
    assert told["files_read"] > 4
    part = next(root.glob(f"clean/{PIPELINE.edition}/data/*/*"))
    part.write_bytes(part.read_bytes()[:-5])
    damaged = strigil("verify", "--archive", str(root), "--json", cwd=tmp_path)
    assert damaged.returncode == 1
    assert json.loads(damaged.stdout)["problems"][0]["path"] == str(part)
    repaired = strigil("verify", "--archive", str(root), "--repair", cwd=tmp_path)
    assert repaired.returncode == 0
    assert "cleaned batch" in repaired.stdout
    assert "All is well" in repaired.stdout


def test_verify_reads_a_share(root: Path, tmp_path: Path) -> None:
    """A share of the files, and a clear word where it is none."""
    assert strigil("verify", "--archive", str(root), "--sample", "5%", cwd=tmp_path).returncode == 0
    for share in ("0", "101%", "x"):
        refused = strigil("verify", "--archive", str(root), "--sample", share, cwd=tmp_path)
        assert refused.returncode == 2
        assert "--sample" in refused.stderr


def test_seal_says_what_is_in_the_bag(root: Path, tmp_path: Path) -> None:
    """Three days, three parts."""
    sealed = strigil("seal", "--archive", str(root), cwd=tmp_path)
    assert "3 parts" in sealed.stdout
    assert (root / "clean" / PIPELINE.edition / "tagmanifest-sha256.txt").exists()


def test_takedown_shows_first_and_acts_when_told(root: Path, tmp_path: Path) -> None:
    """The same list both times; then the capture is gone, and asking again says so."""
    shown = strigil("takedown", URL, "--archive", str(root), cwd=tmp_path)
    assert shown.returncode == 0
    assert URL in shown.stdout
    assert "1 capture, " in shown.stdout
    assert "Nothing was changed" in shown.stdout
    words = ("takedown", URL, "--archive", str(root), "--reason", "court order", "--by", "jane", "--yes")
    assert "Taken down" in strigil(*words, cwd=tmp_path).stdout
    assert "court order" in next((root / "tombstones").glob("*.json")).read_text()
    assert strigil("verify", "--archive", str(root), cwd=tmp_path).returncode == 0
    again = strigil(*words, cwd=tmp_path)
    assert again.returncode == 1
    assert "holds no capture" in again.stderr
    assert strigil("takedown", "--resume", "--archive", str(root), cwd=tmp_path).returncode == 0


def test_takedown_names_the_tables_that_show_it(root: Path, tmp_path: Path) -> None:
    """A published table has to be published again."""
    write_publication(
        Archive.open(root).store, Publication("delta", "/lake/news", PIPELINE.edition, None, "2024-01-01")
    )
    shown = strigil("takedown", "--match", "http://www.example3*", "--archive", str(root), cwd=tmp_path)
    assert "/lake/news" in shown.stdout


@pytest.mark.parametrize("words", [("news/3",), (), ("--resume", URL)])
def test_takedown_refuses_what_it_cannot_mean(words: tuple[str, ...], root: Path, tmp_path: Path) -> None:
    """Neither URL nor id; nothing at all; resuming something new."""
    refused = strigil("takedown", *words, "--archive", str(root), cwd=tmp_path)
    assert refused.returncode == 2
