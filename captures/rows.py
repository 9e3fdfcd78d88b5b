"""A row of a table, JSONL or Parquet, as a capture."""

from __future__ import annotations

from collections.abc import Mapping

from captures.files import CUT_OFF, file_time
from captures.sniff import is_html
from captures.times import to_instant
from captures.values import Capture, Item, Provenance, ReadOptions


def capture_from_row(row: Mapping[str, object], item: Item, options: ReadOptions, at: Provenance) -> Capture:
    r"""Return the capture of one row: HTML if the row holds some, else text, else an error.

    Bytes are taken as they are; a string becomes UTF-8, in which a lone surrogate is written
    as ``\ud800`` so that the payload stays valid.
    """
    html, text = _first(row, options.html_columns), _first(row, options.text_columns)
    value = html or (text if text is not None else html)
    if value is None:
        names = ", ".join(map(str, row)) or "none"
        return error_row(
            f"no text or HTML in the columns to read; the row has: {names}; name one as text column", item, at
        )
    payload = value.encode("utf-8", "backslashreplace") if isinstance(value, str) else bytes(value)
    cut = len(payload) > options.max_payload_bytes
    url = next((u for name in options.url_columns if isinstance(u := row.get(name), str) and u), None)
    times = (to_instant(row.get(name)) for name in options.time_columns)
    recorded_at = next(filter(None, times), None)
    captured_at, captured_at_source = (recorded_at, "record") if recorded_at else file_time(item)
    return Capture(
        payload[: options.max_payload_bytes],
        at,
        media_type="text/html" if html or is_html(payload[:65536]) else "text/plain",
        url=url,
        captured_at=captured_at,
        captured_at_source=captured_at_source,
        charset="utf-8" if isinstance(value, str) else None,
        truncated=CUT_OFF if cut else None,
    )


def error_row(why: str, item: Item, at: Provenance, payload: bytes = b"") -> Capture:
    """Return the capture of a row that could not be read."""
    captured_at, captured_at_source = file_time(item)
    where = f"row {at.ordinal}" if at.offset < 0 else f"row {at.ordinal}, byte {at.offset}"
    return Capture(
        payload,
        at,
        captured_at=captured_at,
        captured_at_source=captured_at_source,
        error=f"{item.path}, {where}: {why}",
    )


def _first(row: Mapping[str, object], names: tuple[str, ...]) -> str | bytes | None:
    """Return the first of the columns that holds something, else an empty one if there is one."""
    found: str | bytes | None = None
    for name in names:
        value = row.get(name)
        if isinstance(value, str | bytes):
            if value:
                return value
            found = value
    return found
