"""The SQL door: views over an edition, also an empty one, wherever the archive lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.archive import Archive
from archive.errors import NoEditionError, SqlError
from archive.read import ask, open_sql, query
from archive.takedown import Decision, Targets
from tests.archive_builders import NEXT_PIPELINE, PIPELINE, fill, make_capture, make_page, make_pages


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Return an archive in a folder whose name means something to globs and to SQL."""
    archive = Archive.open(tmp_path / "it's [a] *folder*?")
    fill(archive, [make_capture(n) for n in range(6)])
    archive.promote(PIPELINE)
    return archive


def test_edits_hold_what_they_took_out(archive: Archive) -> None:
    """Each removal has its text, cut out of ``removed_text`` by code points."""
    rows = query(
        archive,
        "select url, label, removed, span_start, span_end, replacement from edits order by url, span_start",
    )
    expected = [
        (capture.url, edit.label, page.source_text[edit.start : edit.end], edit.start, edit.end, "")
        for capture in sorted((make_capture(n) for n in range(6)), key=lambda capture: capture.url or "")
        for page in [make_page(capture)]
        for edit in page.edits
    ]
    assert [tuple(row.values()) for row in rows] == expected


def test_fields_runs_and_days(archive: Archive) -> None:
    """Evidence is a row each; the ledger is a row a part; the day is a date."""
    (field, *_rest) = query(archive, "select field, value, score, chosen, span_start from fields")
    assert field == {"field": "title", "value": "The bridge", "score": 0.5, "chosen": True, "span_start": 6}
    runs = query(
        archive, "select capture_date::varchar as day, rows, statuses['cleaned'] as n from runs order by 1"
    )
    assert [tuple(run.values()) for run in runs] == [
        ("2024-02-28", 2, 2),
        ("2024-02-29", 2, 2),
        ("2024-03-01", 2, 2),
    ]
    assert query(archive, "select count(*) as n from documents where capture_date = date '2024-02-29'") == [
        {"n": 2}
    ]


def test_an_edition_can_be_named(archive: Archive) -> None:
    """Readers may stay with an edition that is not the current one."""
    batch = archive.commit([make_capture(9)])
    archive.publish(batch, make_pages(batch.captures), NEXT_PIPELINE)
    assert query(archive, "select count(*) as n from documents", edition=NEXT_PIPELINE.edition) == [{"n": 1}]
    assert query(archive, "select count(*) as n from documents") == [{"n": 6}]


def test_views_over_an_empty_edition(tmp_path: Path) -> None:
    """No captures, no rows, no error; without any edition a sentence."""
    archive = Archive.open(tmp_path)
    with pytest.raises(NoEditionError), open_sql(archive):
        pass
    archive.promote(PIPELINE)
    for view in ("documents", "edits", "fields", "runs", "duplicates", "versions", "tombstones", "gathered"):
        assert query(archive, f"select * from {view}") == []


def test_questions_take_values_and_wrong_ones_are_told(archive: Archive) -> None:
    """A ``?`` stands for a value; what DuckDB cannot answer comes with its own words."""
    url = make_capture(3).url
    assert ask(archive, "select url, 1 as one from documents where url = ?", [url]) == (
        ("url", "one"),
        [(url, 1)],
    )
    with pytest.raises(SqlError, match="nowhere"):
        ask(archive, "select * from nowhere")


def test_a_broken_part_is_told_by_name(archive: Archive) -> None:
    """A question over a file that is no Parquet is an ``SqlError`` too."""
    part = min(Path(archive.data_path()).rglob("*.parquet"))
    part.unlink()
    part.write_bytes(b"no Parquet at all")
    with pytest.raises(SqlError, match=part.name):
        ask(archive, "select * from documents")


def test_tombstones_say_who_and_why_but_not_what(archive: Archive) -> None:
    """A row a capture that is gone, and one a URL that is not to come back."""
    url = make_capture(3).url or ""
    [gone] = query(archive, f"select capture_id, payload_digest from documents where url = '{url}'")
    archive.takedowns().take_down(Targets(urls=frozenset([url])), Decision("Jane Doe", "an order"))
    rows = query(archive, "select * from tombstones order by capture_id nulls last")
    assert [(row["capture_id"], row["by"], row["reason"]) for row in rows] == [
        (gone["capture_id"], "Jane Doe", "an order"),
        (None, "Jane Doe", "an order"),
    ]
    assert rows[0]["payload_digest"] == gone["payload_digest"]
    assert rows[0]["urlkey_digest"] == rows[1]["urlkey_digest"]
    assert rows[0]["at"].tzinfo is not None
    assert "bridge" not in str(rows)
    assert query(archive, "select count(*) as n from documents") == [{"n": 5}]
