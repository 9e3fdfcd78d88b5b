"""One contract for every store: a folder, and a bucket of a real S3 server."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import pytest

from archive import bucket, checkpoint, local, log
from archive.archive import Archive
from archive.errors import CollisionError, NotAnArchiveError
from archive.places import open_store
from archive.read import query
from archive.store import Store, digest_file
from tests.archive_builders import NEXT_PIPELINE, PIPELINE, fill, make_capture, make_pages, read_payload
from tests.archive_writers import CAPTURES, run_writers

MISSING: tuple[Callable[[Store], object], ...] = (
    lambda store: store.read_bytes("a/missing"),
    lambda store: store.open("a/missing"),
    lambda store: store.size("a/missing"),
    lambda store: store.modified_at("a/missing"),
    lambda store: store.touch("a/missing"),
)


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return a place where an archive can be."""
    if request.param == "folder":
        return str(tmp_path / "archive")
    return f"s3://{request.getfixturevalue('s3_bucket')}/some/archive"


@pytest.fixture
def store(place: str) -> Store:
    """Return an empty store."""
    return open_store(place)


def _content(store: Store) -> dict[str, bytes]:
    return {name: store.read_bytes(name) for name in store.names("")}


def test_a_name_is_given_once(store: Store) -> None:
    """The second writer of a name changes nothing and is told."""
    assert store.create("a/b", b"first")
    assert not store.create("a/b", b"second")
    assert _content(store) == {"a/b": b"first"}


def test_what_was_written_is_read(store: Store) -> None:
    """Whole, in pieces, from anywhere; its length, its age and its address are told; empty ones too."""
    data = bytes(range(256)) * 40_000
    before = time.time() - 2
    assert store.create("a/data", data)
    assert store.create("a/empty", b"")
    assert store.read_bytes("a/data") == data
    assert store.read_bytes("a/empty") == b""
    assert store.size("a/data") == len(data)
    assert before <= store.modified_at("a/data") <= time.time() + 2
    assert store.address("a/data") == f"{store.address()}/a/data"
    with store.open("a/data") as file:
        file.seek(-3, 2)
        assert file.read() == data[-3:]
        file.seek(5_000_000)
        assert file.read(10) == data[5_000_000:5_000_010]


@pytest.mark.parametrize("read", MISSING)
def test_a_missing_file_is_told_as_such(store: Store, read: Callable[[Store], object]) -> None:
    """Whatever reads a file that is not there raises the same; nothing comes into being."""
    assert not store.exists("a/missing")
    with pytest.raises(FileNotFoundError):
        read(store)
    store.remove("a/missing")
    assert not _content(store)


def test_names_below_a_folder_are_sorted(store: Store) -> None:
    """As strings, whole folders only; what begins alike stays out; a folder is no file."""
    names = ["a-b/c", "a/b/c", "a/b/d", "a/c", "ab/c", "b"]
    for name in reversed(names):
        store.create(name, b"x")
    assert list(store.names("")) == names
    assert list(store.names("a")) == ["a/b/c", "a/b/d", "a/c"]
    assert list(store.names("a/b")) == ["a/b/c", "a/b/d"]
    assert list(store.names("c")) == []
    assert store.folders("") == ["a", "a-b", "ab"]
    assert store.folders("a") == ["b"]
    assert store.folders("c") == []
    assert not store.exists("a")


def test_replace_swap_and_remove(store: Store) -> None:
    """What is there is replaced, exchanged only if it is still what was seen, and removed."""
    store.replace("x", b"1")
    store.replace("x", b"2")
    assert not store.swap("x", b"3", b"1")
    assert not store.swap("x", b"3", None)
    assert not store.swap("y", b"3", b"1")
    assert store.swap("x", b"3", b"2")
    assert store.swap("y", b"4", None)
    assert _content(store) == {"x": b"3", "y": b"4"}
    store.remove("x")
    assert _content(store) == {"y": b"4"}
    for name in ("f/1", "f/g/2", "fg/3"):
        store.create(name, b"")
    store.remove_folder("f")
    assert list(store.names("")) == ["fg/3", "y"]


def test_only_what_is_old_is_removed_as_left_over(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is needed again is young, whenever it was written; what is gone was not removed."""
    assert not store.remove_stale("x")
    store.create("x", b"1")
    store.touch("x")
    assert not store.remove_stale("x")
    for module in (local, bucket):
        monkeypatch.setattr(module, "STALE_SECONDS", -60)
    store.touch("x")
    assert _content(store) == {"x": b"1"}
    assert store.remove_stale("x")
    assert not _content(store)


def test_a_staged_file_has_no_name(store: Store) -> None:
    """Until it is given one; a write that fails, or is given up, leaves nothing."""

    def fail(file: BinaryIO) -> None:
        file.write(b"half")
        raise OSError("no space")

    with suppress(OSError):
        store.stage(fail)
    store.discard(store.stage_bytes(b"given up"))
    staged = store.stage_bytes(b"whole")
    assert not _content(store)
    assert staged.size_bytes == 5
    assert store.link(staged, "a/b")
    with store.open("a/b") as file:
        assert digest_file(file) == staged.digest
    assert not store.link(store.stage_bytes(b"other"), "a/b")
    assert _content(store) == {"a/b": b"whole"}


def test_a_name_that_stands_for_its_content_cannot_have_another(store: Store) -> None:
    """The same content is fine, another is not."""
    store.keep(store.stage_bytes(b"same"), "x")
    store.keep(store.stage_bytes(b"same"), "x")
    with pytest.raises(CollisionError, match="move it out"):
        store.keep(store.stage_bytes(b"other"), "x")


def test_names_made_together_are_there_after_the_block(store: Store) -> None:
    """Also when the block fails."""
    with suppress(OSError), store.together() as group:
        assert group.create("a/1", b"x")
        raise OSError
    assert list(store.names("a")) == ["a/1"]


def test_many_files_are_read_in_order(store: Store) -> None:
    """However many; one that is missing is told in its turn."""
    names = [f"log/{number:03}" for number in range(40)]
    for name in names:
        store.create(name, name.encode())
    assert list(store.read_each(names)) == [name.encode() for name in names]
    assert list(store.read_each([])) == []
    read = store.read_each([names[0], "log/none", names[1]])
    assert next(read) == names[0].encode()
    with pytest.raises(FileNotFoundError):
        next(read)


def test_links_lead_somewhere_where_there_are_any(store: Store) -> None:
    """A link is turned; a store without links says so, and is asked for nothing."""
    for target in ("one", "two"):
        store.point("clean/current", target)
        assert store.target("clean/current") == (target if store.has_links else None)
    assert store.target("clean/none") is None


def test_an_archive_is_there_once_it_is_begun(place: str) -> None:
    """Opening makes one; opening what is to be there says that it is not; beginning twice is fine."""
    with pytest.raises(NotAnArchiveError, match=place):
        Archive.open(place, create=False)
    Archive.open(place)
    Archive.open(place)
    assert Archive.open(place, create=False).root == place


def test_an_archive_from_end_to_end(place: str) -> None:
    """Commit, load again, publish in two editions, promote, ask, verify: the same wherever it lies."""
    archive = Archive.open(place)
    fill(archive, [make_capture(n) for n in range(6)])
    archive.commit([make_capture(n) for n in range(4, 9)], ["item"])
    assert Archive.open(place).known_items(["item"]) == {"item"}
    for pipeline in (PIPELINE, NEXT_PIPELINE):
        for logged in archive.unfinished(pipeline):
            batch = logged.load(read_payload)
            archive.publish(batch, make_pages(batch.captures), pipeline)
        archive.promote(pipeline)
        assert not list(archive.unfinished(pipeline))
    assert archive.current_edition() == NEXT_PIPELINE.edition
    assert query(archive, "select count(*) as n, count(distinct url) as m from documents") == [
        {"n": 9, "m": 9}
    ]
    (edits, runs) = (query(archive, f"select count(*) as n from {view}") for view in ("edits", "runs"))
    assert edits == [{"n": 18}]
    assert runs == [{"n": 12}]
    rows = query(
        archive, "select url from documents where capture_date = '2024-02-29'", edition=PIPELINE.edition
    )
    assert len(rows) == 3
    assert not list(archive.verify())


def test_a_log_is_summed_up_wherever_it_lies(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint and what came after it say what all entries say."""
    for module in (checkpoint, log):
        monkeypatch.setattr(module, "MAX_ENTRIES_BEHIND", 2)
    archive = Archive.open(place)
    for number in range(7):
        archive.commit([make_capture(number)], [str(number)])
    assert list(archive.store.names("checkpoints")) == [
        "checkpoints/0000000004.bin",
        "checkpoints/0000000006.bin",
    ]
    assert Archive.open(place).known_items(map(str, range(9))) == set("0123456")
    assert not Archive.open(place).commit([make_capture(number) for number in range(7)]).captures
    assert not list(archive.verify())


def test_all_stores_hold_the_same(s3_bucket: str, tmp_path: Path) -> None:
    """The files of an archive are the same bytes under the same names, but for the sign of a bucket's."""
    contents = []
    for place in (str(tmp_path), f"s3://{s3_bucket}"):
        archive = Archive.open(place)
        fill(archive, [make_capture(n) for n in range(4)])
        archive.promote(PIPELINE)
        content = _content(archive.store)
        contents.append({n: d for n, d in content.items() if n.partition("/")[0] in {"raw", "log", "clean"}})
    assert len(contents[0]) == 8
    assert contents[0] == contents[1]


def test_damage_is_named(place: str) -> None:
    """A changed part, a missing raw file and a stranger are told by their address."""
    archive = Archive.open(place)
    fill(archive, [make_capture(n) for n in range(3)])
    archive.promote(PIPELINE)
    store = archive.store
    (warc,) = (name for name in store.names("raw") if name.endswith(".warc.gz"))
    part = next(store.names(archive.data_name()))
    store.remove(warc)
    store.replace(part, store.read_bytes(part)[:-9] + b"123456789")
    store.create(f"{archive.data_name()}/capture_date=2024-02-28/notes.txt", b"mine")
    named = {problem.path.removeprefix(f"{place}/"): problem.problem for problem in archive.verify()}
    assert named.keys() == {warc, part, f"{archive.data_name()}/capture_date=2024-02-28/notes.txt"}


def test_eight_writers_at_once(place: str) -> None:
    """Each capture is new to exactly one of them, whatever they have in common; all is well afterwards."""
    new = run_writers("race", place, 3, 5, 7, 10, 4, 6, 8, 20)
    assert sum(new) == CAPTURES
    archive = Archive.open(place)
    archive.promote(PIPELINE)
    assert not list(archive.verify())
    (row,) = query(archive, "select count(*) as n, count(distinct source_ordinal) as m from documents")
    assert row == {"n": CAPTURES, "m": CAPTURES}
