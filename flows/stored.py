"""A page read back from its row: the source text made again, and every line with what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from archive.archive import Archive
from archive.read import ask
from cleaners.ledger import rebuild
from cleaners.segment import find_lines
from cleaners.values import CleanedPage, Edit, Evidence, Fields, Line, Status

_OTHER_NAMES = {"byline": "author"}
"""Fields whose column has another name."""


def read_page(archive: Archive, capture_id: str) -> tuple[str, CleanedPage] | None:
    """Return a capture's name and its page as it was archived, if the archive has it."""
    columns, rows = ask(archive, "select * from documents where capture_id = ?", [capture_id])
    if not rows:
        return None
    row = dict(zip(columns, rows[0], strict=True))
    return row["url"] or row["source_file"], to_page(row)


def to_page(row: Mapping[str, Any]) -> CleanedPage:
    """Return the page that a row was made of."""
    edits = tuple(Edit(**edit) for edit in row["edits"])
    source_text = rebuild(row["text"], edits, row["removed_text"])
    notes = [Line(**note) for note in row["annotations"]]
    return CleanedPage(
        text=row["text"],
        source_text=source_text,
        edits=edits,
        lines=tuple(_to_lines(source_text, edits, notes)),
        fields=_to_fields(row),
        status=Status(row["status"]),
        reason=row["error"],
        charset=row["charset"],
        charset_source=row["charset_source"],
        media_type=row["content_type_detected"],
        removed_text=row["removed_text"],
    )


def _to_lines(source_text: str, edits: tuple[Edit, ...], notes: list[Line]) -> Iterator[Line]:
    """Yield the lines of the source text: a row holds only those that are not plain body or blank."""
    removed = {edit.start: edit for edit in edits if edit.label != "repair"}
    noted = {note.start: note for note in notes}
    if not source_text:
        return
    for start, end in zip(*find_lines(source_text), strict=True):
        if start in noted:
            yield noted[start]
        elif start in removed:
            edit = removed[start]
            yield Line(start, end, edit.label, edit.reason, edit.score, kept=False)
        else:
            label = "body" if source_text[start:end].strip() else "blank"
            yield Line(start, end, label, "", 1.0, kept=True)


def _to_fields(row: Mapping[str, Any]) -> Fields:
    """Return the fields of a row; those that the release it was made by did not know are empty."""
    values: dict[str, Any] = {}
    for field in fields(Fields):
        value = row.get(_OTHER_NAMES.get(field.name, field.name))
        values[field.name] = tuple(value or ()) if isinstance(field.default, tuple) else value
    values["evidence"] = tuple(Evidence(**seen) for seen in row["evidence"])
    return Fields(**values)
