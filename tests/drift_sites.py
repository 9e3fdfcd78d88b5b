"""Weeks of two small sites, written straight into an archive, for the tests of the drift alarm."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from archive.archive import Archive
from captures.values import Capture, Provenance
from cleaners.ledger import apply
from cleaners.values import CleanedPage, Edit, Fields, Line, Status
from tests.archive_builders import PIPELINE

SITES = ("one.example", "two.example")
FIRST = datetime(2026, 3, 2, 6, tzinfo=UTC)
PER_DAY = 10
FURNITURE = ("Join the club today", "Stories you may like", "Our other papers", "Games and puzzles")


def fill_weeks(archive: Archive, *, days: int, redesigned: Collection[str] = (), first: int = 0) -> None:
    """Commit and publish some days of captures; the redesigned sites change on the last day."""
    for day in range(first, days):
        captures = [
            _capture(site, day, number, is_redesigned=site in redesigned and day == days - 1)
            for site in SITES
            for number in range(PER_DAY)
        ]
        batch = archive.commit(captures)
        archive.publish(batch, [_page(capture) for capture in batch.captures], PIPELINE)
    archive.promote(PIPELINE)


def _capture(site: str, day: int, number: int, *, is_redesigned: bool) -> Capture:
    story = (
        f"The bridge was closed on day {day} for the {number}th time, and nobody was told why it was. " * 4
    )
    lines = ["Listen Live", f"Weather {chr(97 + day)}{chr(97 + number)}", story]
    if is_redesigned:
        lines += FURNITURE
    return Capture(
        "\n".join(lines).encode(),
        Provenance("scrapes/a.jsonl", "test", "jsonl", number),
        url=f"http://{site}/{day}/{number}",
        captured_at=FIRST + timedelta(days=day, minutes=number),
        captured_at_source="record",
    )


def _page(capture: Capture) -> CleanedPage:
    """Return a page whose first line went by a rule and whose second went on the model's word."""
    source_text = capture.payload.decode()
    first = source_text.find("\n") + 1
    second = source_text.find("\n", first) + 1
    edits = (
        Edit(0, first, "listen_live", "listen_live/live", 1.0, ""),
        Edit(first, second, "boilerplate", "model/line-tagger", 0.9, ""),
    )
    lines = (
        Line(0, first - 1, "listen_live", "listen_live/live", 1.0, kept=False),
        Line(first, second - 1, "boilerplate", "model/line-tagger", 0.9, kept=False),
        Line(second, len(source_text), "body", "", 1.0, kept=True),
    )
    text, removed = apply(source_text, edits)
    fields = Fields(title="The bridge", published_at=FIRST)
    return CleanedPage(text, source_text, edits, lines, fields, Status.CLEANED, removed_text=removed)
