"""Ids and keys of captures: what makes two of them the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.identity import UNDATED, capture_date, capture_id, urlkey
from archive.idset import IdSet, pack
from archive.surt import to_ascii, to_domain, to_host, to_surt
from captures.values import Capture, Provenance
from tests.archive_builders import make_capture

URLS = [
    ("http://example.com", "com,example)/"),
    ("https://www.Example.com:443/A/b/#top", "com,example)/A/b"),
    ("http://example.com:8080/x?z=1&a=2", "com,example:8080)/x?a=2&z=1"),
    ("http://user:secret@news.example.co.uk/", "uk,co,example,news)/"),
    ("http://192.168.1.10/x", "192.168.1.10)/x"),
    ("http://[2001:db8::1]/x", "2001:db8::1)/x"),
    ("http://example.com/ö ü", "com,example)/%C3%B6%20%C3%BC"),
    ("http://example.com/100%25", "com,example)/100%25"),
    ("http://[broken/x", "http://[broken/x"),
    ("http://example.com:99999999/x", "http://example.com:99999999/x"),
    ("http://example.com/\ud800", "com,example)/%ED%A0%80"),
    ("no url", "no%20url"),
]


@pytest.mark.parametrize(("url", "surt"), URLS)
def test_surt_of(url: str, surt: str) -> None:
    """URLs in the wild have the SURT that CDXJ tools give them; what is none is kept whole."""
    assert to_surt(url) == surt


@given(st.text())
@settings(deadline=None)
def test_keys_never_break_a_line(url: str) -> None:
    """Whatever a URL holds, its key is one printable ASCII word, and nothing raises."""
    key = to_surt(url)
    assert key.isascii()
    assert len(key.split()) <= 1
    assert to_ascii(url).isascii()
    to_domain(to_host(url))


@pytest.mark.parametrize(
    ("host", "domain"),
    [("www.bbc.co.uk", "bbc.co.uk"), ("10.0.0.1", None), ("localhost", None), ("", None), ("::1", None)],
)
def test_registered_domain(host: str, domain: str | None) -> None:
    """The list of public suffixes decides; what has no registered domain has none."""
    assert to_domain(host) == domain


def _id(capture: Capture) -> str:
    return capture_id(capture, capture.payload_digest)


def test_a_touched_file_is_no_new_capture() -> None:
    """The time of a file does not count; what the capture itself says does."""
    day = timedelta(days=1)
    touched = replace(make_capture(1), captured_at_source="mtime")
    assert touched.captured_at is not None
    assert _id(touched) == _id(replace(touched, captured_at=touched.captured_at + day))
    recorded = make_capture(1)
    assert _id(recorded) != _id(replace(recorded, captured_at=touched.captured_at + day))


def test_the_same_instant_in_another_zone_is_the_same_capture() -> None:
    """Instants are compared in UTC."""
    capture = make_capture(1)
    assert capture.captured_at is not None
    there = capture.captured_at.astimezone(timezone(timedelta(hours=9)))
    assert _id(capture) == _id(replace(capture, captured_at=there))


@pytest.mark.parametrize(
    "other",
    [
        replace(make_capture(1), payload=b"other"),
        replace(make_capture(1), url="http://www.example1.com/News/2"),
        replace(make_capture(1), url="http://www.example1.com/news/1?b=2&a=1"),
        replace(make_capture(1), url=None),
    ],
)
def test_other_captures_have_other_ids(other: Capture) -> None:
    """Payload and URL count, the case of its path too."""
    assert _id(other) != _id(make_capture(1))


def test_records_of_a_file_without_url_are_told_apart() -> None:
    """Two equal records of one file are two captures."""
    one = Capture(b"", Provenance("a.jsonl", ordinal=1))
    assert _id(one) != _id(replace(one, provenance=Provenance("a.jsonl", ordinal=2)))
    assert urlkey(one) == "a.jsonl#1"


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (None, UNDATED),
        (datetime(2024, 2, 29, 23, 30), "2024-02-29"),
        (datetime(2024, 2, 29, 23, 30, tzinfo=timezone(timedelta(hours=-1))), "2024-03-01"),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), "0001-01-01"),
        (datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-14))), "9999-12-31"),
        (datetime(2024, 1, 1, tzinfo=UTC), "2024-01-01"),
    ],
)
def test_day_of_a_capture(instant: datetime | None, day: str) -> None:
    """The day is that of UTC, also at both ends of the calendar; a null day would break pandas."""
    assert capture_date(replace(make_capture(1), captured_at=instant)) == day


@given(st.lists(st.lists(st.integers(0, 300)), max_size=6), st.lists(st.integers(0, 300)))
@settings(deadline=None)
def test_idset_is_a_set(additions: list[list[int]], asked: list[int]) -> None:
    """An id is in the set exactly if it was added; trailing zero bytes change nothing."""
    ids = IdSet()
    for added in additions:
        ids.add(pack(map(_wide, added)))
    known = {number for added in additions for number in added}
    assert ids.has([_wide(number) for number in asked]) == [number in known for number in asked]
    assert len(ids) == len(known)


def _wide(number: int) -> str:
    """Return an id with the number in front and zeros behind, or the other way round."""
    return f"{number:04x}".ljust(32, "0") if number % 2 else f"{number:032x}"
