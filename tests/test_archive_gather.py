"""Gathering small raw files: fewer files, the same bytes, rows and batches."""

from __future__ import annotations

import gzip
import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fastwarc import ArchiveIterator
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import gather, gathered
from archive.archive import Archive
from archive.cdxj import from_line
from archive.errors import CannotExchangeError
from archive.gathered_index import Move, move_lines, replace_index, restore_index, split_index
from archive.local import LocalStore
from archive.read import query
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
from tests.edition_writers import RUNS_CAPTURES
from tests.gather_archives import WHO, assert_gone, load_batches, payloads, raw_files, target


@pytest.fixture
def root(small_runs: Path, tmp_path: Path) -> Path:
    """Return a copy of the archive of small runs."""
    return shutil.copytree(small_runs, tmp_path / "archive", symlinks=True)


def test_every_capture_is_what_it_was(root: Path) -> None:
    """Eight raw files become two; bytes, rows, batches and the log are the same; nothing is wrong."""
    archive = Archive.open(root)
    before, batches, log = payloads(archive), load_batches(archive), tree(root / "log")
    (done,) = archive.gather()
    assert (done.batches, done.files_before, done.files_after) == (4, 8, 2)
    assert len(raw_files(root)) == 2
    for opened in (archive, Archive.open(root)):
        assert payloads(opened) == before
        assert load_batches(opened) == batches
        assert not list(opened.verify())
    assert tree(root / "log") == log


def test_twice_is_once(root: Path) -> None:
    """The second time there is nothing to do, and no file changes."""
    archive = Archive.open(root)
    list(archive.gather())
    before = tree(root)
    assert not list(archive.gather())
    assert not list(Archive.open(root).gather())
    assert tree(root) == before


def test_cleaning_again_gives_the_same_rows(root: Path) -> None:
    """From gathered raw as from that of before, with the same file and offset in each row."""
    other = shutil.copytree(root, root.with_name("other"), symlinks=True)
    list(Archive.open(root).gather())
    rows = []
    for place in (root, other):
        archive = Archive.open(place)
        for logged in archive.unfinished(NEXT_PIPELINE):
            batch = logged.load(read_payload)
            archive.publish(batch, make_pages(batch.captures), NEXT_PIPELINE)
        archive.promote(NEXT_PIPELINE)
        rows.append(query(archive, "select * from documents order by capture_id"))
        assert not list(archive.verify())
    assert rows[0] == rows[1]


def test_the_larger_file_is_a_warc_with_an_index_that_other_tools_can_use(root: Path) -> None:
    """Every line of the new index leads to its record in the new file."""
    archive = Archive.open(root)
    before = payloads(archive)
    list(archive.gather())
    (index,) = root.glob("raw/gathered/*.cdxj")
    (warc,) = root.glob("raw/gathered/*.warc.gz")
    lines = index.read_text(encoding="ascii").splitlines()
    assert lines == sorted(lines)
    assert len(lines) == RUNS_CAPTURES - 1
    for line in map(from_line, lines):
        assert root / line.ref.file == warc
        assert read_record(warc, line.ref.offset, line.ref.length) == before[line.capture_id]
    with warc.open("rb") as file:
        assert (
            sum(1 for record in ArchiveIterator(file, parse_http=False) if record.verify_block_digest())
            == RUNS_CAPTURES - 1
        )


def test_sql_says_where_a_record_lies(root: Path) -> None:
    """The recipe of the documentation: a row's file and offset, by the view of what was gathered."""
    archive = Archive.open(root)
    before = payloads(archive)
    sql = (
        "select capture_id, coalesce(gathered_file, raw_file) as file, "
        "raw_offset + coalesce(base, 0) as start, raw_length as length "
        "from documents left join gathered using (raw_file)"
    )
    for _ in range(2):
        for row in query(archive, sql):
            found = read_record(root / row["file"], row["start"], row["length"])
            assert found == before[row["capture_id"]]
        list(archive.gather())


def test_a_reader_that_comes_between_looks_again(root: Path) -> None:
    """A reader that found a file under its name, and opens it when it is gone, looks again."""
    reader = Archive.open(root)
    before = payloads(reader)
    batches = list(reader.unfinished(NEXT_PIPELINE))
    gathered._places_at.cache_clear()

    def read_late(file: str, offset: int, payload_bytes: int) -> bytes:
        if not (root / "gathered").exists():
            list(Archive.open(root).gather())
            gathered._places_at.cache_clear()
        return read_payload(file, offset, payload_bytes)

    found = [batch.load(read_late) for batch in batches]
    assert {key for batch in found for key in batch.capture_ids} == set(before)
    assert payloads(reader) == before


def test_another_archive_at_the_same_place_is_not_taken_for_the_first(root: Path) -> None:
    """A copy from before the gathering was put back while a process went on: it reads that, and gathers."""
    copy = shutil.copytree(root, root.with_name("copy"), symlinks=True)
    archive = Archive.open(root)
    list(archive.gather())
    before = payloads(archive)
    shutil.rmtree(root)
    shutil.copytree(copy, root, symlinks=True)
    assert payloads(archive) == before
    assert not list(archive.verify())
    archive = Archive.open(root)
    assert len(list(archive.gather())) == 1
    assert payloads(archive) == before
    assert not list(archive.verify())


def test_open_days_and_large_files_and_single_ones_are_left(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch with a capture of an open day waits; what is large stays; nothing is gathered alone."""
    archive = Archive.open(root)
    before = raw_files(root)
    assert not list(archive.gather(before=date(2024, 2, 29)))
    monkeypatch.setattr(gather, "MIN_RAW_BYTES", 10)
    assert not list(archive.gather())
    monkeypatch.undo()
    monkeypatch.setattr(gather, "MAX_INPUTS", 1)
    assert not list(archive.gather())
    assert raw_files(root) == before
    monkeypatch.setattr(gather, "MAX_INPUTS", 2)
    assert [done.batches for done in archive.gather()] == [2, 2]
    assert not list(archive.verify())


def test_imported_warc_files_are_not_touched(root: Path, tmp_path: Path) -> None:
    """Batches whose captures were left elsewhere lose their index file alone."""
    warc = tmp_path / "theirs.warc.gz"
    shutil.copy(sorted(root.glob("raw/*.warc.gz"))[0], warc)
    held = warc.read_bytes()
    archive = Archive.open(tmp_path / "other")
    where = Provenance(str(warc), "", "warc", 0, 0, 100, "<urn:uuid:1>")
    for number in (30, 31):
        fill(archive, [replace(make_capture(number), provenance=where)])
    archive.promote(PIPELINE)
    (done,) = archive.gather()
    assert (done.files_before, done.files_after) == (2, 1)
    assert warc.read_bytes() == held
    assert not list(archive.verify())
    plan = archive.takedowns().take_down(target(30), WHO)
    assert plan.left_in_place == (str(warc),)
    assert_gone(tmp_path / "other", 30)
    assert not list(archive.verify())


def test_in_an_object_store_a_gathered_archive_is_one_like_any_other(root: Path, s3_bucket: str) -> None:
    """Gathered in a folder and copied there, it is read, verified and taken down from."""
    archive = Archive.open(root)
    before, batches = payloads(archive), load_batches(archive)
    list(archive.gather())
    copy = Archive.open(f"s3://{s3_bucket}/gathered")
    for name in archive.store.names(""):
        copy.store.replace(name, archive.store.read_bytes(name))
    assert payloads(copy) == before
    assert load_batches(copy) == batches
    copy.takedowns().take_down(target(3), WHO)
    (warc,) = (name for name in copy.store.names("raw") if name.endswith(".warc.gz"))
    assert b"Story 3 of" not in gzip.decompress(copy.store.read_bytes(warc))
    assert len(payloads(copy)) == len(before) - 1
    assert not list(copy.verify())


def test_where_nothing_can_be_held_alone_it_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for parts: an object store says what to do instead."""
    monkeypatch.setattr(LocalStore, "can_exchange", False)
    with pytest.raises(CannotExchangeError, match="compact it there, then copy"):
        list(Archive.open(root).gather())


stems = st.text("0123456789abcdef", min_size=16, max_size=16)
urls = st.text(st.characters(blacklist_categories=["Cs"]), max_size=20)


@settings(max_examples=50)
@given(st.dictionaries(stems, st.lists(urls, max_size=4), min_size=1, max_size=4), st.integers(0, 10**9))
def test_moved_lines_come_back_as_they_were(batches: dict[str, list[str]], base: int) -> None:
    """Law: each index is had back byte for byte, and replacing one changes no other."""
    indexes: dict[str, bytes] = {}
    moves: dict[str, Move] = {}
    for stem, found in batches.items():
        name = f"raw/{stem}"
        lines = [
            f"key{number} 2024 "
            + json.dumps(
                {"url": url, "offset": str(number), "filename": f"{name}.warc.gz" if number else "/x.warc"}
            )
            + "\n"
            for number, url in enumerate(found)
        ]
        indexes[stem] = "".join(sorted(lines)).encode()
        moves[stem] = Move(name, "raw/gathered/0", base)
    whole = b"".join(sorted(line for stem in moves for line in move_lines(indexes[stem], moves[stem])))
    split = split_index(whole)
    assert {stem: restore_index(split, moves[stem]) for stem in moves} == indexes
    assert set(split) == {stem for stem in moves if indexes[stem]}
    first, *others = moves
    emptied = split_index(replace_index(whole, {moves[first]: b""}))
    assert not restore_index(emptied, moves[first])
    assert all(restore_index(emptied, moves[stem]) == indexes[stem] for stem in others)
