"""The way of a capture: decode, segment, label, settle, repair. Pure: values in, values out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, NamedTuple

from cleaners import fallback, lexicon, repetition, sites
from cleaners.case import Decision
from cleaners.decode import Decoded, decode
from cleaners.edits import to_edits
from cleaners.errors import CleanerError
from cleaners.fields import to_fields
from cleaners.grammars import (
    byline,
    counters,
    credit,
    dateline,
    headlines,
    joined,
    page_clock,
    rights,
    section,
    stamps,
    tags,
    title,
)
from cleaners.html import classes, story, structure
from cleaners.html.page import to_page as to_html_page
from cleaners.ledger import apply
from cleaners.segment import to_page
from cleaners.settle import settle
from cleaners.tagger import tagger
from cleaners.values import CaptureLike, CleanedPage, Fields, Find, Line, Markup, Page, Policy, Status

CLEANERS: Final[dict[str, Find]] = {
    "lexicon": lexicon.find,
    "repetition": repetition.find,
    "model": tagger.find,
    "model_in_html": tagger.find_in_html,
    "byline": byline.find,
    "counters": counters.find,
    "credit": credit.find,
    "dateline": dateline.find,
    "headlines": headlines.find,
    "led_headline": headlines.find_led,
    "joined": joined.find,
    "page_clock": page_clock.find,
    "rights": rights.find,
    "section": section.find,
    "stamps": stamps.find,
    "tags": tags.find,
    "title": title.find,
    "site": sites.find,
    "hidden": structure.find_hidden,
    "semantic": structure.find_semantic,
    "links": structure.find_links,
    "region": structure.find_region,
    "words": classes.find_words,
    "main": story.find_main,
    "html_title": story.find_title,
    "html_caption": story.find_captions,
}
"""Every cleaner by its family. Two cleaners of one family are one piece of evidence."""

STRIGIL, TRAFILATURA = EXTRACTORS = ("strigil", "trafilatura")
"""Who chooses the lines of an HTML capture."""
NOT_TEXT: Final = "not text"
"""What every reader's error says of images, archives and other things no cleaner can read."""
HTML_TYPES: Final = frozenset({"text/html", "application/xhtml+xml"})
MAX_GARBAGE_SHARE: Final = 0.1
GARBAGE_SAMPLE_CHARS: Final = 4096
# Linear: one character class. What no text has, but every binary file.
_GARBAGE: Final = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]")


class _Given(NamedTuple):
    """A capture handed to ``clean`` by value."""

    payload: str | bytes
    media_type: str
    url: str | None
    captured_at: datetime | None
    charset: str | None = None
    error: str | None = None
    truncated: str | None = None


def clean(  # noqa: PLR0913  the public face: what is known of a capture, and how to clean it
    payload: str | bytes,
    media_type: str = "text/plain",
    *,
    url: str | None = None,
    captured_at: datetime | None = None,
    policy: Policy | str = Policy.BALANCED,
    extractor: str = STRIGIL,
) -> CleanedPage:
    r"""Clean one capture: text, or HTML with ``media_type="text/html"``.

    Bad input comes back as a page with a status and a reason; only a wrong call raises. A ``captured_at``
    without a zone is read as UTC. ``extractor="trafilatura"`` lets trafilatura choose the lines of an HTML
    capture, to compare.

    >>> page = clean("Listen Live\nThe bridge was closed on Tuesday.")
    >>> page.text
    'The bridge was closed on Tuesday.'
    >>> page.edits[0].reason, page.rebuild() == page.source_text
    ('listen_live/live', True)
    """
    if captured_at is not None and captured_at.tzinfo is None:
        captured_at = captured_at.replace(tzinfo=UTC)
    (page,) = clean_many([_Given(payload, media_type, url, captured_at)], policy=policy, extractor=extractor)
    return page


def clean_many(
    captures: Iterable[CaptureLike],
    *,
    policy: Policy | str = Policy.BALANCED,
    thorough_metadata: bool = False,
    extractor: str = STRIGIL,
) -> Iterator[CleanedPage]:
    """Clean captures as a stream, one page each, in order.

    No capture ends the stream: what fails becomes a page with status ``failed`` and the reason.
    ``thorough_metadata`` asks trafilatura for title, byline and publication date where the markup of an
    HTML capture is silent. That doubles or triples the time of such a page, and of what it adds only
    two thirds are right (docs/quality.md), so it is off by default. ``extractor`` is as in ``clean``.
    """
    chosen = Policy(policy)
    if extractor not in EXTRACTORS:
        raise ValueError(f"no extractor {extractor!r}; there is {' and '.join(EXTRACTORS)}")
    for capture in captures:
        try:
            yield _clean_capture(capture, chosen, extractor, thorough_metadata=thorough_metadata)
        except CleanerError:
            raise  # our own data files are unusable: that is no capture's fault
        except Exception as error:  # noqa: BLE001  the per-capture guard: one page must not end a run
            reason = f"cleaner failed: {type(error).__name__}: {error}"
            yield _without_text(Status.FAILED, reason, capture.media_type)


def _clean_capture(
    capture: CaptureLike, policy: Policy, extractor: str, *, thorough_metadata: bool
) -> CleanedPage:
    if capture.error and not (capture.truncated and capture.payload):
        status = Status.REJECTED if NOT_TEXT in capture.error else Status.FAILED
        return _without_text(status, capture.error, capture.media_type)
    decoded = _decode(capture)
    garbage = len(_GARBAGE.findall(decoded.text, 0, GARBAGE_SAMPLE_CHARS))
    if garbage > max(8, MAX_GARBAGE_SHARE * min(len(decoded.text), GARBAGE_SAMPLE_CHARS)):
        reason = f"{NOT_TEXT}: control or undecodable characters"
        return _without_text(Status.REJECTED, reason, capture.media_type)
    source = _to_page(capture, decoded.text, thorough_metadata=thorough_metadata)
    is_foreign = extractor == TRAFILATURA and bool(source.blocks)
    chosen = fallback.decide_lines(decoded.text, source) if is_foreign else None
    page = _clean_page(source, decoded, policy, chosen)
    if capture.truncated and page.status is Status.CLEANED:
        # What is there is clean, but a person may want to fetch the rest.
        return replace(page, status=Status.REVIEW, reason=capture.error or f"truncated: {capture.truncated}")
    return page


def _decode(capture: CaptureLike) -> Decoded:
    if isinstance(capture.payload, str):
        return Decoded(capture.payload, "utf-8", "given")
    return decode(capture.payload, declared=capture.charset, is_html=capture.media_type in HTML_TYPES)


def _to_page(capture: CaptureLike, text: str, *, thorough_metadata: bool) -> Page:
    url, captured_at = capture.url, capture.captured_at
    if capture.media_type not in HTML_TYPES:
        return to_page(text, url=url, captured_at=captured_at)
    rules = sites.load_site_rules().for_page(url, captured_at)
    page = to_html_page(text, url=url, captured_at=captured_at, rules=rules)
    if not (thorough_metadata and fallback.is_silent(page.evidence)):
        return page
    said = {candidate.field for candidate in page.evidence}
    more = fallback.find_metadata(text, url, captured_at=captured_at)
    return replace(page, evidence=page.evidence + tuple(c for c in more if c.field not in said))


def _clean_page(
    page: Page, decoded: Decoded, policy: Policy, chosen: list[Decision] | None = None
) -> CleanedPage:
    """Label, settle and repair one page, of which another extractor may have chosen the lines."""
    spans = {} if chosen else {family: list(find(page)) for family, find in CLEANERS.items()}
    decisions, review = (chosen, "") if chosen else settle(page, spans, policy)
    if review or policy is Policy.ANNOTATE:
        decisions = [decision._replace(kept=True) for decision in decisions]
    edits = () if policy is Policy.ANNOTATE else to_edits(page, decisions)
    text, removed_text = apply(page.source_text, edits)
    return CleanedPage(
        text=text,
        source_text=page.source_text,
        edits=edits,
        lines=_to_lines(page, decisions),
        fields=to_fields(page, decisions, text),
        status=_status(text, review),
        reason=review or _why_empty(page, text),
        charset=decoded.charset,
        charset_source=decoded.charset_source,
        media_type=page.media_type,
        removed_text=removed_text,
        markup=Markup(page.blocks, page.links, page.url) if page.blocks else None,
    )


def _to_lines(page: Page, decisions: Sequence[Decision]) -> tuple[Line, ...]:
    columns = zip(*decisions, strict=True)  # label, reason, score, kept, value
    return tuple(map(Line, page.starts, page.ends, *list(columns)[:4]))


def _status(text: str, review: str) -> Status:
    if review:
        return Status.REVIEW
    return Status.CLEANED if text.strip() else Status.EMPTY


def _why_empty(page: Page, text: str) -> str | None:
    if text.strip():
        return None
    lines = sum(1 for line in page.texts if line)
    return f"no main text: all {lines} lines are debris" if lines else "no text in the capture"


def _without_text(status: Status, reason: str, media_type: str) -> CleanedPage:
    """Return the page of a capture that has no text to clean."""
    return CleanedPage("", "", (), (), Fields(), status, reason, media_type=media_type)
