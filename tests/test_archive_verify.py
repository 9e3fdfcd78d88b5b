"""``verify`` names every kind of damage with its file and what to do, and is silent otherwise."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive import verify_parts
from archive.archive import Archive
from archive.schema import SCHEMA
from archive.sealed import from_sealed, to_sealed
from archive.store import STALE_SECONDS
from archive.values import SCHEMA_VERSION
from tests.archive_builders import NEXT_PIPELINE, PIPELINE, fill, make_capture, make_pages, read_payload

FLIPS_PER_FILE = 3


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive of two batches, two editions and a done item."""
    root = tmp_path_factory.mktemp("sound")
    archive = Archive.open(root)
    fill(archive, [make_capture(n) for n in range(4)])
    fill(archive, [make_capture(n) for n in range(4, 8)])
    archive.commit([], ["item"])
    for logged in archive.unfinished(NEXT_PIPELINE):
        batch = logged.load(read_payload)
        archive.publish(batch, make_pages(batch.captures), NEXT_PIPELINE)
    archive.promote(PIPELINE)
    return root


@pytest.fixture
def root(sound: Path, tmp_path: Path) -> Path:
    """Return a copy of the sound archive."""
    return shutil.copytree(sound, tmp_path / "archive", symlinks=True)


def _problems(root: Path) -> dict[str, str]:
    """Return what ``verify`` says, by path relative to the archive."""
    problems = list(Archive.open(root, create=False).verify())
    assert all(problem.advice for problem in problems)
    return {str(Path(problem.path).relative_to(root)): problem.problem for problem in problems}


def _content(path: Path) -> dict[str, Any]:
    return from_sealed(path.read_bytes(), path)


def _one(root: Path, pattern: str) -> Path:
    return sorted(path for path in root.glob(pattern) if path.is_file())[0]


def test_a_sound_archive_has_no_problems_and_every_file_is_read(root: Path) -> None:
    """Silence, and the callback hears of each file but the marks of the current edition."""
    seen: set[str] = set()
    assert not list(Archive.open(root).verify(on_file=seen.add))
    files = {
        str(path.relative_to(root))
        for path in root.rglob("*")
        if path.is_file() and not {"current", ".tmp"} & {*path.parts}
    }
    marks = {name for name in files if Path(name).name in {"CURRENT", "schema.json"}}
    assert seen == files - marks


def test_a_flipped_bit_is_named(root: Path) -> None:
    """One bit in any file of the archive is noticed, and the file is named."""
    chance = random.Random(11)  # noqa: S311 - a seed, so that a failure can be repeated
    kinds = ("log/*", "raw/*.warc.gz", "raw/*.cdxj", "clean/*/data/*/*", "ledger/*/*", "clean/*/schema.json")
    for kind in kinds:
        path = _one(root, kind)
        data = path.read_bytes()
        for _ in range(FLIPS_PER_FILE):
            at = chance.randrange(len(data))
            path.write_bytes(data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :])
            assert str(path.relative_to(root)) in _problems(root), (path, at)
        path.write_bytes(data)
    assert not _problems(root)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


@pytest.mark.parametrize("harm", [_empty, _cut, Path.unlink])
@pytest.mark.parametrize("kind", ["log/*1.json", "raw/*.warc.gz", "raw/*.cdxj", "clean/*/data/*/*"])
def test_a_lost_or_cut_file_is_named(kind: str, harm: Callable[[Path], None], root: Path) -> None:
    """Files that are missing, empty or cut short are found."""
    path = _one(root, kind)
    harm(path)
    assert str(path.relative_to(root)) in _problems(root)


def test_damage_with_a_lying_ledger_record_is_found_by_page_checksums(root: Path) -> None:
    """Where the record has the digest of the damage, the pages still do not match their CRC."""
    path = _one(root, "clean/*/data/*/*")
    record = next(p for p in root.glob("ledger/*/*") if _content(p)["path"] == str(path.relative_to(root)))
    data = bytearray(path.read_bytes())
    data[60] ^= 1
    path.write_bytes(data)
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    record.write_bytes(to_sealed(_content(record) | {"part_digest": digest}))
    assert "cannot be read" in _problems(root)[str(path.relative_to(root))]


def test_a_part_under_a_wrong_name_or_day_is_named(root: Path) -> None:
    """Name, folder and footer must agree."""
    path = _one(root, "clean/*/data/*/*")
    day = path.parent.with_name("capture_date=2020-01-01")
    day.mkdir()
    shutil.copy(path, day / path.name)
    assert "footer" in _problems(root)[str((day / path.name).relative_to(root))]


def test_strange_files_are_named(root: Path) -> None:
    """Anything but parts in a data folder, and old raw files of no log entry, are told."""
    (root / "clean" / PIPELINE.edition / "data" / "notes.txt").write_text("x")
    old, young = root / "raw" / "old.warc.gz", root / "raw" / "young.warc.gz"
    old.write_bytes(b"x")
    young.write_bytes(b"x")
    long_ago = time.time() - STALE_SECONDS - 60
    os.utime(old, (long_ago, long_ago))
    assert set(_problems(root)) == {f"clean/{PIPELINE.edition}/data/notes.txt", "raw/old.warc.gz"}


def test_a_part_of_another_archive_is_named(root: Path, tmp_path: Path) -> None:
    """A sound part whose batch is not in the log does not belong here."""
    other = Archive.open(tmp_path / "other")
    (record,) = other.publish(batch := other.commit([make_capture(99)]), make_pages(batch.captures), PIPELINE)
    (root / record.path).parent.mkdir(exist_ok=True)
    shutil.copy(tmp_path / "other" / record.path, root / record.path)
    assert "no such batch" in _problems(root)[record.path]


def test_a_part_without_ledger_record_is_named_and_mended_by_the_next_run(root: Path) -> None:
    """That is what a kill between the two leaves."""
    record = _one(root, f"ledger/{PIPELINE.edition}/*")
    part = _content(record)["path"]
    record.unlink()
    assert set(_problems(root)) == {part, f"clean/{PIPELINE.edition}"}
    archive = Archive.open(root)
    for logged in archive.unfinished(PIPELINE):
        batch = logged.load(read_payload)
        archive.publish(batch, make_pages(batch.captures), PIPELINE)
    assert not _problems(root)


def test_a_removed_part_is_written_again_by_the_next_run(root: Path) -> None:
    """Following the advice for a damaged part heals the archive."""
    path = _one(root, f"clean/{PIPELINE.edition}/data/*/*")
    data = path.read_bytes()
    path.unlink()
    archive = Archive.open(root)
    for logged in archive.unfinished(PIPELINE):
        batch = logged.load(read_payload)
        archive.publish(batch, make_pages(batch.captures), PIPELINE)
    assert path.read_bytes() == data
    assert not _problems(root)


def test_captures_twice_in_the_log_are_named(root: Path) -> None:
    """An entry that repeats captures of an earlier one breaks the law of the log."""
    first = _content(root / "log" / "0000000001.json")
    (root / "log" / "0000000004.json").write_bytes(to_sealed(first))
    assert "earlier entry" in _problems(root)["log/0000000004.json"]


@pytest.mark.parametrize("content", ["", "no-such-edition", "\udcff"])
def test_a_wrong_mark_of_the_current_edition_is_named(content: str, root: Path) -> None:
    """CURRENT must name an edition, and the link must lead to the same one."""
    (root / "clean" / "CURRENT").write_bytes(content.encode("utf-8", "surrogateescape"))
    assert set(_problems(root)) == {"clean/CURRENT"}


def test_a_link_to_another_edition_is_named(root: Path) -> None:
    """A run that was killed between mark and link leaves this; promoting again mends it."""
    link = root / "clean" / "current"
    link.unlink()
    link.symlink_to(NEXT_PIPELINE.edition)
    assert set(_problems(root)) == {"clean/current"}
    Archive.open(root).promote(PIPELINE)
    assert not _problems(root)


def test_raw_files_are_no_strays_while_the_log_is_damaged(root: Path) -> None:
    """Nobody is told to delete raw files whose log entry was lost."""
    (root / "log" / "0000000001.json").unlink()
    long_ago = time.time() - STALE_SECONDS - 60
    for path in (root / "raw").iterdir():
        os.utime(path, (long_ago, long_ago))
    assert not any(name.startswith("raw/") for name in _problems(root))


def test_editions_of_an_earlier_schema_are_sound(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the columns of this version have changed, older editions are judged by their own."""
    monkeypatch.setattr(verify_parts, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    monkeypatch.setattr(verify_parts, "SCHEMA", SCHEMA.remove(0))
    monkeypatch.setattr(verify_parts, "schema_json", lambda: b"{}")
    assert not _problems(root)
    monkeypatch.setattr(verify_parts, "SCHEMA_VERSION", SCHEMA_VERSION)
    assert {problem for name, problem in _problems(root).items() if name.endswith(".parquet")} == {
        "other columns than its edition has"
    }
