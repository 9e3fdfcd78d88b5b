"""Dates in words near the headline: taken where nothing else names one, never from a page clock."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cleaners import clean

PROSE = "".join(
    f"<p>The bridge over the {river} was closed on Tuesday after a lorry struck its piers, police said "
    "late on Wednesday, and nobody knows for how long.</p>"
    for river in ("Aker", "Elbe", "Loire", "Drau", "Tejo", "Vltava", "Donau", "Glomma")
)
STORY = f"<h1>Harbour bridge closed after storm</h1>{{line}}{PROSE}"


def page(line: str, before: str = "", head: str = "") -> str:
    """Return a page with a line under its headline."""
    return (
        f"<html><head>{head}</head><body>{before}<article>{STORY.format(line=line)}</article></body></html>"
    )


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("<div>By Emily Burack 8 January 2020, 3:51 pm</div>", "2020-01-08"),
        ("<div>18.02.2022, 10:27 | Recht</div>", "2022-02-18"),
        ("<div>2. August 2012</div>", "2012-08-02"),
    ],
)
def test_a_date_under_the_headline_is_taken(line: str, day: str) -> None:
    """Pages without markup for the date have it in words, with a byline or a section beside it."""
    fields = clean(page(line), "text/html").fields
    assert fields.published_at
    assert fields.published_at.date().isoformat() == day


@pytest.mark.parametrize(
    "html",
    [
        page(
            "<div>The bridge opened on 4 May 1961 and nobody in the town has forgotten how it rained.</div>"
        ),
        page("", before="<div>09:11 GMT08 July 2020</div>"),
        page("<div>No date here</div>") + "<footer>4 May 2021</footer>",
    ],
)
def test_other_dates_are_spared(html: str) -> None:
    """A date inside a sentence, the clock of the page, a date far from the headline."""
    assert clean(html, "text/html").fields.published_at is None


def test_markup_beats_words() -> None:
    """Where the page names its date, the words near the headline are not asked."""
    head = '<meta property="article:published_time" content="2019-03-04T10:00:00Z">'
    fields = clean(page("<div>5 May 2021</div>", head=head), "text/html").fields
    assert fields.published_at == datetime(2019, 3, 4, 10, tzinfo=UTC)


def test_no_story_is_published_after_its_capture() -> None:
    """A date after the capture announces something."""
    html = page("<div>5 May 2021</div>")
    for captured in (datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 1)):
        cleaned = clean(html, "text/html", captured_at=captured)
        assert cleaned.fields.published_at is None
        assert cleaned.status == "cleaned"
