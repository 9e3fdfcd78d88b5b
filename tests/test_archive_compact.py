"""Compacting: fewer parts, the same rows, whoever reads, writes or dies meanwhile."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import compact, merge, read
from archive.archive import Archive
from archive.compact import CompactedDay
from archive.errors import CannotExchangeError, DamagedFileError, PublishedError
from archive.ledger import read_records
from archive.local import LocalStore
from archive.published import Publication, write_publication
from archive.read import query
from tests.archive_builders import NEXT_PIPELINE, PIPELINE, fill, make_capture, make_pages, read_payload
from tests.archive_writers import write_all
from tests.edition_writers import (
    CAPTURES,
    DAY_CAPTURES,
    fill_days,
    run_killed_compactions,
    run_mixed,
    run_reader,
)

COUNT = "select count(*)::int as rows, count(distinct capture_id)::int as captures from documents"
ALL = "select * from documents order by capture_id"


def parts(root: Path) -> list[str]:
    """Return the parts of all editions, relative to the archive."""
    return sorted(path.relative_to(root).as_posix() for path in root.glob("clean/balanced-*/data/*/*"))


def ledger(root: Path) -> int:
    """Return how many records the ledger has."""
    return sum(1 for path in root.glob("ledger/**/*") if path.is_file())


def rows(archive: Archive) -> list[dict[str, Any]]:
    """Return all rows of the current edition, each with all its columns."""
    return query(archive, ALL)


def assert_sound(archive: Archive) -> None:
    """See that nothing is wrong, nothing missing and nothing left to do."""
    assert not list(archive.verify())
    assert not list(archive.unfinished(PIPELINE))
    assert not list(archive.compact())


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Return an archive of five batches over three days: fifteen parts."""
    fill_days(tmp_path)
    return Archive.open(tmp_path)


def test_each_day_becomes_one_part_and_no_row_changes(archive: Archive, tmp_path: Path) -> None:
    """Fifteen parts become three, with the same rows, sorted; the books are right at once."""
    before = rows(archive)
    assert len(parts(tmp_path)) == ledger(tmp_path) == 15
    days = list(archive.compact())
    assert [(day.day, day.parts_before, day.parts_after) for day in days] == [
        ("2024-02-28", 5, 1), ("2024-02-29", 5, 1), ("2024-03-01", 5, 1),
    ]  # fmt: skip
    assert sum(day.rows_merged for day in days) == CAPTURES
    assert len(parts(tmp_path)) == ledger(tmp_path) == 3
    assert rows(archive) == before
    for part in parts(tmp_path):
        keys = "urlkey, captured_at, capture_id"
        found = query(archive, f"select {keys} from read_parquet('{tmp_path / part}')")
        assert found == sorted(found, key=lambda row: tuple(row.values()))
    assert_sound(archive)


def test_a_batch_that_is_published_again_comes_not_twice(archive: Archive, tmp_path: Path) -> None:
    """A run that began before the compaction finds its rows in the merged parts."""
    archive.promote(PIPELINE)
    list(archive.compact())
    before = rows(archive)
    batch = Archive.open(tmp_path / "other").commit([make_capture(n) for n in range(CAPTURES // 5)])
    records = archive.publish(batch, make_pages(batch.captures), PIPELINE)
    assert {len(record.batches) for record in records} == {5}
    assert rows(archive) == before
    assert_sound(archive)


def test_what_comes_later_is_merged_with_what_was(archive: Archive, tmp_path: Path) -> None:
    """Merged parts are merged again as long as they are small; all batches stay known."""
    list(archive.compact())
    fill(archive, [make_capture(n) for n in range(CAPTURES, CAPTURES + 3)])
    before = rows(archive)
    assert [(day.parts_before, day.parts_after) for day in archive.compact()] == [(2, 1)] * 3
    assert rows(archive) == before
    assert len(parts(tmp_path)) == ledger(tmp_path) == 3
    assert_sound(archive)


def test_large_parts_are_left_alone_and_merged_ones_have_a_limit(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of five parts of a day two fit into one, twice; one is left over."""
    sizes = [(tmp_path / part).stat().st_size for part in parts(tmp_path)]
    monkeypatch.setattr(compact, "MIN_PART_BYTES", max(sizes) + 1)
    monkeypatch.setattr(compact, "MAX_PART_BYTES", int(2.2 * max(sizes)))
    assert [(day.parts_before, day.parts_after) for day in archive.compact()] == [(5, 3)] * 3
    monkeypatch.setattr(compact, "MIN_PART_BYTES", 1)
    assert not list(archive.compact())
    assert not list(archive.verify())


def test_many_parts_are_merged_a_few_at_a_time(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five parts, two at a time, are one after three rounds, in one run."""
    monkeypatch.setattr(compact, "MAX_INPUTS", 2)
    before = rows(archive)
    assert [(day.parts_before, day.parts_after) for day in archive.compact()] == [(5, 1)] * 3
    assert rows(archive) == before
    assert len(parts(tmp_path)) == ledger(tmp_path) == 3
    assert_sound(archive)


def test_open_days_are_left_alone(archive: Archive, tmp_path: Path) -> None:
    """Days from a given one on, or yesterday and today, stay as they are."""
    assert [day.day for day in archive.compact(before=date(2024, 2, 29))] == ["2024-02-28"]
    assert len(parts(tmp_path)) == 1 + 5 + 5


def test_rows_of_two_cleaners_stay_in_parts_of_their_own(archive: Archive, tmp_path: Path) -> None:
    """A part names one pipeline; an edition that was added to by a newer cleaner keeps that apart."""
    newer = replace(NEXT_PIPELINE, destination=PIPELINE.edition)
    for start in (100, 103):
        fill(archive, [make_capture(n) for n in range(start, start + 3)], newer)
    assert [(day.parts_before, day.parts_after) for day in archive.compact()] == [(7, 2)] * 3
    made = query(
        archive, "select cleaner_version as v, count(*)::int as n from documents group by all order by 1"
    )
    assert made == [{"v": "1.0", "n": CAPTURES}, {"v": "1.1", "n": 6}]
    assert_sound(archive)


def test_a_damaged_part_is_not_merged(archive: Archive, tmp_path: Path) -> None:
    """It would get a sound digest of its own: nothing is changed, and the part is named."""
    part = tmp_path / parts(tmp_path)[0]
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.write_bytes(data)
    with pytest.raises(DamagedFileError, match=part.name):
        list(archive.compact())
    assert len(parts(tmp_path)) == 15
    assert not list((tmp_path / ".tmp").glob("[!.]*"))


def test_where_folders_cannot_be_exchanged_it_is_refused(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An object store says what to do instead."""
    monkeypatch.setattr(LocalStore, "can_exchange", False)
    with pytest.raises(CannotExchangeError, match="compact it there, then copy"):
        list(archive.compact())


def test_a_published_edition_is_left_alone(archive: Archive) -> None:
    """Its parts are those of a table, too."""
    write_publication(archive.store, Publication("delta", "/tables/news", PIPELINE.edition))
    with pytest.raises(PublishedError, match="before you publish"):
        list(archive.compact())


numbers = st.lists(st.sets(st.integers(0, 60), min_size=1, max_size=12), min_size=2, max_size=3)


@settings(max_examples=6)
@given(numbers, st.integers(1, 7), st.integers(1, 40))
def test_compacting_changes_no_row(
    tmp_path_factory: pytest.TempPathFactory, batches: Iterable[set[int]], group_rows: int, ahead_rows: int
) -> None:
    """Law: whatever the batches, the row groups and the read-ahead are, the rows are the same."""
    archive = Archive.open(tmp_path_factory.mktemp("law"))
    for batch in batches:
        fill(archive, [make_capture(number) for number in batch])
    archive.promote(PIPELINE)
    before = rows(archive)
    with (
        patch.object(merge, "MAX_GROUP_ROWS", group_rows),
        patch.object(merge, "_MAX_READ_AHEAD_ROWS", ahead_rows),
        patch.object(merge, "_MIN_READ_ROWS", 1),
    ):
        days: list[CompactedDay] = list(archive.compact())
    assert rows(archive) == before
    assert all(day.parts_after == 1 for day in days)


def test_killed_at_every_step_it_is_finished_by_the_next(tmp_path: Path) -> None:
    """``kill -9`` before and after each change: no row twice or missing, then or after the next run."""
    killed = run_killed_compactions(tmp_path)
    assert killed >= 12
    for root in sorted(tmp_path.iterdir()):
        archive = Archive.open(root)
        assert not list(archive.verify()), root.name
        assert not list(archive.unfinished(PIPELINE)), root.name
        assert query(archive, COUNT) == [{"rows": DAY_CAPTURES, "captures": DAY_CAPTURES}]
        named = {record.path for record in read_records(archive.store, PIPELINE.edition)}
        assert named == set(parts(root)), root.name
        list(archive.compact())
        assert query(archive, COUNT) == [{"rows": DAY_CAPTURES, "captures": DAY_CAPTURES}]
        assert len(parts(root)) == ledger(root) == 1, root.name
        assert_sound(archive)


def test_nothing_is_exchanged_while_a_question_is_asked(archive: Archive, tmp_path: Path) -> None:
    """``open_sql`` holds its edition: who would exchange parts of it waits, and then may."""
    with read.open_sql(archive) as connection:
        assert connection.execute("select count(*) from documents").fetchall() != [(0,)]
        assert not can_hold_alone(tmp_path / "clean" / PIPELINE.edition)
        assert can_hold_alone(tmp_path / "raw")
    assert can_hold_alone(tmp_path / "clean" / PIPELINE.edition)


def can_hold_alone(folder: Path) -> bool:
    """Return whether nobody holds a folder at this moment."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def test_a_strange_file_among_the_parts_stays_where_it_is(archive: Archive, tmp_path: Path) -> None:
    """File managers leave some; ``verify`` names it, and it keeps no day from being compacted."""
    strange = next(tmp_path.glob("clean/balanced-*/data/*")) / ".DS_Store"
    strange.write_bytes(b"x")
    assert len(list(archive.compact())) == 3
    assert strange.exists()


def test_a_record_that_goes_while_records_are_read_is_no_fault(archive: Archive) -> None:
    """A run asks what is missing, another compaction tidies up: both may find a record gone."""
    list(archive.compact())
    names = LocalStore.names
    [record, *_] = [name for name in archive.store.names("ledger") if name.count("/") == 3]
    stale = record.removesuffix(".json") + "0.json"

    def race(store: LocalStore, prefix: str) -> Iterable[str]:
        found = list(names(store, prefix))
        return [*found, stale] if prefix == str(Path(record).parent) else found

    with patch.object(LocalStore, "names", race):
        assert not list(archive.unfinished(PIPELINE))
        assert not list(archive.compact())


def test_readers_see_each_row_once_while_days_are_exchanged(tmp_path: Path) -> None:
    """A reader that holds the edition gets all rows, whenever it asks; no file is gone meanwhile."""
    fill_days(tmp_path)
    right, wrong, gone = run_reader(tmp_path)
    assert (wrong, gone) == (0, 0)
    assert right > 0
    assert_sound(Archive.open(tmp_path))


def test_writers_and_a_compactor_at_once_killed_again_and_again(tmp_path: Path) -> None:
    """No row is ever there twice; a last undisturbed run completes it."""
    kills, doubles = run_mixed(tmp_path)
    assert kills >= 5, "nothing was killed, so nothing was tried"
    assert doubles == 0
    for root in sorted(tmp_path.iterdir()):
        write_all(root, 10)
        archive = Archive.open(root)
        for logged in archive.unfinished(PIPELINE):
            batch = logged.load(read_payload)
            archive.publish(batch, make_pages(batch.captures), PIPELINE)
        archive.promote(PIPELINE)
        assert query(archive, COUNT) == [{"rows": CAPTURES, "captures": CAPTURES}]
        list(archive.compact())
        assert query(archive, COUNT) == [{"rows": CAPTURES, "captures": CAPTURES}]
        assert_sound(archive)
