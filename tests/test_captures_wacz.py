"""WACZ as they are found: compressed once more, with names that share a file, encrypted."""

from __future__ import annotations

import copy
import gzip
import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from captures.readers import read_item, read_payload
from captures.storage import find_items
from captures.values import Capture, ReadOptions
from tests.captures_inputs import html_page, record, response, write_warc, zstd

OPTIONS = ReadOptions()
PAGES = [html_page(number, 600) for number in range(6)]
LONG = b"<p>" + b"long " * 300_000


def read(path: Path, data: bytes) -> list[Capture]:
    """Write a file and return its captures."""
    path.write_bytes(data)
    return [capture for item in find_items(str(path)) for capture in read_item(item, OPTIONS)]


def pack(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a WACZ with these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("datapackage.json", "{}")
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


INSIDE: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    ("a.warc", bytes),
    ("a.warc.gz", lambda data: gzip.compress(data, 1)),
    ("zstd.warc.gz", zstd),
)


@pytest.mark.parametrize(("name", "packed"), INSIDE, ids=[each[0] for each in INSIDE])
@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_compressed_warc_is_a_stream(
    tmp_path: Path, name: str, packed: Callable[[bytes], bytes], method: int
) -> None:
    """Its captures are those of the file; they have no place in it that could be read again."""
    captures = read(tmp_path / "a.wacz", pack({f"archive/{name}": packed(write_warc(PAGES))}, method))
    assert [(capture.payload, capture.error) for capture in captures] == [(page, None) for page in PAGES]
    assert {(capture.provenance.offset, capture.provenance.length) for capture in captures} == {(-1, -1)}
    assert captures[0].provenance.file.endswith(f"!archive/{name}")


def test_a_compressed_warc_is_unpacked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither long records nor wrong lengths make the reader go back in it."""
    seek, asked = zipfile.ZipExtFile.seek, []

    def count(file: zipfile.ZipExtFile, offset: int, whence: int = 0) -> int:
        asked.append(offset)
        return seek(file, offset, whence)

    monkeypatch.setattr(zipfile.ZipExtFile, "seek", count)
    wrong = response(PAGES[1]).replace(b"Content-Length: ", b"Content-Length: 9")
    data = (response(LONG) + wrong) * 5
    captures = read(tmp_path / "a.wacz", pack({"archive/a.warc": data}))
    assert [capture.payload for capture in captures] == [LONG, PAGES[1]] * 5
    assert [bool(capture.error) for capture in captures] == [False, True] * 5
    assert len(asked) < 5


def test_offsets_of_a_compressed_warc_still_lead_to_their_payload(tmp_path: Path) -> None:
    """Archives of before name them."""
    warc = write_warc(PAGES)
    [first, *_] = read(tmp_path / "a.wacz", pack({"archive/a.warc": warc}, zipfile.ZIP_STORED))
    read(tmp_path / "a.wacz", pack({"archive/a.warc": warc}))
    assert read_payload(first.provenance, OPTIONS) == first.payload == PAGES[0]


def with_names(data: bytes, change: Callable[[zipfile.ZipInfo, int], None]) -> bytes:
    """Return a zip in which a hundred more names lead to its last file, each changed a little."""
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as archive:
        last = archive.infolist()[-1]
        for number in range(100):
            info = copy.copy(last)
            info.filename = info.orig_filename = f"archive/{number}.warc"
            change(info, number)
            archive.filelist.append(info)
            archive.NameToInfo[info.filename] = info
        archive._didModify = True  # type: ignore[attr-defined]
    return out.getvalue()


def test_one_file_under_many_names_is_read_once(tmp_path: Path) -> None:
    """A name more is no capture more."""
    data = with_names(pack({"archive/a.warc": write_warc(PAGES)}, zipfile.ZIP_STORED), lambda *_: None)
    assert [capture.payload for capture in read(tmp_path / "a.wacz", data)] == PAGES


def test_files_that_lie_over_each_other_are_not_read(tmp_path: Path) -> None:
    """Together they are longer than the file they are in, which no honest writer makes."""

    def shift(info: zipfile.ZipInfo, number: int) -> None:
        info.header_offset += number + 1

    data = with_names(pack({"archive/a.warc": write_warc(PAGES)}, zipfile.ZIP_STORED), shift)
    [capture] = read(tmp_path / "a.wacz", data)
    assert "over each other" in str(capture.error)


def test_a_newer_file_of_the_same_name_counts(tmp_path: Path) -> None:
    """A zip that was added to holds both; readers of zip take the last."""
    out = io.BytesIO(pack({"archive/a.warc": write_warc(PAGES[:1])}))
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("archive/a.warc", write_warc(PAGES[1:]))
    assert [capture.payload for capture in read(tmp_path / "a.wacz", out.getvalue())] == PAGES[1:]


def test_an_encrypted_file_costs_itself(tmp_path: Path) -> None:
    """The error says why; other files of the zip are read."""
    data = bytearray(pack({"archive/a.warc": b"x" * 99, "archive/b.warc": write_warc(PAGES)}))
    for mark, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(mark, data.index(mark) + 4) + flags] |= 1
    captures = read(tmp_path / "a.wacz", bytes(data))
    assert "encrypted" in str(captures[0].error)
    assert [capture.payload for capture in captures[1:]] == PAGES


@pytest.mark.parametrize("filler", [b"\n", b"\r\n", b"\nWARC/1.0\r\nA"], ids=["lf", "crlf", "marks"])
def test_work_grows_with_what_comes_out(tmp_path: Path, filler: bytes) -> None:
    """Blank lines without end cost a few calls a chunk; of marks each is an error, and no more than that."""
    text = ("Content-Type", "text/plain")
    data = (
        record("resource", b"one", text)
        + filler * (300_000 // len(filler) ** 3)
        + record("resource", b"two", text)
    )
    calls = 0

    def count(*_: Any) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        captures = read(tmp_path / "a.warc.gz", gzip.compress(data, 1))
    finally:
        sys.setprofile(None)
    assert (captures[0].payload, captures[-1].payload) == (b"one", b"two")
    assert calls < 5000 + 1000 * len(captures)
