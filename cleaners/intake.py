"""From a capture to a page of lines: decode, reject what is no text, render HTML."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Final, NamedTuple

from cleaners import fallback, sites
from cleaners.case import BODY, Decision
from cleaners.decode import Decoded, decode
from cleaners.fields import to_fields
from cleaners.html.page import to_page as to_html_page
from cleaners.lexicon import find as find_phrases
from cleaners.media_types import HTML, to_reading, why_not_read
from cleaners.segment import count_lines, to_page
from cleaners.values import CaptureLike, CleanedPage, Fields, Page, Policy, Span, Status
from cleaners.wrapping import join_lines

STRIGIL: Final = "strigil"
TRAFILATURA: Final = "trafilatura"
EXTRACTORS: Final = (STRIGIL, TRAFILATURA)

NOT_TEXT: Final = "not text"
"""What every reader's error says of images, archives and other things no cleaner can read."""
NO_TEXT: Final = "no text in the capture"
MAX_LINES: Final = 100_000
"""Judging takes 3 kB of memory a line. A Bible has 30,000; what has more than this is a log, or hostile."""
MAX_GARBAGE_SHARE: Final = 0.1
GARBAGE_SAMPLE_CHARS: Final = 4096
# Linear: the blanks around the sign are bounded by it, the value is one character class run.
_CHARSET: Final = re.compile(r";\s*charset\s*=\s*[\"']?([^\s;\"']+)")
# Linear: one character class. What no text has, but every binary file.
_GARBAGE: Final = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]")


class Way(NamedTuple):
    """How captures are to be cleaned."""

    policy: Policy
    extractor: str
    thorough_metadata: bool
    keep: frozenset[str] = frozenset()
    """Labels whose lines stay, whatever the policy says of them."""


class Intake(NamedTuple):
    """A capture as a page, the phrases that a lexicon knows in it, and what another extractor chose.

    ``page`` has the lines that are judged, ``source`` those of the capture: one of them, mostly.
    """

    page: Page
    source: Page
    decoded: Decoded
    phrases: list[Span]
    chosen: list[Decision] | None


def take_in(capture: CaptureLike, way: Way) -> Intake | CleanedPage:
    """Return the capture as a page, or the result that says why it holds no text."""
    media_type, charset = split_media_type(capture.media_type)
    if capture.error and not (capture.truncated and capture.payload):
        status = Status.REJECTED if NOT_TEXT in capture.error else Status.FAILED
        return without_text(status, capture.error, media_type)
    reading = to_reading(media_type, capture.payload)
    if not reading:
        return without_text(Status.REJECTED, f"{NOT_TEXT}: {why_not_read(media_type)}", media_type)
    is_html = reading == HTML
    decoded = _decode(capture.payload, capture.charset or charset, is_html=is_html)
    garbage = len(_GARBAGE.findall(decoded.text, 0, GARBAGE_SAMPLE_CHARS))
    if garbage > max(8, MAX_GARBAGE_SHARE * min(len(decoded.text), GARBAGE_SAMPLE_CHARS)):
        reason = f"{NOT_TEXT}: control or undecodable characters"
        return without_text(Status.REJECTED, reason, reading)
    if is_html:
        page = _to_html_page(capture, decoded.text, thorough_metadata=way.thorough_metadata)
    elif len(decoded.text) < MAX_LINES or count_lines(decoded.text) <= MAX_LINES:
        page = to_page(decoded.text, url=capture.url, captured_at=capture.captured_at)
    else:
        return _keep_whole(Page(decoded.text, (), (), (), ()), decoded)
    if len(page.texts) > MAX_LINES:
        return _keep_whole(page, decoded)
    is_foreign = way.extractor == TRAFILATURA and bool(page.blocks)
    chosen = fallback.decide_lines(decoded.text, page) if is_foreign else None
    joined = page if is_html else join_lines(page)
    return Intake(joined, page, decoded, list(find_phrases(joined)), chosen)


def without_text(status: Status, reason: str, media_type: str) -> CleanedPage:
    """Return the page of a capture that has no text to clean."""
    return CleanedPage("", "", (), (), Fields(), status, reason, media_type=media_type)


@lru_cache(maxsize=256)
def split_media_type(value: str) -> tuple[str, str | None]:
    """Return media type and charset of what a Content-Type header says.

    >>> split_media_type(' Text/HTML; charset="UTF-8"'), split_media_type("text/plain")
    (('text/html', 'utf-8'), ('text/plain', None))
    """
    folded = value.lower()
    charset = _CHARSET.search(folded)
    return folded.partition(";")[0].strip(), charset[1] if charset else None


def _keep_whole(page: Page, decoded: Decoded) -> CleanedPage:
    """Return the result for a page of too many lines: all of its text, for a person to look at."""
    text = page.source_text
    has_text = not text.isspace()
    piece = Page(text, [0], [len(text)], [text], [""], url=page.url, evidence=page.evidence)
    return CleanedPage(
        text=text,
        source_text=text,
        edits=(),
        lines=(),
        fields=to_fields(piece, [BODY], text),
        status=Status.REVIEW if has_text else Status.EMPTY,
        reason=f"more than {MAX_LINES:,} lines: kept whole, none was judged" if has_text else NO_TEXT,
        charset=decoded.charset,
        charset_source=decoded.charset_source,
        media_type=page.media_type,
    )


def _decode(payload: bytes | str, declared: str | None, *, is_html: bool) -> Decoded:
    if isinstance(payload, str):
        return Decoded(payload, "utf-8", "given")
    return decode(payload, declared=declared, is_html=is_html)


def _to_html_page(capture: CaptureLike, text: str, *, thorough_metadata: bool) -> Page:
    url, captured_at = capture.url, capture.captured_at
    rules = sites.load_site_rules().for_page(url, captured_at)
    page = to_html_page(text, url=url, captured_at=captured_at, rules=rules)
    if not (thorough_metadata and fallback.is_silent(page.evidence)):
        return page
    said = {candidate.field for candidate in page.evidence}
    more = fallback.find_metadata(text, url, captured_at=captured_at)
    return replace(page, evidence=page.evidence + tuple(c for c in more if c.field not in said))
