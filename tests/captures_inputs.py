"""Inputs of every format for the tests of the readers, made in memory."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from typing import NamedTuple
from uuid import uuid4

import pyarrow as pa
import zstandard
from pyarrow import parquet

DATE = "2021-03-04T05:06:07Z"


def _noise(number: int, size: int) -> str:
    return hashlib.shake_256(str(number).encode()).hexdigest(size // 2)


def html_page(number: int, size: int = 0) -> bytes:
    """Return a page of HTML; ``size`` pads it with text that hardly compresses."""
    text = _noise(number, size)
    return f"<!DOCTYPE html><html><body><p>Story {number}.</p><p>{text}</p></body></html>".encode()


def text_page(number: int, size: int = 0) -> bytes:
    """Return a page of text."""
    return f"Story {number}.\nIt goes on.\n{_noise(number, size)}".encode()


def record(kind: str, block: bytes, *fields: tuple[str, str]) -> bytes:
    """Return one WARC record."""
    head = [("WARC-Type", kind), ("WARC-Record-ID", f"<urn:uuid:{uuid4()}>"), ("WARC-Date", DATE), *fields]
    lines = "".join(f"{name}: {value}\r\n" for name, value in [*head, ("Content-Length", str(len(block)))])
    return f"WARC/1.0\r\n{lines}\r\n".encode() + block + b"\r\n\r\n"


def response(
    payload: bytes, *headers: tuple[str, str], url: str = "http://news.example/0", status: str = "200 OK"
) -> bytes:
    """Return a response record; without headers it is HTML in UTF-8."""
    fields = headers or (("Content-Type", "text/html; charset=utf-8"),)
    http = f"HTTP/1.1 {status}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields) + "\r\n"
    kind = ("Content-Type", "application/http; msgtype=response")
    return record("response", http.encode() + payload, ("WARC-Target-URI", url), kind)


def write_warc(payloads: Sequence[bytes], *, compress: bool = False, kind: str = "response") -> bytes:
    """Return a WARC: a warcinfo record, and for each payload a record and a request."""
    records = [record("warcinfo", b"software: test\r\n", ("Content-Type", "application/warc-fields"))]
    for number, payload in enumerate(payloads):
        url = f"http://news.example/{number}"
        if kind == "response":
            records.append(response(payload, url=url))
        else:
            records.append(record(kind, payload, ("WARC-Target-URI", url), ("Content-Type", "text/plain")))
        http = ("Content-Type", "application/http; msgtype=request")
        records.append(record("request", b"GET / HTTP/1.1\r\n\r\n", ("WARC-Target-URI", url), http))
    return b"".join(gzip.compress(each, 1, mtime=0) if compress else each for each in records)


def write_wet(payloads: Sequence[bytes]) -> bytes:
    """Return a WET file: text in conversion records."""
    return write_warc(payloads, compress=True, kind="conversion")


def write_wacz(payloads: Sequence[bytes]) -> bytes:
    """Return a WACZ with its captures in two WARC files."""
    out = io.BytesIO()
    half = (len(payloads) + 1) // 2
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("archive/a.warc.gz", write_warc(payloads[:half], compress=True))
        archive.writestr("archive/b.warc", write_warc(payloads[half:]))
        archive.writestr("datapackage.json", "{}")
    return out.getvalue()


def write_jsonl(payloads: Sequence[bytes]) -> bytes:
    """Return JSON Lines with a column of HTML."""
    rows = ({"html": p.decode(), "url": f"http://news.example/{n}"} for n, p in enumerate(payloads))
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def write_parquet(payloads: Sequence[bytes], *, rows_per_group: int = 3) -> bytes:
    """Return a Parquet table with a column of HTML bytes."""
    out = io.BytesIO()
    urls = [f"http://news.example/{number}" for number in range(len(payloads))]
    table = pa.table({"html": pa.array(payloads, pa.binary()), "url": urls, "other": urls})
    parquet.write_table(table, out, row_group_size=rows_per_group, write_page_checksum=True)
    return out.getvalue()


def zstd(data: bytes) -> bytes:
    """Return one Zstandard frame."""
    return zstandard.ZstdCompressor().compress(data)


class Sample(NamedTuple):
    """One kind of input: its file name, how it is written, what it reads as."""

    name: str
    write: Callable[[Sequence[bytes]], bytes]
    format: str
    page: Callable[..., bytes] = html_page
    single: bool = False
    replayed: bool = False
    """Whether its captures can be read again from an offset."""


SAMPLES = (
    Sample("a.txt", lambda p: p[0], "txt", text_page, single=True),
    Sample("a.txt.gz", lambda p: gzip.compress(p[0]), "txt", text_page, single=True),
    Sample("a.txt.zst", lambda p: zstd(p[0]), "txt", text_page, single=True),
    Sample("a.html", lambda p: p[0], "html", single=True),
    Sample("html-in.txt", lambda p: p[0], "html", single=True),
    Sample("a.html.gz", lambda p: gzip.compress(p[0]), "html", single=True),
    Sample("a.jsonl", write_jsonl, "jsonl", replayed=True),
    Sample("a.jsonl.gz", lambda p: gzip.compress(write_jsonl(p), 1), "jsonl"),
    Sample("a.jsonl.zst", lambda p: zstd(write_jsonl(p)), "jsonl"),
    Sample("a.parquet", write_parquet, "parquet"),
    Sample("a.warc", write_warc, "warc", replayed=True),
    Sample("a.warc.gz", lambda p: write_warc(p, compress=True), "warc", replayed=True),
    Sample("one-member.warc.gz", lambda p: gzip.compress(write_warc(p), 1), "warc"),
    Sample("a.warc.zst", lambda p: zstd(write_warc(p)), "warc"),
    Sample("a.warc.wet.gz", write_wet, "warc", text_page, replayed=True),
    Sample("a.wacz", write_wacz, "wacz", replayed=True),
)
