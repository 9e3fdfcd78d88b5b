"""A small news site of our own on loopback: a real HTTP server, and a log of what it was asked."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, NamedTuple

STORY: Final = (
    "<!DOCTYPE html><html><head><title>{title}</title></head><body><nav><a href=/>Home</a></nav><article>"
    "<h1>{title}</h1><p>The harbour office said on Tuesday that story {title} would keep the old bridge "
    "closed until April, after divers had found cracks in two of its piers.</p><p>Ferries run every ten "
    "minutes instead, and the toll house stays open, its keeper said.</p></article></body></html>"
)
RawAnswer = Callable[[socket.socket], None]


class Asked(NamedTuple):
    """One request as the server saw it."""

    at: float
    path: str
    headers: dict[str, str]

    @property
    def is_conditional(self) -> bool:
        """Return whether it asks for a page only if it has changed."""
        return "if-none-match" in self.headers or "if-modified-since" in self.headers


@dataclass
class Page:
    """What the server answers; with ``has_validators`` it answers conditional requests with 304."""

    body: bytes = b""
    media_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    has_validators: bool = True
    is_chunked: bool = False
    is_ranged: bool = False
    raw: RawAnswer | None = None
    modified_at: float = 1_600_000_000.0

    @property
    def etag(self) -> str:
        """Return the validator."""
        return f'"{sha256(self.body).hexdigest()[:16]}"'


@dataclass
class Site:
    """The pages of a site by path, and the requests it got. Change ``pages`` while it runs."""

    port: int = 0
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    @property
    def host(self) -> str:
        """Return ``HOST:PORT``."""
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/") -> str:
        """Return the URL of a path."""
        return f"http://{self.host}{path}"

    def paths(self) -> Counter[str]:
        """Return how often each path was asked, without robots.txt."""
        return Counter(one.path for one in self.asked if one.path != "/robots.txt")

    def add_stories(self, count: int, prefix: str = "/story-") -> list[str]:
        """Add stories; return their URLs."""
        for number in range(count):
            self.pages[f"{prefix}{number}.html"] = story(f"{prefix}{number}")
        return [self.url(f"{prefix}{number}.html") for number in range(count)]


def story(title: str) -> Page:
    """Return a page with a story."""
    return Page(STORY.format(title=title).encode())


def redirect(to: str, status: int = 301) -> Page:
    """Return a redirect."""
    return Page(b"Moved", status=status, headers=(("Location", to),), has_validators=False)


def feed(*urls: str, date: str = "Wed, 08 Jul 2020 09:11:00 GMT") -> Page:
    """Return an RSS feed."""
    items = "".join(
        f"<item><title>A &amp; b</title><link>{url}</link><pubDate>{date}</pubDate></item>" for url in urls
    )
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>'
    return Page(body.encode(), "application/rss+xml")


def sitemap(*urls: str, is_packed: bool = False) -> Page:
    """Return a sitemap."""
    entries = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'.encode()
    return (
        Page(gzip.compress(body, mtime=0), "application/gzip") if is_packed else Page(body, "application/xml")
    )


def sitemap_index(*urls: str) -> Page:
    """Return a sitemap of sitemaps."""
    entries = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    body = f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</sitemapindex>'
    return Page(body.encode(), "application/xml")


def robots(text: str) -> Page:
    """Return a robots.txt."""
    return Page(text.encode(), "text/plain")


@contextmanager
def serving(pages: dict[str, Page] | None = None) -> Iterator[Site]:
    """Run a site while the block runs."""
    site = Site(pages=dict(pages or {}))
    server = _Server(("127.0.0.1", 0), _Handler)
    server.site = site
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    site: Site

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that leave early are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        """Answer from the site's pages."""
        assert isinstance(self.server, _Server)
        site = self.server.site
        headers = {name.lower(): value for name, value in self.headers.items()}
        site.asked.append(Asked(time.time(), self.path, headers))
        page = site.pages.get(self.path) or Page(b"<p>Not here", status=404, has_validators=False)
        if page.raw is not None:
            page.raw(self.connection)
            self.close_connection = True
            return
        if page.has_validators and headers.get("if-none-match") == page.etag:
            self._answer(304, b"", page)
        elif page.is_ranged:
            start, stop = map(int, headers["range"].removeprefix("bytes=").split("-"))
            part = page.body[start : stop + 1]
            told = f"bytes {start}-{start + len(part) - 1}/{len(page.body)}"
            self._answer(206, part, replace(page, headers=(("Content-Range", told),)))
        else:
            self._answer(page.status, page.body, page)

    def _answer(self, status: int, body: bytes, page: Page) -> None:
        self.send_response(status)
        if page.has_validators:
            self.send_header("ETag", page.etag)
            self.send_header("Last-Modified", formatdate(page.modified_at, usegmt=True))
        for name, value in page.headers:
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Type", page.media_type)
            name, value = (
                ("Transfer-Encoding", "chunked") if page.is_chunked else ("Content-Length", str(len(body)))
            )
            self.send_header(name, value)
        self.end_headers()
        if page.is_chunked and status != 304:
            body = b"".join(b"%x\r\n%b\r\n" % (len(body[at : at + 100]), body[at : at + 100])
                            for at in range(0, len(body), 100)) + b"0\r\n\r\n"  # fmt: skip
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the library
        """Say nothing."""
