"""What a takedown leaves in WARC files: fillers as long as what stood there, in files of our own."""

from __future__ import annotations

import gzip
import io
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from archive.archive import Archive
from archive.filler import to_filler
from archive.warc import record_id_of, to_record
from captures.values import Capture, Provenance
from tests.archive_builders import PIPELINE, fill, make_capture
from tests.test_archive_takedown import GONE, WHO, numbers, target, traces


@given(length=st.one_of(st.integers(253, 2_000), st.integers(65_500, 65_600), st.integers(131_000, 131_200)))
def test_a_filler_has_the_length_of_what_it_replaces(length: int) -> None:
    """It is one WARC record in one gzip member, for every reader."""
    filler = to_filler(record_id_of("0" * 32), length)
    assert len(filler) == length
    seen = [
        (record.rec_type, record.content_stream().read().strip())
        for record in ArchiveIterator(io.BytesIO(filler * 2))
    ]
    assert seen == [("metadata", b"taken down")] * 2


@given(
    size=st.integers(0, 60),
    status=st.none() | st.just(200),
    url=st.none() | st.just("http://a.b/"),
    truncated=st.none() | st.just("length"),
)
def test_every_record_is_long_enough_for_a_filler(
    size: int, status: int | None, url: str | None, truncated: str | None
) -> None:
    """The smallest record that is ever packed has room for the smallest filler."""
    capture = Capture(b"a" * size, Provenance("a"), url=url, http_status=status, truncated=truncated)
    record = to_record(capture, record_id_of("0" * 32), capture.payload_digest)
    assert len(to_filler(record_id_of("0" * 32), len(record))) == len(record)


def test_fetched_warc_files_lose_response_request_and_index_line(tmp_path: Path) -> None:
    """They are in the archive, so they are its own: of an exchange nothing is left, others stay."""
    archive = Archive.open(tmp_path / "archive")
    folder = tmp_path / "archive" / "fetch"
    folder.mkdir()
    warc, index = folder / "pages-1.warc.gz", folder / "pages-1.cdxj"
    captures, lines, data = [], [], b""
    for number in (2, GONE):
        plain = make_capture(number)
        record_id = record_id_of(f"{number:032x}")
        response = to_record(plain, record_id, plain.payload_digest)
        head = f"WARC/1.1\r\nWARC-Type: request\r\nWARC-Target-URI: {plain.url}\r\n"
        head += f"WARC-Concurrent-To: <{record_id}>\r\n" + f"X-Padding: {'0123456789abcdef' * 20}\r\n"
        request = gzip.compress(f"{head}Content-Length: 0\r\n\r\n\r\n\r\n".encode(), compresslevel=0)
        lines.append(f'key 2024 {{"url": "{plain.url}", "offset": "{len(data)}"}}\n')
        place = Provenance(str(warc), "", "warc", number, len(data), len(response), f"<{record_id}>")
        captures.append(replace(plain, provenance=place))
        data += response + request
    warc.write_bytes(data)
    index.write_text("".join(lines))
    fill(archive, captures)
    archive.promote(PIPELINE)
    archive.takedowns().take_down(target(), WHO)
    assert not traces(tmp_path / "archive", b"Story 3 of")
    assert not traces(tmp_path / "archive", b"/News/3?")
    assert len(traces(tmp_path / "archive", b"/News/2?")) == 4
    assert numbers(tmp_path / "archive") == [2]
    assert len(warc.read_bytes()) == len(data)
    assert not list(archive.verify())
