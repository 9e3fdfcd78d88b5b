"""Laws of all grammars: whole lines, known labels, no clock as publication date, hostile input, doctests."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import time
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cleaners.grammars
from cleaners.grammars import byline, credit, page_clock, stamps
from cleaners.grammars.calendar_names import MONTHS, WEEKDAYS
from cleaners.grammars.dates import to_moment
from cleaners.labels import LABELS
from cleaners.segment import to_page
from tests.test_grammars_cases import FOLDER, GRAMMARS, find, read_cases

MODULES = sorted(module.name for module in pkgutil.iter_modules(cleaners.grammars.__path__))
STORY = (
    "The bridge over the river was closed on Tuesday after the storm had damaged two pillars, the city said."
)
SEEN = sorted(
    {line for name in GRAMMARS for case in read_cases(name) for line in case.get("lines", {})}
    | {line for name in GRAMMARS for case in read_cases(name) for line in case.get("text", "").split("\n")}
)
DATES = st.dates(min_value=date(1971, 1, 1), max_value=date(2099, 12, 31))
MONTH_NAMES = [f"{date(2021, month, 1):%B}" for month in range(1, 13)]


def test_every_grammar_file_has_cases() -> None:
    """A file with a ``find`` has its file of cases, and every file of cases its grammar."""
    finders = {
        name for name in MODULES if hasattr(importlib.import_module(f"cleaners.grammars.{name}"), "find")
    }
    assert finders == set(GRAMMARS), f"add tests/cases/grammars/NAME.toml under {FOLDER}"


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples(name: str) -> None:
    """The examples in a grammar's docstrings are true."""
    module = importlib.import_module(f"cleaners.grammars.{name}")
    result = doctest.testmod(module, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0


@given(st.lists(st.sampled_from([*SEEN, STORY, ""]), max_size=30))
def test_spans_are_whole_lines_with_known_labels(lines: list[str]) -> None:
    """Whatever lines stand together, a span covers one line, and names a label, a reason and a score."""
    page = to_page("\n".join(lines))
    borders = set(zip(page.starts, page.ends, strict=True))
    for name in GRAMMARS:
        for span in find(name, page):
            assert (span.start, span.end) in borders
            assert span.label in LABELS
            assert "/" in span.reason
            assert 0 < span.score <= 1
            assert span.value != ""


@given(st.lists(st.sampled_from([*SEEN, STORY, ""]), max_size=30))
def test_a_page_clock_is_never_a_publication_date(lines: list[str]) -> None:
    """No line is both, wherever it stands."""
    page = to_page("\n".join(lines))
    clocks = {span.start for span in page_clock.find(page)}
    assert not clocks & {span.start for span in stamps.find(page)}


@given(st.text(max_size=200))
def test_any_text_is_read_without_error(text: str) -> None:
    """No text breaks a grammar."""
    page = to_page(text)
    for name in GRAMMARS:
        find(name, page)


@given(DATES, st.sampled_from(sorted(MONTHS)))
def test_a_date_is_read_in_every_language(day: date, name: str) -> None:
    """A month's name in any language, in any of three orders, gives the day it was made from."""
    day = day.replace(day=min(day.day, 28), month=MONTHS[name])
    for written in (
        f"{day.day} {name} {day.year}",
        f"{name} {day.day}, {day.year}",
        f"{day.year} {name} {day.day}",
    ):
        moment = to_moment(written)
        assert moment is not None, written
        assert (moment.value, moment.rest) == (day.isoformat(), ""), written


@given(DATES, st.sampled_from("٠۰०০๐０"))
def test_digits_of_any_script_are_the_same_digits(day: date, zero: str) -> None:
    """A date in another script's digits is the date in ours."""
    written = f"{day.day} {MONTH_NAMES[day.month - 1]} {day.year}"
    foreign = "".join(chr(ord(zero) + int(char)) if char.isdecimal() else char for char in written)
    assert to_moment(foreign) == to_moment(written)


@given(DATES, st.integers(0, 1439), st.integers(-11, 13))
def test_a_stated_zone_shifts_to_utc(day: date, minutes: int, hours: int) -> None:
    """Local time less its offset is UTC, with the offset apart from the date or glued to it."""
    local = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)
    utc = (local - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%MZ")
    name = f"{day.day:02} {MONTH_NAMES[day.month - 1]} {day.year}"
    for written in (f"{local:%H:%M} GMT{hours:+} {name}", f"{local:%H:%M} GMT {hours:+}{name}"):
        moment = to_moment(written)
        assert moment is not None
        assert moment.value == utc, written


@given(st.integers(1, 12), st.integers(29, 99))
def test_impossible_days_are_refused(month: int, day: int) -> None:
    """A day its month does not have is no date, and no month or year either."""
    try:
        date(2021, month, day)
    except ValueError:
        assert to_moment(f"{day} {MONTH_NAMES[month - 1]} 2021") is None


def test_names_of_calendars_are_complete() -> None:
    """Twelve months and more than 25 languages' names of them; weekdays are no months."""
    assert set(MONTHS.values()) == set(range(1, 13))
    assert len(MONTHS) > 500
    assert len(WEEKDAYS) > 200
    assert not {name for name in WEEKDAYS if len(name) > 3} & set(MONTHS)


@pytest.mark.parametrize("name", GRAMMARS)
@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "1 " * 500_000,
        "1/" * 500_000,
        "by A " * 200_000,
        ", x" * 300_000,
        "\0\ud800\udfff\n" * 1000,
        "0:0 / " * 20,
        "By " + "A. " * 38,
        "Photo: " + "/ " * 40,
        "AAA " * 22 + "- x" * 10,
        "1 Jan " * 26,
        "GMT +" + "1" * 150,
        "aB" * 60,
        "\n".join([STORY, *["a, " * 60 + "b"] * 200]),
        "\n".join(["1 May 2020 " * 12] * 100),
    ],
    ids=lambda text: repr(text[:12]),
)
def test_hostile_text_costs_little(name: str, text: str) -> None:
    """Long and repeating lines take time in proportion, a second at the very most."""
    page = to_page(text)
    began = time.process_time()
    find(name, page)
    assert time.process_time() - began < 1.0


def test_a_byline_and_a_credit_never_share_a_line_of_the_cases() -> None:
    """Who wrote and who took the picture are two things."""
    both = [line for line in SEEN if list(byline.find(to_page(line))) and list(credit.find(to_page(line)))]
    assert not both


def test_every_word_of_a_stamp_announces_a_date() -> None:
    """Also the short ones, with and without a colon: "Datum: 19.11.2021", "Stand 19.11.2021"."""
    for word, label in stamps.WORDINGS.items():
        for text in (f"{word}: 19.11.2021", f"{word} 19.11.2021"):
            assert [(span.label, span.value) for span in stamps.find(to_page(text))] == [
                (label, "2021-11-19")
            ], text


def test_doubt_inside_the_story_lowers_the_score() -> None:
    """A byline or a stamp between paragraphs, or one byline of many, may be about a book."""
    inside = "\n".join([STORY, "By Jane Doe", "Released: May 3, 2021", STORY])
    outside = "\n".join(["By Jane Doe", "Released: May 3, 2021", STORY, STORY])
    many = "\n".join([STORY, *["By Jane Doe"] * 9])
    for module in (byline, stamps):
        low = [span.score for span in module.find(to_page(inside))]
        high = [span.score for span in module.find(to_page(outside))]
        assert low
        assert max(low) < 0.75 < min(high)
    assert max(span.score for span in byline.find(to_page(many))) < 0.75
