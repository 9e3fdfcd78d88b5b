"""The drift alarm over an archive: what it says, what it keeps, and the verb."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from archive.archive import Archive
from archive.drift import update_drift
from archive.periods import MEASURES
from flows.drift import find_drift
from tests.archive_builders import PIPELINE, tree
from tests.drift_sites import FURNITURE, PER_DAY, fill_weeks
from tests.strigil_command import strigil


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Return an archive of two sites, one of them redesigned on the last day."""
    archive = Archive.open(tmp_path_factory.mktemp("drift") / "archive")
    fill_weeks(archive, days=14, redesigned={"one.example"})
    return archive


def test_a_redesign_is_named_with_its_lines(changed: Archive) -> None:
    """The site, what changed, and the words of the lines that are new on it; the other site is quiet."""
    report = find_drift(changed)
    assert (report.sites, report.judged) == (2, 2)
    [found] = report.drifts
    assert found.alarm.site == "one.example"
    assert found.alarm.is_new
    assert {line.text for line in found.lines} == set(FURNITURE)
    assert {(line.captures, line.kept) for line in found.lines} == {(PER_DAY, True)}


def test_the_memory_is_made_once_and_by_the_part(tmp_path: Path) -> None:
    """A second look writes nothing; new captures add files and change none; no word is in them."""
    archive = Archive.open(tmp_path / "archive")
    fill_weeks(archive, days=10)
    find_drift(archive)
    first = {name: data for name, data in tree(tmp_path / "archive").items() if "/drift/" in name}
    assert len(first) == 11
    find_drift(archive)
    assert {name: data for name, data in tree(tmp_path / "archive").items() if "/drift/" in name} == first
    fill_weeks(archive, days=12, redesigned={"one.example"}, first=10)
    find_drift(archive)
    second = tree(tmp_path / "archive")
    sums = {name: data for name, data in first.items() if "/sums/" in name}
    assert all(second[name] == data for name, data in sums.items())
    assert not any(b"Weather" in data for data in sums.values())
    assert list(archive.verify()) == []


def test_late_captures_come_out_the_same(tmp_path: Path) -> None:
    """Days archived in another order give the same memory and the same judgement."""
    archive = Archive.open(tmp_path / "archive")
    fill_weeks(archive, days=14, first=7, redesigned={"one.example"})
    find_drift(archive)
    fill_weeks(archive, days=7)
    [found] = find_drift(archive).drifts
    assert {line.text for line in found.lines} == set(FURNITURE)


def test_files_of_parts_that_are_gone_go(changed: Archive, tmp_path: Path) -> None:
    """What sums up no part of the edition any more is removed."""
    stray = f"clean/{PIPELINE.edition}/drift/sums/{'0' * 32}-1.parquet"
    changed.store.create(stray, b"")
    update_drift(changed.store, PIPELINE.edition)
    assert not changed.store.exists(stray)


def test_the_table_has_the_history(changed: Archive) -> None:
    """A row a site, period and measure; values in the unit people count in; alarms are marked."""
    find_drift(changed)
    with changed.store.open(f"clean/{PIPELINE.edition}/drift/periods.parquet") as file:
        rows = pq.read_table(file).to_pylist()
    assert len(rows) == 2 * 14 * len(MEASURES)
    assert {row["site"] for row in rows if row["is_alarm"]} == {"one.example"}
    lengths = [row["value"] for row in rows if row["measure"] == "text_length"]
    assert all(100 < value < 1_000 for value in lengths)


def test_the_verb_says_what_changed(changed: Archive, tmp_path: Path) -> None:
    """Exit code 1 and the words for a person, one JSON object a change for a program; 0 when all is quiet."""
    ended = strigil("drift", "--archive", changed.root, cwd=tmp_path)
    assert ended.returncode == 1
    assert "one.example" in ended.stdout
    assert "Join the club today" in ended.stdout
    assert "two.example" not in ended.stdout
    ended = strigil("drift", "--archive", changed.root, "--json", cwd=tmp_path)
    rows = [json.loads(line) for line in ended.stdout.splitlines()]
    assert {row["site"] for row in rows} == {"one.example"}
    assert all(row["is_new"] for row in rows)
    quiet = Archive.open(tmp_path / "quiet")
    fill_weeks(quiet, days=3)
    ended = strigil("drift", "--archive", quiet.root, cwd=tmp_path)
    assert ended.returncode == 0
    assert "0 of 2 sites have enough past" in ended.stdout
    assert (
        strigil("drift", "--archive", quiet.root, "--edition", "none-00000000", cwd=tmp_path).returncode == 1
    )
