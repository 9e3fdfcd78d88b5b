"""Runs the fetching side alone, without cleaning, against a site of our own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from captures.fetching.addresses import AddressRule, Resolve, resolve_by_system, to_allowed
from captures.fetching.runs import FetchReport
from captures.fetching.session import Session, SessionOptions
from captures.fetching.sources import Budget, Plan, to_source
from captures.fetching.values import Limits
from captures.readers import read_item
from captures.storage import find_items
from captures.values import Capture, ReadOptions
from tests.fetch_site import Site

NO_BUDGET = Budget()
QUICK = Limits(connect_seconds=5, read_seconds=5, total_seconds=10)


def fetch(
    folder: Path,
    *urls: str,
    site: Site | None = None,
    allow: tuple[str, ...] = (),
    budget: Budget = NO_BUDGET,
    resolve: Resolve = resolve_by_system,
    is_stopped: Callable[[], bool] = lambda: False,
    threads: int = 4,
    per_host: int = 1,
    **source: Any,
) -> FetchReport:
    """Fetch URLs into a folder, without a pause unless one is asked for."""
    settings: dict[str, Any] = {"delay_seconds": 0.0, "limits": QUICK} | source
    sources = tuple(
        replace(to_source(url), name=f"source-{number}", **settings) for number, url in enumerate(urls)
    )
    allowed = to_allowed((*allow, *([site.host] if site else [])))
    options = SessionOptions(
        AddressRule(allowed, resolve), threads, per_host=per_host, to_key=str.lower, is_stopped=is_stopped
    )
    with Session(folder, Plan(sources, budget, "desk@news.example"), options) as session:
        return session.run()


def lines(report: FetchReport) -> dict[str, dict[str, Any]]:
    """Return what was written down of each URL."""
    assert report.path is not None
    return {line["url"]: line for line in map(json.loads, report.path.read_text().splitlines())}


def ends(report: FetchReport) -> dict[str, tuple[str, str]]:
    """Return outcome and reason of each path."""
    return {
        "/" + url.split("/", 3)[-1]: (line["outcome"], str(line["reason"]))
        for url, line in lines(report).items()
    }


def captures(folder: Path) -> list[Capture]:
    """Return the captures of all files with pages."""
    files = sorted((folder / "warc").glob("pages-*.warc.gz"))
    return [
        capture
        for file in files
        for item in find_items(str(file))
        for capture in read_item(item, ReadOptions())
        if "no capture" not in str(capture.error)
    ]
