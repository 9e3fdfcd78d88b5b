"""Parts: what goes in comes out, and the same rows give the same bytes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import parts
from archive.archive import Archive
from archive.rows import Row, to_table
from archive.schema import LOOKED_UP, REPETITIVE, SCHEMA, WITH_STATISTICS
from archive.values import RawRef
from captures.values import Capture, Provenance
from cleaners.ledger import apply, rebuild
from cleaners.values import CleanedPage, Edit, Evidence, Fields, Line, Status
from tests.archive_builders import NEXT_PIPELINE, PIPELINE, fill, make_capture, make_pages

REF = RawRef("raw/x.warc.gz", 0, 10, "urn:uuid:0")

instants = st.none() | st.datetimes(timezones=st.just(UTC))
optional = st.none() | st.text(max_size=8)
scores = st.floats(0, 1, width=32)
encodable = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@st.composite
def pages(draw: st.DrawFn) -> CleanedPage:
    """Draw a page whose edits are sorted, disjoint and inside its text."""
    source_text = draw(encodable)
    places = st.lists(st.integers(0, len(source_text)), max_size=10)
    cuts = sorted(draw(places))
    edits = tuple(
        Edit(start, end, "ad", "ad/x", draw(scores), draw(st.sampled_from(["", "-", "\U0001f309"])))
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
    )
    text, removed_text = apply(source_text, edits)
    lines = tuple(
        Line(start, start, draw(st.sampled_from(["body", "tags"])), "x", 1.0, kept=draw(st.booleans()))
        for start in draw(places)
    )
    place = st.integers(-1, 100)
    evidence = st.tuples(*[st.text(max_size=5)] * 3, scores, place, place, st.booleans())
    fields = st.builds(
        Fields,
        title=optional,
        byline=optional,
        published_at=instants,
        tags=st.lists(st.text(max_size=5), max_size=3).map(tuple),
        language_score=st.none() | scores,
        page_type=st.none() | st.sampled_from(["article", "forum"]),
        page_type_score=st.none() | scores,
        license=optional,
        image=optional,
        evidence=st.lists(evidence.map(Evidence._make), max_size=3).map(tuple),
    )
    return CleanedPage(
        text,
        source_text,
        edits,
        lines,
        draw(fields),
        draw(st.sampled_from(Status)),
        removed_text=removed_text,
    )


@given(st.lists(pages(), max_size=3))
@settings(max_examples=30, deadline=None)
def test_rows_hold_the_pages(drawn: list[CleanedPage]) -> None:
    """Write, then read, is identity for edits and fields, and the source text can be rebuilt."""
    captures = [make_capture(number) for number in range(len(drawn))]
    rows = [
        Row(f"{number:032x}", capture, REF, page, capture.payload_digest)
        for number, (capture, page) in enumerate(zip(captures, drawn, strict=True))
    ]
    sink = pa.BufferOutputStream()
    pq.write_table(to_table(rows, PIPELINE), sink)
    read = pq.read_table(pa.BufferReader(sink.getvalue())).to_pylist()
    for row, page in zip(read, drawn, strict=True):
        edits = [Edit(**edit) for edit in row["edits"]]
        assert tuple(edits) == page.edits
        assert rebuild(row["text"], edits, row["removed_text"]) == page.source_text
        assert row["source_text_digest"] == _sha256(page.source_text)
        assert row["text_digest"] == _sha256(page.text)
        remarkable = [line for line in page.lines if line.kept and line.label != "body"]
        assert [Line(**line) for line in row["annotations"]] == remarkable
        assert tuple(Evidence(**one) for one in row["evidence"]) == page.fields.evidence
        for name in ("published_at", "language_score", "page_type", "page_type_score", "license", "image"):
            assert row[name] == getattr(page.fields, name)
        assert row["status"] == page.status.value


def _sha256(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


HOSTILE = [
    replace(make_capture(1), url="http://a.example/\ud800\n\0"),
    replace(make_capture(2), http_status=10**30, content_type="\udcff"),
    replace(make_capture(3), captured_at=datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))),
    replace(make_capture(4), captured_at=datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-14)))),
    replace(make_capture(5), provenance=Provenance("\udcff.txt", "\ud800", "\ud800", 10**12)),
    Capture(b"", Provenance("damaged.gz"), captured_at=None, error="cut off after 0 bytes"),
]


def test_a_hostile_capture_keeps_its_row(tmp_path: Path) -> None:
    """Lone surrogates, numbers and days out of range cost a value, never the row."""
    archive = Archive.open(tmp_path)
    batch = archive.commit(HOSTILE)
    failed = CleanedPage(
        "",
        "",
        (),
        (),
        Fields(title="\ud83d", evidence=(Evidence("\ud800", "\ud800", "", 1.0),)),
        Status.FAILED,
    )
    archive.publish(batch, [failed] * len(HOSTILE), PIPELINE)
    rows = {
        row["capture_id"]: row
        for row in ds.dataset(archive.data_path(PIPELINE.edition)).to_table().to_pylist()
    }
    by_order = [rows[key] for key in batch.capture_ids]
    assert by_order[0]["url"] == "http://a.example/\ufffd\n\0"
    assert (by_order[1]["http_status"], by_order[1]["content_type"]) == (None, "\ufffd")
    assert by_order[5]["error"] == "cut off after 0 bytes"
    assert {row["title"] for row in by_order} == {"\ufffd"}


def test_every_column_is_filled_from_its_value(tmp_path: Path) -> None:
    """One row, written out in full."""
    archive = Archive.open(tmp_path)
    capture = make_capture(1)
    batch = fill(archive, [capture])
    (path,) = Path(archive.data_path(PIPELINE.edition)).rglob("*.parquet")
    (row,) = pq.ParquetFile(path).read().to_pylist()
    expected = {
        "capture_id": batch.capture_ids[0],
        "url": "http://www.example1.com/News/1?b=2&a=1",
        "urlkey": "com,example1)/news/1?a=1&b=2",
        "host": "www.example1.com",
        "domain": "example1.com",
        "captured_at": datetime(2024, 2, 29, 12, tzinfo=UTC),
        "captured_at_source": "record",
        "http_status": 200,
        "content_type": "text/plain; charset=utf-8",
        "content_type_detected": "text/plain",
        "charset": "utf-8",
        "payload_digest": capture.payload_digest,
        "raw_file": batch.refs[0].file,
        "raw_offset": 0,
        "raw_length": batch.refs[0].length,
        "raw_record_id": batch.refs[0].record_id,
        "source": "test",
        "source_format": "jsonl",
        "source_file": "scrapes/a.jsonl",
        "source_ordinal": 1,
        "source_text_chars": 41,
        "title": "The bridge",
        "author": "Jane Doe",
        "published_at": datetime(2024, 2, 27, tzinfo=UTC),
        "published_precision": "day",
        "tags": ["bridge", "storm"],
        "text": "Story 1 of the bridge. \U0001f309\n",
        "text_chars": 25,
        "removed_text": "Share\nRead more\n",
        "status": "cleaned",
        "error": None,
        "cleaner": "strigil",
        "cleaner_version": "1.0",
        "policy": "balanced",
        "config_digest": PIPELINE.config_digest,
    }
    assert {name: row[name] for name in expected} == expected
    assert [line["label"] for line in row["annotations"]] == ["title"]


def test_columns_named_apart_exist() -> None:
    """The lists of columns with special treatment name columns of the schema."""
    sink = pa.BufferOutputStream()
    pq.write_table(SCHEMA.empty_table(), sink)
    schema = pq.read_metadata(pa.BufferReader(sink.getvalue())).schema
    paths = {schema.column(n).path for n in range(len(schema))}
    assert {*REPETITIVE, *WITH_STATISTICS, *LOOKED_UP} <= paths
    assert all(field.metadata[b"description"] for field in SCHEMA)


def test_the_same_rows_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Order and origin of the rows do not show in the file; the limits of row groups are kept."""
    monkeypatch.setattr(parts, "MAX_GROUP_ROWS", 7)
    captures = [replace(make_capture(n), captured_at=datetime(2024, 1, 1, tzinfo=UTC)) for n in range(20)]
    files = []
    for name, order in (("a", 1), ("b", 1), ("c", -1)):
        archive = Archive.open(tmp_path / name)
        batch = archive.commit(captures)
        turned = replace(
            batch,
            captures=batch.captures[::order],
            refs=batch.refs[::order],
            capture_ids=batch.capture_ids[::order],
            payload_digests=batch.payload_digests[::order],
        )
        archive.publish(turned, make_pages(turned.captures), PIPELINE)
        (path,) = Path(archive.data_path(PIPELINE.edition)).rglob("*.parquet")
        files.append(path.read_bytes())
    assert files[0] == files[1] == files[2]
    metadata = pq.read_metadata(path)
    assert [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)] == [7, 7, 6]


def test_long_texts_make_small_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row group is bounded by its text too, and one page too long for it still gets in."""
    monkeypatch.setattr(parts, "MAX_GROUP_CHARS", 150)
    archive = Archive.open(tmp_path)
    captures = [replace(make_capture(n), captured_at=None) for n in range(4)]
    captures.append(Capture(b"Share\n" + b"x" * 500 + b"\nRead more\n", Provenance("long.txt")))
    fill(archive, captures)
    (path,) = Path(archive.data_path(PIPELINE.edition)).rglob("*.parquet")
    metadata = pq.read_metadata(path)
    assert [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)] == [2, 2, 1]


def test_footer_and_layout_of_a_part(tmp_path: Path) -> None:
    """Sorted by key, page index, Bloom filters and footer keys are there; texts have no statistics."""
    archive = Archive.open(tmp_path)
    batch = fill(archive, [make_capture(n) for n in range(0, 30, 3)])
    (path,) = Path(archive.data_path(PIPELINE.edition)).rglob("*.parquet")
    with path.open("rb") as file:
        keys = parts.read_footer(file)
    written = [key for key in pq.read_schema(path).metadata if key.startswith(b"archive.")]
    assert written == sorted(key.encode() for key in keys)
    assert keys["archive.batch"] == batch.digest
    assert json.loads(keys["archive.pipeline"])["version"] == "1.0"
    group = pq.read_metadata(path).row_group(0)
    columns = {group.column(n).path_in_schema: group.column(n) for n in range(group.num_columns)}
    assert columns["url"].statistics is not None
    assert columns["text"].statistics is None
    assert columns["text"].compression == "ZSTD"
    assert columns["urlkey"].has_column_index
    urlkeys = pq.read_table(path, columns=["urlkey"])["urlkey"].to_pylist()
    assert urlkeys == sorted(urlkeys)
    probe = "select bloom_filter_excludes from parquet_bloom_probe(?, 'url', ?)"
    absent, present = (
        duckdb.execute(probe, [str(path), url]).fetchall() for url in ("http://absent/", make_capture(0).url)
    )
    assert (absent, present) == ([(True,)], [(False,)])


def test_an_edition_describes_its_columns(tmp_path: Path) -> None:
    """``schema.json`` stands outside of the data and names every column."""
    archive = Archive.open(tmp_path)
    fill(archive, [make_capture(1)])
    data = json.loads((tmp_path / "clean" / PIPELINE.edition / "schema.json").read_bytes())
    assert [column["name"] for column in data["columns"]] == [*SCHEMA.names, "capture_date"]
    assert all(path.suffix == ".parquet" for path in Path(archive.data_path(PIPELINE.edition)).rglob("*.*"))
    assert NEXT_PIPELINE.edition != PIPELINE.edition
