"""Gathering small raw files: fewer files, the same bytes, whoever reads, takes down or dies meanwhile."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
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
from archive.errors import CannotExchangeError, DamagedFileError
from archive.gathered_index import Move, batches_in, move_lines, replace_index, restore_index
from archive.local import LocalStore
from archive.read import query
from archive.takedown import Decision, Targets
from archive.verify_gathered import LEFT_OVER
from captures.values import Provenance
from flows.repair import repair
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

CAPTURES = 8
GONE = 3
WHO = Decision("jane", "order 12/26")
ROWS = "select * exclude (cleaner_version, edition) from documents order by capture_id"
Raw = dict[str, bytes]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive of four batches, the first of them with a capture that was taken down."""
    root = tmp_path_factory.mktemp("whole")
    archive = Archive.open(root)
    for start in range(0, CAPTURES, 2):
        fill(archive, [make_capture(number) for number in range(start, start + 2)])
    archive.promote(PIPELINE)
    archive.takedowns().take_down(target(0), WHO)
    return root


@pytest.fixture
def root(whole: Path, tmp_path: Path) -> Path:
    """Return a copy of that archive."""
    return shutil.copytree(whole, tmp_path / "archive", symlinks=True)


def target(number: int) -> Targets:
    """Return a capture by its URL."""
    return Targets(urls=frozenset({str(make_capture(number).url)}))


def payloads(archive: Archive) -> Raw:
    """Return the bytes of every capture of the current edition."""
    ids = [row["capture_id"] for row in query(archive, "select capture_id from documents")]
    return {one: archive.raw(one, read_payload) for one in ids}


def refs(archive: Archive) -> list[object]:
    """Return all batches as they are read from raw."""
    return [logged.load(read_payload) for logged in archive.unfinished(NEXT_PIPELINE)]


def raw_files(root: Path) -> list[str]:
    """Return the names of the raw files."""
    return sorted(path.relative_to(root).as_posix() for path in root.glob("raw/**/*.*"))


def traces(root: Path, word: bytes) -> list[str]:
    """Return the raw files, records and temporary ones that hold a word."""
    files = [path for path in root.rglob("*") if path.is_file() and path.suffix != ".parquet"]
    return [str(path) for path in files if word in plain(path.read_bytes())]


def plain(data: bytes) -> bytes:
    """Return the content of a file that may be compressed."""
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def test_every_capture_is_what_it_was(root: Path) -> None:
    """Eight raw files become two; bytes, rows, batches and the log are the same; nothing is wrong."""
    archive = Archive.open(root)
    before, batches, log = payloads(archive), refs(archive), tree(root / "log")
    (done,) = archive.gather()
    assert (done.batches, done.files_before, done.files_after) == (4, 8, 2)
    assert len(raw_files(root)) == 2
    for opened in (archive, Archive.open(root)):
        assert payloads(opened) == before
        assert refs(opened) == batches
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
    assert len(lines) == CAPTURES - 1
    for line in map(from_line, lines):
        assert root / line.ref.file == warc
        assert read_record(warc, line.ref.offset, line.ref.length) == before[line.capture_id]
    with warc.open("rb") as file:
        assert (
            sum(1 for record in ArchiveIterator(file, parse_http=False) if record.verify_block_digest())
            == CAPTURES - 1
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


def test_a_takedown_afterwards_leaves_nothing(root: Path) -> None:
    """The record is overwritten in the larger file, its line goes; all others are what they were."""
    archive = Archive.open(root)
    list(archive.gather())
    before = payloads(archive)
    for number in (GONE, 6):
        archive.takedowns().take_down(target(number), WHO)
        assert not traces(root, b"Story %d of" % number)
        assert not traces(root, b"/News/%d?" % number)
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
    assert not traces(root, b"/News/3?")
    assert not list(archive.verify())


def test_an_old_archive_that_was_gathered_reads_the_same_for_a_process_that_did_not_know(root: Path) -> None:
    """A reader that found a file under its name, and opens it when it is gone, looks again."""
    reader = Archive.open(root)
    before = payloads(reader)
    batches = list(reader.unfinished(NEXT_PIPELINE))
    gathered._places_at.cache_clear()
    known = gathered._places_at(reader.root)

    def read_late(file: str, offset: int, payload_bytes: int) -> bytes:
        if (root / "raw").glob("*.warc.gz") and not (root / "gathered").exists():
            list(Archive.open(root).gather())
            known.__init__()  # type: ignore[misc]
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
    for problem in archive.verify():
        raise AssertionError(problem)
    plan = archive.takedowns().take_down(target(30), WHO)
    assert plan.left_in_place == (str(warc),)
    assert not traces(tmp_path / "other", b"/News/30?")
    assert not list(archive.verify())


def test_where_nothing_can_be_held_alone_it_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for parts: an object store says what to do instead."""
    monkeypatch.setattr(LocalStore, "can_exchange", False)
    with pytest.raises(CannotExchangeError, match="compact it there, then copy"):
        list(Archive.open(root).gather())


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


def kills(whole: Path, folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield an archive whose gathering was killed before its first step, its second, and so on."""
    for step in range(100):
        root = shutil.copytree(whole, folder / f"step-{step:02}", symlinks=True)
        with patch.context() as context:
            stop_after(step, context)
            try:
                list(Archive.open(root).gather())
            except Killed:
                pass
            else:
                return
        yield root


def test_killed_at_every_step_it_is_finished_by_the_next(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At any moment nothing is wrong and every capture is there; the next one ends with two files."""
    before = payloads(Archive.open(whole))
    seen = 0
    for root in kills(whole, tmp_path, monkeypatch):
        archive = Archive.open(root)
        assert not list(archive.verify()), root
        assert payloads(archive) == before
        list(archive.gather())
        assert len(raw_files(root)) == 2
        assert payloads(archive) == before
        assert not list(archive.verify())
        seen += 1
    assert seen >= 12


def test_a_takedown_after_a_killed_gathering_leaves_nothing(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither in a larger file that nobody knows of nor in a small one that nobody needs."""
    for root in kills(whole, tmp_path, monkeypatch):
        archive = Archive.open(root)
        archive.takedowns().take_down(target(GONE), WHO)
        assert not traces(root, b"Story %d of" % GONE), root
        assert not traces(root, b"/News/%d?" % GONE), root
        assert not list(archive.verify())
        assert len(payloads(archive)) == CAPTURES - 2
        list(archive.gather())
        assert not list(archive.verify())


def test_a_takedown_that_is_killed_is_finished_in_gathered_files(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of its steps fails in turn; going on ends it."""
    gathered_root = shutil.copytree(whole, tmp_path / "gathered", symlinks=True)
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
        assert not traces(root, b"Story %d of" % GONE)
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
    records = [json.loads(path.read_bytes())["content"] for path in sorted(root.glob("gathered/*.json"))]
    files = [one["index"]["file"] for record in records for one in record["batches"]]
    assert len(files) == len(set(files)) == 3
    assert payloads(archive) == before
    assert not list(archive.verify())


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
    assert {stem: restore_index(whole, moves[stem]) for stem in moves} == indexes
    assert batches_in(whole) == {stem for stem in moves if indexes[stem]}
    first, *others = moves
    emptied = replace_index(whole, moves[first], b"")
    assert not restore_index(emptied, moves[first])
    assert all(restore_index(emptied, moves[stem]) == indexes[stem] for stem in others)
