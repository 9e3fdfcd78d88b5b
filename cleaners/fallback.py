"""Trafilatura: its metadata where the page's markup was silent, its choice of text to compare with.

The only door to trafilatura.
It costs several times what all of our own reading of a page does, so ask only for what is missing.
Never trusted: a date that is the day of the capture or later, because a clock in the site's header
looks just like a publication date, and dates found in free text, which are not even asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from cleaners.case import BLANK, Decision
from cleaners.html.dates import to_iso
from cleaners.html.people import to_people
from cleaners.html.titles import to_headline
from cleaners.values import Evidence, Page

FALLBACK_FIELDS: Final = frozenset({"title", "byline", "published_at"})
"""Fields worth the cost."""
MIN_PART_CHARS: Final = 25
"""A shorter line is too common to be found inside another."""
_LAST_DAY: Final = "2099-12-31"
SCORE: Final = 0.4
"""Less than any statement of the page itself."""


def find_metadata(
    html: str, url: str | None = None, *, captured_at: datetime | None = None
) -> tuple[Evidence, ...]:
    """Return trafilatura's title, byline and publication date as weak evidence.

    Call it only where evidence for one of ``FALLBACK_FIELDS`` is missing (``is_silent``).
    """
    return tuple(_find(html, url, captured_at))


def decide_lines(html: str, page: Page) -> list[Decision]:
    """Return trafilatura's choice of the lines of a page: kept is what its extract says, at any place.

    Its text is found again in ours line by line, so offsets, edits and the rebuilt source are as ever. Lines
    of few characters must be a whole line of its extract.
    """
    from trafilatura import extract  # noqa: PLC0415  slow to import, rarely asked for

    extracted = extract(html, url=page.url, include_comments=False) or ""
    wanted = {_squeeze(line) for line in extracted.splitlines()}
    whole = _squeeze(extracted)
    decisions = []
    for text in page.texts:
        squeezed = _squeeze(text)
        if not squeezed:
            decisions.append(BLANK)
        elif squeezed in wanted or (len(squeezed) >= MIN_PART_CHARS and squeezed in whole):
            decisions.append(Decision("body", "trafilatura/kept", SCORE, kept=True))
        else:
            decisions.append(Decision("boilerplate", "trafilatura/left-out", SCORE, kept=False))
    return decisions


def _squeeze(text: str) -> str:
    return " ".join(text.split()).casefold()


def is_silent(evidence: tuple[Evidence, ...]) -> bool:
    """Return whether a page said nothing about some field of ``FALLBACK_FIELDS``."""
    return any(name not in {e.field for e in evidence} for name in FALLBACK_FIELDS)


def _find(html: str, url: str | None, captured_at: datetime | None) -> Iterator[Evidence]:
    # Without a last day of its own htmldate asks the machine's clock, and results change by the day.
    dates = {"original_date": True, "extensive_search": False, "max_date": _LAST_DAY}
    from trafilatura.metadata import extract_metadata  # noqa: PLC0415  slow to import, rarely asked for

    document = extract_metadata(html, default_url=url, date_config=dates)
    if document is None:
        return
    sites = [document.sitename] if document.sitename else []
    if document.title and (title := to_headline(document.title, sites)):
        yield Evidence("title", title, "trafilatura/title", SCORE)
    if people := to_people((document.author or "").split(";"), sites):
        yield Evidence("byline", "\n".join(people), "trafilatura/author", SCORE)
    if (day := to_iso(document.date or "")) and not _is_capture_day(day, captured_at):
        yield Evidence("published_at", day, "trafilatura/date", SCORE)


def _is_capture_day(day: str, captured_at: datetime | None) -> bool:
    return captured_at is not None and day >= captured_at.date().isoformat()
