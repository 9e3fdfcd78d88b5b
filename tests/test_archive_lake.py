"""Editions as tables of a lake, read back: parts in place, one commit, one committer."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from deltalake import DeltaTable, QueryBuilder

from archive import lake
from archive.archive import Archive
from archive.errors import DropRefusedError, LakeBusyError, UnfitLakeError
from archive.exchange import CAN_EXCHANGE
from archive.iceberg import TABLE_NAME, open_catalog
from archive.lake import FORMATS, publish, publish_again, withdraw
from archive.published import published_editions, read_publications, write_publication
from archive.takedown import Decision, Targets
from archive.values import Pipeline
from captures.values import Capture, Provenance
from tests.archive_builders import NEXT_PIPELINE, PIPELINE, fill, make_capture, make_pages, read_payload

COLUMNS = ["capture_id", "captured_at", "http_status", "tags", "edits", "status"]


def publish_pages(archive: Archive, pipeline: Pipeline, numbers: range) -> None:
    """Fill an edition with captures, and make it the current one."""
    captures = [make_capture(number) for number in numbers]
    captures.append(Capture(b"Share\nA story without a date.\nRead more\n", Provenance("undated.txt")))
    fill(archive, captures, PIPELINE)
    for left in archive.unfinished(pipeline):
        batch = left.load(read_payload)
        archive.publish(batch, make_pages(batch.captures), pipeline)
    archive.promote(pipeline)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Return an archive with an edition of seven captures, one of them without a date."""
    archive = Archive.open(tmp_path / "it's an [archive] of *news*")
    publish_pages(archive, PIPELINE, range(6))
    return archive


@pytest.fixture(params=FORMATS)
def kind(request: pytest.FixtureRequest) -> str:
    """Return each format of a table."""
    return str(request.param)


def read_iceberg(folder: Path) -> pa.Table:
    """Read an Iceberg table as pyiceberg does."""
    return open_catalog(folder).load_table(TABLE_NAME).scan().to_arrow()


def read_delta(folder: Path) -> pa.Table:
    """Read a Delta table as delta-rs does, through pyarrow."""
    return DeltaTable(folder).to_pyarrow_table()


READ: dict[str, Callable[[Path], pa.Table]] = {"iceberg": read_iceberg, "delta": read_delta}


def rows(table: pa.Table) -> list[dict[str, Any]]:
    """Return rows of a few columns of all types, sorted."""
    found: list[dict[str, Any]] = table.select(COLUMNS).to_pylist()
    return sorted(found, key=lambda row: str(row["capture_id"]))


def plain(archive: Archive, edition: str | None = None) -> list[dict[str, Any]]:
    """Return the same rows as they stand in the parts."""
    import pyarrow.dataset as ds

    return rows(ds.dataset(archive.data_path(edition), partitioning="hive").to_table())


def parts(archive: Archive) -> dict[Path, tuple[int, int]]:
    """Return all part files with their inode and time of change."""
    found = Path(archive.data_path()).parents[1].glob("*/data/*/*.parquet")
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in found}


def test_a_table_shows_the_rows_of_the_parts_without_a_copy(
    archive: Archive, kind: str, tmp_path: Path
) -> None:
    """All types come back as they are; no Parquet of ours is written or changed."""
    before = parts(archive)
    published = publish(archive, kind, tmp_path / "lake")
    assert rows(READ[kind](tmp_path / "lake")) == plain(archive)
    assert published.edition == PIPELINE.edition
    copies = [path for path in (tmp_path / "lake").rglob("*.parquet") if not path.is_symlink()]
    assert copies == []
    assert parts(archive) == before


def test_polars_and_sql_read_the_tables(archive: Archive, tmp_path: Path) -> None:
    """What others read of a table: Polars, DuckDB by pyiceberg, DataFusion by delta-rs; the day of Delta."""
    for kind in FORMATS:
        publish(archive, kind, tmp_path / kind)
    table = open_catalog(tmp_path / "iceberg").load_table(TABLE_NAME)
    assert table.scan().to_duckdb("d").execute("select count(*) from d").fetchall() == [(7,)]
    with pytest.warns(Warning, match="polars_iceberg"):
        assert pl.scan_iceberg(table).filter(pl.col("status") == "cleaned").collect().height == 7
    days = pl.scan_delta(tmp_path / "delta").group_by("capture_date").len().sort("capture_date").collect()
    assert days["capture_date"].dtype == pl.Date
    assert days["len"].to_list() == [1, 2, 2, 2]
    assert str(days["capture_date"][0]) == "0001-01-01"
    sql = "select count(*) as n from d where capture_date = '2024-02-29'"
    found = QueryBuilder().register("d", DeltaTable(tmp_path / "delta")).execute(sql).read_all()
    assert pa.table(found).to_pylist() == [{"n": 2}]


def test_the_next_edition_supersedes_the_last_in_one_commit(
    archive: Archive, kind: str, tmp_path: Path
) -> None:
    """Not a row of the one beside the other; the one before is still there in the history."""
    place = tmp_path / "lake"
    publish(archive, kind, place)
    first = plain(archive)
    publish_pages(archive, NEXT_PIPELINE, range(9))
    assert published_editions(archive.store) == {PIPELINE.edition}
    publish(archive, kind, place)
    assert rows(READ[kind](place)) == plain(archive)
    assert len(plain(archive)) == 10
    assert published_editions(archive.store) == {NEXT_PIPELINE.edition}
    if kind == "delta":
        assert DeltaTable(place).version() == 1
        old = DeltaTable(place, version=0).to_pyarrow_table()
    else:
        table = open_catalog(place).load_table(TABLE_NAME)
        assert len(table.metadata.metadata_log) == 2  # the empty table, and the first commit
        [snapshot, *_rest] = table.snapshots()
        old = table.scan(snapshot_id=snapshot.snapshot_id).to_arrow()
    assert rows(old) == first


def test_publishing_again_changes_nothing_until_there_is_something_new(
    archive: Archive, kind: str, tmp_path: Path
) -> None:
    """The same parts are no commit; another part of the same edition is one."""
    place = tmp_path / "lake"
    published = publish(archive, kind, place)
    files = {path: path.stat().st_mtime_ns for path in place.rglob("*.json")}
    assert publish(archive, kind, place) == published
    assert {path: path.stat().st_mtime_ns for path in place.rglob("*.json")} == files
    publish_pages(archive, PIPELINE, range(8))
    assert [one.edition for one in publish_again(archive)] == [PIPELINE.edition]
    assert rows(READ[kind](place)) == plain(archive)
    assert len(plain(archive)) == 9


def test_what_a_table_shows_cannot_be_dropped(archive: Archive, kind: str, tmp_path: Path) -> None:
    """Not even if another edition is current; once it is withdrawn, it can."""
    place = tmp_path / "lake"
    publish(archive, kind, place)
    publish_pages(archive, NEXT_PIPELINE, range(6))
    with pytest.raises(DropRefusedError):
        archive.drop_edition(PIPELINE.edition)
    withdraw(archive, kind, place)
    assert READ[kind](place).num_rows == 0
    assert list(read_publications(archive.store)) == []
    archive.drop_edition(PIPELINE.edition)
    with pytest.raises(UnfitLakeError, match="nothing to withdraw"):
        withdraw(archive, kind, place)


def test_a_publication_that_was_stopped_holds_both_editions(
    archive: Archive, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the commit and after it, nobody may drop what the table may show; the next one completes it."""
    place = tmp_path / "lake"
    publish(archive, kind, place)
    publish_pages(archive, NEXT_PIPELINE, range(6))
    written: list[object] = []
    keep = write_publication

    def stop(*arguments: Any) -> None:
        if written:
            raise OSError("the power is gone")
        written.append(keep(*arguments))

    monkeypatch.setattr(lake, "write_publication", stop)
    with pytest.raises(OSError, match="power"):
        publish(archive, kind, place)
    assert published_editions(archive.store) == {PIPELINE.edition, NEXT_PIPELINE.edition}
    assert rows(READ[kind](place)) == plain(archive)
    written.clear()
    with pytest.raises(OSError, match="power"):  # once more, and this time for the edition of before
        publish(archive, kind, place, edition=PIPELINE.edition)
    assert published_editions(archive.store) == {PIPELINE.edition, NEXT_PIPELINE.edition}
    monkeypatch.undo()
    publish(archive, kind, place, edition=NEXT_PIPELINE.edition)
    assert published_editions(archive.store) == {NEXT_PIPELINE.edition}


@pytest.mark.skipif(not CAN_EXCHANGE, reason="nothing can be compacted here")
def test_a_compaction_that_comes_first_is_what_is_published(
    archive: Archive, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table never names parts that were merged while it was made."""
    publish_pages(archive, PIPELINE, range(6, 12))
    before = plain(archive)
    write = write_publication

    def compacted(*arguments: Any) -> None:
        monkeypatch.undo()
        assert list(Archive.open(archive.root).compact())
        write(*arguments)

    monkeypatch.setattr(lake, "write_publication", compacted)
    publish(archive, kind, tmp_path / "lake")
    assert rows(READ[kind](tmp_path / "lake")) == before == plain(archive)


def test_what_was_taken_down_leaves_the_tables(archive: Archive, kind: str, tmp_path: Path) -> None:
    """The parts were rewritten, so the table is brought up to date: the row is gone, all others are there."""
    place = tmp_path / "lake"
    publish(archive, kind, place)
    targets = Targets(urls=frozenset([make_capture(3).url or ""]))
    archive.takedowns().take_down(targets, Decision("Jane Doe"))
    assert [one.place for one in publish_again(archive)] == [str(place)]
    assert rows(READ[kind](place)) == plain(archive)
    assert READ[kind](place).num_rows == 6


def test_a_table_that_somebody_removed(archive: Archive, kind: str, tmp_path: Path) -> None:
    """It is not made again by the way, and withdrawing it only forgets it."""
    publish(archive, kind, tmp_path / "lake")
    shutil.rmtree(tmp_path / "lake")
    assert list(publish_again(archive)) == []
    withdraw(archive, kind, tmp_path / "lake")
    assert published_editions(archive.store) == frozenset()
    assert not (tmp_path / "lake").exists()


def test_one_committer_at_a_time(archive: Archive, kind: str, tmp_path: Path) -> None:
    """While somebody holds the lock of the table, nothing is begun."""
    place = tmp_path / "lake"
    place.mkdir()
    with (place / ".strigil.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(LakeBusyError):
            publish(archive, kind, place)
    assert published_editions(archive.store) == frozenset()
    publish(archive, kind, place)


def test_vacuum_takes_links_and_no_parts(archive: Archive, tmp_path: Path) -> None:
    """Delta's own cleaning removes links, never files of the archive."""
    place = tmp_path / "lake"
    publish(archive, "delta", place)
    publish_pages(archive, NEXT_PIPELINE, range(6))
    publish(archive, "delta", place)
    before = parts(archive)
    removed = DeltaTable(place).vacuum(0, dry_run=False, enforce_retention_duration=False)
    assert removed
    assert parts(archive) == before
    assert rows(read_delta(place)) == plain(archive)


def test_no_engine_may_collect_the_parts_of_an_iceberg_table(archive: Archive, tmp_path: Path) -> None:
    """``gc.enabled`` is off in the table's own metadata, and only some columns have minima and maxima."""
    publish(archive, "iceberg", tmp_path)
    newest = max((tmp_path / "strigil/documents/metadata").glob("*.metadata.json"))
    assert json.loads(newest.read_text())["properties"]["gc.enabled"] == "false"
    [first, *_] = open_catalog(tmp_path).load_table(TABLE_NAME).inspect.files().to_pylist()
    bounds = {name for name, of in first["readable_metrics"].items() if of["lower_bound"] is not None}
    assert {"capture_id", "captured_at", "url"} & bounds
    assert "text" not in bounds


@pytest.mark.parametrize("name", ["a b", "a%20b", "a#b"])
def test_a_folder_that_readers_of_delta_misread_is_refused(
    archive: Archive, tmp_path: Path, name: str
) -> None:
    """Delta decodes addresses; such a folder would be read as another."""
    with pytest.raises(UnfitLakeError, match="rename"):
        publish(archive, "delta", tmp_path / name)
    assert published_editions(archive.store) == frozenset()


@pytest.fixture(autouse=True)
def _close_connections() -> Iterator[None]:
    """Let go of the catalogs' connections, which SQLite wants closed."""
    yield
    import gc

    gc.collect()
