"""Metadata of HTML pages: every source, damage that is mended, nonsense that is left alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaners import Status, clean
from cleaners.fallback import find_metadata, is_silent
from cleaners.html.jsonld import read_json, read_objects
from cleaners.html.page import to_page
from cleaners.html.people import to_people
from cleaners.html.titles import to_headline
from cleaners.values import Evidence

URL = "https://www.example.org/2020/07/08/bridge"


def evidence(html: str, name: str, captured_at: datetime | None = None) -> list[tuple[str, str]]:
    """Return value and source of each candidate of a field, the surest first."""
    found = [e for e in to_page(html, url=URL, captured_at=captured_at).evidence if e.field == name]
    found.sort(key=lambda e: -e.score)
    assert all(0 < e.score <= 1 for e in found)
    return [(e.value, e.source) for e in found if e.source != "url"]


def ld(text: str) -> str:
    """Return a JSON-LD script."""
    return f'<script type="application/ld+json">{text}</script>'


ARTICLE = '{"@type": "NewsArticle", %s}'

BEST = {
    "headline": (ld(ARTICLE % '"headline": "Bridge &amp; ferry"'), "title", "Bridge & ferry"),
    "type with a vocabulary": (ld('{"@type": "http://schema.org/Article", "headline": "H"}'), "title", "H"),
    "graph": (ld('{"@graph": [{"@type": "WebPage"}, {"@type": "Article", "headline": "H"}]}'), "title", "H"),
    "list of types": (ld('[{"@type": ["Article", "BlogPosting"], "headline": "H"}]'), "title", "H"),
    "main entity": (
        ld('{"@type": "WebPage", "mainEntity": {"@type": "Article", "headline": "H"}}'),
        "title",
        "H",
    ),
    "trailing commas": (ld('{"@type": "Article", "headline": "H",}'), "title", "H"),
    "control characters": (ld('{"@type": "Article", "headline": "H\n\tI"}'), "title", "H I"),
    "cdata": (ld('//<![CDATA[\n{"@type": "Article", "headline": "H"}\n//]]>'), "title", "H"),
    "escaped whole": (
        ld("{&quot;@type&quot;: &quot;Article&quot;, &quot;headline&quot;: &quot;H&quot;}"),
        "title",
        "H",
    ),
    "article before page": (
        ld('[{"@type": "WebPage", "headline": "Page"}, {"@type": "NewsArticle", "headline": "Story"}]'),
        "title",
        "Story",
    ),
    "og title without its site": (
        "<meta property=og:title content='Bridge closed - The Example'><meta property=og:site_name "
        "content='The Example'>",
        "title",
        "Bridge closed",
    ),
    "title twice escaped": (
        "<title>Fish &amp;amp; chips for all | Example</title>",
        "title",
        "Fish & chips for all",
    ),
    "heading that agrees": (
        "<title>Bridge closed now</title><h1>The bridge closed</h1>",
        "title",
        "The bridge closed",
    ),
    "authors": (
        ld(ARTICLE % '"author": [{"@type": "Person", "name": "Jane Doe"}, {"name": "John Roe"}]'),
        "byline",
        "Jane Doe\nJohn Roe",
    ),
    "meta author": ("<meta name=Author content='By Jane Doe'>", "byline", "Jane Doe"),
    "rel author": ("<a rel=author href=/jd>Jane Doe</a>", "byline", "Jane Doe"),
    "microdata author": (
        "<p itemprop=author itemscope><b itemprop=name>Jane Doe</b>, chief reporter</p>",
        "byline",
        "Jane Doe",
    ),
    "zone": (
        ld(ARTICLE % '"datePublished": "2020-07-08T11:11:05+02:00"'),
        "published_at",
        "2020-07-08T11:11:05+02:00",
    ),
    "reference to a person": (
        ld(
            '{"@graph": [{"@type": "NewsArticle", "author": {"@id": "#jane"}},'
            '{"@type": "Person", "@id": "#jane", "name": "Jane Doe"}]}'
        ),
        "byline",
        "Jane Doe",
    ),
    "broken json with a plain date": (
        ld('{"@type": "NewsArticle", "datePublished": "2020-07-08", "author": {'),
        "published_at",
        "2020-07-08",
    ),
    "card with labels": (
        "<meta name=twitter:label1 content='Verfasst von'><meta name=twitter:data1 content='Jane Doe'>",
        "byline",
        "Jane Doe",
    ),
    "class of an author": (
        "<p>3 May 2020 <span class='author vcard'>von <a href=/x>Jane Doe</a></span> 2 comments</p>",
        "byline",
        "Jane Doe",
    ),
    "link to an author": ("<p>3 May - <a href=/autor/jane>Jane Doe</a></p>", "byline", "Jane Doe"),
    "og date": (
        "<meta property=article:published_time content=2020-07-08T09:11Z>",
        "published_at",
        "2020-07-08T09:11Z",
    ),
    "time element": ("<time datetime=2020-07-08>Wednesday</time>", "published_at", "2020-07-08"),
    "time in words": ("<p class=post-meta><time>8 July 2020</time></p>", "published_at", "2020-07-08"),
    "updated": ("<p class=updated><time datetime=2020-07-09>x</time></p>", "modified_at", "2020-07-09"),
    "modified": (ld(ARTICLE % '"dateModified": "2020-07-09"'), "modified_at", "2020-07-09"),
    "section": ("<meta property=article:section content=World>", "section", "World"),
    "tags": ("<meta property=article:tag content=a><meta property=article:tag content=b>", "tags", "a\nb"),
    "keywords": ("<meta name=news_keywords content='Oslo, #bridge ,,Oslo'>", "tags", "Oslo\nbridge"),
    "rel tag": (
        "<a rel='category tag' href=/o>Oslo</a><a rel=tag href=/f>Ferries</a><a rel=tag href=/b>Bridges</a>",
        "tags",
        "Ferries\nBridges",
    ),
    "rel category": ("<a rel='category tag' href=/o>Oslo</a><a rel=tag>Bridges</a>", "section", "Oslo"),
    "language": ("<html lang=nb_NO><body>x", "language", "nb-NO"),
    "canonical": ("<link rel=canonical href='/bridge'>", "canonical_url", "https://www.example.org/bridge"),
    "site": ("<meta property=og:site_name content='The Example'>", "site_name", "The Example"),
    "licence of an object": (
        ld(ARTICLE % '"license": {"@type": "CreativeWork", "url": "https://example.org/cc"}'),
        "license",
        "https://example.org/cc",
    ),
    "licence in a link": ("<a rel=license href=/cc>CC</a>", "license", "https://www.example.org/cc"),
    "image of an object": (
        ld(ARTICLE % '"image": [{"@type": "ImageObject", "url": "/a.jpg"}, "/b.jpg"]'),
        "image",
        "https://www.example.org/a.jpg",
    ),
    "image of a card": ("<meta name=twitter:image content=/c.jpg>", "image", "https://www.example.org/c.jpg"),
    "licence": ("<link rel=license href=https://example.org/cc>", "license", "https://example.org/cc"),
}


@pytest.mark.parametrize("name", BEST)
def test_best_candidate(name: str) -> None:
    """Each source is read, and its value is the surest where it is alone."""
    html, field, value = BEST[name]
    assert evidence(html, field)[0][0] == value


NOTHING = {
    "author is the site": (
        "<meta property=og:site_name content=Example><meta name=author content=Example>",
        "byline",
    ),
    "author is an address": ("<meta property=article:author content=https://example.org/jane>", "byline"),
    "author is an account": (
        "<meta name=author content=admin><meta name=author content=jdoe.example.org>",
        "byline",
    ),
    "no date": ("<meta name=date content='2 hours ago'>", "published_at"),
    "unset date": (ld(ARTICLE % '"datePublished": "1970-01-01T00:00:00Z"'), "published_at"),
    "time of a comment": ("<div class=comments><time datetime=2020-07-08>x</time></div>", "published_at"),
    "empty title": ("<title></title><meta property=og:title content=''>", "title"),
    "json beyond repair": (ld('{"@type": "Article", "headline": 7'), "title"),
    "no language": ("<html lang='{{ lang }}'>", "language"),
    "bad address": ("<link rel=canonical href='javascript:void(0)'>", "canonical_url"),
}


@pytest.mark.parametrize("name", NOTHING)
def test_nothing_is_better_than_nonsense(name: str) -> None:
    """What only looks like metadata yields no candidate."""
    html, field = NOTHING[name]
    assert evidence(html, field) == []


def test_contradicting_dates_are_all_kept() -> None:
    """Every candidate is handed out with its source; none hides another."""
    html = (
        ld(ARTICLE % '"datePublished": "2020-07-08", "dateCreated": "2020-07-01"')
        + "<meta property=article:published_time content=2020-07-09><time datetime=2020-07-10>x</time>"
    )
    assert evidence(html, "published_at") == [
        ("2020-07-08", "json-ld/article/datePublished"),
        ("2020-07-09", "meta/article:published_time"),
        ("2020-07-01", "json-ld/article/dateCreated"),
        ("2020-07-10", "time"),
    ]
    page = to_page(html, url=URL)
    assert Evidence("published_at", "2020-07-08", "url", 0.55) in page.evidence


def test_no_date_after_the_capture() -> None:
    """A page cannot be published after it was captured, give or take a day of zones."""
    html = "".join(
        f"<time datetime={day}>x</time>" for day in ("2020-07-08", "2020-07-09", "2020-07-10", "2021")
    )
    captured_at = datetime(2020, 7, 8, 12, tzinfo=UTC)
    assert [day for day, _ in evidence(html, "published_at", captured_at)] == ["2020-07-08", "2020-07-09"]


json_keys = st.sampled_from(["@graph", "@type", "mainEntity", "name", "author", "headline"])
json_values = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | st.just("Article"),
    lambda inner: st.lists(inner) | st.dictionaries(json_keys, inner),
    max_leaves=20,
)


@given(json_values)
def test_any_json_may_stand_for_metadata(value: object) -> None:
    """JSON of any shape is read or skipped, never an error."""
    page = to_page(ld(json.dumps(value).replace("<", " ")))
    assert all(isinstance(e.value, str) and e.value for e in page.evidence)


def test_json_that_holds_itself_open() -> None:
    """Deep nesting is skipped, many objects are bounded."""
    assert read_json("[" * 100_000) is None
    assert len(list(read_objects(["[" + "{}," * 10_000 + "{}]"]))) < 1_000


@pytest.mark.parametrize(
    ("title", "sites", "headline"),
    [
        ("Storm closes bridge | The Example", [], "Storm closes bridge"),
        ("Storm closes bridge » World » Example", [], "Storm closes bridge"),
        ("Storm - the bridge is closed", [], "Storm - the bridge is closed"),
        ("Storm closes bridge - the example", ["The Example"], "Storm closes bridge"),
        ("The Example: Storm", ["The Example"], "The Example: Storm"),
        ("The Example", ["The Example"], ""),
    ],
)
def test_headlines(title: str, sites: list[str], headline: str) -> None:
    """The site's name goes, a dash in a headline stays."""
    assert to_headline(title, sites) == headline


@pytest.mark.parametrize(
    ("texts", "people"),
    [
        (["By Jane Doe"], ["Jane Doe"]),
        (["Jane Doe, John Roe and Ann Poe"], ["Jane Doe", "John Roe", "Ann Poe"]),
        (["Trudi Latour"], ["Trudi Latour"]),
        (["Jane Doe, Chief Reporter"], ["Jane Doe"]),
        (["Center for Bridges and Ferries"], ["Center for Bridges and Ferries"]),
        (["www.example.org", "desk@example.org", "admin", "example.org"], []),
    ],
)
def test_people(texts: list[str], people: list[str]) -> None:
    """Names come out one by one; addresses and accounts do not."""
    assert to_people(texts, []) == people


def test_fallback_fills_silence_only() -> None:
    """The fallback reads what markup does not say, and never takes the day of the capture for a date."""
    html = (
        "<html><head><title>The bridge was closed today</title></head><body><article>"
        "<div class='article-date'>8 July 2020</div><p>Trams stopped.</p></article></body></html>"
    )
    page = to_page(html)
    assert is_silent(page.evidence)
    dates = [e.value for e in find_metadata(html) if e.field == "published_at"]
    assert dates in ([], ["2020-07-08"])
    late = find_metadata(html, captured_at=datetime(2020, 7, 8, tzinfo=UTC))
    assert [e for e in late if e.field == "published_at"] == []
    assert find_metadata("") == ()


def test_a_title_of_separators_is_not_taken_apart() -> None:
    """It would be looked at once for each of them: a title that long is none."""
    title = " - x | " * 20_000
    assert to_headline(title, ["x"]) == title.strip()
    assert to_page(f"<title>{title}</title><h1>Bridge closed</h1>").evidence


def test_a_number_of_thousands_of_digits_is_no_character() -> None:
    """Python converts no such numbers; the page is cleaned all the same."""
    endless = "&amp;#" + "1" * 5000 + ";"
    page = clean(
        f"<title>Bridge {endless}</title><meta name=author content='Jane {endless}'>"
        f'<script type="application/ld+json">{{"headline": "{endless}"</script><p>{"Traffic waits. " * 9}',
        "text/html",
    )
    assert page.status is Status.CLEANED
