"""Site rules: what a person settled by hand for the pages of one host, as CSS selectors.

A rule file is TOML: ``hosts`` and, for each rule, ``id, select, label, why, example, yields, spares``
and, where needed, ``attribute``, ``from`` and ``until``. ``example`` is HTML the rule matches,
``yields`` the lines it labels there, ``spares`` HTML it must leave alone: the examples are its tests.
A rule chooses whole lines: an element that is only part of one changes nothing. A host's rules
hold for its subdomains. The label says what happens: debris goes, ``byline`` or
``tags`` become fields, ``body`` keeps a line that other cleaners would take.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from cleaners.errors import LexiconError
from cleaners.html.marking import Rule, find_fault
from cleaners.html.page import to_page
from cleaners.labels import LABELS
from cleaners.values import Page, Span

_REQUIRED: Final = frozenset({"id", "select", "label", "why", "example", "yields", "spares"})
_OPTIONAL: Final = frozenset({"attribute", "from", "until"})


@dataclass(frozen=True, slots=True)
class SiteRule:
    """One rule with the days it holds and its examples; ``valid_until`` is its last day."""

    rule: Rule
    host: str
    valid_from: date
    valid_until: date
    example: str
    yields: tuple[str, ...]
    spares: str


@dataclass(frozen=True, slots=True)
class SiteRules:
    """All site rules, by host."""

    by_host: Mapping[str, tuple[SiteRule, ...]] = field(default_factory=dict)

    def for_page(self, url: str | None, captured_at: datetime | None) -> tuple[Rule, ...]:
        """Return the rules for a capture: of its host or a parent domain, valid on the day of the capture.

        Where the day is not known, every rule holds.
        """
        if not self.by_host or not url:
            return ()
        day = captured_at.date() if captured_at else None
        return tuple(
            site.rule
            for domain in _to_domains(url)
            for site in self.by_host.get(domain, ())
            if day is None or site.valid_from <= day <= site.valid_until
        )


def load_site_rules(folder: Path | None = None) -> SiteRules:
    """Return the rules of every TOML file of a folder, of the package's own without one.

    Raises ``LexiconError`` with all bad entries of all files.
    """
    return _load_own() if folder is None else _load(folder)


@cache
def _load_own() -> SiteRules:
    return _load(files("cleaners").joinpath("sites"))


def _load(folder: Traversable) -> SiteRules:
    problems: list[str] = []
    by_host: dict[str, list[SiteRule]] = {}
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".toml"):
            continue
        try:
            table = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            problems.append(f"{file.name}: {error}")
            continue
        faults = list(_find_faults(table))
        problems.extend(f"{file.name}: {fault}" for fault in faults)
        for host in table.get("hosts", ()) if not faults else ():
            by_host.setdefault(host, []).extend(_to_rule(host, entry) for entry in table["rule"])
    if problems:
        raise LexiconError(problems)
    return SiteRules({host: tuple(rules) for host, rules in by_host.items()})


def _find_faults(table: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a parsed file."""
    hosts = table.get("hosts")
    if not isinstance(hosts, list) or not hosts or not all(isinstance(host, str) for host in hosts):
        yield 'needs a list of hosts, like hosts = ["news.example.org"]'
    known: set[str] = set()
    for number, entry in enumerate(table.get("rule", ()), start=1):
        name = f"rule {number} ({entry.get('id')})"
        if missing := sorted(_REQUIRED - entry.keys()):
            yield f"{name}: lacks {', '.join(missing)}"
            continue
        if unknown := sorted(entry.keys() - _REQUIRED - _OPTIONAL):
            yield f"{name}: has unknown keys: {', '.join(unknown)}"
        if entry["label"] not in LABELS:
            yield f"{name}: no label {entry['label']!r} in cleaners/labels.py"
        if entry["id"] in known:
            yield f"{name}: a second rule of that id"
        if not all(type(entry.get(day, date.min)) is date for day in ("from", "until")):
            yield f"{name}: from and until are days, like from = 2019-05-01"
        if fault := find_fault(str(entry["select"])):
            yield f"{name}: {fault}"
        known.add(entry["id"])


def _to_rule(host: str, entry: Mapping[str, Any]) -> SiteRule:
    reason = f"site/{host}/{entry['id']}"
    return SiteRule(
        rule=Rule(entry["select"], entry["label"], reason, entry.get("attribute", "")),
        host=host,
        valid_from=entry.get("from", date.min),
        valid_until=entry.get("until", date.max),
        example=entry["example"],
        yields=tuple(entry["yields"]),
        spares=entry["spares"],
    )


def _to_domains(url: str) -> Iterator[str]:
    """Yield the host of an address and its parent domains."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return
    labels = host.split(".")
    for start in range(len(labels)):
        yield ".".join(labels[start:])


def find(page: Page) -> Iterator[Span]:
    """Yield the lines that site rules chose."""
    yield from page.marked


def verify_site_rules(rules: SiteRules | None = None) -> Iterator[str]:
    """Yield each example that does not hold: lines not labelled, or a spare that was."""
    for site_rules in (rules or load_site_rules()).by_host.values():
        for site in site_rules:
            name = site.rule.reason
            seen = _lines_of(site, site.example)
            if seen != site.yields:
                yield f"{name}: the example should yield {list(site.yields)}, and gave {list(seen)}"
            if spared := _lines_of(site, site.spares):
                yield f"{name}: should be left alone, and was not: {list(spared)}"


def _lines_of(site: SiteRule, html: str) -> tuple[str, ...]:
    page = to_page(html, rules=(site.rule,))
    return tuple(span.value or page.source_text[span.start : span.end] for span in page.marked)
