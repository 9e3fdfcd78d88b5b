"""Hostile and broken inputs: what can be read is read, what cannot is said, nothing is raised."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path

import pytest

from captures.readers import read_item, read_payload
from captures.storage import find_items
from captures.values import Capture, ReadOptions
from tests.captures_inputs import html_page, record, response, write_jsonl, write_parquet, write_warc, zstd

OPTIONS = ReadOptions()
PAGES = [html_page(number, 600) for number in range(6)]


def read(path: Path, data: bytes, options: ReadOptions = OPTIONS) -> list[Capture]:
    """Write a file and return its captures; each with an offset must read again from there."""
    path.write_bytes(data)
    captures = [capture for item in find_items(str(path)) for capture in read_item(item, options)]
    for capture in captures:
        if capture.provenance.offset >= 0:
            assert read_payload(capture.provenance, options) == capture.payload
    return captures


@pytest.mark.parametrize("compress", [False, True], ids=["plain", "gzip"])
def test_warc_cut_at_every_97th_byte(tmp_path: Path, compress: bool) -> None:  # noqa: FBT001
    """All records before the cut are intact, and a cut inside a record is one error at its place."""
    data = write_warc(PAGES, compress=compress)
    path = tmp_path / "a.warc"
    whole = {capture.provenance.offset: capture for capture in read(path, data)}
    assert len(whole) == len(PAGES)
    for size in range(8, len(data), 97):
        captures = read(path, data[:size])
        good = [capture for capture in captures if capture.error is None]
        complete = [at for at, c in whole.items() if at + c.provenance.length <= size]
        assert [c.provenance.offset for c in good][: len(complete)] == complete
        assert len(good) - len(complete) <= 1  # plain: only the record's last line breaks are cut off
        assert all(c.payload == whole[c.provenance.offset].payload for c in good if c.provenance.offset >= 0)
        for broken in captures:
            if broken.error is not None and broken.provenance.offset in whole:
                assert whole[broken.provenance.offset].payload.startswith(broken.payload)


def test_one_flipped_byte_costs_one_record(tmp_path: Path) -> None:
    """In a gzip member a record, whatever byte is wrong: all other records come out, and one error."""
    data = write_warc(PAGES, compress=True)
    path = tmp_path / "a.warc.gz"
    whole = read(path, data)
    for position in range(0, len(data), 89):
        broken = bytearray(data)
        broken[position] ^= 0xFF
        captures = read(path, bytes(broken))
        spared = [
            c.payload
            for c in whole
            if not c.provenance.offset <= position < c.provenance.offset + c.provenance.length
        ]
        good = [c.payload for c in captures if c.error is None]
        if position < 3:  # no gzip any more: the file as a whole is something else
            continue
        assert [payload for payload in good if payload in spared] == spared
        assert sum(c.error is not None for c in captures) <= 1


@pytest.mark.parametrize("wrong", [-200, -1, 5000, 10**8])
@pytest.mark.parametrize("compress", [False, True], ids=["plain", "gzip"])
def test_wrong_content_length_costs_one_record(tmp_path: Path, wrong: int, compress: bool) -> None:  # noqa: FBT001
    """A record whose length is wrong keeps its payload, has an error, and the next one is found."""
    first, second, third = (response(page, url=f"http://a.example/{n}") for n, page in enumerate(PAGES[:3]))
    head, _, rest = second.partition(b"Content-Length: ")
    length, _, rest = rest.partition(b"\r\n")
    second = head + b"Content-Length: " + str(int(length) + wrong).encode() + b"\r\n" + rest
    records = [first, second, third]
    data = b"".join(gzip.compress(each) if compress else each for each in records)
    captures = read(tmp_path / "a.warc", data)
    assert [capture.payload for capture in captures] == PAGES[:3]
    assert [bool(capture.error) for capture in captures] == [False, True, False]
    assert "Content-Length" in str(captures[1].error) or "cut off" in str(captures[1].error)


@pytest.mark.parametrize("ending", [b"", b"\r\n", b"\n\n", b"\r\n" * 5])
def test_other_blank_lines_between_records_are_no_damage(tmp_path: Path, ending: bytes) -> None:
    """Writers differ in how they end a record; nothing is lost by it, so it is no error."""
    records = [response(page).removesuffix(b"\r\n\r\n") + ending for page in PAGES[:3]]
    captures = read(tmp_path / "a.warc", b"".join(records))
    assert [(c.payload, c.error) for c in captures] == [(page, None) for page in PAGES[:3]]


def test_records_over_many_gzip_members_are_read(tmp_path: Path) -> None:
    """A WARC packed in blocks of any size (bgzip) reads as one; its records have no place of their own."""
    data = write_warc(PAGES)
    packed = b"".join(gzip.compress(data[at : at + 333]) for at in range(0, len(data), 333))
    captures = read(tmp_path / "a.warc.gz", packed)
    assert [(c.payload, c.error) for c in captures] == [(page, None) for page in PAGES]


def test_garbage_between_records_is_one_error(tmp_path: Path) -> None:
    """What stands between two records and is none is a capture with its place in the error."""
    first, second = response(PAGES[0]), response(PAGES[1])
    captures = read(tmp_path / "a.warc", first + b"garbage\r\n\r\n" * 9 + second)
    assert [bool(capture.error) for capture in captures] == [False, True, False]
    assert captures[1].provenance.offset == len(first)
    assert f"byte {len(first)}" in str(captures[1].error)
    packed = gzip.compress(first)
    captures = read(tmp_path / "b.warc.gz", packed + b"garbage" * 9 + gzip.compress(second))
    assert [bool(capture.error) for capture in captures] == [False, True, False]
    assert captures[1].provenance.offset == len(packed)


def test_a_wrong_checksum_keeps_the_payload(tmp_path: Path) -> None:
    """A gzip member whose CRC does not fit was read to its end: the payload stays, with the error."""
    packed = bytearray(gzip.compress(response(PAGES[0])))
    packed[-6] ^= 1
    (capture,) = read(tmp_path / "a.warc.gz", bytes(packed))
    assert capture.payload == PAGES[0]
    assert "incorrect data check" in str(capture.error)


def test_hostile_headers(tmp_path: Path) -> None:
    """Headers that never end, have no length or an absurd one are errors, and the next record is read."""
    good = response(PAGES[0])
    for bad in (
        b"WARC/1.0\r\n" + b"X: y\r\n" * 100_000,
        b"WARC/1.0\r\nWARC-Type: response\r\n\r\nno length\r\n\r\n",
        b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99999999999\r\n\r\nlong\r\n\r\n",
        b"WARC/1.0\r\n\0\0\0\r\nContent-Length: -1\r\n\r\nx\r\n\r\n",
        record("response", b"\0" * 100, ("Content-Type", "application/http")),
        record("continuation", b"more"),
    ):
        captures = read(tmp_path / "a.warc", good + bad + good)
        assert [capture.payload for capture in captures if capture.error is None] == [PAGES[0]] * 2
        assert len(captures) == 3


@pytest.mark.parametrize(
    "name", ["a.txt.gz", "a.txt.zst", "a.warc.gz", "http.warc", "a.jsonl.gz", "a.parquet"]
)
def test_a_bomb_is_cut_at_the_limit(tmp_path: Path, name: str) -> None:
    """A small file that unpacks to a large payload gives the first bytes, marked as cut."""
    limit = 1 << 18
    bomb = b"story " * (limit * 4)
    coded = ("Content-Type", "text/plain"), ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")
    packed = gzip.compress(bomb)
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(packed), packed)
    data = {
        "a.txt.gz": lambda: packed,
        "a.txt.zst": lambda: zstd(bomb),
        "a.warc.gz": lambda: gzip.compress(response(bomb, ("Content-Type", "text/plain"))),
        "http.warc": lambda: response(chunked, *coded),
        "a.jsonl.gz": lambda: gzip.compress(json.dumps({"text": bomb.decode()[: limit * 2 - 100]}).encode()),
        "a.parquet": lambda: write_parquet([bomb]),
    }[name]()
    assert len(data) < len(bomb) // 4
    (capture,) = read(tmp_path / name, data, ReadOptions(max_payload_bytes=limit))
    assert capture.payload == bomb[:limit]
    assert capture.truncated == "length"


def test_an_endless_line_is_cut_into_pieces_with_errors(tmp_path: Path) -> None:
    """A line beyond what any payload may need never fills the memory, and the next line is read."""
    data = b'{"text": "' + b"x" * 500_000 + b'\n{"text": "after"}\n'
    captures = read(tmp_path / "a.jsonl", data, ReadOptions(max_payload_bytes=10_000))
    assert captures[-1].payload == b"after"
    assert len(captures) > 1
    assert all("longer than" in str(c.error) or "not JSON" in str(c.error) for c in captures[:-1])


def test_bad_lines_cost_themselves(tmp_path: Path) -> None:
    """Each bad line of JSONL is an error with the line as payload; blank lines are nothing."""
    lines = [
        b'{"text": "one"}',
        b"",
        b"{bad",
        b"[1]",
        b'{"x": 1}',
        b"\xff\xfe",
        b"[" * 99_999,
        b'{"text": "two"}',
    ]
    captures = read(tmp_path / "a.jsonl", b"\xef\xbb\xbf" + b"\r\n".join(lines))
    assert [c.payload for c in captures if c.error is None] == [b"one", b"two"]
    errors = [c for c in captures if c.error]
    assert [c.payload for c in errors] == [b"{bad", b"[1]", b"", b"\xff\xfe", b"[" * 99_999]
    assert "the row has: x" in str(errors[2].error)
    assert [c.provenance.ordinal for c in captures] == list(range(7))


def test_damaged_compression_keeps_the_lines_before_it(tmp_path: Path) -> None:
    """A cut or broken .gz of lines gives the lines before the damage, and then the damage."""
    packed = gzip.compress(write_jsonl(PAGES), 1)
    captures = read(tmp_path / "a.jsonl.gz", packed[: len(packed) // 2])
    assert 0 < len(captures) - 1 < len(PAGES)
    assert [c.payload for c in captures[:-1]] == PAGES[: len(captures) - 1]
    assert "cut off" in str(captures[-1].error)


def test_a_damaged_text_file_keeps_what_could_be_read(tmp_path: Path) -> None:
    """The payload of a cut .gz is a prefix of the text, and the error says that more is missing."""
    text = html_page(0, 5000)
    (capture,) = read(tmp_path / "a.html.gz", gzip.compress(text)[:-200])
    assert len(capture.payload) > 1000
    assert text.startswith(capture.payload)
    assert "cut off" in str(capture.error)


def test_a_damaged_row_group_costs_itself(tmp_path: Path) -> None:
    """A flipped byte in a Parquet page is found by its checksum; other row groups are read."""
    data = bytearray(write_parquet(PAGES, rows_per_group=2))
    position = data.find(PAGES[2][300:350])
    assert position > 0
    data[position] ^= 0xFF
    captures = read(tmp_path / "a.parquet", bytes(data))
    assert [c.payload for c in captures if c.error is None] == [*PAGES[:2], *PAGES[4:]]
    (error,) = [c.error for c in captures if c.error]
    assert "row group 1" in error


def test_a_table_without_text_names_its_columns(tmp_path: Path) -> None:
    """An error lists the columns there are, so that the right one can be named."""
    options = ReadOptions(text_columns=("story",), html_columns=())
    (capture,) = read(tmp_path / "a.parquet", write_parquet(PAGES), options)
    assert "html, url, other" in str(capture.error)


def test_binaries_are_named_not_read(tmp_path: Path) -> None:
    """NULs, images and documents are errors that say what they look like, with no payload."""
    for name, data, seen in (
        ("a.txt", b"\0" * 500, "application/octet-stream"),
        ("b.txt", bytes(range(256)) * 9, "application/octet-stream"),
        ("c.html", b"%PDF-1.7\n%\xe2\xe3", "application/pdf"),
        ("d.txt.gz", gzip.compress(b"\x89PNG\r\n\x1a\n\0\0"), "image/png"),
        ("e.wacz", b"PK\x03\x04broken", "zip"),
        ("f.txt", zlib.compress(b"x" * 999), "application/octet-stream"),
    ):
        (capture,) = read(tmp_path / name, data)
        assert seen in str(capture.error)
        assert capture.payload == b""


def test_unreadable_and_vanished_files_are_errors(tmp_path: Path) -> None:
    """What is gone or is a dangling link when it is read leaves a row with the reason."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"text")
    (item,) = find_items(str(path))
    path.unlink()
    (capture,) = read_item(item, OPTIONS)
    assert "No such file" in str(capture.error)
    (tmp_path / "link.txt").symlink_to(tmp_path / "nowhere")
    (item,) = find_items(str(tmp_path))
    (capture,) = read_item(item, OPTIONS)
    assert "No such file" in str(capture.error)
