"""Servers that do not play by the rules: each costs its URL and a bounded time, nothing else."""

from __future__ import annotations

import gzip
import socket
import time
from pathlib import Path

import pytest

from captures.fetching.values import Limits
from tests.fetch_runs import captures, ends, fetch, lines
from tests.fetch_site import Page, serving, sitemap, story

NEW = ("new", "")


def loris(connection: socket.socket) -> None:
    """Send a header that never ends, a byte now and then."""
    try:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        for _ in range(200):
            connection.sendall(b"a")
            time.sleep(0.05)
    except OSError:
        pass


def cut(connection: socket.socket) -> None:
    """Promise more than comes."""
    connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\n<p>Half a story"
    )


def many_headers(connection: socket.socket) -> None:
    """Send a thousand headers."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 1000 + b"Content-Length: 0\r\n\r\n")


def long_header(connection: socket.socket) -> None:
    """Send a header of a megabyte."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-A: " + b"b" * 1_000_000 + b"\r\nContent-Length: 0\r\n\r\n")


def nonsense(connection: socket.socket) -> None:
    """Speak something else."""
    connection.sendall(b"220 mail.example ESMTP\r\n")


def silent(_connection: socket.socket) -> None:
    """Say nothing and hang up."""


def framed(connection: socket.socket) -> None:
    """Send a page of a few bytes in chunks of one byte and a frame of 50 kilobytes each."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
    pour(connection, b"1;e=" + b"a" * 50_000 + b"\r\nx\r\n")


def announcing(connection: socket.socket) -> None:
    """Announce an answer without end."""
    pour(connection, b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


def pour(connection: socket.socket, data: bytes) -> None:
    """Send the same up to 20 MB, as long as somebody listens."""
    try:
        for _ in range(20_000_000 // len(data)):
            connection.sendall(data)
    except OSError:
        pass


def forged(connection: socket.socket) -> None:
    """Answer 103 first, and a redirect that would forge a line of a log."""
    connection.sendall(
        b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
        b"HTTP/1.1 302 Found\r\nLocation: /x\x1b[2J%0d%0aINFO all is well\r\nContent-Length: 0\r\n\r\n"
    )


HOSTILE = (
    (loris, "failed", "timeout"),
    (many_headers, "refused", "too-many-headers"),
    (long_header, "failed", "protocol"),
    (nonsense, "failed", "protocol"),
    (silent, "failed", "protocol"),
)


@pytest.mark.parametrize(
    ("answer", "outcome", "reason"), HOSTILE, ids=["loris", "headers", "long", "smtp", "silent"]
)
def test_hostile_answers_end_with_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: object, outcome: str, reason: str
) -> None:
    """A server that does not play by the rules costs its URL and a bounded time, nothing else."""
    monkeypatch.setattr("captures.fetching.judging.MAX_TRIES", 1)
    monkeypatch.setattr("captures.fetching.fetcher.MAX_TRIES", 1)
    limits = Limits(connect_seconds=5, read_seconds=1, total_seconds=1.5)
    with serving({"/good.html": story("good"), "/bad.html": Page(raw=answer)}) as site:  # type: ignore[arg-type]
        report = fetch(tmp_path, site.url("/bad.html"), site.url("/good.html"), site=site, limits=limits)
    assert ends(report)["/good.html"] == NEW
    assert ends(report)["/bad.html"][0] == outcome
    assert ends(report)["/bad.html"][1].startswith(reason)


def test_truncated_and_long_bodies_are_kept_and_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came is in the archive, with WARC's word for why it ends."""
    monkeypatch.setattr("captures.fetching.fetcher.MAX_TRIES", 1)
    limits = Limits(max_body_bytes=10_000)
    with serving({"/cut.html": Page(raw=cut), "/long.html": Page(b"<p>" + b"long " * 10_000)}) as site:
        fetch(tmp_path, site.url("/cut.html"), site.url("/long.html"), site=site, limits=limits)
        rows = {str(capture.url): capture for capture in captures(tmp_path)}
        cut_off, long = rows[site.url("/cut.html")], rows[site.url("/long.html")]
    assert (cut_off.truncated, cut_off.payload) == ("disconnect", b"<p>Half a story")
    assert (long.truncated, len(long.payload)) == ("length", 10_000)


def test_what_comes_around_a_page_is_bounded_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames of chunks and announcements count: twice the longest page may come, and a header."""
    monkeypatch.setattr("captures.fetching.judging.MAX_TRIES", 1)
    monkeypatch.setattr("captures.fetching.fetcher.MAX_TRIES", 1)
    with serving({"/framed.html": Page(raw=framed), "/announced.html": Page(raw=announcing)}) as site:
        urls = [site.url("/framed.html"), site.url("/announced.html")]
        report = fetch(tmp_path, *urls, site=site, limits=Limits(max_body_bytes=100_000))
        [capture] = captures(tmp_path)
    assert (capture.url, capture.truncated) == (urls[0], "length")
    assert len(capture.payload) < 500_000
    assert ends(report)["/announced.html"][0] == "failed"
    assert ends(report)["/announced.html"][1].startswith("protocol")


def test_a_bomb_is_not_kept(tmp_path: Path) -> None:
    """A body that unpacks to a thousand times its size is refused; one that packs well is not."""
    with serving() as site:
        packed = (("Content-Encoding", "gzip"),)
        site.pages["/bomb.html"] = Page(gzip.compress(b"0" * 50_000_000), headers=packed)
        site.pages["/good.html"] = Page(gzip.compress(story("good").body * 10), headers=packed)
        report = fetch(tmp_path, site.url("/bomb.html"), site.url("/good.html"), site=site)
    assert ends(report)["/bomb.html"] == ("refused", "decompression-bomb")
    assert ends(report)["/good.html"] == NEW
    assert [capture.url for capture in captures(tmp_path)] == [site.url("/good.html")]


def test_reports_cannot_be_forged(tmp_path: Path) -> None:
    """What a server says is escaped: in the report each URL is one line of plain text."""
    with serving({"/a": Page(raw=forged)}) as site:
        report = fetch(tmp_path, site.url("/a"), site=site)
        assert report.path is not None
        text = report.path.read_text()
    assert len(text.splitlines()) == len(lines(report)) == 1
    assert text.replace("\n", "").isprintable()


def test_a_large_sitemap_is_taken_in_by_batches(tmp_path: Path) -> None:
    """10^5 entries go into the queue; what the bound of the source leaves over is told."""
    with serving() as site:
        site.pages["/map.xml"] = sitemap(*(site.url(f"/{number}") for number in range(100_000)))
        report = fetch(tmp_path, site.url("/map.xml"), site=site, max_pages=3)
    assert report.outcomes == {"gone": 3, "refused": 99_997}
