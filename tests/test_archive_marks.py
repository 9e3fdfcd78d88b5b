"""Damaged marks and sums: an error that says what to do, named by verification, mended by repair."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from archive.archive import Archive
from archive.errors import DamagedFileError
from archive.sample import WHOLE
from archive.verify_drift import verify_drift
from cleaners.values import Policy
from flows.drift import find_drift
from flows.repair import repair
from flows.shard import pipeline_for, pipeline_of
from tests.archive_builders import fill, make_capture, tree
from tests.strigil_command import strigil

PIPELINE = pipeline_of(Policy.BALANCED)
GARBAGE = {
    "empty": b"",
    "zeros": b"\x00" * 18,
    "bytes": b"garb\x00age\xff",
    "half": PIPELINE.edition[:6].encode(),
    "another": b"balanced-00000000\n",
    "above": b"../../x\n",
    "here": b".\n",
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive with one edition, at whose sites somebody has looked."""
    archive = Archive.open(tmp_path_factory.mktemp("sound") / "archive")
    fill(archive, [make_capture(number) for number in range(3)], PIPELINE)
    archive.promote(PIPELINE)
    find_drift(archive)
    return Path(archive.root)


@pytest.fixture
def root(sound: Path, tmp_path: Path) -> Path:
    """Return a copy of it."""
    return shutil.copytree(sound, tmp_path / "archive", symlinks=True)


@pytest.mark.parametrize("kind", GARBAGE)
def test_a_mark_that_names_no_edition_is_said_and_mended(kind: str, root: Path) -> None:
    """Whoever needs the current edition is told what to do; nothing is made of the garbage."""
    mark = root / "clean/CURRENT"
    mark.write_bytes(GARBAGE[kind])
    archive, before = Archive.open(root), tree(root)
    for ask in (archive.current_edition, archive.data_path, lambda: pipeline_for(archive, None)):
        with pytest.raises(DamagedFileError, match=r"CURRENT: it names .*verify --repair.*promote"):
            ask()
    assert tree(root) == before
    problems = list(archive.verify())
    assert [problem.path for problem in problems] == [str(mark)]
    said: list[str] = []
    assert not repair(archive, problems, said.append)
    assert said == [f"{mark}: turned to {PIPELINE.edition}"]
    assert archive.current_edition() == PIPELINE.edition


@pytest.mark.parametrize("gone", ["history", "clean/current", "both"])
def test_a_mark_is_mended_by_history_or_link_and_else_by_a_person(gone: str, root: Path) -> None:
    """Where neither says what was current, repair does not guess; promoting an edition always works."""
    if gone in {"history", "both"}:
        shutil.rmtree(root / "history")
    if gone in {"clean/current", "both"}:
        (root / "clean/current").unlink()
    (root / "clean/CURRENT").write_bytes(b"garbage")
    archive = Archive.open(root)
    left = repair(archive, list(archive.verify()), lambda _said: None)
    assert bool(left) == (gone == "both")
    archive.promote(PIPELINE)
    assert not list(archive.verify())


def test_a_mark_without_any_edition_goes(root: Path) -> None:
    """All editions were lost: the mark goes, and the next run begins anew from raw."""
    shutil.rmtree(root / "clean" / PIPELINE.edition)
    shutil.rmtree(root / "ledger")
    raw = tree(root / "raw")
    archive = Archive.open(root)
    repair(archive, list(archive.verify()), lambda _said: None)
    assert archive.current_edition() is None
    assert tree(root / "raw") == raw
    assert not (root / "clean/CURRENT").exists()


def test_an_edition_is_not_dropped_while_nobody_knows_which_is_current(root: Path) -> None:
    """It could be the one that readers had."""
    (root / "clean/CURRENT").write_bytes(b"garbage")
    with pytest.raises(DamagedFileError):
        Archive.open(root).drop_edition(PIPELINE.edition)


@pytest.mark.parametrize("kind", ["garbage", "empty", "half", "columns"])
def test_a_damaged_sum_is_said_and_removed(kind: str, root: Path) -> None:
    """The drift alarm says which file and what to do; repair removes it, and it is made again."""
    path = sorted((root / "clean" / PIPELINE.edition / "drift/sums").iterdir())[0]
    data = path.read_bytes()
    if kind == "columns":
        pq.write_table(pa.table({"site": ["one"]}), path)
    else:
        path.write_bytes({"garbage": b"garbage" * 30, "empty": b"", "half": data[: len(data) // 2]}[kind])
    archive = Archive.open(root)
    with pytest.raises(DamagedFileError, match=r"sums.*cannot be read.*verify --repair"):
        find_drift(archive)
    problems = list(archive.verify())
    assert [problem.path for problem in problems] == [str(path)]
    assert not repair(archive, problems, lambda _said: None)
    find_drift(archive)
    assert path.read_bytes() == data


def test_a_flipped_bit_of_a_page_is_named(root: Path) -> None:
    """Pages have checksums, so numbers are not silently other ones: the file is named or says the same."""
    path = sorted((root / "clean" / PIPELINE.edition / "drift/sums").iterdir())[0]
    data, table = path.read_bytes(), pq.read_table(path)
    store = Archive.open(root).store
    pages_end = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    named = 0
    for at in range(4, pages_end, 7):
        path.write_bytes(data[:at] + bytes([data[at] ^ 16]) + data[at + 1 :])
        problems = list(verify_drift(store, PIPELINE.edition, lambda _name: None, WHOLE))
        assert problems or pq.read_table(path).equals(table)
        named += len(problems)
    assert named > 10


def test_the_command_ends_with_a_sentence(root: Path, tmp_path: Path) -> None:
    """Exit code 1 and what to do, not 70."""
    (root / "clean/CURRENT").write_bytes(b"\x00garbage")
    source = tmp_path / "note.txt"
    source.write_text("A ferry went over the river.")
    ended = strigil("clean", str(source), "--archive", str(root), cwd=tmp_path)
    assert ended.returncode == 1
    assert "verify --repair" in ended.stderr
    assert not (root / "clean/schema.json").exists()
