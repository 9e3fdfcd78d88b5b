"""Fields: who is believed where the markup and the lines of a page say different things."""

from __future__ import annotations

import pytest

from cleaners import clean
from cleaners.html.page import to_page
from cleaners.html.titles import find_site_headings, to_headline
from cleaners.values import CleanedPage, Fields

PROSE = [
    f"The bridge over the {river} was closed on Tuesday after a lorry struck its piers, police said "
    "late on Wednesday, and nobody knows for how long."
    for river in ("Aker", "Elbe", "Loire", "Drau")
]
PARAGRAPHS = "".join(f"<p>{line}</p>" for line in PROSE)
DATED = (
    '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Bridge closed after storm",'
    '"datePublished": "2022-05-05T23:40:00+02:00", "dateModified": "2022-05-06T08:00:00+02:00"}</script>'
)


def html(line: str, head: str = "", below: str = "") -> CleanedPage:
    """Return a cleaned page with a line under its headline and more below its story."""
    body = f"<article><h1>Bridge closed after storm</h1>{line}{PARAGRAPHS}</article>{below}"
    return clean(f"<html><head>{head}</head><body>{body}</body></html>", "text/html")


def text(*lines: str, below: tuple[str, ...] = ()) -> Fields:
    """Return the fields of a text capture with lines under its headline and below its story."""
    return clean("\n\n".join(["Bridge closed after storm", *lines, *PROSE, *below])).fields


@pytest.mark.parametrize(
    "line",
    [
        "Published: 5 May 2022",
        "Published: 05/06/2022",
        "Veröffentlicht: 05.05.2022, 23:40 Uhr",
        "First published: 3 May 2021",
        "Updated: 6 May 2022",
    ],
)
def test_words_for_a_date_do_not_beat_the_markup_of_the_article(line: str) -> None:
    """Words have no zone and no seconds, and day and month may change places."""
    fields = html(f"<p>{line}</p>", head=DATED).fields
    assert fields.published_at
    assert fields.published_at.isoformat() == "2022-05-05T23:40:00+02:00"
    assert fields.modified_at
    assert fields.modified_at.isoformat() == "2022-05-06T08:00:00+02:00"


def test_words_for_a_date_beat_a_guess() -> None:
    """A stamp is about this story; a ``time`` without a word beside it may be of another."""
    fields = html(
        "<p>Published: 5 May 2022</p>", below="<div><time datetime=2020-01-01>x</time></div>"
    ).fields
    assert fields.published_at
    assert fields.published_at.date().isoformat() == "2022-05-05"
    assert fields.published_precision == "day"


@pytest.mark.parametrize(
    ("line", "head", "stated"),
    [
        (
            "<p class=posted>Published: <time datetime=2022-05-05T23:40+02:00>5 May 2022</time></p>",
            "",
            "2022-05-05T23:40:00+02:00",
        ),
        (
            "<p>Published: 5 May 2022, 23:40</p>",
            "<meta property=article:published_time content=2022-05-05>",
            "2022-05-05T23:40:00+00:00",
        ),
        (
            "<p class=posted><time datetime=2022-05-04T23:00Z>x</time></p>",
            "<meta property=article:published_time content=2022-05-05>",
            "2022-05-05T00:00:00+00:00",
        ),
        (
            "<p>Published: 4 May 2022, 23:40</p>",
            "<meta property=article:published_time content=2022-05-05>",
            "2022-05-05T00:00:00+00:00",
        ),
    ],
)
def test_the_more_exact_of_two_that_name_one_day(line: str, head: str, stated: str) -> None:
    """Hour and zone come from whoever states them, of the day that the surest one names, of no other."""
    published = html(line, head=head).fields.published_at
    assert published
    assert published.isoformat() == stated


def test_years_of_cited_works_are_no_publication() -> None:
    """A bare year under the name of a date loses to a day."""
    head = "<meta itemprop=datePublished content=1988><meta name=dc.date content=2017-01-30>"
    published = html("", head=head).fields.published_at
    assert published
    assert published.date().isoformat() == "2017-01-30"


def test_dates_below_the_story_are_of_other_stories() -> None:
    """However a stamp below the story was found, one above it wins."""
    fields = text("Published: 5 May 2022", below=("Recent posts", "Published: 1 January 2020"))
    assert fields.published_at
    assert fields.published_at.date().isoformat() == "2022-05-05"


@pytest.mark.parametrize(
    ("line", "published", "modified"),
    [
        ("Published 3 May 2021, 10:15 | Updated 4 May 2021, 12:00", "2021-05-03", "2021-05-04"),
        ("Publié le 3 mai 2022 à 10h15 - Mis à jour le 4 mai 2022 à 12h40", "2022-05-03", "2022-05-04"),
        ("Veröffentlicht am 3. Mai 2021, aktualisiert am 4. Mai 2021", "2021-05-03", "2021-05-04"),
        ("May 3, 2021 / Updated May 4, 2021", "2021-05-03", "2021-05-04"),
        ("Published 3 May 2021", "2021-05-03", ""),
        ("Updated 4 May 2021", "", "2021-05-04"),
    ],
)
def test_a_line_may_say_both_times(line: str, published: str, modified: str) -> None:
    """When a story was published and when it was changed stand in one line, and are two fields."""
    fields = text(line)
    assert str(fields.published_at or "")[:10] == published
    assert str(fields.modified_at or "")[:10] == modified


SITES = {
    "site last": ("Bridge closed after storm - The Courier", "h2"),
    "site first": ("The Courier: Bridge closed after storm", "h3"),
    "old separator": ("Bridge closed after storm « The Courier", "h2"),
}


@pytest.mark.parametrize("name", SITES)
def test_an_h1_that_names_the_site_is_no_headline(name: str) -> None:
    """What remains of the page's title stands as a heading further below: that is the headline."""
    title, tag = SITES[name]
    body = f"<div id=head><h1><a href=/>The Courier</a></h1></div><{tag}>Bridge closed after storm</{tag}>"
    cleaned = clean(f"<title>{title}</title>{body}{PARAGRAPHS}", "text/html")
    assert cleaned.fields.title == "Bridge closed after storm"
    assert cleaned.fields.site_name == "The Courier"
    assert cleaned.text.startswith("Bridge closed after storm\n")


def test_a_stated_headline_unmasks_the_name_of_the_site() -> None:
    """OpenGraph names the headline, so the ``h1`` that is the rest of the page's title is the site."""
    head = "<title>Bridge closed | The Courier</title><meta property=og:title content='Bridge closed'>"
    titles = [e for e in to_page(f"{head}<h1>The Courier</h1>{PARAGRAPHS}").evidence if e.field == "title"]
    assert {e.value for e in titles} == {"Bridge closed"}


@pytest.mark.parametrize(
    ("headings", "titles"),
    [
        ([("h1", "Bridge closed"), ("h2", "The Courier")], ["Bridge closed - The Courier"]),
        ([("h1", "Bridge closed"), ("h2", "Read also")], ["Bridge closed - The Courier"]),
        ([("h1", "Vote: what now?"), ("h2", "what now?")], ["Vote: what now?"]),
        ([("h1", "The Courier")], ["The Courier"]),
        (
            [("h1", "Of words, of politics and of the bridge"), ("h3", "An author talks")],
            ["An author talks - Of words, of politics and of the bridge"],
        ),
    ],
)
def test_headlines_are_not_taken_for_sites(headings: list[tuple[str, str]], titles: list[str]) -> None:
    """An ``h1`` stays a headline unless it is the site's part of a title whose other part is known."""
    assert find_site_headings(headings, titles) == []


@pytest.mark.parametrize(
    ("title", "headline"),
    [
        ("Bridge closed after storm « The Courier", "Bridge closed after storm"),
        ("Le pont « Albert » rouvre", "Le pont « Albert » rouvre"),
        ("Il a dit « oui » | Le Courrier", "Il a dit « oui »"),
    ],
)
def test_french_quotation_marks_part_nothing(title: str, headline: str) -> None:
    """Single ones part a headline from its site; a pair of them is a quotation."""
    assert to_headline(title, []) == headline


@pytest.mark.parametrize(
    ("author", "date", "byline"),
    [
        ("Autor: Jan Kowalski", "3 maja 2022, 10:15", "Jan Kowalski"),
        ("By Jane Doe", "May 3, 2022", "Jane Doe"),
        ("Συντάκτης: Ελένη Παππά", "3 Μαΐου 2022", "Ελένη Παππά"),
        ("Tác giả: Nguyễn Văn An", "03/05/2022", "Nguyễn Văn An"),
        ("Haber: Ayşe Yılmaz", "03.05.2022", "Ayşe Yılmaz"),
        ("लेखक: राजेश कुमार", "3 मई 2022", "राजेश कुमार"),
    ],
)
@pytest.mark.parametrize("between", ["", " "])
def test_elements_part_names_from_dates(author: str, date: str, byline: str, between: str) -> None:
    """A name ends where its element ends, also where style alone sets the date apart."""
    line = f"<div><span class=author>{author}</span>{between}<span class=date>{date}</span></div>"
    assert html(line).fields.byline == byline


def test_the_model_names_no_author_that_markup_contradicts() -> None:
    """How surely a line is a byline says nothing of the name in it."""
    page = html("<p class=author>Jane Doe</p>", head="<meta name=author content='Jane Doe'>")
    scores = [e.score for e in page.fields.evidence if e.source.startswith("model/") and e.field == "byline"]
    assert page.fields.byline == "Jane Doe"
    assert all(score <= 0.5 for score in scores)


@pytest.mark.parametrize(
    "heading",
    ["Читайте также", "Czytaj także", "À lire également", "Διαβάστε επίσης", "More from Local News"],
)
def test_headings_of_lists_are_no_headlines(heading: str) -> None:
    """Known wording without a value of its own names a list; the lines below are the stories."""
    stories = ("Ferry to run again next week says operator", "Who owns the old toll house now?")
    assert text(below=(heading, *stories)).related == stories


@pytest.mark.parametrize(
    ("line", "address"),
    [
        (
            'Retrieved from "https://example.org/w/index.php?title=X&oldid=1"',
            "https://example.org/w/index.php?title=X&oldid=1",
        ),
        ("Source URL: https://example.org/Bridge_(Oslo).", "https://example.org/Bridge_(Oslo)"),
        ("Retrieved from the archives of the town", None),
    ],
)
def test_an_address_is_what_is_one(line: str, address: str | None) -> None:
    """The canonical address is the address in the line, not the line."""
    assert text(below=(line,)).canonical_url == address


@pytest.mark.parametrize(
    ("line", "byline", "credit"),
    [
        ("2022-05-03 10:15 来源：新华网 作者：李明", "李明", "新华网"),
        ("입력 2022.05.03 10:15 | 출처: 연합뉴스 | 기자: 홍길동", "홍길동", "연합뉴스"),
        ("Fecha: 03/05/2022 - Fuente: EFE - Autor: María García", "María García", "EFE"),
        ("03.05.2022 10:15 Источник: РИА Новости Автор: Анна Смирнова", "Анна Смирнова", "РИА Новости"),
    ],
)
def test_a_line_of_facts_gives_all_of_them(line: str, byline: str, credit: str) -> None:
    """Date, author and source, each to its field; not where it is part of a sentence of the story."""
    found = text(line)
    assert (found.byline, found.credits) == (byline, (credit,))
    assert found.published_at is not None
    inside = clean(
        "\n\n".join(["Bridge closed after storm", *PROSE, f"He reads: {line}.", *PROSE[1:]])
    ).fields
    assert (inside.byline, inside.credits, inside.published_at) == (None, (), None)


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("老桥重新通车", "老桥重新通车"),
        ("古い橋が再開通", "古い橋が再開通"),
        ("国内新闻", None),
        ("Bridges", None),
    ],
)
def test_short_headlines_of_dense_scripts(line: str, title: str | None) -> None:
    """Six characters of Han say as much as a dozen letters; the name of a section is shorter."""
    assert clean("\n\n".join([line, *PROSE])).fields.title == title
