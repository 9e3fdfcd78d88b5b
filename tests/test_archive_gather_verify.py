"""What verification and repair say of gathered files: damage, what was left over, what was lost."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from archive import gather, gathered
from archive.archive import Archive
from archive.errors import DamagedFileError
from archive.verify_gathered import LEFT_OVER
from flows.repair import repair
from tests.archive_builders import fill, make_capture
from tests.gather_archives import raw_files


@pytest.fixture
def root(small_runs: Path, tmp_path: Path) -> Path:
    """Return a copy of the archive of small runs."""
    return shutil.copytree(small_runs, tmp_path / "archive", symlinks=True)


def test_what_is_damaged_is_left_alone(root: Path) -> None:
    """It stays as it is and is named as before; the others are gathered."""
    path = sorted(root.glob("raw/*.warc.gz"))[0]
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    archive = Archive.open(root)
    assert [done.batches for done in archive.gather()] == [3]
    assert path.read_bytes() == data
    assert [problem.path for problem in archive.verify()] == [str(path)]


def make_old(root: Path) -> None:
    """Let all files be two days old."""
    for path in root.rglob("*"):
        os.utime(path, (time.time() - 2 * 86_400,) * 2, follow_symlinks=False)


def test_what_is_left_over_for_a_day_is_named_and_repaired(root: Path) -> None:
    """A small file that nobody needs, and a larger one that nobody knows of."""
    archive = Archive.open(root)
    small = sorted(root.glob("raw/*.cdxj"))[0]
    data = small.read_bytes()
    list(archive.gather())
    small.write_bytes(data)
    assert not list(archive.verify())
    make_old(root)
    problems = list(archive.verify())
    assert [(problem.path, problem.problem) for problem in problems] == [(str(small), LEFT_OVER)]
    assert not repair(archive, problems, lambda _text: None)
    assert not small.exists()


def test_a_larger_file_whose_record_is_lost_is_never_removed(root: Path) -> None:
    """It holds the only copy: it is named, and neither repair nor the next gathering removes it."""
    archive = Archive.open(root)
    list(archive.gather())
    record = next(root.glob("gathered/*.json"))
    held = record.read_bytes()
    record.unlink()
    make_old(root)
    archive = Archive.open(root)
    repair(archive, list(archive.verify()), lambda _text: None)
    list(archive.gather())
    files = [path for path in raw_files(root) if "gathered" in path]
    assert len(files) == 2
    assert set(files) <= {Path(one.path).relative_to(root).as_posix() for one in archive.verify()}
    record.write_bytes(held)
    assert not list(archive.verify())


def test_a_lost_record_in_between_is_named_and_its_number_is_not_taken(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another record in its place would bury it."""
    monkeypatch.setattr(gather, "MAX_INPUTS", 2)
    archive = Archive.open(root)
    list(archive.gather())
    first = root / gathered.record_name(1)
    held = first.read_bytes()
    first.unlink()
    assert str(first) in {problem.path for problem in archive.verify()}
    for number in (50, 51):
        fill(archive, [make_capture(number)])
    with pytest.raises(DamagedFileError, match="is missing, though"):
        list(Archive.open(root).gather())
    first.write_bytes(held)
    assert not list(archive.verify())


def test_a_flipped_bit_is_named_with_its_file(root: Path) -> None:
    """In the larger WARC file, its index and the record, wherever the bit is."""
    archive = Archive.open(root)
    list(archive.gather())
    names = [*raw_files(root), gathered.record_name(1)]
    assert len(names) == 3
    for name in names:
        path = root / name
        data = path.read_bytes()
        for at in range(0, len(data), max(1, len(data) // 7)):
            path.write_bytes(data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :])
            assert str(path) in {problem.path for problem in Archive.open(root).verify()}, (name, at)
        path.write_bytes(data)
    assert not list(archive.verify())
