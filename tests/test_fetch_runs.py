"""Runs against a real server: what is fetched, what is not and why, and what a second run asks."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from captures.fetching.sources import Budget
from captures.fetching.state import State
from tests.fetch_runs import captures, ends, fetch
from tests.fetch_site import (
    Page,
    feed,
    redirect,
    robots,
    serving,
    sitemap,
    sitemap_index,
    story,
)

NEW = ("new", "")


def test_a_page_is_fetched_and_kept(tmp_path: Path) -> None:
    """One URL becomes one capture with its bytes, status, type, time and source."""
    with serving({"/a.html": story("a")}) as site:
        report = fetch(tmp_path, site.url("/a.html"), site=site)
        [capture] = captures(tmp_path)
        assert capture.payload == site.pages["/a.html"].body
        assert (capture.url, capture.http_status) == (site.url("/a.html"), 200)
        assert (capture.charset, capture.captured_at_source) == ("utf-8", "record")
        assert capture.provenance.source == "source-0"
        agent = site.asked[-1].headers["user-agent"]
    assert "Strigil/" in agent
    assert "desk@news.example" in agent
    assert report.outcomes == {"new": 1}


@pytest.mark.parametrize("is_home", [True, False], ids=["by the home page", "named"])
def test_feeds_are_followed(tmp_path: Path, is_home: bool) -> None:  # noqa: FBT001
    """RSS, Atom and JSON feeds give their entries; a home page gives its feeds."""
    with serving() as site:
        urls = site.add_stories(6)
        site.pages["/rss"] = feed(*urls[:2])
        entries = f'<entry><link href="{urls[2]}"/></entry><entry><link href="/story-3.html"/></entry>'
        atom = f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'
        site.pages["/atom"] = Page(atom.encode(), "application/atom+xml")
        items = {"version": "https://jsonfeed.org/version/1.1", "items": [{"url": url} for url in urls[4:]]}
        site.pages["/json"] = Page(json.dumps(items).encode(), "application/feed+json")
        types = (("/rss", "rss+xml"), ("/atom", "atom+xml"), ("/json", "feed+json"))
        links = "".join(
            f'<link rel="alternate" type="application/{kind}" href="{path}">' for path, kind in types
        )
        site.pages["/"] = Page(f"<html><head>{links}</head><body><p>Home</p></body></html>".encode())
        wanted = [site.url()] if is_home else [site.url(path) for path, _ in types]
        report = fetch(tmp_path, *wanted, site=site)
    found = ends(report)
    assert all(found[f"/story-{number}.html"] == NEW for number in range(6))
    assert report.lists == {"new": 3}


def test_sitemaps_are_followed(tmp_path: Path) -> None:
    """An index, a packed sitemap, a news sitemap, and those that robots.txt names for a home page."""
    with serving() as site:
        urls = site.add_stories(4)
        site.pages["/robots.txt"] = robots(f"User-agent: *\nAllow: /\nSitemap: {site.url('/index.xml')}\n")
        site.pages["/index.xml"] = sitemap_index(site.url("/a.xml"), site.url("/b.xml.gz"))
        site.pages["/a.xml"] = sitemap(*urls[:2])
        site.pages["/b.xml.gz"] = sitemap(*urls[2:], is_packed=True)
        site.pages["/"] = story("home")
        report = fetch(tmp_path, site.url(), site=site)
    assert report.outcomes == {"new": 5}
    assert report.lists == {"new": 3}


def test_lists_of_urls_are_followed(tmp_path: Path) -> None:
    """A local file and a remote one, one URL a line, with remarks."""
    with serving() as site:
        urls = site.add_stories(3)
        site.pages["/urls.txt"] = Page("\n".join(urls[1:]).encode(), "text/plain")
        local = tmp_path / "urls.txt"
        local.write_text(f"# stories\n{urls[0]}\n\nnot a url at all\n")
        report = fetch(tmp_path / "state", str(local), site.url("/urls.txt"), site=site)
    assert report.outcomes["new"] == 3
    assert report.outcomes["refused"] == 1


REST = "<link>{0}</link></item><item><link>{1}</link></item></rss>"
DECLARED = "<?xml version='1.0' encoding='{}'?>"
BAD_FEEDS = (
    ("bare ampersand", "<rss><item><title>a & b</title>" + REST),
    ("unknown entity", "<rss><item><title>a&nbsp;b</title>" + REST),
    ("cut off", "<rss><item><link>{0}</link></item><item><title>x</title><link>{1}</link>"),
    ("unclosed tag", "<rss><item><b>x" + REST),
    ("blank lines first", "\n\n " + DECLARED.format("utf-8") + "<rss><item>" + REST),
    ("wrong charset", DECLARED.format("utf-8") + "<rss><item><title>\xe9\xff</title>" + REST),
    ("unknown charset", DECLARED.format("klingon") + "<rss><item>" + REST),
    (
        "entities of its own",
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><item><a>&x;</a>' + REST,
    ),
)


@pytest.mark.parametrize("text", [text for _, text in BAD_FEEDS], ids=[name for name, _ in BAD_FEEDS])
def test_a_feed_with_bad_xml_gives_its_entries(tmp_path: Path, text: str) -> None:
    """Entries before and behind a mistake are found, and their URLs are right."""
    with serving({"/a.html?x=1&y=2": story("a"), "/b.html?x=1&y=2": story("b")}) as site:
        urls = [site.url(f"/{name}.html?x=1&amp;y=2") for name in "ab"]
        site.pages["/feed"] = Page(text.format(*urls).encode("latin1"), "application/rss+xml")
        report = fetch(tmp_path, site.url("/feed"), site=site)
    found = ends(report)
    assert found["/a.html?x=1&y=2"] == found["/b.html?x=1&y=2"] == NEW


def test_robots_are_obeyed(tmp_path: Path) -> None:
    """Not one request goes where robots.txt forbids it; each refusal is told."""
    with serving() as site:
        urls = site.add_stories(3) + site.add_stories(3, "/private/")
        ours = "User-agent: Strigil\nDisallow: /private/\nAllow: /private/1\nDisallow: /*.pdf$\n"
        site.pages["/robots.txt"] = robots("User-agent: *\nAllow: /\n\n" + ours)
        site.pages["/feed"] = feed(*urls, site.url("/paper.pdf"))
        report = fetch(tmp_path, site.url("/feed"), site=site)
        assert site.asked[0].path == "/robots.txt"
        assert not {"/private/0.html", "/private/2.html", "/paper.pdf"} & set(site.paths())
        assert [one.path for one in site.asked].count("/robots.txt") == 1
    assert ends(report)["/private/0.html"] == ("refused", "robots")
    assert report.outcomes == {"new": 4, "refused": 3}


@pytest.mark.parametrize(
    ("status", "outcome"), [(404, "new"), (403, "new"), (429, "refused"), (500, "refused")]
)
def test_robots_that_are_not_there(tmp_path: Path, status: int, outcome: str) -> None:
    """RFC 9309: "not there" allows everything, "not now" nothing."""
    with serving({"/a.html": story("a")}) as site:
        site.pages["/robots.txt"] = Page(b"x", status=status, has_validators=False)
        report = fetch(tmp_path, site.url("/a.html"), site=site)
        assert site.paths()["/a.html"] == (outcome == "new")
    assert report.outcomes == {outcome: 1}


def test_redirects_are_followed_and_loops_are_not(tmp_path: Path) -> None:
    """Each step is a capture of its own; a loop, and a way without end, end with a reason."""
    with serving({"/a": redirect("/b", 302), "/b": redirect("c.html"), "/c.html": story("c")}) as site:
        site.pages |= {"/x": redirect("/y"), "/y": redirect("/x"), "/self": redirect("/self")}
        site.pages |= {f"/far-{number}": redirect(f"/far-{number + 1}") for number in range(20)}
        report = fetch(tmp_path, *map(site.url, ("/a", "/x", "/self", "/far-0")), site=site)
        assert site.paths()["/x"] == site.paths()["/y"] == site.paths()["/self"] == 1
    found = ends(report)
    assert found["/a"] == ("redirect", f"to {site.url('/b')}")
    assert found["/c.html"] == NEW
    assert found["/y"] == found["/self"] == ("failed", "redirect-loop")
    assert found["/far-8"] == ("failed", "too-many-redirects")
    rows = {str(capture.url): capture for capture in captures(tmp_path)}
    assert rows[site.url("/b")].redirect_url == site.url("/c.html")


def test_a_second_run_asks_conditionally(tmp_path: Path) -> None:
    """Unchanged pages, lists included, cost one conditional request each and become revisits."""
    with serving() as site:
        urls = site.add_stories(4)
        site.pages["/plain.html"] = Page(b"<p>No validators, the same bytes.", has_validators=False)
        site.pages["/map.xml"] = sitemap(*urls, site.url("/plain.html"))
        fetch(tmp_path, site.url("/map.xml"), site=site)
        site.asked.clear()
        site.pages["/story-1.html"] = story("changed")
        del site.pages["/story-2.html"]
        report = fetch(tmp_path, site.url("/map.xml"), site=site)
        asked = [one for one in site.asked if one.path != "/plain.html"]
        assert all(one.is_conditional for one in asked)
        assert len(asked) == 5
    found = ends(report)
    assert found["/story-0.html"] == ("unchanged", "not-modified")
    assert found["/plain.html"] == ("unchanged", "same-digest")
    assert found["/story-1.html"][0] == "changed"
    assert found["/story-2.html"][0] == "gone"
    assert report.lists == {"unchanged": 1}
    assert len(captures(tmp_path)) == 5 + 2


def test_pages_are_asked_when_they_are_due(tmp_path: Path) -> None:
    """With ``refetch = "due"`` a page rests, longer each time, unless its list says it has changed."""
    with serving() as site:
        urls = site.add_stories(2)
        site.pages["/feed"] = feed(*urls)
        fetch(tmp_path, site.url("/feed"), site=site, refetch="due")
        report = fetch(tmp_path, site.url("/feed"), site=site, refetch="due")
        assert report.outcomes == {"not-due": 2}
        site.pages["/feed"] = feed(*urls[:1], date="Wed, 08 Jul 2099 09:11:00 GMT")
        assert fetch(tmp_path, site.url("/feed"), site=site, refetch="due").outcomes == {"unchanged": 1}
        report = fetch(tmp_path, site.url("/feed"), site=site, refetch="never")
        assert report.outcomes == {"not-due": 1}
        state = State(tmp_path / "state.sqlite")
        rested = dict(map(tuple, state.rows("SELECT url, interval_seconds FROM pages WHERE kind='page'")))
        state.close()
    assert rested == {urls[0]: 5400.0, urls[1]: 3600.0}


def test_a_busy_host_is_left_alone(tmp_path: Path) -> None:
    """After 429 with Retry-After nobody asks the host before that, and then again."""
    with serving() as site:
        urls = site.add_stories(2)
        site.pages["/story-0.html"] = Page(b"slow down", status=429, headers=(("Retry-After", "1"),))
        report = fetch(tmp_path, *urls, site=site)
        times = [one.at for one in site.asked if one.path == "/story-0.html"]
        others = [one.at for one in site.asked if one.path == "/story-1.html"]
        assert len(times) == 3
        assert all(later - earlier >= 1 for earlier, later in pairwise(times))
        assert not [at for at in others if times[0] < at < times[0] + 1]
    assert ends(report)["/story-0.html"] == ("error", "http-429")
    assert ends(report)["/story-1.html"] == NEW


def test_a_host_that_wants_hours_gets_them(tmp_path: Path) -> None:
    """The rest of its queue is told as refused; the run does not wait."""
    with serving() as site:
        urls = site.add_stories(5)
        for page in site.pages.values():
            page.status, page.headers = 503, (("Retry-After", "7200"),)
        report = fetch(tmp_path, *urls, site=site)
        assert sum(site.paths().values()) == 1
    assert report.outcomes == {"error": 1, "refused": 4}
    assert ends(report)["/story-4.html"] == ("refused", "host-busy: for 7200 s")


def test_budgets_end_a_run(tmp_path: Path) -> None:
    """What the budget leaves is told, and a later run takes it up."""
    with serving() as site:
        urls = site.add_stories(6)
        report = fetch(tmp_path, *urls, site=site, budget=Budget(max_requests=4), threads=1)
        assert len(site.asked) == 4
        assert report.outcomes == {"new": 3, "refused": 3}
        assert ("refused", "budget") in report.reasons
        report = fetch(tmp_path, *urls, site=site)
    assert report.outcomes == {"new": 3, "unchanged": 3}


def test_bounds_of_a_source(tmp_path: Path) -> None:
    """``max_pages``, ``include`` and ``exclude`` let some entries through and tell of the others."""
    with serving() as site:
        urls = site.add_stories(5) + site.add_stories(2, "/video/")
        site.pages["/feed"] = feed(*urls)
        report = fetch(tmp_path, site.url("/feed"), site=site, max_pages=3, exclude=("*/video/*",))
    reasons = [reason for outcome, reason in ends(report).values() if outcome == "refused"]
    assert sorted(reasons) == ["excluded"] * 2 + ["max-pages"] * 2
    assert report.outcomes["new"] == 3
