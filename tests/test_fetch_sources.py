"""Files of sources: what they can say, and what they say about mistakes."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from captures.errors import SourceNotFoundError
from captures.fetching.errors import ForbiddenUrlError, SourcesFileError
from captures.fetching.sources import Source, read_sources_file, to_source
from captures.fetching.values import Header, Kind
from flows.secrets import look_up

EXAMPLE = Path(__file__).parent.parent / "examples/sources.toml"


def read(tmp_path: Path, text: str, group: str = "") -> tuple[Source, ...]:
    """Return the sources of a file with this text."""
    path = tmp_path / "sources.toml"
    path.write_text(text)
    return read_sources_file(str(path), look_up, group).sources


def test_the_example_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """examples/sources.toml says what docs/fetching.md says it does."""
    monkeypatch.setenv("GAZETTE_TOKEN", "Bearer x")
    plan = read_sources_file(str(EXAMPLE), look_up)
    told = tomllib.loads(EXAMPLE.read_text())
    assert len(plan.sources) == len(told["source"]) >= 3
    assert plan.contact == told["contact"]
    assert plan.budget.max_requests == told["run"]["max_requests"]
    by_name = {source.name: source for source in plan.sources}
    assert by_name["harbour-gazette"].headers_for("https://gazette.example/a")[-1].is_secret
    assert len(read_sources_file(str(EXAMPLE), look_up, "hourly").sources) < len(plan.sources)


def test_defaults_are_overruled_by_a_source(tmp_path: Path) -> None:
    """What ``[defaults]`` says holds unless a source says otherwise."""
    first, second = read(
        tmp_path,
        '[defaults]\ndelay_seconds = 5.0\nrefetch = "never"\n[[source]]\nurl = "https://a.example/feed"\n'
        '[[source]]\nurl = "https://b.example/"\ndelay_seconds = 0.5\nkind = "page"\ngroup = "daily"\n',
    )
    assert (first.delay_seconds, first.refetch, first.kind, first.name) == (
        5.0,
        "never",
        Kind.AUTO,
        "a.example",
    )
    assert (second.delay_seconds, second.kind, second.group) == (0.5, Kind.PAGE, "daily")


MISTAKES = (
    ("no source", 'contact = "x"', ("source",)),
    ("not TOML", "[[source]\nurl", ("Expected",)),
    ("unknown setting", '[[source]]\nurl = "https://a.example/"\ndelay = 3\n', ("source 1", "delay")),
    ("wrong type", '[[source]]\nurl = "https://a.example/"\nmax_pages = "many"\n', ("max_pages",)),
    ("no URL", '[[source]]\nurl = "ftp://a.example/"\n', ("http(s)",)),
    ("unknown kind", '[[source]]\nurl = "https://a.example/"\nkind = "blog"\n', ("blog",)),
    ("no such list", '[[source]]\nurl = "urls.txt"\n', ("urls.txt",)),
    ("no such secret", '[[source]]\nurl = "https://a.example/"\nheaders.X-Key = { env = "NOT_SET_AT_ALL" }\n',
     ("NOT_SET_AT_ALL",)),
    ("two secrets", '[[source]]\nurl = "https://a.example/"\nheaders.X-Key = { env = "A", block = "b" }\n',
     ("either",)),
    ("a header that is two", '[[source]]\nurl = "https://a.example/"\nheaders.X-Key = "a\\r\\nHost: b"\n',
     ("X-Key", "ASCII")),
    ("two mistakes", '[[source]]\nurl = "nothing"\n[[source]]\nurl = "ftp://a.example/"\n',
     ("source 1", "source 2")),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "told"), [case[1:] for case in MISTAKES], ids=[case[0] for case in MISTAKES]
)
def test_mistakes_are_told_together(tmp_path: Path, text: str, told: tuple[str, ...]) -> None:
    """Each mistake is named with its source, all of them at once, and no secret's value."""
    with pytest.raises(SourcesFileError) as failed:
        read(tmp_path, text)
    assert all(word in str(failed.value) for word in told), str(failed.value)


def test_an_unknown_group_is_a_mistake(tmp_path: Path) -> None:
    """A schedule with a misspelt group would fetch nothing for ever."""
    with pytest.raises(SourcesFileError, match="weakly"):
        read(tmp_path, '[[source]]\nurl = "https://a.example/"\ngroup = "weekly"\n', "weakly")


def test_sources_on_the_command_line() -> None:
    """A URL says by its form what it may be; the rest is seen by content."""
    assert to_source("https://a.example").kind is Kind.HOME
    assert to_source("https://a.example/x").kind is Kind.AUTO
    assert to_source("https://a.example/CC-MAIN/x.warc.gz").kind is Kind.WARC
    assert to_source("https://a.example/", kind="page").kind is Kind.PAGE
    with pytest.raises(SourceNotFoundError):
        to_source("a.example")
    with pytest.raises(ForbiddenUrlError):
        to_source("file:///etc/passwd")


SECRET = Header("Authorization", "x", is_secret=True)


@pytest.mark.parametrize(
    ("url", "is_sent"),
    [
        ("https://a.example/story", True),
        ("https://cdn.example/story", True),
        ("http://a.example/story", False),
        ("https://a.example:8443/story", False),
        ("https://www.a.example/story", False),
        ("http://cdn.example/story", False),
        ("https://evil.example/a.example", False),
    ],
)
def test_secrets_go_to_their_origin_only(url: str, is_sent: bool) -> None:  # noqa: FBT001 - a column of the table
    """A secret header is sent to the origin of its source, and over TLS to hosts named beside it."""
    source = Source("https://a.example/feed", headers=(SECRET,), hosts=("cdn.example",))
    assert bool(source.headers_for(url)) is is_sent
