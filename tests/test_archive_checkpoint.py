"""The log summed up: a run that begins with a checkpoint knows the same as one that reads every entry."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import checkpoint, log
from archive.archive import Archive
from archive.checkpoint import Summary, checkpoint_numbers
from archive.entries import LogEntry
from archive.errors import DamagedFileError
from archive.local import LocalStore
from archive.log import Log
from archive.takedown import Decision, Targets
from archive.values import FileRecord
from cleaners.values import Policy
from flows.repair import repair
from flows.shard import pipeline_of
from tests.archive_builders import fill, make_capture
from tests.archive_writers import CAPTURES, write_all

PIPELINE = pipeline_of(Policy.BALANCED)
COMMITS = 8


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sum up the log after every third entry."""
    for module in (checkpoint, log):
        monkeypatch.setattr(module, "MAX_ENTRIES_BEHIND", 3)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return an archive of some commits and a takedown, of which the last checkpoint knows."""
    archive = Archive.open(tmp_path / "archive")
    for number in range(COMMITS):
        fill(archive, [make_capture(number)], pipeline=PIPELINE)
        archive.commit([], [f"item {number}"])
        if number == 1:
            targets = Targets(urls=frozenset({str(make_capture(0).url)}))
            archive.takedowns().take_down(targets, Decision("jane"))
    archive.promote(PIPELINE)
    return tmp_path / "archive"


def knowledge(root: Path) -> tuple[object, ...]:
    """Return what a new process knows of an archive."""
    archive = Archive.open(root)
    items = archive.known_items([f"item {number}" for number in range(-1, COMMITS + 1)])
    ids = [key for entry in archive._log.entries() for key in entry.capture_ids]
    new = archive._log.new_captures([*ids, "0" * 32])
    return items, new, archive._log.batches(), archive._log.tombstones.decisions, archive.editions()


def checkpoints(root: Path) -> list[Path]:
    """Return the checkpoints, oldest first."""
    return sorted((root / "checkpoints").iterdir())


def test_a_checkpoint_tells_what_the_entries_tell(root: Path) -> None:
    """Ids, items, batches, takedowns and what is lacking are the same without it; two are kept."""
    told = knowledge(root)
    assert len(checkpoints(root)) == 2
    assert checkpoint_numbers(LocalStore(root))[-1] > 2 * COMMITS - 3
    assert not list(Archive.open(root).verify())
    shutil.rmtree(root / "checkpoints")
    assert knowledge(root) == told
    assert told[1] == [False] * COMMITS + [True]


def test_a_run_reads_no_entry_before_the_checkpoint(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what came after it is read one by one."""
    summed_up = checkpoint_numbers(LocalStore(root))[-1]
    read: list[str] = []
    read_bytes = LocalStore.read_bytes

    def counted(store: LocalStore, name: str) -> bytes:
        read.append(name)
        return read_bytes(store, name)

    monkeypatch.setattr(LocalStore, "read_bytes", counted)
    archive = Archive.open(root)
    assert archive.known_items(["item 0"])
    assert not list(archive.unfinished(PIPELINE))
    entries = [name for name in read if name.startswith("log/")]
    assert min(entries) == f"log/{summed_up + 1:010}.json"


@pytest.mark.parametrize("content", [b"", b"{}\n", None])
def test_a_damaged_checkpoint_is_passed_over_named_and_removed(root: Path, content: bytes | None) -> None:
    """Empty, foreign or with a flipped bit: runs go on without it, verification names it, repair removes."""
    told, said = knowledge(root), list[str]()
    path = checkpoints(root)[-1]
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data if content is None else content)
    assert knowledge(root) == told
    archive = Archive.open(root)
    assert [problem.path for problem in archive.verify()] == [str(path)]
    assert not repair(archive, list(archive.verify()), said.append)
    assert said == [f"{path}: removed it: the next run sums up the log again"]
    assert not path.exists()


def test_a_sealed_checkpoint_of_another_log_is_named(root: Path, tmp_path: Path) -> None:
    """One that is whole but says something else is found, as verification sums up the log again."""
    path = checkpoints(root)[-1]
    summary = Summary()
    summary.last = int(path.stem)
    path.write_bytes(summary.to_bytes())
    (problem,) = Archive.open(root).verify()
    assert problem.path == str(path)
    assert "does not say what the log says" in problem.problem


@pytest.mark.parametrize("at", ["first", "last"])
def test_a_log_that_lacks_an_entry_is_refused_as_without_a_checkpoint(root: Path, at: str) -> None:
    """An entry is gone, in the middle or at the end of what is summed up: nobody may commit."""
    summed_up = checkpoint_numbers(LocalStore(root))[-1]
    for path in (root / "log").iterdir():
        if int(path.stem) > summed_up or int(path.stem) == {"first": 1, "last": summed_up}[at]:
            path.unlink()
    with pytest.raises(DamagedFileError, match="missing"):
        Archive.open(root).commit([make_capture(99)])


def test_writers_that_race_sum_up_what_all_have_committed(tmp_path: Path) -> None:
    """Four at once, each of which sums up: every checkpoint says what the log says."""
    with ThreadPoolExecutor(4) as writers:
        assert sum(writers.map(partial(write_all, tmp_path), (1, 2, 1, 2))) == CAPTURES
    assert checkpoints(tmp_path)
    assert not list(Archive.open(tmp_path).verify())


def test_nothing_is_summed_up_that_may_not_be_on_the_disk_yet(tmp_path: Path) -> None:
    """A checkpoint ends before the entry that was just written: its folder was synced after all it has."""
    archive = Archive.open(tmp_path)
    for number in range(4):
        archive.commit([], [str(number)])
    (path,) = checkpoints(tmp_path)
    assert int(path.stem) == 3
    path.unlink()
    late = Log(LocalStore(tmp_path))
    assert late.refresh() == 4
    assert not late.append(LogEntry(), 3)
    assert not checkpoints(tmp_path)
    assert late.append(LogEntry(), 5)
    assert [int(path.stem) for path in checkpoints(tmp_path)] == [4]


def entries() -> st.SearchStrategy[list[LogEntry]]:
    """Return logs with distinct captures."""
    ids = st.lists(st.binary(min_size=16, max_size=16).map(bytes.hex), unique=True, max_size=12)
    keys = st.lists(st.text(max_size=3), max_size=3)

    def build(drawn: tuple[list[str], list[list[str]]]) -> list[LogEntry]:
        index = FileRecord("raw/x.cdxj", "sha256:0", 1)
        found, items = drawn
        return [
            LogEntry("ab" * 32, index, dates={"2024-01-01": 1}, capture_ids=(key,), done_items=tuple(done))
            for key, done in zip(found, [*items, *[[]] * len(found)], strict=False)
        ]

    return st.tuples(ids, st.lists(keys, max_size=12)).map(build)


@given(entries(), st.integers(0, 12))
def test_how_the_log_was_taken_in_does_not_matter(log_entries: list[LogEntry], border: int) -> None:
    """Summed up at once, or on top of an earlier checkpoint: the same bytes."""
    at_once = Summary()
    for entry in log_entries:
        at_once.add(entry)
    first = Summary()
    for entry in log_entries[:border]:
        first.add(entry)
    then = Summary.from_bytes(first.to_bytes(), "here")
    for entry in log_entries[border:]:
        then.add(entry)
    assert then.to_bytes() == at_once.to_bytes()
    assert all(then.has_captures([key for entry in log_entries for key in entry.capture_ids]))


def test_ids_that_end_on_nul_are_told_apart() -> None:
    """Numpy drops trailing NULs of bytes; nothing is lost by it."""
    summary = Summary()
    summary.add(LogEntry(capture_ids=("ab" + "00" * 15, "ab00cd" + "00" * 13)))
    again = Summary.from_bytes(summary.to_bytes(), "here")
    assert again.has_captures(["ab" + "00" * 15, "ab" + "00" * 14 + "01"]) == [True, False]
