"""What lists lead to: their entries, checked one by one, on their way into the queue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from captures.fetching.errors import ForbiddenUrlError
from captures.fetching.lists import Listed, kind_of, read_feed_links, read_list, unpack
from captures.fetching.pages import Pages
from captures.fetching.queue import Queue
from captures.fetching.robots import Rules
from captures.fetching.sources import Source
from captures.fetching.urls import show, to_normal_url, to_origin
from captures.fetching.values import Found, Kind
from captures.links import join

MAX_DEPTH: Final = 5
"""Sitemap indexes within sitemap indexes."""
LISTS: Final = frozenset({Kind.FEED, Kind.SITEMAP, Kind.LIST})


class Expander:
    """Puts what lists list into the queue of a run, and remembers it for when they have not changed."""

    def __init__(self, queue: Queue, pages: Pages) -> None:
        self._queue, self._pages = queue, pages

    def begin(self, sources: Iterable[Source]) -> None:
        """Put the sources themselves into the queue."""
        for source in sources:
            if source.is_local:
                entries = read_list(Path(source.url).read_bytes(), Kind.LIST, "")
                self._add(entries, source, Found(source.url, Kind.LIST, source.name))
            else:
                self._queue.add([Found(source.url, source.kind, source.name)])

    def add_new(self, payload: bytes, kind: Kind, found: Found, source: Source) -> None:
        """Take in a list that was just read."""
        self._add(read_list(unpack(payload), kind, found.url), source, found._replace(kind=kind))

    def add_known(self, found: Found, source: Source) -> None:
        """Take in what a list listed when it was last read: it has not changed."""
        for batch in self._pages.members(found.url, source.name):
            self._put(batch, source)

    def add_feeds(self, html: bytes, found: Found, source: Source, rules: Rules) -> None:
        """Take in what a home page leads to: the feeds it declares, the sitemaps of its robots.txt."""
        sitemaps = (Listed(join(found.url, link) or link, Kind.SITEMAP) for link in rules.sitemaps)
        self._add([*read_feed_links(html, found.url), *sitemaps], source, found)

    def _add(self, listed: Iterable[Listed], source: Source, on: Found) -> None:
        for batch in self._pages.replace_members(on.url, self._check(listed, source, on)):
            self._put(batch, source)

    def _put(self, batch: list[Found], source: Source) -> None:
        room = source.max_pages - self._queue.count(source.name) if source.max_pages else len(batch)
        pages = [one for one in batch if one.kind in {Kind.PAGE, Kind.WARC}]
        over = {one.url for one in pages[max(room, 0) :]}
        self._queue.add(one for one in batch if one.url not in over)
        self._queue.refuse((one for one in batch if one.url in over), "max-pages")

    def _check(self, listed: Iterable[Listed], source: Source, on: Found) -> Iterator[Found]:
        """Yield the entries that may be asked, in normal form; say of the others why not."""
        for entry in listed:
            try:
                url = to_normal_url(entry.url, None if source.is_local else on.url)
            except ForbiddenUrlError as error:
                shown = Found(show(entry.url), entry.kind, source.name, on.url)
                self._queue.refuse([shown], f"forbidden-url: {error}")
                continue
            found = Found(url, entry.kind, source.name, on.url, entry.hint, on.hops)
            if reason := self._refusal(found, source, on):
                self._queue.refuse([found], reason)
            else:
                yield found

    def _refusal(self, found: Found, source: Source, on: Found) -> str:
        """Return why an entry is not asked, if so."""
        if on.kind is Kind.SITEMAP and not source.is_own(to_origin(found.url).host):
            return "other-site"  # a sitemap speaks for its own site only
        if found.kind is Kind.PAGE and not source.wants(found.url):
            return "excluded"
        if found.kind is Kind.SITEMAP and len(self._queue.way_to(on.url)) >= MAX_DEPTH:
            return "too-deep"
        return ""


def to_kind(found: Found, payload: bytes) -> Kind:
    """Return what an answer is: what it was asked for, or what its content says."""
    if found.kind in {Kind.AUTO, Kind.HOME}:
        kind = kind_of(unpack(payload))
        return Kind.HOME if kind is Kind.PAGE and found.kind is Kind.HOME else kind
    if found.kind in LISTS:
        return kind_of(unpack(payload)) if found.kind is not Kind.LIST else Kind.LIST
    return found.kind
