"""Files that are plainly something else than captures: how tables show, and what to do with each kind."""

from __future__ import annotations

import csv
import io
from typing import Final

_DELIMITERS: Final = {".csv": ",;\t|", ".tsv": "\t", ".tab": "\t"}
_TABLE_TYPES: Final = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".tab": "text/tab-separated-values",
}
_MAX_ROWS: Final = 200
_MAX_NAME_CHARS: Final = 64
MIN_SHARE_EVEN: Final = 0.9
"""Rows of as many fields as there are columns; in a story that is called .csv they differ."""

_COLUMNS: Final = "and name the columns with --text-column, --html-column, --url-column"
_DUCKDB: Final = "import duckdb; duckdb.read_csv('IN.csv').write_parquet('OUT.parquet')"
_TO_PARQUET: Final = f'make it Parquet (python -c "{_DUCKDB}") {_COLUMNS}; --format txt takes it as one text'
_TO_JSONL: Final = f"make it JSON Lines, an object a line (jq -c '.[]' IN.json > OUT.jsonl), {_COLUMNS}"
_FROM_TABLE: Final = f"make it Parquet {_COLUMNS}"
_OFFICE: Final = "save it as HTML or text first"
_ADVICE: Final = {
    "text/csv": _TO_PARQUET,
    "text/tab-separated-values": _TO_PARQUET,
    "application/json": _TO_JSONL,
    "application/vnd.apache.arrow.file": _FROM_TABLE,
    "application/vnd.apache.avro": _FROM_TABLE,
    "application/vnd.sqlite3": _FROM_TABLE,
    "application/x-internet-archive": "make it WARC (warcio recompress IN.arc.gz OUT.warc.gz)",
    "application/x-cdx": "an index of WARC files; give the WARC files",
    "multipart/related": "open it in a browser and save the page as HTML",
    "application/rss+xml": "strigil fetch reads feeds, from their address",
    "application/atom+xml": "strigil fetch reads feeds, from their address",
    "application/zip": "unpack it first",
    "application/x-tar": "unpack it first",
    "application/x-7z-compressed": "unpack it first",
    "application/vnd.rar": "unpack it first",
    "application/x-bzip2": "unpack it first",
    "application/x-xz": "unpack it first",
    "application/pdf": "take the text out of it first, as pdftotext does",
    "application/rtf": _OFFICE,
    "application/x-ole-storage": _OFFICE,
}
_OFFICE_FOLDERS: Final = {
    "word": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


def why_unread(media_type: str) -> str:
    """Return why a file of a media type is not read, and what to do if anything can be done.

    >>> why_unread("image/png")
    'not text: it looks like image/png'
    >>> why_unread("application/zip")
    'not text: it looks like application/zip; unpack it first'
    """
    advice = _OFFICE if media_type in _OFFICE_FOLDERS.values() else _ADVICE.get(media_type)
    what = f"a table ({media_type})" if media_type in _TABLE_TYPES.values() else media_type
    return f"not text: it looks like {what}" + (f"; {advice}" if advice else "")


def table_type(text: bytes, name: str, *, complete: bool) -> str | None:
    r"""Return the media type of a table of separated values: the name says so, and the rows are even.

    Left alone: a table under another name, and a text under this one.

    >>> table_type(b"id,text\n1,\"A ferry, sold\"\n", "rows.csv", complete=True)
    'text/csv'
    >>> table_type(b"A ferry, it seems,\nwas sold, closed, and opened.\n", "story.csv", complete=True)
    """
    suffix = name[-4:]
    if suffix not in _DELIMITERS:
        return None
    lines = text.decode("utf-8", "replace")
    is_table = any(_is_even(lines, delimiter, complete=complete) for delimiter in _DELIMITERS[suffix])
    return _TABLE_TYPES[suffix] if is_table else None


def office_type(names: list[str]) -> str | None:
    """Return the media type of an office document by the names in its zip; None if it is none."""
    if "[Content_Types].xml" not in names:
        return None
    folders = {name.partition("/")[0] for name in names}
    return next((kind for folder, kind in _OFFICE_FOLDERS.items() if folder in folders), None)


def _is_even(text: str, delimiter: str, *, complete: bool) -> bool:
    """Return whether rows have a head and the same number of fields, but for a few."""
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows += [row] if row else []
            if len(rows) == _MAX_ROWS:
                break
        else:
            rows = rows if complete else rows[:-1]  # the last row was cut
    except csv.Error:
        return False
    if len(rows) < 2 or not _is_head(rows[0]):
        return False
    return sum(len(row) == len(rows[0]) for row in rows) >= MIN_SHARE_EVEN * len(rows)


def _is_head(row: list[str]) -> bool:
    """Return whether a row names columns: two or more, all different, none empty, no blank behind a comma."""
    is_named = all(name and not name[0].isspace() and len(name) <= _MAX_NAME_CHARS for name in row)
    return len(set(row)) == len(row) >= 2 and is_named
