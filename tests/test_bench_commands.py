"""The smaller commands of the bench: ledger, first captures, metadata, speed."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench import metadata, rebuild, seeds, speed
from bench.headline import Question, learn
from bench.metadata import Answer, days_of, judge, names_of
from bench.metrics import Confusion
from bench.pages import GoldPage
from cleaners import CleanedPage, Edit, Fields, Line, Status, pipeline
from tests.test_bench_pages import write_gold

GOOD = CleanedPage(
    text="Body.",
    source_text="Share\nBody.",
    edits=(Edit(0, 6, "share", "share/test", 1.0, ""),),
    lines=(Line(0, 5, "share", "share/test", 1.0, kept=False), Line(6, 11, "body", "", 1.0, kept=True)),
    fields=Fields(),
    status=Status.CLEANED,
    removed_text="Share\n",
)


def test_a_sound_ledger_has_no_problem() -> None:
    """What was removed and what was kept make up the source."""
    assert list(rebuild.verify_ledger(GOOD)) == []


def test_a_line_of_invisible_characters_may_be_repaired_away() -> None:
    """A byte order mark alone in a kept line goes by repair; nothing anybody could read is lost."""
    page = replace(
        GOOD,
        source_text="\ufeff\nBody.",
        text="\nBody.",
        edits=(Edit(0, 1, "repair", "repair/test", 1.0, ""),),
        lines=(Line(0, 1, "blank", "", 0.0, kept=True), Line(2, 7, "body", "", 1.0, kept=True)),
        removed_text="\ufeff",
    )
    assert list(rebuild.verify_ledger(page)) == []


@pytest.mark.parametrize(
    ("damaged", "problem"),
    [
        (replace(GOOD, text="Bod."), "rebuild() is not the source text"),
        (replace(GOOD, removed_text="Share!"), "removed_text is not what the edits took out"),
        (replace(GOOD, lines=GOOD.lines[1:]), "some text stands in no line"),
        (replace(GOOD, lines=GOOD.lines[::-1]), "lines overlap or are out of order"),
        (replace(GOOD, edits=(), removed_text="", text=GOOD.source_text), "line 0 is not kept, but"),
        (replace(GOOD, lines=tuple(line._replace(kept=True) for line in GOOD.lines)), "line 0 is kept, but"),
        (replace(GOOD, edits=(*GOOD.edits, Edit(3, 99, "ad", "x", 1.0, ""))), "edits overlap"),
        (replace(GOOD, edits=(Edit(11, 12, "ad", "x", 1.0, ""),)), "an edit is empty or lies outside"),
    ],
)
def test_a_damaged_ledger_is_found(damaged: CleanedPage, problem: str) -> None:
    """Each way to lose something is told."""
    assert any(found.startswith(problem) for found in rebuild.verify_ledger(damaged))


def test_every_gold_page_is_rebuilt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command counts pages by rendering and status."""
    write_gold(tmp_path)
    assert rebuild.main(["--data", str(tmp_path), "--processes", "1"]) == 0
    assert "9 pages rebuilt exactly" in capsys.readouterr().out


def test_a_missed_line_fails_the_check_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Gold that contradicts the cleaner is a miss, with what was seen; agreement passes."""
    story = "The bridge was closed on Tuesday after the storm, the city said."
    (tmp_path / "a.txt").write_text(f"Listen Live\n\n{story}\n")
    gold = [{"line": 0, "label": "listen_live"}, {"line": 2, "label": "body"}]
    (tmp_path / "gold.json").write_text(json.dumps({"a.txt": gold}))
    assert seeds.main(["--data", str(tmp_path)]) == 0
    (tmp_path / "gold.json").write_text(json.dumps({"a.txt": [{"line": 0, "label": "body"}]}))
    assert seeds.main(["--data", str(tmp_path)]) == 1
    assert "MISS a.txt: no line of the story is lost\n     seen: Listen Live" in capsys.readouterr().out


def test_absent_captures_are_skipped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without the folder the check says what it skipped."""
    assert seeds.main(["--data", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("skipped: there is no")


_GOLD = GoldPage(
    "1",
    "fundus_dev",
    "html",
    b"",
    title="Bridge closed – storm",
    author="Jane Doe",
    date="2021-05-03",
    tags=("A", "B"),
)


@pytest.mark.parametrize(
    ("answer", "title", "author", "date"),
    [
        (Answer("bridge closed: Storm", "Doe, Jane", "2021-05-03"), "right", "wrong", "right"),
        (Answer("Bridge", "JANE DOE", "2021-05-04"), "wrong", "right", "wrong"),
        (Answer(), "silent", "silent", "silent"),
    ],
)
def test_answers_are_right_wrong_or_silent(answer: Answer, title: str, author: str, date: str) -> None:
    """Case and punctuation do not count, the words do; no answer is not a wrong one."""
    assert judge(_GOLD, answer)[0] == {"title": title, "author": author, "date": date}


def test_tags_are_compared_one_by_one() -> None:
    """A tag counts once, in any order and case."""
    assert judge(_GOLD, Answer(tags=("b", "C", "c")))[1] == Confusion(tp=1, fn=1, fp=1)


def test_a_day_holds_in_its_zone_and_in_utc() -> None:
    """A time just after midnight in the east is still the day before in UTC."""
    assert {day.day for day in days_of("2025-06-05 00:30:00+02:00")} == {4, 5}
    assert {day.day for day in days_of("2025-06-05")} == {5}


def test_names_are_a_set() -> None:
    """Order, case and the word between names do not count."""
    assert names_of("Jane Doe, John Roe") == names_of("john roe und jane doe") != names_of("Jane Doe")


def test_metadata_is_measured_for_all_tools(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each tool has a row; without pages the command fails and says so."""
    write_gold(tmp_path)
    assert metadata.main(["--data", str(tmp_path), "--sets", "wcxb_dev", "--processes", "1"]) == 0
    printed = capsys.readouterr().out
    assert all(tool in printed for tool in metadata.TOOLS)
    assert metadata.main(["--data", str(tmp_path / "nowhere"), "--processes", "1"]) == 1


def test_steps_add_up_and_are_put_back() -> None:
    """All of the time is accounted for, and the pipeline is as before."""
    cleaners = dict(pipeline.CLEANERS)
    page = GoldPage("1", "wcxb_dev", "text:bs4", b"Listen Live\nThe bridge was closed on Tuesday.")
    seconds = speed.measure_steps([page] * 5)
    named = {f"cleaner {name}" for name in cleaners if name != pipeline.LEXICON}
    assert {"find_phrases", "judge", "settle", "everything else", *named} <= set(seconds)
    assert all(value >= 0 for value in seconds.values())
    assert cleaners == pipeline.CLEANERS


def test_all_are_timed_on_the_same_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run sees every page as often as it is repeated, and once more to warm up."""
    monkeypatch.setattr("gc.collect", lambda: 0)  # seconds, with all that a suite has in memory
    seen: dict[str, list[int]] = {"strigil": [], "peer": []}
    pages = [GoldPage(str(number), "wcxb_dev", "html", b"x\ny") for number in range(20)]
    runs = {name: (lambda chunk, sizes=sizes: sizes.append(len(chunk))) for name, sizes in seen.items()}
    timing = speed.measure_times(pages, runs, repeats=2)
    assert seen == {"strigil": [16, 16, 16, 4, 4], "peer": [16, 16, 16, 4, 4]}
    assert (timing.pages, timing.lines, set(timing.seconds)) == (20, 40, {"strigil", "peer"})


def test_a_trait_that_tells_the_headline_gets_weight() -> None:
    """The descent finds what the right rows have, and that "none" is right where no row has it."""
    told = Question(
        np.array([[1.0, 0.3, 0.0], [0.0, 0.9, 0.0], [0.0, 0.0, 1.0]]), np.array([True, False, False])
    )
    none = Question(np.array([[0.0, 0.8, 0.0], [0.0, 0.0, 1.0]]), np.array([False, True]))
    first, second, nobody = learn([told, none] * 3)
    assert first > nobody > second
