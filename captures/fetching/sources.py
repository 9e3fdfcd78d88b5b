"""What to fetch, and how: sources given one by one, or in a ``sources.toml`` that people can read."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from captures.errors import SourceNotFoundError
from captures.fetching.errors import ForbiddenUrlError, SourcesFileError
from captures.fetching.lists import kind_of_url
from captures.fetching.urls import is_same_site, show, to_normal_url, to_origin
from captures.fetching.values import Header, Kind, Limits

Refetch = Literal["always", "due", "never"]
DEFAULT_DELAY_SECONDS: Final = 1.0
LookUp = Callable[[str, str], str]
"""``("env" | "block", name) -> value`` of a secret."""


@dataclass(frozen=True, slots=True)
class Source:
    """One source. ``url`` is in normal form, or the path of a local list of URLs.

    ``refetch`` says when a page seen before is asked again: at every run, when it is due by its own
    rhythm, or never. ``include`` and ``exclude`` are patterns over whole URLs.
    """

    url: str
    kind: Kind = Kind.AUTO
    name: str = ""
    group: str = ""
    delay_seconds: float = DEFAULT_DELAY_SECONDS
    max_pages: int = 0
    refetch: Refetch = "always"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    headers: tuple[Header, ...] = ()
    limits: Limits = field(default_factory=Limits)

    @property
    def is_local(self) -> bool:
        """Return whether this is a list of URLs on this machine."""
        return not self.url.startswith(("http://", "https://"))

    def wants(self, url: str) -> bool:
        """Say whether the patterns let a URL of a list through."""
        is_included = not self.include or any(fnmatchcase(url, pattern) for pattern in self.include)
        return is_included and not any(fnmatchcase(url, pattern) for pattern in self.exclude)

    def is_own(self, host: str) -> bool:
        """Say whether a host belongs to the site of this source."""
        own = () if self.is_local else (to_origin(self.url).host,)
        return any(is_same_site(host, other) for other in (*own, *self.hosts))

    def headers_for(self, url: str) -> tuple[Header, ...]:
        """Return the headers to send with a URL: secret ones only to the very origin of the source."""
        origin = to_origin(url)
        is_origin = not self.is_local and origin == to_origin(self.url)
        is_named = origin.scheme == "https" and origin.host in self.hosts
        return tuple(
            header
            for header in self.headers
            if (is_origin or is_named if header.is_secret else self.is_own(origin.host))
        )


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may use; 0 is no bound."""

    max_requests: int = 0
    max_bytes: int = 0
    max_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """Sources, and what holds for all of them."""

    sources: tuple[Source, ...]
    budget: Budget = Budget()
    contact: str = ""

    @property
    def key(self) -> str:
        """Return what tells this plan from others: an unfinished run of the same plan goes on."""
        told = [[source.url, source.kind, source.name, source.group] for source in self.sources]
        return hashlib.sha256(json.dumps(sorted(told)).encode()).hexdigest()


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Secret(_Settings):
    env: str = ""
    block: str = ""


class _Shared(_Settings):
    """What ``[defaults]`` may set for every source, and each source for itself."""

    delay_seconds: float = Field(DEFAULT_DELAY_SECONDS, ge=0)
    max_pages: int = Field(0, ge=0)
    refetch: Refetch = "due"
    include: list[str] = []
    exclude: list[str] = []
    hosts: list[str] = []
    headers: dict[str, str | _Secret] = {}
    max_megabytes: float = Field(16, gt=0, le=1024)
    timeout_seconds: float = Field(90, gt=0, le=3600)


class _Source(_Shared):
    url: str
    name: str = ""
    kind: str = "auto"
    group: str = ""


class _Run(_Settings):
    max_requests: int = Field(0, ge=0)
    max_megabytes: float = Field(0, ge=0)
    max_minutes: float = Field(0, ge=0)


class _File(_Settings):
    contact: str = ""
    run: _Run = Field(default_factory=lambda: _Run.model_validate({}))
    defaults: dict[str, Any] = {}
    source: list[dict[str, Any]] = Field(min_length=1)


def to_source(text: str, **settings: Any) -> Source:
    """Return the source that a person named: a URL, or the path of a list of URLs.

    >>> to_source("https://news.example/feed.xml").name
    'news.example'
    """
    kind = Kind(settings.pop("kind", "auto"))
    if "://" not in text:
        if not Path(text).is_file():
            raise SourceNotFoundError(text, "neither a URL (http:// or https://) nor a file")
        return Source(text, Kind.LIST, name=Path(text).stem, **settings)
    if not text.lower().startswith(("http://", "https://")):
        raise ForbiddenUrlError(f"{show(text)}: only http:// and https:// are fetched. {_advice(text)}")
    url = to_normal_url(text)
    is_root = urlsplit(url).path == "/" and not urlsplit(url).query
    if kind is Kind.AUTO:
        kind = Kind.HOME if is_root else kind_of_url(url)
    return Source(url, kind, **{"name": to_origin(url).host, **settings})


def _advice(text: str) -> str:
    """Return what to do with an address that is not on the web.

    >>> _advice("s3://bucket/crawl/")
    'Clean it where it lies: strigil clean s3://bucket/crawl/'
    """
    scheme, _, rest = text.partition("://")
    if scheme.lower() == "s3":
        return f"Clean it where it lies: strigil clean {show(text)}"
    if scheme.lower() == "file":
        return f"A list of URLs is named by its path, captures are cleaned: strigil clean {show(rest)}"
    return "Give the page's http(s) address, or download the file yourself and then: strigil clean FILE"


def read_sources_file(path: str, look_up: LookUp, group: str = "") -> Plan:
    """Return the plan of a ``sources.toml``, of one schedule group only if one is named.

    Raises ``SourcesFileError`` with every mistake.
    """
    try:
        told = _File.model_validate(tomllib.loads(Path(path).read_text(encoding="utf-8")))
    except ValidationError as error:
        raise SourcesFileError(path, tuple(_problems(error))) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourcesFileError(path, (str(error),)) from None
    sources: list[Source] = []
    problems: list[str] = []
    for number, entry in enumerate(told.source, 1):
        where = f"source {number} ({entry.get('name') or entry.get('url') or 'without url'}): "
        try:
            one = _Source.model_validate({**told.defaults, **entry})
            if not group or one.group == group:
                sources.append(_to_source(one, look_up, Path(path).parent))
        except ValidationError as error:
            problems += [where + problem for problem in _problems(error)]
        except (ForbiddenUrlError, SourceNotFoundError, ValueError, LookupError) as error:
            problems.append(f"{where}{error}")
    if group and not sources and not problems:
        problems.append(f"no source has the group {group!r}")
    if problems:
        raise SourcesFileError(path, tuple(problems))
    run = told.run
    budget = Budget(run.max_requests, int(run.max_megabytes * 1e6), run.max_minutes * 60)
    return Plan(tuple(sources), budget, told.contact)


def _to_source(told: _Source, look_up: LookUp, folder: Path) -> Source:
    url = told.url if "://" in told.url else str(folder / told.url)
    source = to_source(url, kind=told.kind, group=told.group)
    limits = Limits(total_seconds=told.timeout_seconds, max_body_bytes=int(told.max_megabytes * 1e6))
    return replace(
        source,
        name=told.name or source.name,
        delay_seconds=told.delay_seconds,
        max_pages=told.max_pages,
        refetch=told.refetch,
        include=tuple(told.include),
        exclude=tuple(told.exclude),
        hosts=tuple(told.hosts),
        headers=tuple(_headers(told.headers, look_up)),
        limits=limits,
    )


def _headers(told: dict[str, str | _Secret], look_up: LookUp) -> Iterable[Header]:
    for name, value in told.items():
        if isinstance(value, str):
            header = Header(name, value)
        elif bool(value.env) == bool(value.block):
            raise ValueError(f"header {name}: say either env or block")
        else:
            kind, where = ("env", value.env) if value.env else ("block", value.block)
            header = Header(name, look_up(kind, where), is_secret=True)
        if not header.name.isascii() or not header.name.replace("-", "").isalnum():
            raise ValueError(f"header {name!r}: not a header name")
        if not header.value.isascii() or not header.value.isprintable():
            raise ValueError(f"header {name}: only printable ASCII can be sent")
        yield header


def _problems(error: ValidationError) -> Iterable[str]:
    for one in error.errors():
        yield f"{'.'.join(map(str, one['loc']))}: {one['msg']}"
