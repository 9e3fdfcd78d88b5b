"""Takedown: gone from every file, the rest as it was, and it does not come back."""

from __future__ import annotations

import gzip
import io
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from archive.archive import Archive
from archive.errors import DamagedFileError, NothingToTakeDownError
from archive.local import LocalStore
from archive.read import query
from archive.takedown import Decision, Targets
from archive.values import Pipeline
from captures.values import Provenance
from tests.archive_builders import (
    NEXT_PIPELINE,
    PIPELINE,
    fill,
    make_capture,
    make_pages,
    read_payload,
    read_record,
    tree,
)

WHO = Decision("jane", "court order 12/26")
GONE = 3
COPY = replace(make_capture(GONE), url="http://copy.example/x", provenance=Provenance("copies.jsonl"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive of two batches and two editions; one capture has a copy under another URL."""
    root = tmp_path_factory.mktemp("whole")
    archive = Archive.open(root)
    fill(archive, [make_capture(n) for n in range(6)])
    fill(archive, [*(make_capture(n) for n in range(6, 9)), COPY])
    finish(archive, NEXT_PIPELINE)
    archive.promote(PIPELINE)
    return root


@pytest.fixture
def root(whole: Path, tmp_path: Path) -> Path:
    """Return a copy of that archive."""
    return shutil.copytree(whole, tmp_path / "archive", symlinks=True)


def finish(archive: Archive, pipeline: Pipeline = PIPELINE) -> None:
    """Publish what an edition lacks."""
    for logged in archive.unfinished(pipeline):
        batch = logged.load(read_payload)
        archive.publish(batch, make_pages(batch.captures), pipeline)


def target(number: int = GONE) -> Targets:
    """Return a capture by its URL."""
    return Targets(urls=frozenset({str(make_capture(number).url)}))


def plain_files(root: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file with its content, decompressed or decoded."""
    for name, data in tree(root).items():
        if name.endswith(".warc.gz"):
            yield name, gzip.decompress(data)
        elif name.endswith(".parquet"):
            yield name, repr(pq.read_table(io.BytesIO(data), partitioning=None).to_pylist()).encode()
        else:
            yield name, data


def traces(root: Path, word: bytes) -> list[str]:
    """Return the files that hold a word."""
    return [name for name, data in plain_files(root) if word in data]


def numbers(root: Path) -> list[int]:
    """Return the numbers of the captures in the current edition."""
    rows = query(Archive.open(root), "select text from documents order by source_ordinal")
    return sorted(int(row["text"].split()[1]) for row in rows)


def assert_taken_down(root: Path) -> None:
    """Nothing of the capture is left in any file, all else is, and the archive is sound."""
    assert not traces(root, b"Story 3 of")
    assert not traces(root, b"/News/3?")
    assert not traces(root, b"copy.example")
    assert numbers(root) == [0, 1, 2, 4, 5, 6, 7, 8]
    assert not list(Archive.open(root).verify())


def test_a_plan_shows_all_and_changes_nothing(root: Path) -> None:
    """Two captures (one a copy), three editions' rows, two raw files; the files stay as they are."""
    before = tree(root)
    plan = Archive.open(root).takedowns().plan(target())
    assert [found.is_copy for found in plan.captures] == [False, True]
    assert len(plan.editions) == 2
    assert sum(plan.parts.values()) == 4
    assert len(plan.raw_files) == 2
    assert not plan.left_in_place
    assert not plan.tables
    assert plan.payload_bytes == 2 * len(COPY.payload)
    assert tree(root) == before


def test_a_capture_is_gone_from_every_file_and_the_rest_is_as_it_was(root: Path) -> None:
    """No file holds a word of it; all other rows are equal; all other raw records are where they were."""
    sql = "select * from documents where not contains(text, 'Story 3 of') order by capture_id"
    before = query(Archive.open(root), sql)
    Archive.open(root).takedowns().take_down(target(), WHO)
    assert_taken_down(root)
    after = query(Archive.open(root), sql)
    assert after == before
    for row in after:
        raw = read_record(root / row["raw_file"], row["raw_offset"], row["raw_length"])
        assert f"Story {row['source_ordinal']} of".encode() in raw


def test_a_tombstone_says_who_when_and_why_but_not_what(root: Path) -> None:
    """It holds ids and digests."""
    Archive.open(root).takedowns().take_down(target(), WHO)
    (path,) = (root / "tombstones").glob("*.json")
    text = path.read_text()
    assert all(word in text for word in ("jane", "court order 12/26", '"at":"20'))
    assert COPY.payload_digest in text
    assert "example" not in text


def test_it_does_not_come_back(root: Path) -> None:
    """Not the capture, not its bytes at another time or place, not the URL with other bytes."""
    archive = Archive.open(root)
    archive.takedowns().take_down(target(), WHO)
    same = make_capture(GONE)
    assert same.captured_at is not None
    later = replace(same, captured_at=same.captured_at + timedelta(days=400))
    elsewhere = replace(same, url="http://third.example/")
    new_words = replace(later, payload=b"other words")
    for opened in (archive, Archive.open(root)):
        assert not opened.commit([same, COPY, later, elsewhere, new_words]).captures
    assert len(archive.commit([make_capture(20)]).captures) == 1


def test_a_capture_id_blocks_the_bytes_but_not_the_url(root: Path) -> None:
    """Who names one capture means that one: the URL may be captured again with other bytes."""
    archive = Archive.open(root)
    (row,) = query(archive, "select capture_id from documents where contains(text, 'Story 3 of') limit 1")
    archive.takedowns().take_down(Targets(capture_ids=frozenset(row.values())), WHO)
    assert_taken_down(root)
    assert not archive.commit([replace(make_capture(GONE), url="http://third.example/")]).captures
    assert len(archive.commit([replace(make_capture(GONE), payload=b"other words")]).captures) == 1


def test_a_pattern_takes_all_urls_it_matches(root: Path) -> None:
    """All of a site: captures 3 and 8, and the copy of 3."""
    archive = Archive.open(root)
    plan = archive.takedowns().take_down(Targets(pattern="http://www.example3.com/*"), WHO)
    assert len(plan.captures) == 3
    assert numbers(root) == [0, 1, 2, 4, 5, 6, 7]
    assert not list(archive.verify())


@pytest.mark.parametrize(
    "targets",
    [Targets(capture_ids=frozenset({"0" * 32})), Targets(urls=frozenset({"http://no.example/"})), Targets()],
)
def test_nothing_to_take_down_is_said(targets: Targets, root: Path) -> None:
    """A capture that is not there is no success."""
    with pytest.raises(NothingToTakeDownError):
        Archive.open(root).takedowns().take_down(targets, WHO)


def test_one_after_another(root: Path) -> None:
    """Two takedowns from one batch, and all of a day."""
    archive = Archive.open(root)
    archive.takedowns().take_down(target(), WHO)
    for number in (0, 6):
        archive.takedowns().take_down(target(number), WHO)
    assert numbers(root) == [1, 2, 4, 5, 7, 8]
    assert not list(archive.verify())
    third = replace(PIPELINE, version="2.0")
    finish(archive, third)
    archive.promote(third)
    assert numbers(root) == [1, 2, 4, 5, 7, 8]
    assert not list(archive.verify())


def test_two_who_decide_the_same_at_the_same_moment(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One decision is in the log with its tombstone; who came second is told that nothing is left."""
    create = LocalStore.create

    def come_first(store: LocalStore, name: str, data: bytes) -> bool:
        if name.startswith("log/"):
            monkeypatch.setattr(LocalStore, "create", create)
            Archive.open(root).takedowns().take_down(target(), WHO)
        return create(store, name, data)

    monkeypatch.setattr(LocalStore, "create", come_first)
    with pytest.raises(NothingToTakeDownError):
        Archive.open(root).takedowns().take_down(target(), WHO)
    assert_taken_down(root)


def test_rows_that_are_published_later_lack_it(tmp_path: Path) -> None:
    """A batch was read before the takedown and is published after it, by another process."""
    writer, other = Archive.open(tmp_path), Archive.open(tmp_path)
    batch = writer.commit([make_capture(n) for n in range(6)])
    other.takedowns().take_down(target(), WHO)
    writer.publish(batch, make_pages(batch.captures), PIPELINE)
    writer.promote(PIPELINE)
    assert numbers(tmp_path) == [0, 1, 2, 4, 5]
    assert not list(writer.verify())
    assert not traces(tmp_path, b"Story 3 of")


def test_imported_warc_files_are_left_as_they_are(root: Path, tmp_path: Path) -> None:
    """The rows go; the file of somebody else is named and not touched."""
    archive = Archive.open(root)
    first = make_capture(30)
    warc = tmp_path / "theirs.warc.gz"
    shutil.copy(next((root / "raw").glob("*.warc.gz")), warc)
    held = warc.read_bytes()
    placed = replace(first, provenance=Provenance(str(warc), "", "warc", 0, 0, 100, "<urn:uuid:1>"))
    fill(archive, [placed])
    plan = archive.takedowns().take_down(target(30), WHO)
    assert plan.left_in_place == (str(warc),)
    assert 30 not in numbers(root)
    assert warc.read_bytes() == held
    assert not list(archive.verify())


MAX_STEPS = 40


class Killed(BaseException):
    """Stands for kill -9: nothing may catch it."""


def stop_after(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the store die when it is to write for the n-th time."""
    left = steps
    for name in ("create", "replace", "remove"):
        write = getattr(LocalStore, name)

        def stop_at_last(*words: object, write: Callable[..., object] = write) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed
            return write(*words)

        monkeypatch.setattr(LocalStore, name, stop_at_last)


def test_killed_at_any_step_it_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each write fails in turn. Before the decision nothing is changed; after it, going on ends it."""
    whole = tmp_path / "whole"
    fill(Archive.open(whole), [make_capture(2), make_capture(GONE)])
    is_done = False
    step = 0
    while not is_done:
        root = shutil.copytree(whole, tmp_path / str(step))
        with monkeypatch.context() as patch:
            stop_after(step, patch)
            try:
                Archive.open(root, create=False).takedowns().take_down(target(), WHO)
                is_done = True
            except Killed:
                step += 1
        archive = Archive.open(root)
        if archive.takedowns().finish() == 0 and not is_done:
            assert all(tree(root)[name] == data for name, data in tree(whole).items())
            archive.takedowns().take_down(target(), WHO)
        assert not traces(root, b"Story 3 of")
        assert len(traces(root, b"Story 2 of")) == 2
        assert not archive.commit([make_capture(GONE)]).captures
        assert not list(archive.verify())
        assert step < MAX_STEPS
    assert step > 8


def test_damaged_raw_files_are_not_made_to_look_sound(root: Path) -> None:
    """A file that is not what was written is not rewritten as if it were."""
    path = next((root / "raw").glob("*.warc.gz"))
    for path in (root / "raw").glob("*.warc.gz"):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    with pytest.raises(DamagedFileError):
        Archive.open(root).takedowns().take_down(target(), WHO)
    assert any("tombstones" in problem.path for problem in Archive.open(root).verify())
