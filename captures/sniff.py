"""What a file is, by its content; its name is asked only when the content leaves it open."""

from __future__ import annotations

import codecs
import json
import re
import zipfile
from typing import Final, NamedTuple

from captures.storage import open_input
from captures.streams import GZIP_MAGIC, ZSTD_MAGIC, gather, read_chunks
from captures.unread import office_type, table_type

HEAD_BYTES = 64 * 1024
"""How much of a file is looked at."""


class Looks(NamedTuple):
    """What a file looks like: a key of ``READERS``, or ``binary`` if nothing reads it; and the media type."""

    format: str
    media_type: str
    compressed: bool = False


_MAGIC: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "application/ogg"),
    (b"fLaC", "audio/flac"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
    (b"\x7fELF", "application/x-executable"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"SQLite format 3\0", "application/vnd.sqlite3"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"{\\rtf", "application/rtf"),
    (b"ARROW1\0\0", "application/vnd.apache.arrow.file"),
    (b"Obj\1", "application/vnd.apache.avro"),
    (b"filedesc://", "application/x-internet-archive"),
)
_TAR: Final = b"ustar"
_TAR_AT: Final = 257
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}

_HTML_OPENS: Final = re.compile(
    rb"\s*(?:<!--.{0,600}?-->\s*){0,3}<(?:!doctype\s+html|html[\s>]|head[\s>])", re.I | re.S
)
"""A page says so in its first tag, comments aside. Linear: comments are bounded in number and length."""

_HTML_TAGS: Final = re.compile(
    rb"</?(?:html|head|body|title|meta|link|script|style|div|span|p|a|h[1-6]|ul|ol|li|table|tr|td|br|img|nav|"
    rb"header|footer|main|section|article|form|strong|em|b|i|blockquote|figure)(?:\s[^<>]{0,2000})?/?>",
    re.I,
)
"""A tag of HTML. Linear: the attributes are bounded and cannot hold a further ``<``."""

_XML_ROOT: Final = re.compile(rb"<([a-z_][a-z0-9_.:-]{0,60})[\s>/]", re.I)
"""The first element of an XML document. Linear: bounded."""

_MIME_PAGE: Final = re.compile(rb"^(mime-version:|content-type:\s{0,9}multipart/related)", re.M)
"""The two headers of a page that a browser saved with its pictures in one file. Linear: bounded."""

_XML_TYPES: Final = {b"rss": "application/rss+xml", b"feed": "application/atom+xml", b"svg": "image/svg+xml"}
_HTML_NAMES: Final = (".html", ".htm", ".xhtml", ".shtml")
_JSONL_NAMES: Final = (".jsonl", ".ndjson", ".jsonlines")
_CONTROLS: Final = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b\x1a\x08"))
"""Bytes that text does not hold. Escape and end-of-file do occur in old charsets."""
MIN_TAGS = 2
"""Tags in the first KiB that make a text HTML; one may be a story about HTML."""


def sniff_file(path: str) -> Looks:
    """Return what a file is; opens it, looks inside a compression, lists a zip."""
    with open_input(path) as raw:
        head = raw.read(HEAD_BYTES)
        if head.startswith(b"PK\x03\x04"):
            raw.seek(0)
            try:
                with zipfile.ZipFile(raw) as archive:
                    return _sniff_zip(archive.namelist())
            except (zipfile.BadZipFile, ValueError):
                return Looks("wacz" if path.endswith(".wacz") else "binary", "application/zip")
        name = path.lower()
        if not head.startswith((GZIP_MAGIC, ZSTD_MAGIC)):
            return sniff(head, name=name)
        raw.seek(0)
        inside, _, damage = gather(read_chunks(raw), HEAD_BYTES)
    for suffix in (".gz", ".zst", ".gzip", ".zstd"):
        name = name.removesuffix(suffix)
    if damage and name.endswith(".warc"):  # its first record is broken; the others may be whole
        return Looks("warc", "application/warc", compressed=True)
    return sniff(inside, name=name)._replace(compressed=True)


def sniff(head: bytes, *, name: str = "") -> Looks:
    r"""Return what the first bytes look like; ``name`` is a hint for where they leave it open.

    >>> sniff(b"WARC/1.0\r\nWARC-Type: response\r\n").format
    'warc'
    >>> sniff(b"<!DOCTYPE html><p>News", name="story.txt")
    Looks(format='html', media_type='text/html', compressed=False)
    >>> sniff(b"%PDF-1.7", name="story.txt").media_type
    'application/pdf'
    """
    if head.startswith(b"WARC/1.") or (not head and name.endswith(".warc")):
        return Looks("warc", "application/warc")
    if head.startswith(b"PAR1") or (not head and name.endswith(".parquet")):
        return Looks("parquet", "application/vnd.apache.parquet")
    if magic := sniff_magic(head):
        return Looks("binary", magic)
    text = to_ascii_compatible(head)
    if text is None:
        return Looks("binary", "application/octet-stream")
    return _sniff_text(text.lstrip(), name, complete=len(head) < HEAD_BYTES)


def sniff_magic(head: bytes) -> str | None:
    """Return the media type that the first bytes of a binary give away."""
    for magic, media_type in _MAGIC:
        if head.startswith(magic) and (magic != b"BM" or b"\0" in head[:64]):
            return media_type
    if head.startswith(_TAR, _TAR_AT) and b"\0" in head[:_TAR_AT]:  # Spanish has the word gustar
        return "application/x-tar"
    if head[4:8] == b"ftyp":
        return "video/mp4"
    if head.startswith(b"PK\x03\x04"):
        return "application/zip"
    return _RIFF.get(head[8:12]) if head.startswith(b"RIFF") else None


def is_html(head: bytes) -> bool:
    """Say whether the first bytes are a page of HTML, in any ASCII-compatible charset or UTF-16."""
    text = to_ascii_compatible(head)
    return text is not None and _is_html(text)


def is_text(head: bytes) -> bool:
    """Say whether the first bytes can be text at all."""
    return sniff_magic(head) is None and to_ascii_compatible(head) is not None


def _is_html(text: bytes) -> bool:
    if _HTML_OPENS.match(text):
        return True
    start = text.lstrip()[:1024]
    if start.startswith(b"<?xml"):
        return b"<html" in text[:4096].lower()
    return len(_HTML_TAGS.findall(start)) >= MIN_TAGS


def to_ascii_compatible(head: bytes) -> bytes | None:
    """Return the bytes without BOM, UTF-16 and UTF-32 made UTF-8; None when they are no text at all."""
    for bom, charset in (
        (codecs.BOM_UTF8, ""),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if head.startswith(bom):
            rest = head[len(bom) :]
            return rest.decode(charset, "replace").encode() if charset else rest
    sample = head[:4096]
    if b"\0" in sample:
        even, odd = sample[::2].count(0), sample[1::2].count(0)
        half = len(sample) // 2
        if max(even, odd) * 2 > half and min(even, odd) * 20 < half:  # UTF-16 of a Latin script, no BOM
            return head.decode("utf-16-le" if odd > even else "utf-16-be", "replace").encode()
        return None
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return None if controls * 50 > len(sample) else head


def _sniff_text(text: bytes, name: str, *, complete: bool) -> Looks:
    if name.endswith(_JSONL_NAMES) or _opens_with_json_object(text, complete=complete):
        return Looks("jsonl", "application/x-ndjson")
    if data := _data_type(text, name, complete=complete):
        return Looks("binary", data)
    if _is_html(text):
        return Looks("html", "text/html")
    if text.startswith((b"<?xml", b"<rss", b"<feed", b"<svg", b"<urlset", b"<sitemapindex")):
        root = _XML_ROOT.search(text[:4096])
        return Looks("binary", _XML_TYPES.get(root.group(1).lower() if root else b"", "application/xml"))
    if name.endswith(_HTML_NAMES):
        return Looks("html", "text/html")
    return Looks("txt", "text/plain")


def _data_type(text: bytes, name: str, *, complete: bool) -> str | None:
    """Return the media type of data that no reader reads, where name and content agree."""
    if text[:1] in (b"{", b"[") and name.endswith((".json", ".har")):
        return "application/json"
    if name.endswith((".cdx", ".cdxj")) or text.startswith(b"CDX "):
        return "application/x-cdx"
    if len(set(_MIME_PAGE.findall(text[:2048].lower()))) == 2:
        return "multipart/related"
    return table_type(text, name, complete=complete)


def _opens_with_json_object(text: bytes, *, complete: bool) -> bool:
    line, newline, _ = text.partition(b"\n")
    if not line.startswith(b"{"):
        return False
    if not newline and not complete:  # the line goes on beyond what was read
        return line[1:].lstrip().startswith(b'"')
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _sniff_zip(names: list[str]) -> Looks:
    if "datapackage.json" in names or any(is_inner_warc(name) for name in names):
        return Looks("wacz", "application/wacz")
    return Looks("binary", office_type(names) or "application/zip")


def is_inner_warc(name: str) -> bool:
    """Say whether a file of a zip is a WARC of a WACZ."""
    return name.startswith("archive/") and name.endswith((".warc", ".warc.gz"))
