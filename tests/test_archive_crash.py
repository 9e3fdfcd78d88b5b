"""kill -9 at random moments: what is visible is whole, and the next run completes it."""

from __future__ import annotations

from pathlib import Path

from archive.archive import Archive
from archive.read import query
from tests.archive_builders import PIPELINE, make_pages, read_payload
from tests.archive_writers import CAPTURES, run_writers, write_all

ROUNDS = 4


def test_killed_writers_lose_and_double_nothing(tmp_path: Path) -> None:
    """After each kill no part is torn; after a last undisturbed run every capture is there once."""
    kills, torn = run_writers("kill", tmp_path, ROUNDS)
    assert kills >= ROUNDS
    assert torn == 0
    for folder in sorted(tmp_path.iterdir()):
        write_all(folder, 10)
        archive = Archive.open(folder)
        for logged in archive.unfinished(PIPELINE):
            batch = logged.load(read_payload)
            archive.publish(batch, make_pages(batch.captures), PIPELINE)
        archive.promote(PIPELINE)
        assert not list(archive.verify())
        (row,) = query(archive, "select count(*) as n, count(distinct source_ordinal) as m from documents")
        assert row == {"n": CAPTURES, "m": CAPTURES}
