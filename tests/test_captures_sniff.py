"""What a file is, by its content."""

from __future__ import annotations

import codecs
import zipfile
from pathlib import Path

import pytest

from captures.sniff import sniff, sniff_file
from captures.unread import why_unread

PAGE = "<!DOCTYPE html>\n<html><head><title>News</title></head><body><p>Text</p></body></html>"

CASES = (
    ("a page in a .txt", "a.txt", PAGE.encode(), "html"),
    ("a page behind a UTF-8 BOM", "a.txt", codecs.BOM_UTF8 + PAGE.encode(), "html"),
    ("a page in UTF-16 with a BOM", "a", PAGE.encode("utf-16"), "html"),
    ("a page in UTF-16 without a BOM", "a", PAGE.encode("utf-16-le"), "html"),
    ("a page in UTF-16, big end first", "a", PAGE.encode("utf-16-be"), "html"),
    ("a page behind comments", "a", b"<!-- saved -->\n<!-- by a crawler -->" + PAGE.encode(), "html"),
    ("XHTML behind an XML declaration", "a", b'<?xml version="1.0"?>' + PAGE.encode(), "html"),
    ("a fragment", "a", b"<div class=story><p>One.</p></div>", "html"),
    ("upper case", "a", b"<HTML><BODY>One</BODY></HTML>", "html"),
    ("a fragment without many tags, by its name", "a.html", b"One <b>story", "html"),
    ("text", "a.txt", b"One story.\nIt goes on.", "txt"),
    ("text in UTF-16", "a.txt", "One story.".encode("utf-16"), "txt"),
    ("text in windows-1251", "a.txt", "Новости дня".encode("cp1251"), "txt"),
    ("text in Shift JIS", "a.txt", "今日のニュース".encode("shift_jis"), "txt"),
    ("text that tells of a tag", "a.txt", b"Use the <p> element. 1 < 2.", "txt"),
    ("text that opens with a brace", "a.txt", b"{see below} The story", "txt"),
    ("nothing", "a.txt", b"", "txt"),
    ("a story that is called a table", "a.csv", b"A ferry, it seems,\nwas sold, closed, and left.\n", "txt"),
    (
        "a story of one comma a line",
        "a.csv",
        b"One, two\n\nA story without any.\nIt goes on.\nAnd on.\n",
        "txt",
    ),
    ("a story of as many commas", "a.csv", b"A ferry, it seems\nwas sold, and closed\n", "txt"),
    ("a line that is called a table", "a.csv", b"The ferry, the bridge, the pier", "txt"),
    ("a page that is called a table", "a.csv", PAGE.encode(), "html"),
    ("a table that is called a text", "a.txt", b"id,text\n1,one\n2,two\n", "txt"),
    ("a tariff in a text", "a.txt", b"one\ttwo\n1\t2\n3\t4\n", "txt"),
    ("a mail", "a.eml", b"From: a@b.example\r\nContent-Type: text/plain\r\n\r\nOne story.", "txt"),
    (
        "a story about mail",
        "a.txt",
        b"A page in one file says\nContent-Type: multipart/related\nat its top.",
        "txt",
    ),
    ("a story with a word of tar", "a.txt", b"x" * 256 + b" ustar" + b"\nmore", "txt"),
    ("a story about a filedesc", "a.txt", b"The scheme filedesc:// opens an ARC file.", "txt"),
    ("JSON Lines", "a.txt", b'\n {"text": "one"}\n{"text": "two"}\n', "jsonl"),
    ("one JSON line beyond what is looked at", "a", b'{"text": "' + b"x" * 99_999, "jsonl"),
    ("a bad first line in a .jsonl", "a.jsonl", b"{bad\n", "jsonl"),
    ("WARC", "a.txt", b"WARC/1.1\r\nWARC-Type: warcinfo\r\n", "warc"),
    ("Parquet", "a.txt", b"PAR1\x15\x04", "parquet"),
)


@pytest.mark.parametrize(("name", "head", "format_name"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_readable_content(name: str, head: bytes, format_name: str) -> None:
    """Content decides; the name only where the content leaves it open."""
    assert sniff(head[:65536], name=name).format == format_name


BINARIES = (
    ("a.txt", b"%PDF-1.4\n", "application/pdf"),
    ("a.html", b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
    ("a.txt", b"GIF89a\1\0", "image/gif"),
    ("a.txt", b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
    ("a.txt", b"\0\0\0\x20ftypmp42", "video/mp4"),
    ("a.txt", b"\0" * 64, "application/octet-stream"),
    ("a.xml", b'<?xml version="1.0"?><rss version="2.0"><channel/></rss>', "application/rss+xml"),
    ("a.xml", b'<?xml version="1.0"?><feed xmlns="x"/>', "application/atom+xml"),
    ("a.xml", b'<urlset xmlns="x"></urlset>', "application/xml"),
    ("a.json", b'[{"text": "one"}]', "application/json"),
    ("a.json", b'{\n  "text": "one"\n}', "application/json"),
    ("a.csv", b'id,text\n1,"A ferry, it seems,\nwas sold"\n2,"Closed, and left"\n', "text/csv"),
    ("a.csv", b"id;text\r\n1;One, two\r\n2;Three\r\n", "text/csv"),
    ("a.csv", b"id,html\n" + b'1,"<p>One</p><p>two</p>"\n' * 9, "text/csv"),
    ("a.csv", "id,text\n1,один\n".encode("utf-16"), "text/csv"),
    ("a.csv", b"id,url,text\n" + b'1,https://a.example/,"A story, long and dull"\n' * 2_000, "text/csv"),
    ("a.tsv", b"id\ttext\n1\tone\n", "text/tab-separated-values"),
    ("a.har", b'{\n "log": {"entries": [{"text": "<html><body><p>One</p>"}]}}', "application/json"),
    (
        "a.arc",
        b"filedesc://a.arc 0.0.0.0 20080101000000 text/plain 75\n1 0 Alexa\n<html><body>",
        "application/x-internet-archive",
    ),
    (
        "a.mhtml",
        b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\r\n<html><p>",
        "multipart/related",
    ),
    ("a.feather", b"ARROW1\0\0\xff\xff\xff\xff", "application/vnd.apache.arrow.file"),
    ("a.tar", b"a.html".ljust(257, b"\0") + b"ustar\x0000", "application/x-tar"),
    ("a.cdxj", b'com,example)/ 20200101000000 {"url": "http://a.example/"}\n', "application/x-cdx"),
    ("index", b" CDX N b a m s k r M S V g\n", "application/x-cdx"),
)


@pytest.mark.parametrize(
    ("name", "head", "media_type"), BINARIES, ids=[str(case[1][:24]) for case in BINARIES]
)
def test_unreadable_content_is_named(name: str, head: bytes, media_type: str) -> None:
    """What no reader reads is called by its media type."""
    looks = sniff(head[:65536], name=name)
    assert (looks.format, looks.media_type) == ("binary", media_type)


def test_office_documents_are_told_from_other_zips(tmp_path: Path) -> None:
    """All of them are zips; what to do differs."""
    for inside, says in (("word/document.xml", "save it as HTML or text"), ("a.txt", "unpack it first")):
        path = tmp_path / "a.docx"
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("[Content_Types].xml", "<Types/>")
            file.writestr(inside, "one")
        assert says in why_unread(sniff_file(str(path)).media_type)
