"""Rows of tables, and the times in them."""

from __future__ import annotations

import gzip
import io
import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from captures.readers import read_item, read_range
from captures.rows import capture_from_row
from captures.storage import find_items
from captures.times import to_instant
from captures.values import Capture, Item, Provenance, ReadOptions

WHEN = datetime(2020, 7, 8, 9, 11, tzinfo=UTC)
ITEM = Item("/in/a.jsonl", 1, "1", datetime(2019, 1, 1, tzinfo=UTC))


def row(**cells: object) -> Capture:
    """Return the capture of a row."""
    return capture_from_row(cells, ITEM, ReadOptions(), Provenance(ITEM.path))


ROWS = (
    ("html before text", {"text": "t", "html": "<p>h"}, b"<p>h", "text/html", "utf-8"),
    ("text where html is empty", {"text": "t", "html": ""}, b"t", "text/plain", "utf-8"),
    ("text where html is null", {"text": "t", "html": None}, b"t", "text/plain", "utf-8"),
    ("the first column that holds something", {"text": "", "content": "c"}, b"c", "text/plain", "utf-8"),
    ("an empty text", {"text": ""}, b"", "text/plain", "utf-8"),
    ("an empty html", {"html": ""}, b"", "text/plain", "utf-8"),
    ("bytes have no charset", {"text": b"caf\xe9"}, b"caf\xe9", "text/plain", None),
    ("a page in a text column", {"text": "<!doctype html>x"}, b"<!doctype html>x", "text/html", "utf-8"),
    ("a lone surrogate", {"text": "a\ud800b"}, b"a\\ud800b", "text/plain", "utf-8"),
)


NAMES = [each[0] for each in ROWS]
CASES = [each[1:] for each in ROWS]


@pytest.mark.parametrize(("cells", "payload", "media_type", "charset"), CASES, ids=NAMES)
def test_payload_of_a_row(
    cells: dict[str, object], payload: bytes, media_type: str, charset: str | None
) -> None:
    """One row is one capture, made of its best column."""
    capture = row(**cells)
    assert (capture.payload, capture.media_type, capture.charset) == (payload, media_type, charset)
    assert capture.error is None


@pytest.mark.parametrize("cells", [{}, {"x": 1}, {"text": None, "html": 7}, {"text": ["a"]}])
def test_a_row_without_text_names_its_columns(cells: dict[str, object]) -> None:
    """A row with nothing to clean is an error with the names it has."""
    error = row(**cells).error
    assert all(name in str(error) for name in cells)
    assert "no text or HTML in the columns to read" in str(error)


def test_url_and_time_of_a_row() -> None:
    """The row's own time goes before the file's; a time that says nothing does not."""
    capture = row(text="t", url="", uri="http://a.example/", timestamp="2020-07-08T09:11:00Z")
    assert (capture.url, capture.captured_at, capture.captured_at_source) == (
        "http://a.example/",
        WHEN,
        "record",
    )
    capture = row(text="t", timestamp="yesterday")
    assert (capture.captured_at, capture.captured_at_source) == (ITEM.modified_at, "mtime")


TIMES = (
    "2020-07-08T09:11:00Z", "2020-07-08 09:11:00", "2020-07-08T11:11+02:00", "20200708091100", 20200708091100,
    1594199460, 1594199460.0, "1594199460", 1594199460000, "1594199460000", 1594199460000000,
    1594199460000000000, b"20200708091100", WHEN, datetime(2020, 7, 8, 9, 11),
    WHEN.astimezone(timezone(timedelta(hours=5))),
)  # fmt: skip


@pytest.mark.parametrize("value", TIMES, ids=str)
def test_times_in_many_forms(value: object) -> None:
    """All of these are the same instant, in UTC."""
    when = to_instant(value)
    assert when == WHEN
    assert when.utcoffset() == timedelta(0)


def test_a_date_is_its_first_instant() -> None:
    """A day without a time begins at midnight UTC."""
    midnight = datetime(2020, 7, 8, tzinfo=UTC)
    assert to_instant(date(2020, 7, 8)) == to_instant("2020-07-08") == to_instant("20200708") == midnight


@pytest.mark.parametrize("value", [None, "", "soon", True, [], float("nan"), float("inf"), -1e300, b"\xff"])
def test_what_is_no_time(value: object) -> None:
    """Anything else is no time, and no exception."""
    assert to_instant(value) is None


@given(st.none() | st.integers() | st.floats() | st.text() | st.binary())
def test_any_cell_gives_an_aware_time_or_none(value: object) -> None:
    """Law: never an exception, never a time without a zone."""
    when = to_instant(value)
    assert when is None or when.utcoffset() == timedelta(0)


@given(st.text())
def test_any_text_comes_out_of_a_line(text: str) -> None:
    """Law: what JSON can hold is the payload, in UTF-8."""
    assert row(**json.loads(json.dumps({"text": text}))).payload.decode() == text.encode(
        "utf-8", "backslashreplace"
    ).decode("utf-8")


@pytest.mark.parametrize("count", [3, 8_000])
def test_lines_in_utf_16(tmp_path: Path, count: int) -> None:
    """Windows writes them so: they read as in UTF-8, packed and by ranges too, and a bad one costs itself."""
    lines = [json.dumps({"text": f"Café {number}"}, ensure_ascii=False) for number in range(count)]
    text = "\r\n".join([*lines, '{"text": bad']).encode("utf-16")
    (tmp_path / "a.jsonl").write_bytes(text)
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(text, 1))
    for item in find_items(str(tmp_path)):
        captures = list(read_item(item, ReadOptions()))
        assert [c.payload.decode() for c in captures[:-1]] == [f"Café {number}" for number in range(count)]
        assert "not JSON" in str(captures[-1].error)
        assert {c.provenance.offset for c in captures} == {-1}
    item = next(find_items(str(tmp_path / "a.jsonl")))
    ranges = ((0, 50), (50, 99), (99, item.size_bytes))
    parts = [list(read_range(item, ReadOptions(), start=start, stop=stop)) for start, stop in ranges]
    assert [len(part) for part in parts] == [count + 1, 0, 0]


def timed(value: int, kind: pa.DataType) -> pa.Table:
    """Return a table of one text and its time."""
    return pa.table({"text": ["x"], "timestamp": pa.array([value], kind)})


TEXT = [(b"x", None)]
NO_TEXT = (b"", "no text or HTML")
ODD_TABLES = (
    ("no row", pa.table({"text": pa.array([], pa.string())}), [(b"", "no capture in this file")]),
    ("nulls", pa.table({"text": pa.array([None, "x"])}), [NO_TEXT, *TEXT]),
    ("lists", pa.table({"text": [["a"], ["b"]], "url": ["u", "v"]}), [(b"", "text (nested: list<")]),
    ("lists beside text", pa.table({"html": [["a"]], "text": ["x"]}), TEXT),
    ("a zone nobody knows", timed(0, pa.timestamp("us", "Mars/Base")), TEXT),
    ("a time far out", timed(2**62, pa.timestamp("ms")), TEXT),
    ("a day far out", timed(2**31 - 1, pa.date32()), TEXT),
    ("JSON", pa.table({"text": pa.array(["x"], pa.json_())}), TEXT),
    ("views", pa.table({"text": pa.array(["x"], pa.string_view())}), TEXT),
    ("bytes of one length", pa.table({"text": pa.array([b"x"], pa.binary(1))}), TEXT),
    ("numbers", pa.table({"text": [1]}), [NO_TEXT]),
)


@pytest.mark.parametrize(("table", "expected"), [t[1:] for t in ODD_TABLES], ids=[t[0] for t in ODD_TABLES])
def test_odd_tables(tmp_path: Path, table: pa.Table, expected: list[tuple[bytes, str | None]]) -> None:
    """Each row is a capture, or an error that says why not; a cell that says nothing costs no text."""
    path = tmp_path / "a.parquet"
    parquet.write_table(table, path)
    captures = [c for item in find_items(str(path)) for c in read_item(item, ReadOptions())]
    assert [capture.payload for capture in captures] == [payload for payload, _ in expected]
    for capture, (_, error) in zip(captures, expected, strict=True):
        assert (capture.error is None) == (error is None)
        assert error is None or error in str(capture.error)


def test_parquet_of_other_writers(tmp_path: Path) -> None:
    """Large strings, dictionaries, nanoseconds and strings that are no UTF-8 are read."""
    offsets, no_utf8 = pa.py_buffer(b"\0\0\0\0\4\0\0\0\6\0\0\0"), pa.py_buffer(b"caf\xe9ok")
    words = ["one", "two"]
    nanoseconds = pa.array([1594199460000000001] * 2, pa.timestamp("ns", "UTC"))
    tables = (
        pa.table({"text": pa.array(words, pa.large_string())}),
        pa.table({"text": pa.array(words).dictionary_encode()}),
        pa.table({"text": words, "timestamp": nanoseconds}),
        pa.table({"text": pa.Array.from_buffers(pa.string(), 2, [None, offsets, no_utf8])}),
    )
    payloads = []
    for number, table in enumerate(tables):
        out = io.BytesIO()
        parquet.write_table(table, out)
        path = tmp_path / f"{number}.parquet"
        path.write_bytes(out.getvalue())
        captures = [c for item in find_items(str(path)) for c in read_item(item, ReadOptions())]
        assert [c.error for c in captures] == [None, None]
        payloads.append([c.payload for c in captures])
        if number == 2:
            assert captures[0].captured_at == WHEN
    assert payloads == [[b"one", b"two"]] * 3 + [[b"caf\xe9", b"ok"]]
