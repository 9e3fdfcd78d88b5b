"""Small inputs that ask for much, and faults nobody thought of: each costs its own capture."""

from __future__ import annotations

import io
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from captures.entities import split_content_type
from captures.parquet_pages import Chunk, find_chunks, find_page_sizes
from captures.readers import read_item
from captures.rows import capture_from_row
from captures.storage import find_items
from captures.values import Capture, ReadOptions
from tests.captures_inputs import html_page, response, write_jsonl, write_parquet, write_wacz, write_warc

OPTIONS = ReadOptions()
PAGES = [html_page(number, 600) for number in range(6)]


def read(path: Path, data: bytes, options: ReadOptions = OPTIONS) -> Iterator[Capture]:
    """Write a file and yield its captures."""
    path.write_bytes(data)
    for item in find_items(str(path)):
        yield from read_item(item, options)


def to_parquet(table: pa.Table, **options: Any) -> bytes:
    """Return a table as a Parquet file."""
    out = io.BytesIO()
    parquet.write_table(table, out, compression="zstd", **options)
    return out.getvalue()


LONG = "long " * 200_000
DICTIONARY = pa.DictionaryArray.from_arrays(pa.array([0] * 200, pa.int32()), pa.array([LONG]))
SHARED = (
    ("dictionary", DICTIONARY, {"dictionary_pagesize_limit": 1 << 30}),
    ("plain type", pa.array([LONG] * 200), {"dictionary_pagesize_limit": 1 << 30}),
    ("large strings", pa.array([LONG] * 200, pa.large_string()), {"dictionary_pagesize_limit": 1 << 30}),
    ("bytes", pa.array([LONG.encode()] * 200), {"dictionary_pagesize_limit": 1 << 30}),
    ("prefixes", pa.array([LONG] * 200), {"use_dictionary": False, "column_encoding": "DELTA_BYTE_ARRAY"}),
)


@pytest.mark.parametrize(
    ("column", "options"), [each[1:] for each in SHARED], ids=[each[0] for each in SHARED]
)
def test_rows_that_share_a_long_value_are_read_few_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, column: pa.Array, options: dict[str, Any]
) -> None:
    """A file of a few kilobytes whose rows are all long takes the memory of a few rows, not of all."""
    monkeypatch.setattr("captures.tables.BATCH_BYTES", 5 * len(LONG))
    data = to_parquet(pa.table({"text": column}), **options)
    assert len(data) < 20_000
    before = pa.total_allocated_bytes()
    tracemalloc.start()
    captures = read(tmp_path / "a.parquet", data)
    most = 0
    for _ in range(4):
        assert len(next(captures).payload) == len(LONG)
        most = max(most, pa.total_allocated_bytes() - before)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most + peak < 30 * len(LONG)


def test_a_page_beyond_all_measure_costs_its_row_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not unpacked at all; what stands in other row groups is read."""
    monkeypatch.setattr("captures.tables.MAX_PAGE_BYTES", 500_000)
    table = pa.table({"text": ["one", LONG, "two"]})
    captures = list(read(tmp_path / "a.parquet", to_parquet(table, row_group_size=1)))
    assert [capture.payload for capture in captures] == [b"one", b"", b"two"]
    assert "the limit" in str(captures[1].error)
    assert captures[1].provenance.ordinal == 1


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("use_dictionary", [False, True])
def test_sizes_of_pages_are_those_of_the_footer(version: str, use_dictionary: bool) -> None:  # noqa: FBT001
    """Where the footer is true, the pages are what it says in all, but for their headers of 8 kB."""
    values = [f"{number} {'x' * 4000}" for number in range(1000)]
    raw = io.BytesIO()
    parquet.write_table(
        pa.table({"text": values}),
        raw,
        data_page_version=version,
        data_page_size=100_000,
        dictionary_pagesize_limit=100_000,
        write_batch_size=20,
        use_dictionary=use_dictionary,
        compression="none",
    )
    [[chunk]] = find_chunks(raw)
    told = parquet.read_metadata(raw).row_group(0).column(0)
    assert (chunk.name, chunk.stop - chunk.start) == ("text", told.total_compressed_size)
    sizes = list(find_page_sizes(raw, chunk))
    assert len(sizes) > 10
    assert sum(sizes) - 16 * len(values) <= told.total_uncompressed_size <= 1.1 * sum(sizes)


@given(st.binary(max_size=60), st.integers(0, 70), st.integers(0, 1 << 60))
def test_any_bytes_are_pages_or_a_value_error(data: bytes, start: int, size: int) -> None:
    """Law: whatever stands where pages should, it ends, with sizes or with one kind of error."""
    try:
        sizes = list(find_page_sizes(io.BytesIO(data), Chunk("text", start, start + size)))
    except ValueError:
        return
    assert all(size >= 0 for size in sizes)


@given(
    st.binary(max_size=60)
    | st.lists(st.sampled_from(b"\x00\x03\x05\x09\x0c\x15\x18\x19\x1c\x26\x29\xff")).map(bytes)
)
def test_any_bytes_are_a_footer_or_a_value_error(data: bytes) -> None:
    """Law: whatever stands where the footer should, it ends, with places or with one kind of error."""
    try:
        groups = find_chunks(io.BytesIO(data + len(data).to_bytes(4, "little") + b"PAR1"))
    except ValueError:
        return
    assert all(0 <= chunk.start <= chunk.stop for group in groups for chunk in group)


TABLE = to_parquet(
    pa.table({"text": [f"story {n}" for n in range(40)], "lists": [[1]] * 40}), row_group_size=10
)


@given(st.integers(4, len(TABLE) - 9), st.integers(0, 255))
def test_a_wrong_byte_in_a_table_is_survived(position: int, byte: int) -> None:
    """Law: wherever it stands, footer included, the rows come out or an error does, and the process lives."""
    with tempfile.TemporaryDirectory() as folder:
        data = TABLE[:position] + bytes([byte]) + TABLE[position + 1 :]
        captures = list(islice(read(Path(folder) / "a.parquet", data), 100))
    assert captures
    assert not [capture.error for capture in captures if "reader failed" in str(capture.error)]


def test_a_line_of_values_without_end_is_not_unpacked(tmp_path: Path) -> None:
    """A long line of nothing but lists costs itself; a short one is read."""
    lists = b'{"text": "a", "x": [' + b"[]," * 6_000_000 + b"[]]}\n"
    captures = list(
        read(tmp_path / "a.jsonl", b'{"text": "one", "x": [[], []]}\n' + lists + b'{"text": "two"}\n')
    )
    assert [capture.payload[:3] for capture in captures] == [b"one", b'{"t', b"two"]
    assert "more than" in str(captures[1].error)


WRITERS: tuple[tuple[str, Callable[[list[bytes]], bytes]], ...] = (
    ("a.warc", write_warc),
    ("a.warc.gz", lambda pages: write_warc(pages, compress=True)),
    ("a.wacz", write_wacz),
    ("a.jsonl", write_jsonl),
    ("a.parquet", write_parquet),
)


@pytest.mark.parametrize(("name", "write"), WRITERS, ids=[each[0] for each in WRITERS])
def test_a_fault_of_ours_costs_one_capture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, write: Callable[[list[bytes]], bytes]
) -> None:
    """An exception that nobody foresaw is the error of its record; all others are read."""
    asked = 0

    def fail_once(*args: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked == 3:
            raise KeyError("nobody foresaw this")
        return (capture_from_row if len(args) > 1 else split_content_type)(*args)

    monkeypatch.setattr("captures.warc.split_content_type", fail_once)
    monkeypatch.setattr("captures.tables.capture_from_row", fail_once)
    monkeypatch.setattr("captures.jsonl.capture_from_row", fail_once)
    captures = list(read(tmp_path / name, write(PAGES)))
    good = [capture.payload for capture in captures if capture.error is None]
    [(number, bad)] = [(at, capture) for at, capture in enumerate(captures) if capture.error]
    assert good == [page for at, page in enumerate(PAGES) if at != number]
    assert "nobody foresaw this" in str(bad.error)
    assert bad.provenance.ordinal >= 0


URL = b"http://news.example/0"
LONG_HEADERS = (
    ("an address", response(PAGES[0]).replace(URL, URL + b"x" * 200_000), "too long to be read"),
    (
        "a field of HTTP",
        response(PAGES[0], ("Set-Cookie", "x" * 70_000), ("Content-Type", "text/html")),
        None,
    ),
    ("many fields", response(PAGES[0], *[("X-A", "b" * 90)] * 2000, ("Content-Type", "text/html")), None),
)


@pytest.mark.parametrize(
    ("data", "error"), [each[1:] for each in LONG_HEADERS], ids=[each[0] for each in LONG_HEADERS]
)
def test_long_headers_cost_their_long_fields(tmp_path: Path, data: bytes, error: str | None) -> None:
    """A header of any length is read but for fields too long; what is missing of the record is said."""
    captures = list(read(tmp_path / "a.warc", data + response(PAGES[1])))
    assert [capture.payload for capture in captures] == PAGES[:2]
    assert (captures[0].media_type, captures[0].http_status) == ("text/html", 200)
    assert (captures[0].error is None) == (error is None)
    assert error is None or error in str(captures[0].error)
    assert captures[1].error is None
