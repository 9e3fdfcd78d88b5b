"""One claimed URL from the question to the records on disk: rules first, then the request, then the books."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from captures.fetching.client import Client
from captures.fetching.errors import FetchFailedError, ForbiddenUrlError, RefusedError
from captures.fetching.expand import LISTS, Expander, to_kind
from captures.fetching.judging import (
    MAX_TRIES,
    Verdict,
    is_busy,
    is_passing,
    judge,
    retry_after,
    to_conditions,
    to_validator,
)
from captures.fetching.lists import MAX_LIST_BYTES, is_newer
from captures.fetching.pages import Known, Pages
from captures.fetching.queue import Ended, Queue, Work
from captures.fetching.ranges import Downloads
from captures.fetching.records import to_records
from captures.fetching.robots import MAX_ROBOTS_BYTES, Robots, Rules
from captures.fetching.runs import Run
from captures.fetching.sources import Source
from captures.fetching.urls import show, to_normal_url, to_origin
from captures.fetching.values import Exchange, Found, Kind, Outcome, Place, Request
from captures.fetching.warcs import LISTS as LIST_SERIES
from captures.fetching.warcs import PAGES, WarcFiles

_MAX_ROBOTS_REDIRECTS: Final = 5
_MAX_WAIT_SECONDS: Final = 600.0
"""A host that wants to be left alone for longer is left alone for this run."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What a fetcher works with."""

    client: Client
    queue: Queue
    pages: Pages
    robots: Robots
    warcs: WarcFiles
    downloads: Downloads
    run: Run


class Fetcher:
    """Fetches claimed URLs. Any number of threads may use one."""

    def __init__(self, tools: Tools, sources: Mapping[str, Source]) -> None:
        self._tools, self._sources = tools, sources
        self.expander = Expander(tools.queue, tools.pages)

    def fetch(self, work: Work) -> None:
        """Bring a claimed URL to its end, or back into the queue; give its host back with a pause."""
        source = self._sources[work.found.source]
        try:
            rules = self._tools.robots.rules(to_origin(work.found.url).url)
            if rules is None:
                self._ask_robots(work, source)
            elif ended := self._refusal(work.found, source, rules):
                self._tools.queue.finish(work, ended)
            else:
                work.pause_seconds = max(source.delay_seconds, rules.delay_seconds)
                if self._tools.queue.begin(work):
                    self._ask(work, source, rules)
                else:
                    self._tools.queue.put_back(work, 0.0, is_try=False)
        except RefusedError as error:
            self._tools.queue.finish(work, Ended(Outcome.REFUSED, f"{error.reason}: {error}"))
        except (OSError, sqlite3.Error):
            raise  # the disk: the next URL would meet it too
        except Exception as error:  # noqa: BLE001 - the guard of one URL: the reason is recorded
            fault = f"fault: {type(error).__name__}: {show(str(error))}"
            self._tools.queue.finish(work, Ended(Outcome.FAILED, fault))

    def cut(self) -> None:
        """End all requests at once; what was asked in vain is given back as that of a killed process."""
        self._tools.client.cut()

    def _refusal(self, found: Found, source: Source, rules: Rules) -> Ended | None:
        """Return why a URL is not asked, if so."""
        if not rules.allows(found.url):
            return Ended(Outcome.REFUSED, rules.reason)
        if found.kind is not Kind.PAGE or source.refetch == "always":
            return None
        known = self._tools.pages.known(found.url)
        if known is None:
            return None
        is_due = known.due_at <= time.time() or is_newer(found.hint, known.checked_at)
        return None if is_due and source.refetch == "due" else Ended(Outcome.NOT_DUE)

    def _ask_robots(self, work: Work, source: Source) -> None:
        """Ask for the robots.txt of an origin with the slot of a page, which goes back into the queue."""
        origin = to_origin(work.found.url).url
        answer, failure = None, ""
        work.pause_seconds = source.delay_seconds
        try:
            answer = self._get_robots(origin + "robots.txt", source)
        except FetchFailedError as error:
            failure = f"{error.reason}: {error}"
            if error.is_passing and work.tries < MAX_TRIES:
                self._tools.queue.put_back(work, float(2**work.tries), is_try=True)
                return
        except ForbiddenUrlError as error:
            failure = str(error)
        rules = self._tools.robots.remember(origin, answer, failure)
        work.pause_seconds = max(source.delay_seconds, rules.delay_seconds)
        self._tools.queue.put_back(work, 0.0, is_try=False)

    def _get_robots(self, url: str, source: Source) -> Exchange | None:
        """Return the answer for a robots.txt, a few redirects further if need be."""
        limits = replace(source.limits, max_body_bytes=MAX_ROBOTS_BYTES)
        for _ in range(_MAX_ROBOTS_REDIRECTS + 1):
            exchange = self._tools.client.get(Request(url, source.headers_for(url), limits))
            self._tools.run.count(exchange)
            self._tools.warcs.append(LIST_SERIES, to_records(exchange, source.name), lambda _place: None)
            location = exchange.header("Location")
            if not (300 <= exchange.status < 400 and location):
                return exchange
            url = to_normal_url(location, url)
        return None

    def _ask(self, work: Work, source: Source, rules: Rules) -> None:
        """Ask for a URL, and write down what came of it."""
        if work.found.kind is Kind.WARC:
            self._tools.downloads.fetch(work, source, self._tools)
            return
        known = self._tools.pages.known(work.found.url)
        headers = (*source.headers_for(work.found.url), *to_conditions(known))
        limits = source.limits
        if work.found.kind in LISTS:
            limits = replace(limits, max_body_bytes=max(MAX_LIST_BYTES, limits.max_body_bytes))
        try:
            exchange = self._tools.client.get(Request(work.found.url, headers, limits))
        except FetchFailedError as error:
            if error.is_passing and work.tries < MAX_TRIES:
                self._tools.queue.put_back(work, float(2**work.tries), is_try=True)
            else:
                self._tools.queue.finish(work, Ended(Outcome.FAILED, f"{error.reason}: {error}"))
            return
        if self._comes_back(work, exchange):
            self._tools.run.count(exchange)
        else:
            self._take_in(work, source, rules, (exchange, known))

    def _comes_back(self, work: Work, exchange: Exchange) -> bool:
        """Put a URL back if asking again may help; return whether that was done."""
        if is_busy(exchange):
            seconds = self._tools.queue.back_off(work, retry_after(exchange))
            if seconds > _MAX_WAIT_SECONDS:
                self._tools.queue.refuse_waiting(f"host-busy: for {seconds:.0f} s", work.host)
                return False
            if work.tries < MAX_TRIES:
                self._tools.queue.put_back(work, seconds, is_try=True)
                return True
            return False
        self._tools.queue.forgive(work)
        if is_passing(exchange) and work.tries < MAX_TRIES:
            self._tools.queue.put_back(work, float(2**work.tries), is_try=True)
            return True
        return False

    def _take_in(self, work: Work, source: Source, rules: Rules, seen: tuple[Exchange, Known | None]) -> None:
        """Judge an answer, follow where it leads, and write it down."""
        exchange, known = seen
        verdict = judge(exchange, known, source.limits)
        if verdict.ended.outcome is Outcome.REFUSED:
            self._tools.run.count(exchange)
            self._tools.queue.finish(work, verdict.ended)
            return
        verdict = self._follow(work, source, verdict)
        is_known = verdict.ended.status == 304 and known is not None
        kind = (
            self._expand_known(work.found, source, Kind(known.kind))
            if known and is_known
            else self._expand(work.found, source, rules, exchange)
        )

        def acknowledge(place: Place) -> None:
            self._tools.run.count(exchange)
            if verdict.seen:
                self._tools.pages.remember(work.found.url, verdict.seen._replace(kind=kind), place, known)
            elif known:
                etag, modified = map(to_validator, map(exchange.header, ("ETag", "Last-Modified")))
                self._tools.pages.confirm(work.found.url, known, etag, modified)
            self._tools.queue.finish(work, verdict.ended, place, kind)

        series = LIST_SERIES if kind in LISTS else PAGES
        recorded = to_records(exchange, source.name, verdict.revisit)
        self._tools.warcs.append(series, recorded, acknowledge)

    def _follow(self, work: Work, source: Source, verdict: Verdict) -> Verdict:
        """Put the target of a redirect into the queue: robots, pace and addresses hold for it too."""
        if verdict.target is None:
            return verdict
        found, reason = work.found, ""
        if found.hops >= source.limits.max_redirects:
            reason = "too-many-redirects"
        elif verdict.target in {found.url, *self._tools.queue.way_to(found.url)}:
            reason = "redirect-loop"
        if reason:
            return verdict._replace(ended=Ended(Outcome.FAILED, reason, verdict.ended.status))
        target = Found(verdict.target, found.kind, found.source, found.url, found.hint, found.hops + 1)
        self._tools.queue.add([target])
        return verdict._replace(ended=verdict.ended._replace(reason=f"to {verdict.target}"))

    def _expand_known(self, found: Found, source: Source, kind: Kind) -> Kind:
        """Put what an unchanged list listed into the queue; return what it is."""
        self.expander.add_known(found, source)
        return kind

    def _expand(self, found: Found, source: Source, rules: Rules, exchange: Exchange) -> Kind:
        """Put what a list lists into the queue, before the list counts as read; return what it is."""
        if not 200 <= exchange.status < 300 or found.kind is Kind.PAGE:
            return found.kind
        payload, _ = exchange.payload(source.limits.max_payload_bytes)
        kind = to_kind(found, payload)
        if kind in LISTS:
            self.expander.add_new(payload, kind, found, source)
        elif kind is Kind.HOME:
            self.expander.add_feeds(payload, found, source, rules)
        return kind
