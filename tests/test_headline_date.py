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


def test_the_name_of_the_site_is_no_headline() -> None:
    """An ``h1`` in the header of a site is far above the story: dates are looked for near the story."""
    header = "<h1>Harbour News</h1>" + "".join(f"<div>Menu entry {word}</div>" for word in "abcdefghijklmnop")
    html = f"<title>Harbour News</title>{header}<h2>Bridge closed</h2><div>Datum 18.10.2021</div>{PROSE}"
    published = clean(html, "text/html").fields.published_at
    assert published
    assert published.date().isoformat() == "2021-10-18"


@pytest.mark.parametrize(
    "line", ["<div>Article mis à jour le 7 janvier 2020.</div>", "<div>28 January 1975 (Aquarius)</div>"]
)
def test_changes_and_days_before_the_web_are_no_publication(line: str) -> None:
    """When something was changed, and when somebody was born."""
    assert clean(page(line), "text/html").fields.published_at is None


@pytest.mark.parametrize(
    ("stated", "day"), [("2019-06-17T18:28:00+02:00", "2017-07-12"), ("2017-07-13T01:00:00Z", "2017-07-13")]
)
def test_a_moved_page_is_as_old_as_its_address(stated: str, day: str) -> None:
    """Markup that is years later than the address was written when the site moved; a night is nothing."""
    head = f'<meta property="article:published_time" content="{stated}">'
    published = clean(
        page("", head=head), "text/html", url="https://example.org/2017/7/12/m"
    ).fields.published_at
    assert published
    assert published.date().isoformat() == day


HEAD = "Brandsmouth Times\nNews\nSport\nWeather\nBridge over the Aker closed for two years\n"
TOLD = (
    "The council of Brandsmouth voted on Tuesday to close the old bridge over the Aker for two years, after "
    "engineers had found cracks in three of its piers.\n"
    "The ferry will run every twenty minutes from six in the morning until midnight, and the council has "
    "promised that it will be free for those who live on the northern side.\n"
)


@pytest.mark.parametrize(
    "line",
    [
        "03.05.2021, 10:15 Uhr",
        "May 3, 2021",
        "Posted on\nMay 3, 2021",
        "Von Olga | 3. Mai 2021",
        "2021年5月3日",
    ],
)
def test_a_date_near_the_headline_of_text_is_taken(line: str) -> None:
    """In a text capture nothing but its place says whose date it is."""
    page = clean(f"{HEAD}{line}\n{TOLD}Terms\nPrivacy\n")
    assert page.fields.published_at is not None
    assert page.fields.published_at.date().isoformat() == "2021-05-03"


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}{TOLD}The bridge was opened on 3 May 1999.\n{TOLD[:150]}\n",
        f"{HEAD}{TOLD}Terms\nHarbour to get new crane\n3 May 2021\nPrivacy\n",
        f"09:11 GMT 03 May 2021\n{HEAD}{TOLD}",
    ],
)
def test_dates_of_other_things_in_text_are_spared(text: str) -> None:
    """What the story tells of, other stories below it, and the clock of the page."""
    assert clean(text).fields.published_at is None
