"""Shards: every capture once, the same plan each time, JSON and pickle both ways."""

from __future__ import annotations

import json
import pickle
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captures.shards import Finished, plan_shards, read_shard, shard_from_json, shard_to_json
from captures.storage import find_items
from captures.values import Capture, Item, ReadOptions, Shard
from tests.captures_inputs import html_page, write_jsonl, write_parquet, write_warc

OPTIONS = ReadOptions(source="test")
PAGES = [html_page(number, 400) for number in range(20)]


def captures_of(shards: list[Shard]) -> list[bytes]:
    """Return the payloads of all shards."""
    read = [each for shard in shards for each in read_shard(shard)]
    return [each.payload for each in read if isinstance(each, Capture)]


def test_small_items_are_gathered(tmp_path: Path) -> None:
    """Small files share shards, bounded by count and by bytes; each is reported when it ends."""
    for number in range(10):
        (tmp_path / f"{number}.txt").write_bytes(b"x" * 100)
    items = list(find_items(str(tmp_path)))
    by_count = list(plan_shards(items, OPTIONS, captures_per_shard=4))
    assert [len(shard.items) for shard in by_count] == [4, 4, 2]
    by_bytes = list(plan_shards(items, OPTIONS, bytes_per_shard=250))
    assert [len(shard.items) for shard in by_bytes] == [2] * 5
    events = list(read_shard(by_count[2]))
    assert [type(event) for event in events] == [Capture, Finished, Capture, Finished]
    assert tuple(e.key for e in events if isinstance(e, Finished)) == by_count[2].keys
    assert by_count[2].keys == tuple(item.key for item in items[8:])


@pytest.mark.parametrize(("name", "write"), [("a.jsonl", write_jsonl), ("a.parquet", write_parquet)])
def test_a_large_container_is_split(tmp_path: Path, name: str, write) -> None:  # type: ignore[no-untyped-def]
    """Ranges cover a container: each capture once, in order, with keys that a second plan repeats."""
    path = tmp_path / name
    path.write_bytes(write(PAGES))
    plans = [list(plan_shards(find_items(str(path)), OPTIONS, bytes_per_shard=3000)) for _ in range(2)]
    assert plans[0] == plans[1]
    assert len(plans[0]) > 3
    assert captures_of(plans[0]) == PAGES
    keys = [key for shard in plans[0] for key in shard.keys]
    assert len(set(keys)) == len(keys)
    for shard in plans[0]:
        assert list(read_shard(shard))[-1] == Finished(shard.keys[0])


@pytest.mark.parametrize("name", ["a.warc.gz", "a.jsonl.gz", "a.txt"])
def test_what_has_no_parts_is_one_shard(tmp_path: Path, name: str) -> None:
    """Formats without safe borders are read whole, however large."""
    path = tmp_path / name
    path.write_bytes(write_warc(PAGES, compress=True) if "warc" in name else b"text " * 99)
    (shard,) = plan_shards(find_items(str(path)), OPTIONS, bytes_per_shard=100)
    assert shard.start == -1


def test_a_file_that_vanishes_is_one_shard_and_one_error(tmp_path: Path) -> None:
    """Planning and reading both go on; the reason is in the row."""
    (shard,) = plan_shards([Item(str(tmp_path / "gone.jsonl"), 10**9, "1")], OPTIONS)
    capture, finished = read_shard(shard)
    assert isinstance(capture, Capture)
    assert "No such file" in str(capture.error)
    assert finished == Finished(shard.items[0].key)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(max_size=30), min_size=1, max_size=12),
    st.integers(1, 80),
    st.sampled_from(["\n", "\r\n", "\n\n"]),
    st.booleans(),
)
def test_ranges_of_lines_cover_a_file(texts: list[str], size: int, newline: str, ended: bool) -> None:  # noqa: FBT001
    """Law: whatever the lines and the size of ranges, every line is read once, in order."""
    data = newline.join(json.dumps({"text": text}) for text in texts) + (newline if ended else "")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.jsonl"
        path.write_bytes(data.encode())
        shards = list(plan_shards(find_items(str(path)), OPTIONS, bytes_per_shard=size))
        assert captures_of(shards) == [text.encode("utf-8", "backslashreplace") for text in texts]


words = st.text(max_size=12)
instants = st.datetimes(min_value=datetime(1990, 1, 1), timezones=st.just(UTC))
items = st.builds(Item, words, st.integers(0, 2**60), words, st.none() | instants)
options = st.builds(
    ReadOptions,
    format=st.none() | words,
    source=words,
    text_columns=st.lists(words, max_size=3).map(tuple),
    max_payload_bytes=st.integers(1, 2**40),
)


@given(
    st.builds(
        Shard, st.lists(items, max_size=3).map(tuple), options, st.integers(-1, 99), st.integers(-1, 99)
    )
)
def test_a_shard_survives_json_and_pickle(shard: Shard) -> None:
    """Law: writing a shard and reading it again is the identity."""
    assert shard_from_json(shard_to_json(shard)) == shard
    assert pickle.loads(pickle.dumps(shard)) == shard  # noqa: S301 - our own bytes


def test_a_path_that_is_no_unicode_survives_json() -> None:
    """A file name in another charset reaches the other machine as it is."""
    shard = Shard((Item("/in/caf\udce9.txt", 1, "1"),))
    assert shard_from_json(shard_to_json(shard)) == shard
