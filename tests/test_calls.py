"""Wrong calls: each raises at once, in a sentence that says what to give instead."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from captures.values import Capture, Provenance
from cleaners import Status, clean, clean_many

STORY = "The bridge was closed on Tuesday after a lorry had struck one of its piers."


@pytest.mark.parametrize("payload", [None, 5, ["a"], memoryview(b"abc"), Path("story.txt")])
def test_a_payload_is_text_or_bytes(payload: Any) -> None:
    """What is neither text nor bytes is named, and never comes back as a failed page."""
    with pytest.raises(TypeError, match="a payload must be str or bytes, not "):
        clean(payload)


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"media_type": None}, TypeError, "media_type must be str, not NoneType"),
        ({"media_type": "html"}, ValueError, "media_type is 'html'; give 'text/html' or 'text/plain'"),
        ({"url": 5}, TypeError, "url must be str, not int"),
        ({"url": b"https://example.org/"}, TypeError, "url must be str, not bytes"),
        ({"captured_at": "2020-01-01"}, TypeError, "captured_at must be a datetime, not str '2020-01-01'"),
        (
            {"policy": "brutal"},
            ValueError,
            "no policy 'brutal'; there is strict, balanced, lenient, annotate",
        ),
        ({"policy": None}, ValueError, "no policy None"),
        ({"extractor": "magic"}, ValueError, "no extractor 'magic'"),
        ({"keep": "comment"}, TypeError, r"as in keep=\('comment',\), not be 'comment'"),
        ({"keep": None}, TypeError, "not be None"),
        ({"keep": ("comment", "colour")}, ValueError, "no label 'colour'"),
        ({"keep": [5]}, ValueError, "no label 5"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(options: dict[str, Any], error: type[Exception], says: str) -> None:
    """The argument, what it was, and what it should be."""
    with pytest.raises(error, match=says):
        clean(STORY, **options)


@pytest.mark.parametrize(
    "options", [{"policy": "x"}, {"extractor": "x"}, {"keep": "comment"}, {"keep": ["x"]}]
)
def test_a_stream_checks_its_arguments_at_the_call(options: dict[str, Any]) -> None:
    """Nobody has to read the first page to learn that the call was wrong."""
    with pytest.raises((TypeError, ValueError)):
        clean_many([], **options)


@pytest.mark.parametrize("element", [None, "abc", b"abc", 5])
def test_what_is_no_capture_is_named(element: Any) -> None:
    """An element that is no capture is the caller's mistake, not a capture that failed."""
    with pytest.raises(TypeError, match=f"must be str or bytes, not {type(element).__name__}"):
        list(clean_many([element]))


def test_right_calls_are_left_alone() -> None:
    """Bytes-like payloads, naive and aware times, any collection of labels, and the names of policies."""
    payload: Any = bytearray(STORY.encode())
    assert clean(payload).text == STORY
    for when in (datetime(2020, 1, 1), datetime(2020, 1, 1, tzinfo=UTC), datetime.min, datetime.max, None):
        assert (
            clean(
                f"Published: 3 May 2021\n{STORY}", captured_at=when, policy="strict", keep=["comment"]
            ).status
            is Status.CLEANED
        )
    for when in (datetime.min, datetime.max):
        assert clean(f"<time datetime=2021-05-03>3 May</time><p>{STORY}", "text/html", captured_at=when).text
    capture = replace(Capture(STORY.encode(), Provenance("a.txt")), media_type="html")
    assert [page.status for page in clean_many(iter([capture]), keep={"comment"})] == [Status.REJECTED]
