"""Rows of the archive as pages again."""

from __future__ import annotations

from pathlib import Path

from archive.archive import Archive
from archive.read import query
from bench.generated import to_text
from flows.plan import RunOptions
from flows.run import run
from flows.stop import StopSwitch
from flows.stored import to_page


def test_a_row_of_an_older_release_is_shown_without_the_fields_it_lacks(tmp_path: Path) -> None:
    """Readers keep the edition of before an upgrade for as long as they like, and it has fewer columns."""
    (tmp_path / "a.txt").write_text(to_text(1), encoding="utf-8")
    archive = Archive.open(tmp_path / "archive")
    run([str(tmp_path / "a.txt")], archive, RunOptions(), StopSwitch())
    [row] = query(archive, "select * from documents")
    whole = to_page(row)
    older = to_page({name: value for name, value in row.items() if name not in {"license", "tags"}})
    assert (older.fields.license, older.fields.tags) == (None, ())
    assert (older.text, older.lines) == (whole.text, whole.lines)
    assert older.fields.title == whole.fields.title
