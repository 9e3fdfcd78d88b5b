"""What a WARC record says of its capture: encodings, charsets, kinds of records, statuses."""

from __future__ import annotations

import gzip
import io
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastwarc.stream_io import BrotliWriter

from captures.entities import split_content_type
from captures.readers import read_item
from captures.storage import find_items
from captures.values import Capture, ReadOptions
from tests.captures_inputs import html_page, record, response, zstd

PAGE = html_page(1, 30_000)
CHUNKED = ("Transfer-Encoding", "chunked")
HTML = ("Content-Type", "text/html")


def read(tmp_path: Path, data: bytes) -> list[Capture]:
    """Return the captures of a WARC with these records."""
    path = tmp_path / "a.warc"
    path.write_bytes(data)
    return [capture for item in find_items(str(path)) for capture in read_item(item, ReadOptions())]


def chunked(data: bytes, size: int = 1000) -> bytes:
    """Return a body in chunks."""
    pieces = (data[at : at + size] for at in range(0, len(data), size))
    return b"".join(b"%x;x=y\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def bare_deflate(data: bytes) -> bytes:
    """Return deflate without the zlib header, as some servers send it."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def brotli(data: bytes) -> bytes:
    """Return data packed by Brotli."""
    out = io.BytesIO()
    with BrotliWriter(out) as writer:
        writer.write(data)
    return out.getvalue()


ENCODINGS = (
    ("none", PAGE, ()),
    ("identity", PAGE, (("Content-Encoding", "identity"),)),
    ("gzip", gzip.compress(PAGE), (("Content-Encoding", "gzip"),)),
    ("x-gzip in capitals", gzip.compress(PAGE), (("content-encoding", "X-GZIP"),)),
    ("gzip, then bytes that are none", gzip.compress(PAGE) + b"\r\n", (("Content-Encoding", "gzip"),)),
    ("deflate", zlib.compress(PAGE), (("Content-Encoding", "deflate"),)),
    ("bare deflate", bare_deflate(PAGE), (("Content-Encoding", "deflate"),)),
    ("brotli", brotli(PAGE), (("Content-Encoding", "br"),)),
    ("zstd", zstd(PAGE), (("Content-Encoding", "zstd"),)),
    ("chunked", chunked(PAGE), (CHUNKED,)),
    ("gzip, chunked", chunked(gzip.compress(PAGE)), (("Content-Encoding", "gzip"), CHUNKED)),
    ("gzip twice", gzip.compress(gzip.compress(PAGE)), (("Content-Encoding", "gzip, gzip"),)),
    ("gzip, undone before", PAGE, (("Content-Encoding", "gzip"),)),
    ("chunked, undone before", PAGE, (CHUNKED,)),
    ("both, undone before", PAGE, (("Content-Encoding", "br"), CHUNKED)),
)  # fmt: skip


@pytest.mark.parametrize(("body", "headers"), [c[1:] for c in ENCODINGS], ids=[c[0] for c in ENCODINGS])
def test_encodings_are_undone(tmp_path: Path, body: bytes, headers: tuple[tuple[str, str], ...]) -> None:
    """The payload is the page, whatever was said or done on its way."""
    (capture,) = read(tmp_path, response(body, HTML, *headers))
    assert (capture.payload, capture.error) == (PAGE, None)


BROKEN = (
    ("gzip", gzip.compress(PAGE)[:8000], "Content-Encoding"),
    ("deflate", zlib.compress(PAGE)[:8000], "Content-Encoding"),
    ("br", brotli(PAGE)[:8000], "Content-Encoding"),
    ("chunked", chunked(PAGE)[:8000], "Transfer-Encoding"),
)


@pytest.mark.parametrize(("name", "body", "header"), BROKEN, ids=[case[0] for case in BROKEN])
def test_a_broken_encoding_keeps_what_could_be_decoded(
    tmp_path: Path, name: str, body: bytes, header: str
) -> None:
    """A body cut off in the middle gives a prefix of the page, and an error with the encoding."""
    (capture,) = read(tmp_path, response(body, HTML, (header, name)))
    assert name in str(capture.error)
    assert len(capture.payload) > 1000
    assert PAGE.startswith(capture.payload)


def test_an_unknown_encoding_is_an_error(tmp_path: Path) -> None:
    """An encoding nobody knows is named, and the payload kept as it is."""
    (capture,) = read(tmp_path, response(b"?" * 50, HTML, ("Content-Encoding", "rot13")))
    assert "rot13" in str(capture.error)
    assert capture.payload == b"?" * 50


def test_what_the_headers_say_is_kept(tmp_path: Path) -> None:
    """Charset, type, status, date, id and truncation are in the capture."""
    data = record(
        "response",
        b"HTTP/1.1 404 Not Found\r\ncontent-type: Text/HTML; Charset=\"ISO-8859-1\"\r\n\r\n<html>caf\xe9",
        ("WARC-Target-URI", "<http://a.example/x>"),
        ("WARC-Truncated", "time"),
        ("Content-Type", "application/http;msgtype=response"),
    )  # fmt: skip
    (capture,) = read(tmp_path, data)
    assert capture.charset == "iso-8859-1"
    assert capture.media_type == "text/html"
    assert capture.http_status == 404
    assert capture.url == "http://a.example/x"
    assert capture.truncated == "time"
    assert capture.captured_at == datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC)
    assert capture.captured_at_source == "record"
    assert str(capture.provenance.record_id).startswith("<urn:uuid:")
    assert capture.error is None


def test_a_redirect_names_where_to(tmp_path: Path) -> None:
    """A relative location is joined with the URL."""
    (capture,) = read(tmp_path, response(b"", HTML, ("Location", "/new"), status="301 Moved"))
    assert capture.redirect_url == "http://news.example/new"
    assert capture.http_status == 301
    assert capture.error is None


def test_a_redirect_to_no_address_costs_nothing(tmp_path: Path) -> None:
    """Servers send anything: the record is a capture, and so are those behind it."""
    moved = response(b"", HTML, ("Location", "http://[x"), status="302 Found")
    found = read(tmp_path, moved + response(PAGE, HTML))
    assert [(capture.http_status, capture.redirect_url) for capture in found] == [(302, None), (200, None)]


TYPES = (
    ("text/html", PAGE, "text/html", None),
    ("application/xhtml+xml", PAGE, "text/html", None),
    ("text/plain", b"One story.", "text/plain", None),
    ("text/plain", PAGE, "text/html", None),
    ("", PAGE, "text/html", None),
    ("application/octet-stream", b"One story.", "text/plain", None),
    ("text/xml", b'<?xml version="1.0"?><a/>', "text/xml", "not text: text/xml"),
    ("image/png", b"\x89PNG\r\n\x1a\n\0", "image/png", "not text: image/png"),
    ("text/html", b"%PDF-1.4", "application/pdf", "not text: application/pdf"),
    ("application/json", b"{}", "application/json", "not text: application/json"),
)


@pytest.mark.parametrize(("declared", "body", "media_type", "error"), TYPES)
def test_media_types(tmp_path: Path, declared: str, body: bytes, media_type: str, error: str | None) -> None:
    """Text goes on as text, HTML as HTML; what is neither is an error with what it is."""
    (capture,) = read(tmp_path, response(body, ("Content-Type", declared)))
    assert capture.media_type == media_type
    assert capture.payload == body
    assert (capture.error is None) == (error is None)
    assert error is None or error in str(capture.error)


def test_kinds_of_records(tmp_path: Path) -> None:
    """Resources and conversions are captures; what only describes others is skipped."""
    text = ("Content-Type", "text/plain")
    kinds = ("warcinfo", "request", "metadata", "revisit", "resource", "conversion")
    captures = read(tmp_path, b"".join(record(kind, kind.encode(), text) for kind in kinds))
    assert [capture.payload for capture in captures] == [b"resource", b"conversion"]
    assert [capture.provenance.ordinal for capture in captures] == [4, 5]


def test_records_about_the_crawl_are_skipped(tmp_path: Path) -> None:
    """What wget writes of itself, and what name servers answered Heritrix, is no document."""
    text = ("Content-Type", "text/plain")
    uris = (
        "metadata://gnu.org/software/wget/warc/wget.log",
        "dns:news.example",
        "urn:text:http://news.example/",
    )
    records = [record("resource", uri.encode(), ("WARC-Target-URI", f"<{uri}>"), text) for uri in uris]
    assert [capture.payload for capture in read(tmp_path, b"".join(records))] == [uris[-1].encode()]


def test_a_warc_without_captures_says_so(tmp_path: Path) -> None:
    """A file of requests leaves one row, so that it does not vanish."""
    (capture,) = read(tmp_path, record("request", b"GET / HTTP/1.1\r\n\r\n"))
    assert "no capture in this file" in str(capture.error)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("text/html", ("text/html", None)),
        ("text/html; charset=utf-8", ("text/html", "utf-8")),
        ("text/html;charset='UTF-8'", ("text/html", "utf-8")),
        ("text/html; charset=", ("text/html", None)),
        (" ; charset=x", ("", "x")),
        (None, ("", None)),
    ],
)
def test_content_types(header: str | None, expected: tuple[str, str | None]) -> None:
    """A Content-Type header is read as browsers read it."""
    assert split_content_type(header) == expected


def test_headers_that_say_something_of_the_content_are_kept(tmp_path: Path) -> None:
    """Validators, language, links and directives are in the capture, whatever their case; others are not."""
    fields = (
        HTML,
        ("ETAG", '"x"'),
        ("Content-Language", "nn"),
        ("Set-Cookie", "secret=1"),
        ("Link", "<a>" * 999),
    )
    (capture,) = read(tmp_path, response(PAGE, *fields))
    names = dict(capture.http_headers)
    assert list(names) == ["etag", "content-language", "link"]
    assert (names["etag"], len(names["link"])) == ('"x"', 1000)
