"""What a page says of its own type, and when it is taken at its word."""

from __future__ import annotations

import pytest

from cleaners import clean
from cleaners.html.page import to_page


def ld(text: str) -> str:
    """Return a JSON-LD script."""
    return f'<script type="application/ld+json">{text}</script>'


TYPES = {
    "posting": (ld('{"@type": "DiscussionForumPosting"}'), None, "forum", "json-ld/DiscussionForumPosting"),
    "question": (
        ld('{"@graph": [{"@type": "WebPage"}, {"@type": "QAPage"}]}'),
        None,
        "forum",
        "json-ld/QAPage",
    ),
    "shop": ('<meta property="og:type" content="product">', None, "product", "meta/og:type"),
    "software": ('<meta name=generator content="Discourse 3.2.0">', None, "forum", "meta/generator"),
    "docs host": ("", "https://docs.example.org/install", "documentation", "url"),
    "threads": ("", "https://example.org/threads/quiet-keyboards.1234/", "forum", "url"),
    "shelf": ("", "https://example.org/collections/lamps?page=2", "collection", "url"),
}


@pytest.mark.parametrize("name", TYPES)
def test_page_types(name: str) -> None:
    """What a page says of its own type."""
    html, url, page_type, source = TYPES[name]
    found = [e for e in to_page(html + "<p>x", url=url).evidence if e.field == "page_type"]
    assert [(e.value, e.source) for e in found] == [(page_type, source)]


@pytest.mark.parametrize(
    ("html", "url"),
    [
        ("", "https://example.org/doc-martens"),
        ("", "https://example.org/threadsafe/forumular"),
        ("", "https://example.org/all-our-services/my_docs"),
        ('<meta property="og:type" content="article">', None),
        ('<meta name=generator content="WordPress 6.7">', None),
        (ld('{"@type": "WebPage", "mentions": {"@type": "Product"}}'), "https://[broken"),
    ],
)
def test_page_types_left_alone(html: str, url: str | None) -> None:
    """Words within words, what themes set everywhere, and things an article speaks of say nothing."""
    assert not [e for e in to_page(html + "<p>x", url=url).evidence if e.field == "page_type"]


def test_a_page_that_says_nothing_of_its_type() -> None:
    """Two lines are no page to tell the type of; what a page states counts on two lines too."""
    html = "<p>Ferry<p>Bridge"
    assert clean(html, "text/html").fields.page_type is None
    stated = clean(html + ld('{"@type": "QAPage"}'), "text/html").fields
    assert (stated.page_type, stated.page_type_score) == ("forum", 0.95)
