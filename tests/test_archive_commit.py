"""Commit, publish, promote: each capture once, whoever repeats or races."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.archive import Archive
from archive.entries import LogEntry
from archive.errors import (
    CollisionError,
    DamagedFileError,
    NoEditionError,
    NotAnArchiveError,
    PromotionRefusedError,
    SchemaChangedError,
)
from archive.local import LocalStore
from archive.log import Log
from archive.sealed import from_sealed, to_sealed
from archive.surrogates import escape, unescape
from archive.values import Pipeline
from tests.archive_builders import (
    NEXT_PIPELINE,
    PIPELINE,
    fill,
    make_capture,
    make_page,
    make_pages,
    read_payload,
    tree,
)
from tests.archive_writers import CAPTURES, run_writers


def test_a_capture_is_committed_once(tmp_path: Path) -> None:
    """Repeated in the batch, in a later one or by another opener, it is not new."""
    archive = Archive.open(tmp_path)
    one, two, three = (make_capture(n) for n in range(3))
    assert archive.commit([one, two, one]).captures == (one, two)
    assert archive.commit([two, three]).captures == (three,)
    assert Archive.open(tmp_path).commit([three, two, one]).captures == ()


def test_done_items_are_logged_even_without_captures(tmp_path: Path) -> None:
    """Items read to their end are known from then on; a commit of nothing new writes nothing."""
    archive = Archive.open(tmp_path)
    archive.commit([make_capture(1)], ["a"])
    archive.commit([make_capture(1)], ["a", "b", "b", "lone \ud800"])
    before = tree(tmp_path)
    archive.commit([make_capture(1)], ["b"])
    archive.commit([], [])
    assert tree(tmp_path) == before
    assert Archive.open(tmp_path).known_items(["a", "c", "b", "lone \ud800"]) == {"a", "b", "lone \ud800"}


def test_two_openers_see_each_other(tmp_path: Path) -> None:
    """A commit takes in what another process has committed since."""
    one, two = Archive.open(tmp_path), Archive.open(tmp_path)
    one.commit([make_capture(1)])
    assert two.commit([make_capture(1), make_capture(2)]).captures == (make_capture(2),)
    assert one.commit([make_capture(2), make_capture(3)]).captures == (make_capture(3),)


def test_a_lost_race_drops_what_the_winner_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If another entry appears between look and write, the batch shrinks to what is still new."""
    archive, other = Archive.open(tmp_path), Archive.open(tmp_path)
    refresh, races = archive._log.refresh, [[make_capture(1)], [make_capture(2)]]

    def raced() -> int:
        number = refresh()
        if races:
            other.commit(races.pop())
        return number

    monkeypatch.setattr(archive._log, "refresh", raced)
    batch = archive.commit([make_capture(n) for n in range(4)], ["item"])
    assert batch.captures == (make_capture(0), make_capture(3))
    assert archive.known_items(["item", "other"]) == {"item"}
    assert [entry.dates for entry in Log(LocalStore(tmp_path)).entries()][-1] == {"2024-02-28": 2}


def test_unfinished_yields_what_lacks_parts(tmp_path: Path) -> None:
    """A committed batch without its parts, or without one ledger record, is yielded; a finished is not."""
    archive = Archive.open(tmp_path)
    fill(archive, [make_capture(n) for n in range(3)])
    batch = archive.commit([make_capture(n) for n in range(3, 6)])
    assert [logged.digest for logged in archive.unfinished(PIPELINE)] == [batch.digest]
    assert len(list(archive.unfinished(NEXT_PIPELINE))) == 2
    archive.publish(batch, make_pages(batch.captures), PIPELINE)
    assert not list(archive.unfinished(PIPELINE))
    next((tmp_path / "ledger").rglob("*.json")).unlink()
    (logged,) = archive.unfinished(PIPELINE)
    archive.publish(logged.load(read_payload), make_pages(logged.load(read_payload).captures), PIPELINE)
    assert not list(archive.unfinished(PIPELINE))
    assert not list(archive.verify())


def test_publishing_twice_changes_nothing(tmp_path: Path) -> None:
    """The second time finds parts and ledger records and returns the same records."""
    archive = Archive.open(tmp_path)
    batch = archive.commit([make_capture(n) for n in range(5)])
    records = archive.publish(batch, make_pages(batch.captures), PIPELINE)
    before = tree(tmp_path)
    assert archive.publish(batch, make_pages(batch.captures), PIPELINE) == records
    assert tree(tmp_path) == before
    assert [(record.capture_date, record.rows) for record in records] == [
        ("2024-02-28", 2),
        ("2024-02-29", 2),
        ("2024-03-01", 1),
    ]
    assert all(record.statuses == {"cleaned": record.rows} for record in records)


def test_pages_must_be_parallel_to_captures(tmp_path: Path) -> None:
    """A page too few is a wrong call, and nothing is written."""
    archive = Archive.open(tmp_path)
    batch = archive.commit([make_capture(1), make_capture(2)])
    with pytest.raises(ValueError, match="shorter"):
        archive.publish(batch, [make_page(make_capture(1))], PIPELINE)
    assert not (tmp_path / "clean").exists()


@pytest.mark.parametrize("content", [b"", b"something else"])
def test_a_foreign_file_under_a_parts_name_is_refused(content: bytes, tmp_path: Path) -> None:
    """An empty or foreign file is not taken for a part; the message says what to do."""
    archive = Archive.open(tmp_path)
    batch = archive.commit([make_capture(1)])
    (record,) = archive.publish(batch, make_pages(batch.captures), PIPELINE)
    (tmp_path / record.path).write_bytes(content)
    with pytest.raises(CollisionError, match="move it out of the archive"):
        archive.publish(batch, make_pages(batch.captures), PIPELINE)


def test_a_part_of_another_batch_under_the_same_name_is_refused(tmp_path: Path) -> None:
    """Names hold the first 16 digits; the footer is compared in full."""
    archive = Archive.open(tmp_path)
    batch = archive.commit([make_capture(1)])
    pages = make_pages(batch.captures)
    archive.publish(batch, pages, PIPELINE)
    twin = replace(batch, digest=batch.digest[:16] + "f" * 48)
    with pytest.raises(CollisionError, match=batch.digest):
        archive.publish(twin, pages, PIPELINE)


def test_an_edition_has_one_schema(tmp_path: Path) -> None:
    """An edition that was begun with other columns is not written to."""
    archive = Archive.open(tmp_path)
    path = tmp_path / "clean" / PIPELINE.edition / "schema.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"columns": []}))
    batch = archive.commit([make_capture(1)])
    with pytest.raises(SchemaChangedError, match="one schema"):
        archive.publish(batch, make_pages(batch.captures), PIPELINE)


def test_promotion_waits_for_every_committed_batch(tmp_path: Path) -> None:
    """An edition that lacks a part cannot become current; one that has all can, and readers follow."""
    archive = Archive.open(tmp_path)
    fill(archive, [make_capture(1)])
    archive.promote(PIPELINE)
    batch = fill(archive, [make_capture(2)])
    assert archive.current_edition() == PIPELINE.edition
    archive.publish(batch, make_pages(batch.captures), NEXT_PIPELINE)
    with pytest.raises(PromotionRefusedError, match="1 committed batch"):
        archive.promote(NEXT_PIPELINE)
    assert archive.current_edition() == PIPELINE.edition
    for logged in archive.unfinished(NEXT_PIPELINE):
        loaded = logged.load(read_payload)
        archive.publish(loaded, make_pages(loaded.captures), NEXT_PIPELINE)
    archive.promote(NEXT_PIPELINE)
    assert archive.current_edition() == NEXT_PIPELINE.edition
    assert (tmp_path / "clean/current").resolve() == tmp_path / "clean" / NEXT_PIPELINE.edition
    assert archive.data_path() == str(tmp_path / "clean" / NEXT_PIPELINE.edition / "data")
    assert archive.data_path(PIPELINE.edition) == str(tmp_path / "clean" / PIPELINE.edition / "data")


def test_an_empty_archive_says_so(tmp_path: Path) -> None:
    """Nothing to open, no current edition and no such edition are sentences, not tracebacks of the system."""
    with pytest.raises(NotAnArchiveError, match="is no archive"):
        Archive.open(tmp_path, create=False)
    archive = Archive.open(tmp_path)
    assert archive.current_edition() is None
    for edition in (None, "no-such"):
        with pytest.raises(NoEditionError, match="has no"):
            archive.data_path(edition)
    Archive.open(tmp_path, create=False).promote(PIPELINE)
    assert archive.current_edition() == PIPELINE.edition


def test_a_gap_or_a_flipped_bit_in_the_log_stops_commits(tmp_path: Path) -> None:
    """A log that cannot be trusted is not written to."""
    archive = Archive.open(tmp_path)
    for number in range(3):
        archive.commit([make_capture(number)])
    first = tmp_path / "log" / "0000000001.json"
    data = first.read_bytes()
    first.unlink()
    with pytest.raises(DamagedFileError, match="missing"):
        Archive.open(tmp_path).commit([make_capture(9)])
    first.write_bytes(data.replace(b"2024", b"2025"))
    with pytest.raises(DamagedFileError, match="seal"):
        Archive.open(tmp_path).known_items([])


def test_a_log_entry_comes_back(tmp_path: Path) -> None:
    """Write, then read, is identity for entries."""
    archive = Archive.open(tmp_path)
    archive.commit([make_capture(1)], ["a"])
    (entry,) = Log(LocalStore(tmp_path)).entries()
    path = tmp_path / "again.json"
    path.write_bytes(to_sealed(entry.to_json()))
    assert LogEntry.from_json(from_sealed(path.read_bytes(), path)) == entry


def test_names_that_are_no_unicode_are_valid_json_and_come_back(tmp_path: Path) -> None:
    """A file name with bytes that are not UTF-8: strict readers read log and index, which keep it."""
    name = os.fsdecode(b"caf\xe9 \xe2\x90\x9b\xed\xa0\xbd.txt")
    capture = replace(make_capture(1), url=None, provenance=replace(make_capture(1).provenance, file=name))
    archive = Archive.open(tmp_path)
    archive.commit([capture], [f"{name}|12"])
    (entry,) = Log(LocalStore(tmp_path)).entries()
    assert entry.done_items == (f"{name}|12",)
    assert Archive.open(tmp_path).known_items([f"{name}|12"])
    (batch,) = archive.unfinished(PIPELINE)
    assert batch.load(read_payload).captures == (capture,)
    for path in (*tmp_path.glob("log/*"), *tmp_path.glob("raw/*.cdxj")):
        line = path.read_text()
        duckdb.execute("select json(?)", [line[line.index("{") :]]).fetchall()  # raises if it is not valid
        assert "caf\\u241bdce9" in line
    assert not list(archive.verify())


@given(
    st.recursive(st.text(st.characters()), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_every_text_comes_back_from_valid_json(data: object) -> None:
    """Lone surrogates, their pairs and the sign of the escape itself; what is written can be UTF-8."""
    escaped = escape(data)
    json.dumps(escaped, ensure_ascii=False).encode()
    assert unescape(json.loads(json.dumps(escaped))) == data


@pytest.mark.parametrize("policy", ["", "../x", "Strict", "a b"])
def test_a_policy_must_be_fit_for_a_folder(policy: str) -> None:
    """The name of an edition cannot leave its place."""
    with pytest.raises(ValueError, match="lower-case"):
        Pipeline("strigil", "1", policy, "sha256:0")


@pytest.mark.parametrize("sizes", [(10, 10), (10, 15, 8, 20)])
def test_processes_racing_with_the_same_captures(sizes: tuple[int, ...], tmp_path: Path) -> None:
    """Two and four processes at once, equal and overlapping batches: each capture once, none lost."""
    assert sum(run_writers("race", tmp_path, *sizes)) == CAPTURES
    archive = Archive.open(tmp_path)
    ids = [key for entry in Log(LocalStore(tmp_path)).entries() for key in entry.capture_ids]
    assert len(ids) == len(set(ids)) == CAPTURES
    archive.promote(PIPELINE)
    assert not list(archive.verify())
