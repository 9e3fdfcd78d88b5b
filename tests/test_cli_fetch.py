"""``strigil fetch``: from a site to rows of the archive, exactly once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from captures.fetching.values import Kind
from flows.cli_fetch import KindName
from tests.fetch_site import Site, feed, redirect, robots, serving
from tests.strigil_command import Ended, query, strigil

_ROWS = "select * from documents order by captured_at"


def run(site: Site, cwd: Path, *arguments: str) -> Ended:
    """Fetch a site's feed into an archive beside."""
    return strigil(
        "fetch", *(arguments or (site.url("/feed"),)), "--archive", "news", "--allow-host", site.host,
        "--delay", "0", cwd=cwd,
    )  # fmt: skip


@pytest.fixture
def site() -> object:
    """Serve a site with a feed, a redirect, and a page that robots.txt forbids."""
    with serving() as site:
        urls = site.add_stories(3)
        site.pages["/old.html"] = redirect("/story-2.html")
        site.pages["/robots.txt"] = robots("User-agent: *\nDisallow: /private/\n")
        site.pages["/feed"] = feed(*urls[:2], site.url("/old.html"), site.url("/private/a.html"))
        yield site


def test_a_feed_becomes_rows(site: Site, tmp_path: Path) -> None:
    """Each answer is a row with URL, status, redirect, type, time and source; what was refused is told."""
    ended = run(site, tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert "3 new, 1 redirect, 1 refused" in ended.stdout
    assert "refused: robots" in ended.stdout
    rows = {row["url"].rpartition("/")[2]: row for row in query(_ROWS, tmp_path / "news")}
    assert set(rows) == {"story-0.html", "story-1.html", "story-2.html", "old.html"}
    assert rows["story-0.html"]["status"] == "cleaned"
    assert rows["story-0.html"]["title"] == "/story-0"
    assert rows["story-0.html"]["http_status"] == 200
    assert rows["story-0.html"]["content_type"] == "text/html; charset=utf-8"
    assert rows["story-0.html"]["source"] == "127.0.0.1"
    assert [header["name"] for header in rows["story-0.html"]["http_headers"]] == ["last-modified", "etag"]
    assert rows["story-0.html"]["captured_at_source"] == "record"
    assert rows["old.html"]["http_status"] == 301
    assert rows["old.html"]["redirect_url"] == site.url("/story-2.html")
    assert strigil("verify", "--archive", "news", cwd=tmp_path).returncode == 0


def test_what_is_unchanged_is_not_archived_again(site: Site, tmp_path: Path) -> None:
    """The second run tells what is unchanged and adds rows for what is not."""
    run(site, tmp_path)
    before = query(_ROWS, tmp_path / "news")
    ended = run(site, tmp_path)
    assert ended.returncode == 0
    assert "3 unchanged" in ended.stdout
    assert query(_ROWS, tmp_path / "news") == before
    site.pages["/story-0.html"].body += b"<p>And then it was over, the harbour office said in the evening."
    assert "1 changed" in run(site, tmp_path).stdout
    assert len(query(_ROWS, tmp_path / "news")) == len(before) + 1


def test_an_archive_with_fetched_captures_can_move(site: Site, tmp_path: Path) -> None:
    """Fetched WARC files lie in the archive and are referred to from within."""
    run(site, tmp_path)
    shutil.move(tmp_path / "news", tmp_path / "elsewhere")
    assert strigil("verify", "--archive", "elsewhere", cwd=tmp_path).returncode == 0
    [file] = {row["raw_file"] for row in query(_ROWS, tmp_path / "elsewhere")}
    assert (tmp_path / "elsewhere" / file).is_file()


def test_nothing_at_all_is_a_failure(site: Site, tmp_path: Path) -> None:
    """When everything that was asked for was refused, the exit code says so, and why."""
    ended = strigil("fetch", site.url("/feed"), "--archive", "news", "--delay", "0", cwd=tmp_path)
    assert ended.returncode == 1
    assert "refused: forbidden-address" in ended.stdout
    assert site.asked == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nothing-here",), "neither a URL"),
        (("missing.toml",), "no such file of sources"),
        (("ftp://a.example/",), "only http:// and https:// are fetched. Give the page's http(s) address"),
        (("s3://a/crawl/",), "strigil clean s3://a/crawl/"),
        (("file:///tmp/page.html",), "strigil clean /tmp/page.html"),
        (("http://a.example/", "--allow-host", "a.example"), "a.example"),
    ],
)
def test_mistakes_are_told_in_a_sentence(
    site: Site, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    """What cannot be fetched is told without a traceback, with what to give instead; nothing is made."""
    ended = strigil("fetch", *arguments, "--archive", "news", cwd=tmp_path)
    assert ended.returncode in {1, 2}
    assert ended.stderr.startswith(("strigil:", "Nobody"))
    assert told in " ".join(ended.stderr.split())
    assert not (tmp_path / "news").exists()
    assert "Traceback" not in ended.stderr


def test_an_archive_in_a_bucket_needs_a_folder_for_the_state(site: Site, tmp_path: Path) -> None:
    """Queue and WARC files cannot lie in a bucket: the sentence names the option, and nothing is asked."""
    ended = strigil("fetch", site.url("/feed"), "--archive", "s3://news/archive", cwd=tmp_path)
    assert ended.returncode == 2
    assert "--state DIR" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert site.asked == []


def test_a_file_of_sources(site: Site, tmp_path: Path) -> None:
    """sources.toml gives name, group and bounds; a local list of URLs lies beside it."""
    (tmp_path / "urls.txt").write_text(site.url("/story-1.html"))
    (tmp_path / "sources.toml").write_text(
        f'[[source]]\nname = "gazette"\nurl = "{site.url("/feed")}"\ngroup = "hourly"\nmax_pages = 1\n'
        '[[source]]\nname = "list"\nurl = "urls.txt"\n'
    )
    ended = run(site, tmp_path, "sources.toml", "--group", "hourly")
    assert ended.returncode == 0, ended.stderr
    assert {row["source"] for row in query(_ROWS, tmp_path / "news")} == {"gazette"}
    run(site, tmp_path, "sources.toml")
    assert {row["source"] for row in query(_ROWS, tmp_path / "news")} == {"gazette", "list"}


def test_kinds_have_the_same_names() -> None:
    """The option has every kind that a person can ask for."""
    assert {kind.value for kind in KindName} == {kind.value for kind in Kind} - {Kind.ROBOTS.value}
