"""Fixity: every flipped bit is named, bags are valid, a share a night reads all, repair repairs."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import bagit
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.archive import Archive
from archive.linking import link_edition
from archive.published import Publication, write_publication
from archive.raw import identify, write_raw
from archive.sample import Sample
from archive.sealed import from_sealed
from archive.store import STALE_SECONDS
from archive.takedown import Decision, Targets
from archive.verify_raw import STRAY
from cleaners.values import Policy
from flows.repair import repair
from flows.shard import pipeline_of, read_again
from tests.archive_builders import fill, make_capture, make_pages, tree

PIPELINE = pipeline_of(Policy.BALANCED)
FLIPS = 100


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive with every kind of file.

    Two batches, a takedown, a bag, a history, links, and a table that was to be published.
    """
    root = tmp_path_factory.mktemp("sound")
    archive = Archive.open(root)
    for start in (0, 6):
        batch = archive.commit([make_capture(n) for n in range(start, start + 6)])
        archive.publish(batch, make_pages(batch.captures), PIPELINE)
    archive.promote(PIPELINE)
    archive.takedowns().take_down(Targets(urls=frozenset({str(make_capture(7).url)})), Decision("jane"))
    archive.seal()
    link_edition(archive)
    write_publication(archive.store, Publication("iceberg", str(root), None))
    return root


@pytest.fixture
def root(sound: Path, tmp_path: Path) -> Path:
    """Return a copy of the sound archive."""
    return shutil.copytree(sound, tmp_path / "archive", symlinks=True)


def names_of_problems(root: Path) -> set[str]:
    """Return the files that ``verify`` names, relative to the archive."""
    problems = Archive.open(root, create=False).verify()
    return {str(Path(problem.path).relative_to(root)) for problem in problems}


def files_of(root: Path) -> list[str]:
    """Return all files of an archive."""
    return sorted(
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.is_file() and path.stat().st_size and "current" not in path.parts
    )


def test_every_one_of_a_hundred_flipped_bits_is_named_with_its_file(root: Path) -> None:
    """Single bits, in all kinds of files."""
    chance = random.Random(5)  # noqa: S311 - a seed, so that a failure can be repeated
    files = files_of(root)
    kinds = {name.split("/")[0] + Path(name).suffix for name in files}
    assert {"log.json", "raw.gz", "raw.cdxj", "ledger.json", "tombstones.json", "clean.txt"} < kinds
    assert "published.json" in kinds
    assert any("/links/" in name for name in files)
    for number in range(FLIPS):
        name = files[number % len(files)]
        path = root / name
        data = path.read_bytes()
        at = chance.randrange(len(data))
        path.write_bytes(data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :])
        assert name in names_of_problems(root), (name, at)
        path.write_bytes(data)
    assert not names_of_problems(root)


def test_a_sealed_edition_is_a_valid_bag(root: Path) -> None:
    """For the reference implementation, and for ``sha256sum``; a flipped bit is not."""
    folder = root / "clean" / PIPELINE.edition
    bagit.Bag(str(folder)).validate()
    check = ["sha256sum", "--check", "--strict", "manifest-sha256.txt", "tagmanifest-sha256.txt"]
    assert subprocess.run(check, cwd=folder, capture_output=True, check=False).returncode == 0
    part = next(folder.glob("data/*/*"))
    data = bytearray(part.read_bytes())
    data[40] ^= 1
    part.write_bytes(data)
    assert not bagit.Bag(str(folder)).is_valid()
    assert subprocess.run(check, cwd=folder, capture_output=True, check=False).returncode == 1


def test_parts_that_come_later_are_no_damage(root: Path) -> None:
    """The bag is of its moment; sealed again, it has them."""
    archive = Archive.open(root)
    fill(archive, [make_capture(50)], PIPELINE)
    assert not names_of_problems(root)
    assert archive.seal().parts == len(list((root / "clean" / PIPELINE.edition / "data").glob("*/*")))
    bagit.Bag(str(root / "clean" / PIPELINE.edition)).validate()


def test_a_takedown_seals_again(root: Path) -> None:
    """The bag of an edition is valid after rows were taken out."""
    takedowns = Archive.open(root).takedowns()
    takedowns.take_down(Targets(urls=frozenset({str(make_capture(3).url)})), Decision("jane"))
    bagit.Bag(str(root / "clean" / PIPELINE.edition)).validate()
    assert not names_of_problems(root)


@given(
    st.lists(st.text(st.characters(exclude_categories=())), max_size=50, unique=True),
    st.sampled_from([0.05, 0.1, 0.3, 0.5]),
    st.integers(0, 10**6),
)
def test_nights_in_a_row_read_every_file(names: list[str], share: float, first: int) -> None:
    """After 1/share nights nothing was left out, whichever night was the first."""
    nights = range(first, first + -int(-1 // share))
    read = {name for night in nights for name in names if Sample(share, night).takes(name)}
    assert read == set(names)


def test_a_sample_reads_less_and_sees_what_is_missing(root: Path) -> None:
    """Files that are not read are looked for all the same."""
    archive = Archive.open(root)
    whole: list[str] = []
    some: list[str] = []
    assert not list(archive.verify(whole.append))
    assert not list(archive.verify(some.append, sample=Sample(0.2, 3)))
    assert set(some) < set(whole)
    for path in (root / "raw").glob("*.cdxj"):
        path.unlink()
    assert len([problem for problem in archive.verify(sample=Sample(1e-9)) if "raw" in problem.path]) == 2


HARMS = {
    "part": "clean/*/data/*/*",
    "record": "ledger/*/*",
    "schema": "clean/*/schema.json",
    "mark": "clean/CURRENT",
    "bag": "clean/*/manifest-sha256.txt",
    "finished": "tombstones/finished/*",
    "links": "clean/*/links/*/*",
    "mark of links": "clean/*/links/CURRENT",
}


@pytest.mark.parametrize("is_lost", [False, True])
@pytest.mark.parametrize("kind", HARMS)
def test_what_other_files_still_say_is_repaired(kind: str, is_lost: bool, root: Path) -> None:  # noqa: FBT001
    """A file is damaged or gone; after repair nothing is wrong, and the rows are those of before."""
    path = sorted(path for path in root.glob(HARMS[kind]) if path.is_file())[0]
    if is_lost:
        path.unlink()
    else:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 4
        path.write_bytes(data)
    archive = Archive.open(root, create=False)
    problems = list(archive.verify())
    said: list[str] = []
    assert problems or (kind in {"bag", "mark of links"} and is_lost) or kind == "mark"
    assert not repair(archive, problems, said.append)
    assert bool(said) == bool(problems)
    assert not names_of_problems(root)


def test_what_a_killed_run_left_is_not_removed_once_it_is_needed(root: Path) -> None:
    """The run is repeated while everything is read, and takes up the files that the killed one wrote."""
    archive = Archive.open(root)
    new = [make_capture(number) for number in (20, 21)]
    raw = write_raw(archive.store, identify(new))
    long_ago = time.time() - STALE_SECONDS - 60
    for file in (raw.index.file, str(raw.warc and raw.warc.file)):
        os.utime(root / file, (long_ago, long_ago))
    problems = list(archive.verify())
    assert {problem.problem for problem in problems} == {STRAY}
    batch = Archive.open(root).commit(new)
    assert not repair(archive, problems, lambda _said: None)
    assert len(archive.takedowns().plan(Targets(capture_ids=frozenset(batch.capture_ids))).captures) == 2


@pytest.mark.parametrize("kind", ["log/*1.json", "raw/*.warc.gz", "tombstones/*.json"])
def test_what_nothing_can_make_again_is_said_and_left_alone(kind: str, root: Path) -> None:
    """The log, raw captures, tombstones: repair changes nothing of them, and the problem stays."""
    path = next(root.glob(kind))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    archive = Archive.open(root, create=False)
    left = repair(archive, list(archive.verify()), lambda _text: None)
    assert str(path) in {problem.path for problem in left}
    assert path.read_bytes() == data


def test_a_part_of_another_pipeline_is_not_given_up(root: Path) -> None:
    """Nobody here could make its rows again: it stays, damaged as it is."""
    archive = Archive.open(root)
    other = replace(PIPELINE, version="0.0.1")
    for logged in archive.unfinished(other):
        batch = logged.load(read_again)
        archive.publish(batch, make_pages(batch.captures), other)
    part = sorted((root / "clean" / other.edition / "data").glob("*/*"))[0]
    part.write_bytes(part.read_bytes()[:-9])
    held = tree(root)
    left = repair(archive, list(archive.verify()), lambda _text: None)
    assert [problem.path for problem in left] == [str(part)]
    assert tree(root) == held


def test_a_damaged_part_is_not_given_up_while_raw_captures_are_damaged_too(root: Path) -> None:
    """What is left of it may be all there is."""
    part = sorted((root / "clean").glob("*/data/*/*"))[0]
    part.write_bytes(part.read_bytes()[:-9])
    for path in (root / "raw").glob("*.warc.gz"):
        path.write_bytes(path.read_bytes()[:-200])
    archive = Archive.open(root)
    said: list[str] = []
    repair(archive, list(archive.verify()), said.append)
    assert part.exists()
    assert any("cannot be mended" in text for text in said)


def test_tombstones_are_sealed(root: Path) -> None:
    """Its digest stands in the file itself."""
    for path in (root / "tombstones").rglob("*.json"):
        assert from_sealed(path.read_bytes(), path)
