"""Media types: what is read as HTML, what as text, and what is no text for a cleaner."""

from __future__ import annotations

import pytest

from cleaners import Status, clean, intake

STORY = "The café by the bridge was closed on Tuesday after a lorry had struck the wall of its kitchen."
MARKUP = f"<html><body><p>{STORY}</p></body></html>"


@pytest.mark.parametrize(
    "media_type",
    [
        "text/html",
        "TEXT/HTML",
        " text/html ",
        "text/html; charset=utf-8",
        'Text/Html;charset="UTF-8"',
        "application/xhtml+xml; charset=utf-8",
        "application/vnd.wap.xhtml+xml",
    ],
)
def test_every_spelling_of_html_is_html(media_type: str) -> None:
    """Case, space and parameters of a media type do not turn markup into text."""
    page = clean(MARKUP, media_type)
    assert (page.text, page.media_type) == (STORY, "text/html")


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "Text/Plain; format=flowed",
        "text/markdown",
        "text/x-markdown; charset=utf-8",
        "text/x-web-markdown",
        "TEXT/X-RST",
        "text/enriched",
        "application/octet-stream",
        "",
    ],
)
def test_text_is_text(media_type: str) -> None:
    """Text stays text, also where nobody said what it is."""
    page = clean(STORY, media_type)
    assert (page.text, page.media_type) == (STORY, "text/plain")


@pytest.mark.parametrize(
    ("media_type", "charset", "source"),
    [
        ("text/plain; charset=ISO-8859-1", "cp1252", "http"),
        ("text/plain;charset='windows-1252'", "cp1252", "http"),
        ("text/html; boundary=x; charset = cp1252 ; x=y", "cp1252", "http"),
        ("text/plain; charset=utf-8", "utf-8", "http"),
    ],
)
def test_the_charset_of_a_media_type_is_believed(media_type: str, charset: str, source: str) -> None:
    """A parameter of the media type declares the charset, as the header it comes from does."""
    page = clean(STORY.encode(charset), media_type)
    assert (page.text, page.charset, page.charset_source) == (STORY, charset, source)


@pytest.mark.parametrize("media_type", ["image/png", "audio/mpeg; x=y", "text/x-unheard-of"])
def test_other_media_types_are_rejected(media_type: str) -> None:
    """What is neither HTML nor text comes back rejected, its type named, and is not kept as a story."""
    page = clean(STORY, media_type)
    name = media_type.partition(";")[0].lower()
    assert (page.status, page.text, page.media_type) == (Status.REJECTED, "", name)
    assert page.reason == f"not text: media type {name!r}; what is read is text/html and text/plain"


@pytest.mark.parametrize(
    ("media_type", "holds"),
    [
        ("text/csv", "a table"),
        ("text/calendar", "a calendar"),
        ("text/javascript", "a script"),
        ("TEXT/CSS", "a style sheet"),
        ("text/xml", "XML that is no page"),
        ("application/json; charset=utf-8", "data"),
    ],
)
def test_a_rejection_says_what_such_a_type_holds(media_type: str, holds: str) -> None:
    """Text for programs is no story, and the reason says why."""
    name = media_type.partition(";")[0].lower()
    page = clean(STORY, media_type)
    assert page.status is Status.REJECTED
    assert (page.reason or "").startswith(f"not text: media type {name!r} holds {holds}; what is read is")


@pytest.mark.parametrize("media_type", ["text/xml", "application/xml; charset=utf-8"])
@pytest.mark.parametrize(
    "head", ["", '<?xml version="1.0" encoding="utf-8"?>\n<!-- a comment -->\n<!DOCTYPE html>\n']
)
def test_xml_that_is_a_page_is_html(media_type: str, head: str) -> None:
    """XHTML is served as XML too; a feed, which only quotes pages, is none."""
    page = clean(head.encode() + MARKUP.encode(), media_type)
    assert (page.text, page.media_type) == (STORY, "text/html")
    feed = clean(f"<rss><item><description>&lt;html&gt; {STORY}</description></item></rss>", media_type)
    assert feed.status is Status.REJECTED


@pytest.mark.parametrize(
    ("payload", "media_type"),
    [
        ("Listen Live\n" * 40, "text/plain"),
        ("a\r\nb\rc\u2028" * 15, "text/plain"),
        (f"<title>Log</title><h1>{STORY}</h1><pre>{'Listen Live' * 9}" + "\nx" * 40, "text/html"),
    ],
)
def test_what_has_too_many_lines_is_kept_whole(
    payload: str, media_type: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory is bounded: nothing of such a capture is judged, nothing lost, a person sees why."""
    monkeypatch.setattr(intake, "MAX_LINES", 40)
    page = clean(payload, media_type)
    assert page.status is Status.REVIEW
    assert page.reason == "more than 40 lines: kept whole, none was judged"
    assert page.text == page.source_text == page.rebuild() == page.markdown
    assert page.explain() == f"review: {page.reason}"
    assert page.fields.title == ("Log" if media_type == "text/html" else None)


def test_as_many_lines_as_may_be_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound itself is within it; what shows nothing has no text, however many lines."""
    monkeypatch.setattr(intake, "MAX_LINES", 40)
    page = clean("Listen Live\n" * 39 + STORY)
    assert (page.status, page.text) == (Status.CLEANED, STORY)
    assert clean(" \n" * 100).status is Status.EMPTY
