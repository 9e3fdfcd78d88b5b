"""The lines a run brings to a site for the first time: named, with their words; none on quiet days."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive import new_lines
from archive.archive import Archive
from archive.new_lines import find_news
from flows.new_lines import find_new_lines
from flows.report import RunReport
from flows.tally import Tally, Words
from tests.archive_builders import PIPELINE
from tests.drift_sites import FIRST, FURNITURE, PER_DAY, fill_weeks


def run_of(day: int, seconds: float) -> RunReport:
    """Return the report of a run that cleaned a day."""
    name = str(FIRST.date().replace(day=FIRST.day + day))
    return RunReport(PIPELINE.edition, tally=Tally(days={name: Words(1, 1, 1)}), seconds=seconds)


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """Return an archive of four quiet days that were published long ago, and a fifth with a redesign."""
    found = Archive.open(tmp_path / "archive")
    with monkeypatch.context() as patch:
        patch.setattr("archive.editions.datetime", _LongAgo)
        fill_weeks(found, days=4)
    fill_weeks(found, first=4, days=5, redesigned={"one.example"})
    return found


class _LongAgo(datetime):
    """A clock that stands."""

    @classmethod
    def now(cls, _tz: object = None) -> datetime:  # type: ignore[override]
        """Return a moment of the past."""
        return datetime(2026, 3, 6, 12, tzinfo=UTC)


def test_new_furniture_is_named_with_its_words(archive: Archive) -> None:
    """Each line of the redesigned site, in how many of its captures; nothing of the other site."""
    rows = find_new_lines(archive, run_of(4, seconds=60.0))
    assert {row["line"] for row in rows} == set(FURNITURE)
    assert {(row["site"], row["captures"], row["of"], row["kept"]) for row in rows} == {
        ("one.example", PER_DAY, PER_DAY, "yes")
    }


def test_a_quiet_day_and_a_site_without_a_past_have_none(tmp_path: Path) -> None:
    """Headlines of the day are no furniture, and where nothing was before, everything would be new."""
    archive = Archive.open(tmp_path / "archive")
    fill_weeks(archive, days=1, redesigned={"one.example"})
    assert not find_new_lines(archive, run_of(0, seconds=60.0))
    fill_weeks(archive, first=1, days=2)
    assert not find_new_lines(archive, run_of(1, seconds=60.0))
    assert not find_new_lines(archive, RunReport(PIPELINE.edition))


def test_what_is_read_is_bounded(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Captures beyond the bound are not summed up; those of the run come first."""
    made = Counter[str]()
    monkeypatch.setattr(new_lines, "MAX_ROWS", 3 * PER_DAY)
    report = run_of(4, seconds=60.0)
    day = datetime.fromisoformat(next(iter(report.tally.days))).date()
    find_news(archive.store, PIPELINE.edition, [day], datetime(2026, 3, 7, tzinfo=UTC))
    made.update(archive.store.names(f"clean/{PIPELINE.edition}/drift/sums"))
    assert len(made) == 1
