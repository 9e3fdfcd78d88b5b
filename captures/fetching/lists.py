"""What a document lists: feeds, sitemaps, lists of URLs, and the feeds a home page names.

Every reader yields ``Listed`` values as they stand, in order; URLs are not yet in normal form. What
cannot be read costs that entry. Weighed: docs/fetching.md.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, NamedTuple

from captures.fetching.loose import Element
from captures.fetching.values import Kind
from captures.fetching.xml import read_elements, read_links, read_root
from captures.links import join
from captures.sniff import is_html, to_ascii_compatible
from captures.streams import GZIP_MAGIC, gather, read_chunks
from captures.times import to_instant

MAX_LIST_BYTES: Final = 64 * 1024 * 1024
"""Decoded; the sitemap protocol allows 50 MB."""

_LOOKED_AT_BYTES: Final = 65536
_MAX_NOTICE_BYTES: Final = 4096
_JSON_FEED: Final = re.compile(rb"jsonfeed\.org\\?/version")
"""The version of a JSON feed; PHP escapes slashes. Linear: literals."""
_DECLARATION: Final = re.compile(rb"<\?xml\s[^<>]{0,200}\?>\s*")
"""What opens a document of XML, behind warnings of scripts. Linear: bounded, and ends at the first mark."""
_ROOTS: Final = {"rss": Kind.FEED, "feed": Kind.FEED, "RDF": Kind.FEED, "urlset": Kind.SITEMAP,
                 "sitemapindex": Kind.SITEMAP}  # fmt: skip
_FEED_TYPES: Final = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
)
_URL_LINE: Final = re.compile(rb"\s*https?://\S+\s*", re.I)
"""A line that is a URL. Linear: three classes that share no character next to each other."""
_WARC_PATH: Final = re.compile(r"\.(?:warc|wet)(?:\.gz)?$")
"""How files of a web archive are named. Linear: literals."""


class Listed(NamedTuple):
    """One entry of a list; ``hint`` is when it says it was published or changed, ISO 8601 in UTC."""

    url: str
    kind: Kind = Kind.PAGE
    hint: str | None = None


def unpack(payload: bytes) -> bytes:
    """Return a list without its gzip wrapper (``sitemap.xml.gz``), bounded."""
    if not payload.startswith(GZIP_MAGIC):
        return payload
    return gather(read_chunks(io.BytesIO(payload)), MAX_LIST_BYTES)[0]


def kind_of_url(url: str) -> Kind:
    """Return what the name alone says: files of a web archive are too large to be looked into first.

    >>> kind_of_url("https://a.example/crawl/x.warc.gz?y"), kind_of_url("https://a.example/")
    (<Kind.WARC: 'warc'>, <Kind.AUTO: 'auto'>)
    """
    path = url.partition("?")[0]
    return Kind.WARC if _WARC_PATH.search(path) else Kind.AUTO


def kind_of(payload: bytes) -> Kind:
    """Return what a document is, by its content."""
    start = _to_utf_8(payload[:_LOOKED_AT_BYTES])
    if start.startswith(b"{"):
        return Kind.FEED if _JSON_FEED.search(start) else Kind.PAGE
    declaration = _DECLARATION.search(start[:_MAX_NOTICE_BYTES])
    if declaration and b"<html" not in start[: declaration.start()].lower():
        start = start[declaration.end() :]
    if start.startswith(b"<"):  # a feed has tags of HTML too, so its root is asked, not its looks
        return _ROOTS.get(read_root(start) or "", Kind.PAGE)
    if is_html(start):
        return Kind.PAGE
    lines = [line for line in start.split(b"\n")[:10] if line.strip()]
    whole = lines[:-1] if len(lines) == 10 else lines
    is_list = whole and all(
        _URL_LINE.fullmatch(line) or _WARC_PATH.search(line.decode("latin1").strip()) for line in whole
    )
    return Kind.LIST if is_list else Kind.PAGE


def read_list(payload: bytes, kind: Kind, url: str) -> Iterator[Listed]:
    """Yield the entries of a feed, a sitemap or a list."""
    if kind is Kind.FEED:
        is_json = _to_utf_8(payload[:_LOOKED_AT_BYTES]).startswith(b"{")
        yield from _read_json_feed(_to_utf_8(payload)) if is_json else _read_feed(payload, url)
    elif kind is Kind.SITEMAP and kind_of(payload) is not Kind.LIST:
        yield from _read_sitemap(payload, url)
    else:
        yield from _read_lines(_to_utf_8(payload))


def _to_utf_8(payload: bytes) -> bytes:
    """Return a document without the blanks and marks it begins with, UTF-16 made UTF-8."""
    text = to_ascii_compatible(payload)
    return (payload if text is None else text).lstrip(b"\xef\xbb\xbf \t\r\n")


def read_feed_links(html: bytes, url: str) -> Iterator[Listed]:
    """Yield the feeds that a page declares with ``<link rel=alternate>``."""
    base = url
    for link in read_links(html):
        if link["element"] == "base":
            base = join(url, link.get("href", "")) or url
        elif (
            "alternate" in link.get("rel", "").lower().split() and link.get("type", "").lower() in _FEED_TYPES
        ):
            yield _listed(base, link.get("href", ""), Kind.FEED)


def to_hint(text: str | None) -> str | None:
    """Return a date of a list in ISO 8601, UTC; None if it cannot be read.

    >>> to_hint("Wed, 08 Jul 2020 09:11:00 GMT") == to_hint("2020-07-08T11:11:00+02:00")
    True
    """
    if not text:
        return None
    instant = to_instant(text)
    if instant is None:
        try:
            parsed = parsedate_to_datetime(text)
            instant = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
        except (ValueError, IndexError, OverflowError):
            return None
    return instant.isoformat(timespec="seconds")


def is_newer(hint: str | None, checked_at: str) -> bool:
    """Say whether a list claims a change after a page was last asked."""
    return hint is not None and datetime.fromisoformat(hint) > datetime.fromisoformat(checked_at)


def _read_feed(payload: bytes, url: str) -> Iterator[Listed]:
    """Yield the entries of RSS 0.9 to 2.0 and Atom."""
    for item in read_elements(payload, ("item", "entry"), url):
        link = _atom_link(item) or next(iter(item.texts("origLink") + item.texts("link")), None)
        link = link or item.attributes.get("about") or _permalink(item)
        dates = (date for name in ("updated", "modified", "pubDate", "date", "published", "issued")
                 for date in item.texts(name))  # fmt: skip
        if link:
            base = next((child.base for child in item.children if child.name == "link"), None)
            yield _listed(base or url, link, Kind.PAGE, to_hint(next(dates, None)))


def _listed(base: str, link: str, kind: Kind, hint: str | None = None) -> Listed:
    """Return an entry; a link that is no address stays as it stands, and is refused with the reason later."""
    return Listed(join(base, link) or link, kind, hint)


def _atom_link(item: Element) -> str | None:
    for child in item.children:
        is_page = child.name == "link" and child.attributes.get("rel", "alternate") == "alternate"
        if is_page and (href := child.attributes.get("href")):
            return href
    return None


def _permalink(item: Element) -> str | None:
    for child in item.children:
        is_link = child.attributes.get("ispermalink", "true").lower() != "false"
        if child.name == "guid" and is_link and child.text.startswith(("http:", "https:")):
            return child.text
    return None


def _read_json_feed(payload: bytes) -> Iterator[Listed]:
    try:
        items: Any = json.loads(payload.decode("utf-8", "replace"))["items"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return
    for item in items if isinstance(items, list) else []:
        if isinstance(item, dict):
            link = item.get("url") or item.get("external_url")
            date = item.get("date_modified") or item.get("date_published")
            if isinstance(link, str):
                yield Listed(link, Kind.PAGE, to_hint(date if isinstance(date, str) else None))


def _read_sitemap(payload: bytes, url: str) -> Iterator[Listed]:
    """Yield the pages of a sitemap (with Google's news extension), or the sitemaps of an index."""
    for element in read_elements(payload, ("url", "sitemap"), url):
        kind = Kind.SITEMAP if element.name == "sitemap" else Kind.PAGE
        dates = element.texts("lastmod")
        for location in element.texts("loc")[:1]:
            yield Listed(location, kind, to_hint(dates[0] if dates else None))


def _read_lines(payload: bytes) -> Iterator[Listed]:
    """Yield one URL a line; ``#`` begins a remark. Paths are those of a web archive's list of files."""
    for line in payload.decode("utf-8", "replace").splitlines():
        entry = line.strip()
        if entry and not entry.startswith("#"):
            is_warc = bool(_WARC_PATH.search(entry.partition("?")[0]))
            path = entry if ":" in entry.partition("/")[0] else "/" + entry.lstrip("/")
            yield Listed(path, Kind.WARC if is_warc else Kind.PAGE)
