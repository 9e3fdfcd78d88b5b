"""Captures, pages and pipelines made by hand, for the tests of the archive."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fastwarc import ArchiveIterator

from archive.archive import Archive
from archive.values import Batch, Pipeline
from captures.storage import open_input
from captures.values import Capture, Provenance
from cleaners.ledger import apply
from cleaners.values import CleanedPage, Edit, Evidence, Fields, Line, Status

PIPELINE = Pipeline("strigil", "1.0", "balanced", "sha256:" + "0" * 64)
NEXT_PIPELINE = Pipeline("strigil", "1.1", "balanced", "sha256:" + "0" * 64)


def make_capture(number: int) -> Capture:
    """Return a capture that differs from that of every other number; they spread over three days."""
    return Capture(
        payload=f"Share\nStory {number} of the bridge. \U0001f309\nRead more\n".encode(),
        provenance=Provenance("scrapes/a.jsonl", "test", "jsonl", number),
        url=f"http://www.example{number % 5}.com/News/{number}?b=2&a=1",
        captured_at=datetime(2024, 2, 28, 12, tzinfo=UTC) + timedelta(days=number % 3),
        captured_at_source="record",
        content_type="text/plain; charset=utf-8",
        http_status=200,
    )


def make_page(capture: Capture) -> CleanedPage:
    """Return what a cleaner may make of a capture: its first and last line go, one is annotated."""
    source_text = capture.payload.decode()
    first, last = source_text.find("\n") + 1, source_text.rfind("\n", 0, -1) + 1
    edits = (
        Edit(0, first, "share", "share/button", 1.0, ""),
        Edit(last, len(source_text), "read_more", "read_more/phrase", 0.5, ""),
    )
    lines = (
        Line(0, max(first - 1, 0), "share", "share/button", 1.0, kept=False),
        Line(first, last - 1, "title", "title/first", 0.75, kept=True),
        Line(last, len(source_text) - 1, "read_more", "read_more/phrase", 0.5, kept=False),
    )
    fields = Fields(
        title="The bridge",
        byline="Jane Doe",
        published_at=datetime(2024, 2, 27, tzinfo=UTC),
        published_precision="day",
        tags=("bridge", "storm"),
        evidence=(Evidence("title", "The bridge", "text/first-line", 0.5, first, last - 1, chosen=True),),
    )
    text, removed_text = apply(source_text, edits)
    return CleanedPage(
        text, source_text, edits, lines, fields, Status.CLEANED, charset="utf-8", removed_text=removed_text
    )


def make_pages(captures: Sequence[Capture]) -> list[CleanedPage]:
    """Return a page for each capture."""
    return [make_page(capture) for capture in captures]


def fill(archive: Archive, captures: Sequence[Capture], pipeline: Pipeline = PIPELINE) -> Batch:
    """Commit and publish captures."""
    batch = archive.commit(captures)
    archive.publish(batch, make_pages(batch.captures), pipeline)
    return batch


def read_payload(file: str, offset: int, payload_bytes: int) -> bytes:
    """Return the payload of a WARC record, as the reader handed to ``LoggedBatch.load`` does."""
    with open_input(file) as warc:
        warc.seek(offset)
        record = next(iter(ArchiveIterator(warc, parse_http=True, verify_digests=True)))
        return record.reader.read()


def read_record(file: Path, offset: int, length: int) -> bytes:
    """Return the payload of the one WARC record in a stretch of a file."""
    with file.open("rb") as warc:
        warc.seek(offset)
        data = warc.read(length)
    (record,) = ArchiveIterator(io.BytesIO(data), parse_http=True, verify_digests=True)
    return record.reader.read()


def tree(root: Path) -> dict[str, bytes]:
    """Return the files of a folder and what is in them, but the ledger and the history: they have a clock."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.relative_to(root).parts[0] not in {"ledger", "history"}
    }
