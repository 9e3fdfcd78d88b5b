"""Feeds, sitemaps and home pages as they are written: what cannot be read costs its entry."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captures.fetching.lists import Listed, kind_of, read_feed_links, read_list, to_hint, unpack
from captures.fetching.loose import read_loosely
from captures.fetching.state import State
from captures.fetching.values import Kind
from tests.fetch_runs import ends, fetch
from tests.fetch_site import Page, feed, robots, serving, sitemap, story

NEW = ("new", "")
URL = "http://news.example/news/feed.xml"
NO_ADDRESS = "http://[oops/x"


@pytest.mark.parametrize("write", [feed, sitemap])
def test_a_link_that_is_no_address_costs_its_entry(tmp_path: Path, write: Callable[..., Page]) -> None:
    """All other entries are asked, and the report says what the bad one was."""
    with serving() as site:
        first, second = site.add_stories(2)
        site.pages["/list.xml"] = write(first, NO_ADDRESS, second)
        report = fetch(tmp_path, site.url("/list.xml"), site=site)
    found = ends(report)
    assert found["/story-0.html"] == found["/story-1.html"] == NEW
    [(outcome, reason)] = [end for end in found.values() if end[0] == "refused"]
    assert (outcome, reason.partition(":")[0]) == ("refused", "forbidden-url")


def test_a_home_page_with_bad_links_leads_to_its_feeds(tmp_path: Path) -> None:
    """Neither a bad feed link, nor a bad base, nor a bad sitemap of robots.txt hides the good one."""
    links = "".join(
        f"<link rel=alternate type=application/rss+xml href='{href}'>" for href in (NO_ADDRESS, "/feed")
    )
    with serving() as site:
        [url] = site.add_stories(1)
        site.pages["/"] = Page(f"<html><head><base href='{NO_ADDRESS}'>{links}</head>".encode())
        site.pages["/robots.txt"] = robots(f"Sitemap: {NO_ADDRESS}\nUser-agent: *\nAllow: /\n")
        site.pages["/feed"] = feed(url)
        report = fetch(tmp_path, site.url("/"), site=site)
    assert ends(report)["/story-0.html"] == NEW


DATES = (
    "Fri, 31 Dec 9999 23:00:00 -2300", "Mon, 32 Foo 2020", "-", "\ud800",
    "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "1e400", "9" * 5000,
)  # fmt: skip


@pytest.mark.parametrize("date", DATES, ids=range(len(DATES)))
def test_a_date_that_is_none_is_no_hint(date: str) -> None:
    """The entry is there without it."""
    assert to_hint(date) is None


@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{1,5} \d\d:\d\d(:\d\d)? [+-]\d{4}"))
def test_any_text_is_a_hint_or_none(text: str) -> None:
    """Law: never an exception."""
    assert to_hint(text) is None or "T" in str(to_hint(text))


EMPTY = (b"<rss><channel>", b"<urlset> & ", b"<rss>" + b" " * 70_000, b"<feed><title>a & b</title></feed>")


@pytest.mark.parametrize("payload", EMPTY, ids=range(len(EMPTY)))
@pytest.mark.parametrize("kind", [Kind.FEED, Kind.SITEMAP])
def test_a_list_with_a_mistake_and_no_entry_is_empty(payload: bytes, kind: Kind) -> None:
    """A feed of which only the beginning came lists nothing, and is no fault."""
    assert list(read_list(payload, kind, URL)) == []


@pytest.mark.parametrize("charset", ["idna", "undefined", "base64", "klingon"])
def test_a_charset_that_is_none_is_utf_8(charset: str) -> None:
    """A feed may declare any name, also one of those that Python keeps for something else."""
    text = (
        f"<?xml version='1.0' encoding='{charset}'?><rss><item><b>é & é<link>http://a.example/é</link></item>"
    )
    assert [entry.url for entry in read_list(text.encode(), Kind.FEED, URL)] == ["http://a.example/é"]


def test_a_number_of_thousands_of_digits_is_no_character() -> None:
    """It stays as it is written, and the entry is read."""
    number = "&#" + "9" * 5000 + ";"
    [entry] = read_loosely(f"<item><title>{number}<link>http://a.example/</link></item>".encode(), ("item",))
    assert (entry.texts("title"), entry.texts("link")) == ([number], ["http://a.example/"])


BASED = (
    ("relative to the feed", "<feed><entry><link href='../a'/></entry></feed>", "http://news.example/a"),
    ("relative to xml:base", "<feed xml:base='http://b.example/x/'><entry><link href='a'/></entry></feed>",
     "http://b.example/x/a"),
    ("bases within bases", "<feed xml:base='http://b.example/x/'><entry xml:base='y/'><link href='a'/>"
     "</entry></feed>", "http://b.example/x/y/a"),
    ("a base that is none", f"<feed xml:base='{NO_ADDRESS}'><entry><link href='http://b.example/a'/></entry></feed>",
     "http://b.example/a"),
    ("blanks around", "<rss><item><link>\n  http://b.example/a\n </link></item></rss>", "http://b.example/a"),
    ("in CDATA", "<rss><item><link><![CDATA[ http://b.example/?a&b ]]></link></item></rss>", "http://b.example/?a&b"),
    ("RSS 1.0", "<rdf:RDF xmlns:rdf='r' xmlns='s'><item rdf:about='u'><link>http://b.example/a</link></item></rdf:RDF>",
     "http://b.example/a"),
    ("by its guid", "<rss><item><guid>http://b.example/a</guid></item></rss>", "http://b.example/a"),
    ("not an enclosure", "<feed><entry><link rel='enclosure' href='x.mp3'/><link href='/a'/></entry></feed>",
     "http://news.example/a"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "url"), [each[1:] for each in BASED], ids=[each[0] for each in BASED])
def test_links_of_feeds(text: str, url: str) -> None:
    """Each way to write an address gives the one that a reader would follow."""
    assert [entry.url for entry in read_list(text.encode(), Kind.FEED, URL)] == [url]


RSS = "<rss><channel><item><link>http://b.example/a</link></item></channel></rss>"
MAP = "<urlset><url><loc>http://b.example/a</loc></url></urlset>"
JSON_FEED = '{"version": "https://jsonfeed.org/version/1", "items": [{"url": "http://b.example/a"}]}'
DECLARED = "<?xml version='1.0' encoding='utf-16'?>"
KINDS = (
    ("UTF-16", Kind.FEED, RSS.encode("utf-16")),
    ("UTF-16 that says so", Kind.FEED, (DECLARED + RSS).encode("utf-16")),
    ("a sitemap in UTF-16", Kind.SITEMAP, (DECLARED + MAP).encode("utf-16")),
    ("a list in UTF-16", Kind.LIST, "http://b.example/a\r\n".encode("utf-16")),
    ("marks of UTF-8", Kind.FEED, b"\xef\xbb\xbf\xef\xbb\xbf" + RSS.encode()),
    ("a warning of PHP", Kind.FEED, f"<br />\n<b>Warning</b>: x\n<?xml version='1.0'?>{RSS}".encode()),
    ("a notice before a sitemap", Kind.SITEMAP, f"Notice: x\n<?xml version='1.0'?>{MAP}".encode()),
    ("a style sheet", Kind.FEED, f"<?xml version='1.0'?><?xml-stylesheet href='x.xsl'?>{RSS}".encode()),
    ("a prefix", Kind.SITEMAP, b"<s:urlset xmlns:s='s'><s:url><s:loc>http://b.example/a</s:loc></s:url></s:urlset>"),
    ("JSON behind a mark", Kind.FEED, b"\xef\xbb\xbf" + JSON_FEED.encode()),
    ("JSON with escaped slashes", Kind.FEED, JSON_FEED.replace("/", "\\/").encode()),
    ("a packed sitemap", Kind.SITEMAP, gzip.compress(MAP.encode())),
    ("a page", Kind.PAGE, b"<!DOCTYPE html><html><body><p>One <a href='http://b.example/a'>story</a>"),
    ("a feed in a script", Kind.PAGE, f"<html><script>x = \"<?xml version='1.0'?>{RSS}\"".encode()),
    ("a page of XHTML", Kind.PAGE, b"<?xml version='1.0'?><html xmlns='x'><body/></html>"),
    ("a page that shows a feed", Kind.PAGE, f"<html><body><pre>{RSS.replace('<', '&lt;')}</pre>".encode()),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "payload"), [each[1:] for each in KINDS], ids=[each[0] for each in KINDS])
def test_lists_are_told_by_their_content(kind: Kind, payload: bytes) -> None:
    """In any charset, behind what scripts put before them; and what is told is read."""
    whole = unpack(payload)
    assert kind_of(whole) is kind
    if kind is not Kind.PAGE:
        assert [entry.url for entry in read_list(whole, kind, URL)] == ["http://b.example/a"]


@given(st.binary(max_size=200))
def test_any_bytes_list_something_or_nothing(data: bytes) -> None:
    """Law: no document is a fault, as what it was asked for, with a root that says so or without."""
    for payload in (data, b"<rss><item><link>" + data, b"<urlset><url><loc>" + data, b'{"items": [' + data):
        for kind in (Kind.FEED, Kind.SITEMAP, Kind.LIST):
            assert all(isinstance(entry, Listed) for entry in read_list(payload, kind, URL))
        assert all(entry.kind is Kind.FEED for entry in read_feed_links(payload, URL))


def odd(connection: socket.socket) -> None:
    """Say that nothing changed, with a validator that cannot be sent back."""
    connection.sendall('HTTP/1.1 304 Not Modified\r\nETag: "café"\r\n\r\n'.encode("latin1"))


def test_a_validator_that_cannot_be_sent_back_is_none(tmp_path: Path) -> None:
    """A page is asked as before when a 304 names one; a state that holds one already heals."""
    with serving({"/a.html": story("a")}) as site:
        url = site.url("/a.html")
        assert fetch(tmp_path, url, site=site).outcomes == {"new": 1}
        site.pages["/a.html"] = Page(raw=odd)
        assert fetch(tmp_path, url, site=site).outcomes == {"unchanged": 1}
        assert fetch(tmp_path, url, site=site).outcomes == {"unchanged": 1}
        assert site.asked[-1].is_conditional  # by the validator of before
        state = State(tmp_path / "state.sqlite")
        with state.writing() as connection:
            connection.execute("UPDATE pages SET etag='\"café\"', modified='gestern, 12 Uhr, März'")
        state.close()
        site.pages["/a.html"] = story("a")
        assert fetch(tmp_path, url, site=site).outcomes == {"unchanged": 1}
        assert not site.asked[-1].is_conditional
