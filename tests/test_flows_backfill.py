"""The backfill without a server: what the form takes and refuses, the filters, the dry run, the states."""

from __future__ import annotations

import doctest
import os
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any, get_args
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.archive import Archive
from captures.values import Capture, Provenance
from cleaners.language import _identifier
from cleaners.values import Policy
from flows import artifacts, dry_run, fetch_summary, remote_shards, request, selection
from flows.errors import UsageError
from flows.jobs import ShardJob, ShardReport
from flows.languages import Language
from flows.outcome import to_state
from flows.overlap import is_overlapping
from flows.picture import draw_run
from flows.plan import RunOptions
from flows.report import RunReport
from flows.request import BackfillRequest, check_request, pipeline_to, to_request
from flows.run import run
from flows.selection import Selection
from flows.shard import pipeline_of
from flows.stop import StopSwitch
from flows.tally import Tally, Words
from tests.strigil_command import query

ENGLISH = "The old bridge will stay closed to all traffic until April, the port authority said.\n" * 3
GERMAN = "Die alte Brücke bleibt bis April für den gesamten Verkehr gesperrt, teilte die Behörde mit.\n" * 3
COUNT = "select count(*) as rows from documents"


@pytest.mark.parametrize(
    "module", [artifacts, fetch_summary, request, selection], ids=lambda module: module.__name__
)
def test_examples_in_docstrings_hold(module: ModuleType) -> None:
    """Examples in docstrings are true."""
    assert doctest.testmod(module).failed == 0


def capture(url: str | None = None, at: datetime | None = None, text: str = ENGLISH) -> Capture:
    """Return a capture."""
    return Capture(text.encode(), Provenance("a.warc"), url=url, captured_at=at, captured_at_source="record")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return a JSONL file with captures of two sites, days and languages, and one that says nothing."""
    import json

    rows = [
        {"url": "https://www.a.example/1", "captured_at": "2021-03-01T10:00:00Z", "text": ENGLISH},
        {"url": "https://news.a.example/2", "captured_at": "2021-03-02T23:59:59Z", "text": GERMAN},
        {"url": "https://b.example/3", "captured_at": "2021-03-02T00:00:00Z", "text": ENGLISH + "More."},
        {"text": "nothing is known of this one, and it is short"},
    ]
    path = tmp_path / "captures.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("fields", "taken"),
    [
        ({}, 4),
        ({"captured_from": "2021-03-02"}, 3),  # the last has the date of its file
        ({"captured_from": "2021-03-01", "captured_to": "2021-03-01"}, 1),
        ({"sites": ["a.example"]}, 2),
        ({"sites": ["https://WWW.a.example/news"]}, 2),
        ({"sites": ["example"]}, 3),
        ({"languages": ["de"]}, 1),
        ({"sites": ["a.example"], "languages": ["en"], "captured_to": "2021-03-05"}, 1),
    ],
)
def test_the_filters_choose(source: Path, tmp_path: Path, fields: dict[str, Any], taken: int) -> None:
    """What is asked for is archived, the rest is counted; again there is nothing to do; a dry run agrees."""
    asked = BackfillRequest(source=str(source), archive=str(tmp_path / "archive"), **fields)
    seen = dry_run.preview(asked.source, None, asked.options)
    assert (seen.captures, seen.captures + seen.left_out.total()) == (taken, 4)
    assert not (tmp_path / "archive").exists()

    archive = Archive.open(tmp_path / "archive")
    report = run([str(source)], archive, asked.options, StopSwitch())
    assert (report.tally.captures, report.tally.left_out) == (taken, seen.left_out)
    assert query(COUNT, tmp_path / "archive") == [{"rows": taken}]
    assert run([str(source)], archive, asked.options, StopSwitch()).items_known == 1

    rest = run([str(source)], archive, RunOptions(), StopSwitch())
    assert rest.tally.captures - rest.tally.known == 4 - taken
    assert query(COUNT, tmp_path / "archive") == [{"rows": 4}]


days = st.none() | st.dates()


@given(days, days, st.datetimes(timezones=st.just(UTC)))
def test_days_are_both_included(first: date | None, last: date | None, at: datetime) -> None:
    """A capture is taken exactly when its day in UTC is not outside."""
    is_taken = Selection(captured_from=first, captured_to=last).why_not(capture(at=at)) is None
    assert is_taken == ((first or date.min) <= at.date() <= (last or date.max))


def test_a_site_is_a_host_and_what_is_below_it() -> None:
    """Another site that ends alike is another site."""
    wanted = Selection(sites=("a.example",))
    assert wanted.why_not(capture("https://news.a.example/x")) is None
    assert wanted.why_not(capture("https://ba.example/x")) == "of other sites"
    assert wanted.why_not(capture()) == "without a site"


def test_the_languages_of_the_form_are_those_that_can_be_found() -> None:
    """A language that the classifier never gives could be chosen in vain."""
    assert set(get_args(Language)) == set(_identifier().nb_classes) - {"zxx"}


def test_the_form_is_flat_and_says_everything() -> None:
    """Every field has a title, a description and, but for the source, a default; none asks for a type."""
    schema = BackfillRequest.model_json_schema()
    assert list(schema["properties"]) == [
        "source", "archive", "format", "captured_from", "captured_to", "sites", "languages", "policy",
        "edition", "captures_per_shard", "dry_run", "compare_with",
    ]  # fmt: skip
    assert schema["required"] == ["source"]
    assert schema["additionalProperties"] is False
    for field in schema["properties"].values():
        assert field["title"]
        assert field["description"].endswith(".")
        assert "anyOf" not in field
        assert "$ref" not in field


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"captured_from": "2021-02-01", "captured_to": "2021-01-01"}, "is after captured to"),
        ({"sites": ["localhost"]}, "'localhost' is no site"),
        ({"source": "nowhere"}, "nowhere"),
        ({"archive": "captures.jsonl"}, "is a file, but an archive is a folder"),
        ({"archive": "."}, "cleaned into itself"),
        ({"compare_with": "balanced-12345678"}, "nothing to compare with"),
    ],
)
def test_what_cannot_be_is_refused(source: Path, fields: dict[str, Any], sentence: str) -> None:
    """A sentence for each contradiction, and nothing is made."""
    before = os.getcwd()  # noqa: PTH109
    os.chdir(source.parent)
    try:
        with pytest.raises(UsageError, match=sentence):
            check_request(BackfillRequest(**{"source": source.name, **fields}))
        assert [path.name for path in source.parent.iterdir()] == [source.name]
    finally:
        os.chdir(before)


def test_an_edition_of_another_policy_is_not_added_to(source: Path, tmp_path: Path) -> None:
    """Rows of two policies in one edition could not be told apart by readers; as now is always possible."""
    place = str(tmp_path / "archive")
    run([str(source)], Archive.open(place), RunOptions(Policy.STRICT), StopSwitch())
    asked: dict[str, Any] = {"source": str(source), "archive": place}
    with pytest.raises(UsageError, match="strict"):
        check_request(BackfillRequest(**asked, policy="lenient"))
    check_request(BackfillRequest(**asked, policy="strict"))
    check_request(BackfillRequest(**asked))
    assert pipeline_to(Archive.open(place), BackfillRequest(**asked)).policy == "strict"
    new = BackfillRequest(**asked, edition="new")
    assert pipeline_to(Archive.open(place), new).policy == "strict"
    check_request(BackfillRequest(**asked, policy="lenient", edition="new"))
    with pytest.raises(UsageError, match="compared with itself"):
        check_request(BackfillRequest(**asked, policy="strict", compare_with="current"))


def test_what_the_form_did_not_send_right_is_said_in_words() -> None:
    """Each wrong field is named."""
    with pytest.raises(UsageError, match=r"captured_from: .*; polcy: "):
        to_request({"source": "a", "captured_from": "yesterday", "polcy": 1})


@pytest.mark.parametrize(
    ("other", "overlaps"),
    [
        ({}, True),
        ({"source": "./a/"}, True),
        ({"source": "b"}, False),
        ({"archive": "elsewhere"}, False),
        ({"captured_from": "2021-03-01"}, True),
        ({"captured_from": "2021-03-02"}, False),
        ({"dry_run": True}, False),
    ],
)
def test_two_backfills_overlap_when_they_share_a_day(other: dict[str, Any], *, overlaps: bool) -> None:
    """Same source, same archive, a day in common, and both write."""
    one = BackfillRequest(source="a", captured_to="2021-03-01")  # type: ignore[arg-type]
    assert is_overlapping(one, BackfillRequest(**{"source": "a", **other})) is overlaps


@pytest.mark.parametrize(
    ("statuses", "name"),
    [
        ({"cleaned": 2}, "Completed"),
        ({}, "Completed"),
        ({"cleaned": 2, "review": 1}, "NeedsReview"),
        ({"cleaned": 2, "review": 1, "failed": 1}, "CompletedWithRejects"),
        ({"rejected": 1}, "CompletedWithRejects"),
    ],
)
def test_the_name_of_the_state_says_whether_to_look(statuses: dict[str, int], name: str) -> None:
    """All are completed: every capture has its row."""
    report = RunReport("balanced-01234567")
    report.tally.statuses.update(statuses)
    state = to_state(report)
    assert (state.name, state.is_completed()) == (name, True)


def test_a_shard_that_was_not_finished_fails_the_run() -> None:
    """The message names it and says why."""
    report = RunReport("balanced-01234567", failures=[ShardReport("a.warc", failure="the disk is full")])
    state = to_state(report)
    assert state.is_failed()
    assert "1 shard: a.warc: the disk is full" in (state.message or "")


@given(st.dictionaries(st.dates().map(str), st.builds(Words, *[st.integers(0, 10**6)] * 3), max_size=99))
def test_a_picture_is_well_formed_and_bounded(days: dict[str, Words]) -> None:
    """However many days: an SVG of some kilobytes with every status, in which no text breaks out."""
    tally = Tally(days=days)
    tally.statuses.update(cleaned=7, failed=1)
    tally.words_removed.update({f"<label {n}>": n for n in range(1, 40)})
    svg = draw_run(RunReport("balanced-01234567", tally=tally))
    drawn = "".join(ElementTree.fromstring(svg).itertext())  # noqa: S314 - our own
    assert all(name in drawn for name in ("cleaned", "failed", "<label 39>", "others"))
    assert len(svg) < 40_000


def test_a_dry_run_shows_twenty_and_writes_nothing(tmp_path: Path) -> None:
    """Counts are of all captures; the sample is twenty, the same ones each time."""
    from bench.generated import write_captures

    write_captures(tmp_path / "many", 30)
    seen = dry_run.preview(str(tmp_path / "many"), None, RunOptions())
    again = dry_run.preview(str(tmp_path / "many"), None, RunOptions())
    assert (seen.captures, len(seen.samples)) == (30, 20)
    assert seen.samples == again.samples
    text = dry_run.to_markdown(seen)
    assert "**30 captures** of 30 files would be cleaned" in text
    assert "- Listen Live   (" in text
    rows = dry_run.to_rows(seen)
    assert all(row["words after"] < row["words before"] for row in rows)
    assert [path.name for path in tmp_path.iterdir()] == ["many"]


def test_a_job_survives_the_way_to_another_machine(source: Path, tmp_path: Path) -> None:
    """Packed and unpacked it is the same job, dates, sites and all; so is the report on the way back."""
    from captures.shards import plan_shards
    from captures.storage import find_items
    from captures.values import ReadOptions

    [shard] = plan_shards(find_items(str(source)), ReadOptions(source="x"))
    wanted = Selection(date(2021, 1, 1), None, ("a.example",), ("de",))
    job = ShardJob(str(tmp_path), pipeline_of(Policy.BALANCED), shard, selection=wanted)
    assert remote_shards.unpack(remote_shards.pack(job)) == job

    tally = Tally(captures=3, days={"2021-01-01": Words(3, 2, 1)})
    tally.add_problem("a", "b")
    report = ShardReport("a", tally, failure="no")
    assert remote_shards._from_artifact(remote_shards._to_artifact(report)) == report
