"""Extractors are measured page by page: guarded, cached, grouped, printed and drawn."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from bench import quality
from bench.measure import Measurement, PeerCache, judge, measure, spread
from bench.metrics import Confusion, WordScore
from bench.pages import GoldPage
from bench.peers import EXTRACTORS, Extraction, Extractor, extract_guarded, wrap_lines
from bench.pictures import draw_quality, draw_speed
from bench.tables import MEAN_OF_SETS, mean_of_sets, to_rows
from tests.test_bench_pages import write_gold

_STORY = (
    "The bridge over the river was closed to all traffic on Tuesday after the storm had damaged it, and"
    " nobody can say yet when it will be open again: the engineers of the city have to look at each of the"
    " old pillars, and some of them stand in water that is still too high for the divers.",
    "Until then the ferry, which had been taken out of service last year, is to run every hour from early"
    " in the morning until the last tram has left, the mayor said at a meeting with the people who live on"
    " the island; she asked those who can to work from home in the first days of the week.",
    "The storm was the third in this winter, and it was not the worst of them, but it came at a time when"
    " the river was as high as it has been for ten years, so that the water took with it a part of the bank"
    " and two of the boats that were tied up there before anyone could move them.",
)
_PARAGRAPHS = "".join(f"<p>{text}</p>" for text in _STORY)
_HTML = f"<html><body><ul><li><a href='/'>Home</a></li></ul><article>{_PARAGRAPHS}</article></body></html>"
PAGE = GoldPage("1", "wcxb_dev", "html", _HTML.encode(), language="en", gold_text="\n".join(_STORY))
TEXT = replace(
    PAGE, rendering="text:bs4", payload="\n".join(["Home", *_STORY]).encode(), line_gold=(0, 1, 1, 1)
)


class Counting:
    """An extractor that counts how often it was asked."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, page: GoldPage) -> str:
        """Return the payload as it is."""
        self.calls += 1
        return page.payload.decode()


def _raise(page: GoldPage) -> str:
    raise ValueError(f"cannot read {page.page_id}")


@pytest.mark.parametrize("name", [name for name, row in EXTRACTORS.items() if "html".startswith(row.only)])
def test_every_extractor_finds_a_plain_story(name: str) -> None:
    """On a page that is all story nobody loses much: the adapters pass on what they were given."""
    one = judge(PAGE, name, extract_guarded(EXTRACTORS[name], PAGE))
    assert one.error is None
    assert one.words is not None
    assert one.words.recall > 0.9


@pytest.mark.parametrize("name", ["strigil", "trafilatura", "resiliparse", "justext"])
def test_every_extractor_reads_text_captures(name: str) -> None:
    """Plain text reaches each in a form it can read."""
    one = judge(TEXT, name, extract_guarded(EXTRACTORS[name], TEXT))
    assert one.words is not None
    assert one.words.recall > 0.9
    assert one.lines.recall == 1.0


def test_raw_text_is_not_wrapped() -> None:
    """The raw rows show what peers do with plain text: trafilatura refuses it."""
    assert extract_guarded(EXTRACTORS["trafilatura, raw"], TEXT).text == ""


def test_wrapped_lines_stay_text() -> None:
    """What looks like a tag in the text is text on the page."""
    assert "<p>a &lt;b&gt; &amp;amp; c</p>" in wrap_lines("a <b> &amp; c")


def test_an_extractor_that_raises_counts_as_empty() -> None:
    """A failure costs the page and is told."""
    [[one]] = measure([PAGE], {"broken": Extractor(_raise, "justext")})
    assert (one.is_empty, one.error) == (True, "ValueError: cannot read 1")
    assert one.words is not None
    assert one.words.f1 == 0
    assert to_rows([one], {"broken": "rules"})[0].failed == 1


def test_peers_are_asked_once_and_strigil_every_time(tmp_path: Path) -> None:
    """A cached text is measured like a fresh one; what changes is never cached."""
    peer, own = Counting(), Counting()
    rows = {"peer": Extractor(peer, "justext"), "own": Extractor(own, "strigil")}
    cache = PeerCache(tmp_path / "peers.sqlite3")
    first = list(measure([PAGE, TEXT], rows, cache=cache))
    second = list(measure([PAGE, TEXT], rows, cache=cache))
    cache.close()
    assert first == second
    assert (peer.calls, own.calls) == (2, 4)


def test_another_version_is_another_text(tmp_path: Path) -> None:
    """What one version made is not taken for another's."""
    cache = PeerCache(tmp_path / "peers.sqlite3")
    list(measure([PAGE], {"peer": Extractor(Counting(), "justext")}, cache=cache))
    assert cache.read(PAGE, {"peer": Extractor(Counting(), "justext")})
    assert not cache.read(PAGE, {"peer": Extractor(Counting(), "trafilatura")})
    cache.close()


def test_rows_are_only_measured_where_they_apply() -> None:
    """A row for text captures has no figure for HTML."""
    rows = {"raw": Extractor(Counting(), "justext", only="text")}
    assert [len(batch) for batch in measure([PAGE, TEXT], rows)] == [0, 1]


@pytest.mark.parametrize("processes", [1, 2])
def test_work_comes_back_in_order(processes: int) -> None:
    """However many processes: as many results as items, in their order."""
    assert list(spread(abs, range(-20, 0), processes=processes)) == list(range(20, 0, -1))


def _measurement(set_name: str, f1: float, *, language: str = "en") -> Measurement:
    words = WordScore(f1, f1, f1, 10, round(10 * (1 - f1)))
    return Measurement(
        "1",
        set_name,
        "html",
        language,
        None,
        "peer",
        words,
        Confusion(),
        Confusion(1, 1, 0, 2),
        is_empty=False,
    )


def test_pages_count_the_same_within_a_set_and_sets_the_same_among_all() -> None:
    """The mean of sets is over sets that people marked, whatever their sizes."""
    found = [
        _measurement("wcxb_dev", 1.0),
        _measurement("wcxb_dev", 0.5),
        _measurement("fundus_dev", 0.25),
        _measurement("readability", 0.0),
    ]
    rows = to_rows(found, {"peer": "rules"})
    assert [(row.set_name, row.f1, row.lost_words) for row in rows] == [
        ("wcxb_dev", 0.75, 0.25),
        ("fundus_dev", 0.25, 0.8),
        ("readability", 0.0, 1.0),
    ]
    [mean] = mean_of_sets(rows)
    assert (mean.set_name, mean.f1, mean.pages) == (MEAN_OF_SETS, 0.5, 3)
    assert (rows[0].line_precision, rows[0].line_recall, rows[0].segment_f1) == (1.0, 0.5, None)


def test_groups_break_a_set_down() -> None:
    """By language there is a row for each, and one for pages of unknown language."""
    found = [_measurement("wcxb_dev", 1.0), _measurement("wcxb_dev", 0.5, language="")]
    rows = to_rows(found, {"peer": "rules"}, by="language")
    assert [(row.group, row.f1) for row in rows] == [("en", 1.0), ("unknown", 0.5)]


def test_the_command_writes_its_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """CSV and Markdown hold what is printed, and every page has its line; the second run agrees."""
    write_gold(tmp_path, pages=2)
    arguments = ["--data", str(tmp_path), "--out", str(tmp_path / "out"), "--processes", "1"]
    arguments += ["--only", "justext,resiliparse"]
    assert quality.main(arguments) == 0
    first = (tmp_path / "out" / "quality.csv").read_text()
    rows = list(csv.DictReader(first.splitlines()))
    of_set = [row for row in rows if row["set_name"] == "wcxb_dev"]
    assert {row["rendering"] for row in of_set} == {"html", "text:bs4", "text:inscriptis"}
    assert {row["pages"] for row in of_set} == {"2"}
    assert (tmp_path / "out" / "quality.md").read_text().startswith("| set | input | extractor |")
    assert len((tmp_path / "out" / "pages.csv").read_text().splitlines()) == 1 + 2 * (2 + 4 + 4)
    assert "skipped fundus_dev.parquet" in capsys.readouterr().out
    assert quality.main(arguments) == 0
    assert (tmp_path / "out" / "quality.csv").read_text() == first


def test_the_command_says_when_there_is_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without the folder it says so, and fails rather than print an empty table."""
    arguments = ["--data", str(tmp_path / "nowhere"), "--out", str(tmp_path / "out"), "--processes", "1"]
    assert quality.main(arguments) == 1
    said = capsys.readouterr().out
    assert "there is no folder" in said
    assert "nothing was measured" in said


def test_unknown_names_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """A set or package that is not there is a wrong call."""
    with pytest.raises(SystemExit):
        quality.main(["--only", "beautifulsoup"])
    assert "unknown: beautifulsoup" in capsys.readouterr().err


def test_pictures_are_drawn(tmp_path: Path) -> None:
    """Both charts come out as PNG files."""
    rows = to_rows([_measurement("wcxb_dev", 0.5)], {"peer": "rules"})
    draw_quality([replace(row, extractor="strigil") for row in rows], tmp_path / "docs" / "quality.png")
    draw_speed({"HTML": {"strigil": 1.0, "justext": 20.0}}, tmp_path / "docs" / "speed.png")
    for path in (tmp_path / "docs").iterdir():
        assert path.read_bytes().startswith(b"\x89PNG")


def test_an_empty_extraction_is_measured() -> None:
    """No text at all is a result like any other."""
    one = judge(TEXT, "peer", Extraction(""))
    assert one.is_empty
    assert one.lines == Confusion(tp=0, fn=3, fp=0, tn=1)
