"""Gathering and takedowns, killed at every step or at once: nothing lost, nothing left of what was to go."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from threading import Thread

import pytest

from archive import gather
from archive.archive import Archive
from archive.gathered import read_gatherings
from archive.local import LocalStore
from archive.takedown import Targets
from tests.archive_builders import make_capture
from tests.edition_writers import RUNS_CAPTURES, run_killed_gatherings, run_races, take_down
from tests.gather_archives import WHO, assert_gone, payloads, raw_files, target

GONE = 3


@pytest.fixture
def root(small_runs: Path, tmp_path: Path) -> Path:
    """Return a copy of the archive of small runs."""
    return shutil.copytree(small_runs, tmp_path / "archive", symlinks=True)


@pytest.fixture(scope="module")
def all_killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return archives whose gathering was killed, one before and one after each step."""
    folder = tmp_path_factory.mktemp("killed")
    run_killed_gatherings(folder)
    return folder


@pytest.fixture
def killed(all_killed: Path, tmp_path: Path) -> list[Path]:
    """Return copies of these archives."""
    return sorted(shutil.copytree(all_killed, tmp_path / "killed", symlinks=True).iterdir())


def test_a_takedown_afterwards_leaves_nothing(root: Path) -> None:
    """The record is overwritten in the larger file, its line goes; all others are what they were."""
    archive = Archive.open(root)
    list(archive.gather())
    before = payloads(archive)
    for number in (GONE, 6):
        archive.takedowns().take_down(target(number), WHO)
        assert_gone(root, number)
        assert not list(Archive.open(root).verify())
    after = payloads(Archive.open(root))
    assert after == {key: before[key] for key in after}
    assert len(after) == len(before) - 2
    assert not list(archive.gather())


def test_one_takedown_of_many_batches_writes_the_larger_file_once(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a pattern finds in all batches goes at one stroke, index and all."""
    archive = Archive.open(root)
    list(archive.gather())
    swapped: list[str] = []
    swap = LocalStore.swap

    def count(store: LocalStore, name: str, data: bytes, seen: bytes | None) -> bool:
        swapped.append(Path(name).suffix)
        return swap(store, name, data, seen)

    monkeypatch.setattr(LocalStore, "swap", count)
    archive.takedowns().take_down(Targets(pattern="http://www.example[1-4].com/*"), WHO)
    assert swapped == [".gz", ".cdxj"]
    assert sorted(payloads(archive).values()) == [make_capture(5).payload]
    assert_gone(root, GONE)
    assert not list(archive.verify())


class Killed(BaseException):
    """Stands for kill -9: nothing may catch it."""


def stop_after(steps: int, patch: pytest.MonkeyPatch) -> None:
    """Let the process die when it is to change the archive for the n-th time."""
    left = steps

    for name in ("stage", "link", "remove", "replace", "swap"):
        change = getattr(LocalStore, name)

        def stop_at_last(*words: object, change: Callable[..., object] = change, **options: object) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed
            return change(*words, **options)

        patch.setattr(LocalStore, name, stop_at_last)


def test_killed_at_every_step_it_is_finished_by_the_next(killed: list[Path], small_runs: Path) -> None:
    """At any moment nothing is wrong and every capture is there; the next one ends with two files."""
    before = payloads(Archive.open(small_runs))
    assert len(killed) >= 24
    for root in killed:
        archive = Archive.open(root)
        assert not list(archive.verify()), root
        assert payloads(archive) == before
        list(archive.gather())
        assert len(raw_files(root)) == 2
        assert payloads(archive) == before
        assert not list(archive.verify())


def test_a_takedown_after_a_killed_gathering_leaves_nothing(killed: list[Path]) -> None:
    """Neither in a larger file that nobody knows of nor in a small one that nobody needs."""
    for root in killed[::2]:  # after a step is before the next
        archive = Archive.open(root)
        archive.takedowns().take_down(target(GONE), WHO)
        assert_gone(root, GONE)
        assert not list(archive.verify())
        assert len(payloads(archive)) == RUNS_CAPTURES - 2
        list(archive.gather())
        assert len(raw_files(root)) == 2
        assert not list(archive.verify())


def test_a_takedown_waits_for_a_gathering_that_is_at_work(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was copied before the decision would else come back with the record."""
    create = LocalStore.create
    takedown = Thread(target=take_down, args=(root, GONE))

    def come_between(store: LocalStore, name: str, data: bytes) -> bool:
        if name.startswith("gathered/"):
            takedown.start()
            takedown.join(0.5)  # time enough to do it all, if nothing holds it
        return create(store, name, data)

    monkeypatch.setattr(LocalStore, "create", come_between)
    assert len(list(Archive.open(root).gather())) == 1
    takedown.join()
    assert_gone(root, GONE)
    assert len(payloads(Archive.open(root))) == RUNS_CAPTURES - 2
    assert not list(Archive.open(root).verify())


def test_gatherings_and_a_takedown_that_meet_and_are_killed(small_runs: Path, tmp_path: Path) -> None:
    """Whatever the order: each file is gathered once, what was taken down is gone, all else is there."""
    before = payloads(Archive.open(small_runs))
    kills = run_races(tmp_path)
    assert kills >= 2, "nothing was killed, so nothing was tried"
    for root in sorted(tmp_path.iterdir()):
        archive = Archive.open(root)
        archive.takedowns().finish()
        take_down(root, GONE)
        list(archive.gather())
        assert_gone(root, GONE)
        after = payloads(archive)
        assert after == {key: before[key] for key in after}
        assert len(after) == len(before) - 1
        files = [one.index.file for record in read_gatherings(archive.store) for one in record.batches]
        assert len(files) == len(set(files))
        assert not list(archive.verify())


def test_a_takedown_that_is_killed_is_finished_in_gathered_files(
    small_runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of its steps fails in turn; going on ends it."""
    gathered_root = shutil.copytree(small_runs, tmp_path / "gathered", symlinks=True)
    list(Archive.open(gathered_root).gather())
    for step in range(60):
        root = shutil.copytree(gathered_root, tmp_path / str(step), symlinks=True)
        is_killed = False
        with monkeypatch.context() as context:
            stop_after(step, context)
            try:
                Archive.open(root).takedowns().take_down(target(GONE), WHO)
            except Killed:
                is_killed = True
        archive = Archive.open(root)
        if archive.takedowns().finish() == 0 and is_killed:
            archive.takedowns().take_down(target(GONE), WHO)
        assert_gone(root, GONE)
        assert not list(archive.verify())
        if not is_killed:
            break
    assert 20 <= step < 59


def test_two_at_once_that_nothing_keeps_apart_gather_each_file_once(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record is created exclusively: who comes second finds that all is done."""
    before = payloads(Archive.open(root))
    monkeypatch.setattr(LocalStore, "lock", lambda *_words, **_options: nullcontext())
    create = LocalStore.create
    seen: list[int] = []

    def come_first(store: LocalStore, name: str, data: bytes) -> bool:
        if name.startswith("gathered/") and not seen:
            seen.append(1)
            monkeypatch.setattr(LocalStore, "create", create)
            with monkeypatch.context() as context:
                context.setattr(gather, "MAX_INPUTS", 3)
                assert [done.batches for done in Archive.open(root).gather()] == [3]
        return create(store, name, data)

    monkeypatch.setattr(LocalStore, "create", come_first)
    assert not list(Archive.open(root).gather())
    archive = Archive.open(root)
    files = [one.index.file for record in read_gatherings(archive.store) for one in record.batches]
    assert len(files) == len(set(files)) == 3
    assert payloads(archive) == before
    assert not list(archive.verify())
