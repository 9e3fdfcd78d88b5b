"""Fetching for an archive: what ``strigil fetch`` and the flow of that name have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from archive.places import is_url
from archive.surt import to_surt
from captures.fetching.addresses import AddressRule, Resolve, resolve_by_system, to_allowed
from captures.fetching.runs import FetchReport
from captures.fetching.session import Session, SessionOptions
from captures.fetching.sources import LookUp, Plan, Refetch, Source, read_sources_file, to_source
from captures.storage import find_items
from captures.values import Item
from flows.errors import UsageError
from flows.jobs import IsStopped


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """What a fetch may be told. ``state``: where WARC files and the queue lie; empty: in the archive.

    ``delay_seconds`` and ``refetch`` overrule what a file of sources says.
    """

    allow_hosts: tuple[str, ...] = ()
    kind: str = "auto"
    group: str = ""
    contact: str = ""
    state: str = ""
    delay_seconds: float | None = None
    refetch: Refetch | None = None
    max_pages: int | None = None
    threads: int = 16
    per_host: int = 1
    resolve: Resolve = resolve_by_system


class Fetched(NamedTuple):
    """What came from the web, and the WARC files with all that ever came, to be cleaned."""

    report: FetchReport
    files: tuple[Path, ...]

    def items(self) -> Iterator[Item]:
        """Yield the files as input of a run."""
        for file in self.files:
            yield from find_items(str(file))


def read_plan(sources: Sequence[str], options: FetchOptions, look_up: LookUp) -> Plan:
    """Return the plan for what a person named: URLs, lists of URLs, files of sources."""
    plan = Plan(())
    for text in sources:
        if text.endswith(".toml") and "://" not in text:
            if not Path(text).is_file():
                raise UsageError(f"{text}: no such file of sources")
            told = read_sources_file(text, look_up, options.group)
            plan = replace(told, sources=(*plan.sources, *told.sources))
        else:
            plan = replace(plan, sources=(*plan.sources, to_source(text, kind=options.kind)))
    adjusted = [_adjust(source, options) for source in plan.sources]
    return replace(plan, sources=_named_apart(adjusted), contact=options.contact or plan.contact)


def fetch_plan(
    plan: Plan,
    place: str,
    options: FetchOptions,
    is_stopped: IsStopped = lambda: False,
    on_fetched: Callable[[str], None] = lambda _url: None,
) -> Fetched:
    """Fetch what a plan names; ``on_fetched`` hears of each URL."""
    rule = AddressRule(to_allowed(options.allow_hosts), options.resolve)
    session_options = SessionOptions(rule, options.threads, options.per_host, _to_key, is_stopped, on_fetched)
    with Session(_state_folder(place, options), plan, session_options) as session:
        return Fetched(session.run(), tuple(session.warc_files()))


def _state_folder(place: str, options: FetchOptions) -> Path:
    if options.state:
        return Path(options.state).absolute()
    if is_url(place):
        raise UsageError(
            f"{place} is an object store, but fetched WARC files and the queue need a folder: name one with "
            "--state DIR (state in the flow). It has to stay: the archive refers to the WARC files in it."
        )
    return Path(place).absolute() / "fetch"


def _adjust(source: Source, options: FetchOptions) -> Source:
    return replace(
        source,
        delay_seconds=source.delay_seconds if options.delay_seconds is None else options.delay_seconds,
        max_pages=source.max_pages if options.max_pages is None else options.max_pages,
        refetch=options.refetch or source.refetch,
    )


def _named_apart(sources: Sequence[Source]) -> tuple[Source, ...]:
    """Return sources whose names differ: rows and reports tell them apart by name."""
    taken: set[str] = set()
    named = []
    for source in sources:
        name, number = source.name, 1
        while name in taken:
            number += 1
            name = f"{source.name}-{number}"
        taken.add(name)
        named.append(replace(source, name=name))
    return tuple(named)


def _to_key(url: str) -> str:
    return to_surt(url).lower()
