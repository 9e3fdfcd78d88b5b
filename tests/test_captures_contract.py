"""One contract for every reader: what went in comes out, from disk and from S3, in flat memory."""

from __future__ import annotations

import hashlib
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from captures.readers import READERS, read_item, read_payload
from captures.storage import find_items
from captures.values import Capture, ReadOptions
from tests.captures_inputs import SAMPLES, Sample

OPTIONS = ReadOptions(source="test")
each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)


def read(source: Path | str) -> list[Capture]:
    """Return all captures of a source."""
    return [capture for item in find_items(str(source)) for capture in read_item(item, OPTIONS)]


def pages(sample: Sample, count: int = 7, size: int = 0) -> list[bytes]:
    """Return the payloads to write: one for formats that hold one."""
    return [sample.page(number, size) for number in range(1 if sample.single else count)]


def test_every_reader_has_a_sample() -> None:
    """A new reader needs a line in SAMPLES."""
    assert {sample.format for sample in SAMPLES} == set(READERS)


@each_sample
def test_payloads_come_out_as_they_went_in(sample: Sample, tmp_path: Path) -> None:
    """Every payload comes out once, in order, with its digest, its format and its source."""
    payloads = pages(sample)
    path = tmp_path / sample.name
    path.write_bytes(sample.write(payloads))
    captures = read(path)
    assert [capture.payload for capture in captures] == payloads
    assert [capture.error for capture in captures] == [None] * len(payloads)
    for capture, payload in zip(captures, payloads, strict=True):
        assert capture.payload_digest == "sha256:" + hashlib.sha256(payload).hexdigest()
        assert capture.provenance.source_format == sample.format
        assert capture.provenance.source == "test"
        assert capture.provenance.file.startswith(str(path))
        assert capture.media_type == ("text/plain" if b"<html" not in payload else "text/html")
        assert capture.captured_at is not None
        assert capture.captured_at.utcoffset() == datetime.now(UTC).utcoffset()
    if not sample.single:
        numbers = [0, 1, 2, 3, 0, 1, 2] if sample.format == "wacz" else range(7)
        assert [capture.url for capture in captures] == [f"http://news.example/{n}" for n in numbers]


@each_sample
def test_a_capture_can_be_read_again_from_its_provenance(sample: Sample, tmp_path: Path) -> None:
    """Where there is an offset, it leads to the same payload; where there is none, both are -1."""
    path = tmp_path / sample.name
    path.write_bytes(sample.write(pages(sample)))
    for capture in read(path):
        at = capture.provenance
        assert (at.offset >= 0) == (at.length > 0) == sample.replayed
        if sample.replayed:
            assert read_payload(at, OPTIONS) == capture.payload


@each_sample
def test_an_object_reads_as_the_same_file(
    sample: Sample, tmp_path: Path, put_object: Callable[[str, bytes], str]
) -> None:
    """The captures of an S3 object are those of the file with the same bytes."""
    data = sample.write(pages(sample))
    (tmp_path / sample.name).write_bytes(data)
    from_disk, from_store = read(tmp_path), read(put_object(f"in/{sample.name}", data))
    assert [c.payload for c in from_store] == [c.payload for c in from_disk]
    assert [c.error for c in from_store] == [None] * len(from_disk)
    for capture in from_store:
        assert capture.captured_at_source in ("mtime", "record")
        if sample.replayed:
            assert read_payload(capture.provenance, OPTIONS) == capture.payload


@each_sample
def test_a_cut_file_costs_only_what_is_cut_off(sample: Sample, tmp_path: Path) -> None:
    """Cut anywhere behind its magic: no exception, every whole capture right, at most one with an error."""
    payloads = pages(sample)
    data = sample.write(payloads)
    path = tmp_path / sample.name
    for size in range(8, len(data), max(1, len(data) // 20)):
        path.write_bytes(data[:size])
        captures = read(path)
        assert captures
        whole = [capture.payload for capture in captures if capture.error is None]
        if not (sample.single and len(captures) == 1):
            assert whole == payloads[: len(whole)]
        assert sum(capture.error is not None for capture in captures) <= 1


@pytest.mark.parametrize("sample", [s for s in SAMPLES if not s.single], ids=lambda sample: sample.name)
def test_memory_stays_flat(sample: Sample, tmp_path: Path) -> None:
    """Reading a large container holds a few captures at a time, not the container."""
    path = tmp_path / sample.name
    path.write_bytes(sample.write(pages(sample, count=150, size=40_000)))
    tracemalloc.start()
    count = total = 0
    for item in find_items(str(path)):
        for capture in read_item(item, OPTIONS):
            count += 1
            total += len(capture.payload)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 150
    assert total > 5_900_000
    assert peak < 4_000_000, f"{peak} bytes at the peak for {total} bytes of payload"


@each_sample
def test_an_empty_file_is_one_capture(sample: Sample, tmp_path: Path) -> None:
    """A file without a byte leaves one capture: empty text, or an error that says there is none."""
    path = tmp_path / sample.name
    path.write_bytes(b"")
    (capture,) = read(path)
    assert capture.payload == b""
