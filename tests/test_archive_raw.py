"""Raw captures: what was packed can be read by other tools, and comes back as it was."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from fastwarc import ArchiveIterator
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator as WarcioIterator

from archive.archive import Archive
from archive.cdxj import IndexLine, from_line, to_line
from archive.errors import DamagedFileError, RawChangedError
from archive.values import RawRef
from captures.values import Capture, Provenance
from tests.archive_builders import PIPELINE, fill, make_capture, make_pages, read_payload, read_record, tree

KINDS = [
    (make_capture(1), "response"),
    (replace(make_capture(2), http_status=None), "resource"),
    (replace(make_capture(3), http_status=99999), "resource"),
    (replace(make_capture(4), provenance=Provenance("a.wet.gz", source_format="wet")), "conversion"),
    (replace(make_capture(5), provenance=Provenance("a.wacz", source_format="wacz")), "response"),
    (Capture(b"", Provenance("empty.txt")), "resource"),
    (Capture(b"x", Provenance("bad.warc", source_format="warc"), error="cut off"), "resource"),
    (Capture(b"\x00\xff\r\n\r\nWARC/1.0\r\n", Provenance("hostile name\n\udcff.txt")), "resource"),
    (replace(make_capture(6), redirect_url="http://example.com/\u00f6\r\nSet-Cookie: x"), "response"),
    (replace(make_capture(7), content_type="text/html\r\nX-Injected: yes", truncated="a\nb"), "response"),
]


def _warc(archive: Archive) -> Path:
    (path,) = (Path(archive.root) / "raw").glob("*.warc.gz")
    return path


def test_fastwarc_reads_every_record_back(tmp_path: Path) -> None:
    """Type, payload and digests of each kind of record are right, one gzip member each."""
    archive = Archive.open(tmp_path)
    batch = archive.commit([capture for capture, _kind in KINDS])
    with _warc(archive).open("rb") as file:
        for record, (capture, kind) in zip(ArchiveIterator(file, parse_http=False), KINDS, strict=True):
            assert record.headers["WARC-Type"] == kind
            assert record.verify_block_digest()
            record.parse_http()
            assert record.headers["WARC-Payload-Digest"] == capture.payload_digest
            names = {name for name, _value in record.http_headers or ()}
            assert names <= {"Content-Type", "Content-Length", "Location"}
    assert [read_record(tmp_path / ref.file, ref.offset, ref.length) for ref in batch.refs] == [
        capture.payload for capture, _kind in KINDS
    ]


def test_warcio_reads_every_record_back(tmp_path: Path) -> None:
    """The other reader agrees, and finds both digests right."""
    archive = Archive.open(tmp_path)
    archive.commit([capture for capture, _kind in KINDS])
    with _warc(archive).open("rb") as file:
        payloads = []
        for record in WarcioIterator(file, check_digests=True):
            payloads.append(record.content_stream().read())
            assert record.digest_checker.passed
            assert record.rec_headers.get_header("WARC-Record-ID").startswith("<urn:uuid:")
    assert payloads == [capture.payload for capture, _kind in KINDS]


def test_offsets_lead_to_their_record(tmp_path: Path) -> None:
    """Each reference names the record that begins there."""
    archive = Archive.open(tmp_path)
    batch = archive.commit([make_capture(n) for n in range(5)])
    data = _warc(archive).read_bytes()
    for ref, after in zip(batch.refs, [*(r.offset for r in batch.refs[1:]), len(data)], strict=True):
        assert ref.offset + ref.length == after
        assert data[ref.offset : ref.offset + 2] == b"\x1f\x8b"


def test_a_reloaded_batch_is_the_committed_one(tmp_path: Path) -> None:
    """Write, then read, is identity: all attributes, in the order of the batch."""
    archive = Archive.open(tmp_path)
    there = timezone(timedelta(hours=5, minutes=30))
    captures = [
        *(capture for capture, _kind in KINDS),
        replace(make_capture(8), captured_at=datetime(2020, 1, 2, 3, 4, 5, 6, tzinfo=there)),
        replace(make_capture(9), captured_at=datetime(2020, 1, 2), url="http://[broken", charset="x\udc80"),
    ]
    batch = archive.commit(captures)
    (logged,) = Archive.open(tmp_path).unfinished(PIPELINE)
    assert logged.load(read_payload) == batch
    assert batch.captures == tuple(captures)
    assert logged.captures_count == len(captures)
    assert logged.payload_bytes == sum(len(capture.payload) for capture in captures)


def test_the_same_captures_give_the_same_bytes(tmp_path: Path) -> None:
    """No clock, no host and no chance in raw files and log."""
    for name in ("a", "b"):
        Archive.open(tmp_path / name).commit([make_capture(n) for n in range(20)], ["item"])
    assert tree(tmp_path / "a") == tree(tmp_path / "b")


def test_index_lines_are_sorted_and_name_the_archives_file(tmp_path: Path) -> None:
    """The index is a CDXJ that other tools can search."""
    archive = Archive.open(tmp_path)
    archive.commit([make_capture(n) for n in range(20)])
    (path,) = (tmp_path / "raw").glob("*.cdxj")
    lines = path.read_text(encoding="ascii").splitlines()
    assert lines == sorted(lines)
    key, timestamp, content = lines[0].split(" ", 2)
    assert (key, timestamp) == ("com,example0)/news/0?a=1&b=2", "20240228120000")
    assert (tmp_path / json.loads(content)["filename"]).exists()


def test_warc_files_are_referenced_and_not_copied(tmp_path: Path) -> None:
    """Records of a WARC file stay there; the log remembers its size."""
    other = Archive.open(tmp_path / "other")
    fill(other, [make_capture(n) for n in range(4)])
    warc = _warc(other)
    (source,) = other.unfinished(replace(PIPELINE, version="2"))
    loaded = source.load(read_payload)
    captures = [
        replace(
            capture, provenance=Provenance(str(warc), "", "warc", 0, ref.offset, ref.length, ref.record_id)
        )
        for capture, ref in zip(loaded.captures, loaded.refs, strict=True)
    ]
    archive = Archive.open(tmp_path / "archive")
    batch = archive.commit(captures)
    assert not list((Path(archive.root) / "raw").glob("*.warc.gz"))
    assert {ref.file for ref in batch.refs} == {str(warc)}
    (logged,) = archive.unfinished(PIPELINE)
    assert logged.load(read_payload) == batch
    archive.publish(batch, make_pages(batch.captures), PIPELINE)
    assert not list(archive.verify())
    with warc.open("ab") as file:
        file.write(b"more")
    assert any("was changed" in problem.problem for problem in archive.verify())


def test_a_changed_raw_payload_is_refused(tmp_path: Path) -> None:
    """A payload with another digest than committed does not become a row."""
    archive = Archive.open(tmp_path)
    archive.commit([make_capture(1)])
    (logged,) = archive.unfinished(PIPELINE)
    with pytest.raises(RawChangedError, match="not the one that was committed"):
        logged.load(lambda _file, _offset, _length: b"something else")


def test_a_changed_index_is_refused(tmp_path: Path) -> None:
    """An index that is not what was written is not trusted."""
    archive = Archive.open(tmp_path)
    archive.commit([make_capture(1)])
    (logged,) = archive.unfinished(PIPELINE)
    path = tmp_path / logged.index.file
    path.write_bytes(path.read_bytes().replace(b"example1", b"example2"))
    with pytest.raises(DamagedFileError, match=path.name):
        logged.load(read_payload)


captures_without_payload = st.builds(
    Capture,
    payload=st.just(b""),
    provenance=st.builds(Provenance, file=st.text(), source=st.text(), ordinal=st.integers(0, 10**12)),
    url=st.none() | st.text(),
    captured_at=st.none() | st.datetimes(timezones=st.none() | st.just(UTC)),
    captured_at_source=st.sampled_from([None, "record", "mtime"]),
    content_type=st.none() | st.text(),
    http_status=st.none() | st.integers(),
    error=st.none() | st.text(),
)


@given(captures_without_payload)
@settings(deadline=None)
def test_an_index_line_holds_all_of_a_capture(capture: Capture) -> None:
    """``from_line(to_line(x)) == x``, on one line, whatever the values are."""
    line = IndexLine(0, "0" * 32, capture, capture.payload_digest, 0, RawRef("raw/x", 0, 1, "urn:uuid:0"))
    text = to_line(line)
    assert text.count("\n") == 1
    assert from_line(text) == line
