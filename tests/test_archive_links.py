"""Links between documents: what is the same, nearly the same, quoted; built once, and again when new."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import links
from archive.archive import Archive
from archive.linking import link_edition
from archive.links import current_links, drop_links
from archive.near import find_first_equal, find_near
from archive.read import query
from archive.takedown import Decision, Targets
from archive.versions import to_versions
from captures.values import Capture, Provenance
from cleaners.values import CleanedPage, Fields, Status
from tests.archive_builders import PIPELINE

VOCABULARY = [f"word{number}" for number in range(5_000)]
UNSPACED = [*"一二三四五六七八九十百千万天地人山水火风雨雪东南西北春夏秋冬"]


def some(words: Sequence[str], count: int, seed: int) -> list[str]:
    """Return so many words, the same for a seed."""
    return random.Random(seed).choices(words, k=count)  # noqa: S311 - nothing secret


WORDS = some(VOCABULARY, 200, 7)
STORY = " ".join(WORDS)
OTHER = " ".join(some(VOCABULARY, 200, 8))
CHANGED = " ".join([*WORDS[:50], "another", *WORDS[51:]])
QUOTE = "we shall rebuild the wooden bridge before the winter comes"


def capture(name: str, text: str, day: int) -> Capture:
    """Return a capture of a page of that name, made on a day of May."""
    return Capture(
        text.encode(), Provenance("made.jsonl", ordinal=day), url=f"http://news.example/{name}",
        captured_at=datetime(2024, 5, 1, tzinfo=UTC) + timedelta(days=day), captured_at_source="record",
    )  # fmt: skip


def add(archive: Archive, captures: Sequence[Capture], texts: Sequence[str] = ()) -> None:
    """Archive captures with texts that were kept of them: all of their text, if none are given."""
    batch = archive.commit(captures)
    kept = texts or [one.payload.decode() for one in batch.captures]
    pages = [
        CleanedPage(text, text, (), (), Fields(), Status.CLEANED if text else Status.EMPTY) for text in kept
    ]
    archive.publish(batch, pages, PIPELINE)
    archive.promote(PIPELINE)


def duplicates(archive: Archive) -> dict[str, tuple[Any, ...]]:
    """Return the rows of duplicates by the page's name, ids as names."""
    link_edition(archive)
    rows = query(
        archive,
        """
        select a.url, kind, b.url as of, c.url as grouped, d.url as like, round(similarity, 1) as similarity
        from duplicates a left join documents b on b.capture_id = duplicate_of
        left join documents c on c.capture_id = near_duplicate_group
        join documents d on d.capture_id = similar_to
        """,
    )
    return {_name(row.pop("url")): tuple(map(_name, row.values())) for row in rows}


def _name(value: Any) -> Any:
    return value.rpartition("/")[2] if isinstance(value, str) else value


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Return an archive without anything in it."""
    return Archive.open(tmp_path / "archive")


def test_each_kind_of_duplicate(archive: Archive) -> None:
    """The same bytes, the same text, nearly the same text: each leads to the first, by time."""
    add(archive, [capture("near", CHANGED, 2), capture("first", STORY, 1), capture("other", OTHER, 1)])
    add(archive, [capture("bytes", STORY, 3)])
    add(archive, [capture("text", f"{STORY}\nShare", 4)], [STORY])
    assert duplicates(archive) == {
        "bytes": ("payload", "first", "first", "first", 1.0),
        "text": ("text", "first", "first", "first", 1.0),
        "near": ("near", None, "first", "first", pytest.approx(0.9, abs=0.11)),
    }


def test_what_is_no_duplicate(archive: Archive) -> None:
    """Empty texts, empty payloads, short texts that differ in a word, other stories on the same day."""
    captures = [capture("empty1", "Share", 1), capture("empty2", "Print", 1)]
    add(archive, captures, ["", ""])
    add(archive, [capture("none1", "", 1), capture("none2", "", 1)], ["", ""])
    add(archive, [capture("short1", "Trams run on Monday.", 1), capture("short2", "Trams run on Sunday.", 1)])
    add(archive, [capture("one", STORY, 1), capture("two", OTHER, 1)])
    assert duplicates(archive) == {}


def test_scripts_without_spaces(archive: Archive) -> None:
    """A Chinese text with one character changed is a near duplicate."""
    text = "".join(some(UNSPACED, 300, 3))
    add(archive, [capture("first", text, 1), capture("near", f"{text[:100]}桥{text[101:]}", 2)])
    assert duplicates(archive)["near"][:2] == ("near", None)


def test_stories_that_share_a_quotation_are_linked_and_no_duplicates(archive: Archive) -> None:
    """Two stories with one quotation between them; a third that only says the same words."""
    add(archive, [capture("first", f"{STORY}\n“{QUOTE},” she said.", 1)])
    add(archive, [capture("second", f'{OTHER}\n"{QUOTE} - or so we hope," she said.', 2)])
    add(archive, [capture("third", f"In short: {QUOTE}.", 3)])
    assert duplicates(archive) == {}
    rows = query(archive, "select url, other_url, quote from shared_quotes")
    assert rows == [
        {"url": "http://news.example/second", "other_url": "http://news.example/first", "quote": QUOTE}
    ]


def test_near_duplicates_are_not_linked_by_their_quotations_again(archive: Archive) -> None:
    """What two near duplicates quote is the same story's."""
    add(archive, [capture("a", f"{STORY}\n“{QUOTE}”", 1), capture("b", f"{CHANGED}\n“{QUOTE}”", 2)])
    assert set(duplicates(archive)) == {"b"}
    assert query(archive, "select * from shared_quotes") == []


def test_a_saying_links_nothing(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words that very many stories quote are a saying."""
    monkeypatch.setattr("archive.quotes.MAX_STORIES", 3)
    texts = [" ".join(some(VOCABULARY, 50, seed)) for seed in range(4)]
    add(archive, [capture(str(at), f"{text}\n“{QUOTE}”", at) for at, text in enumerate(texts)])
    link_edition(archive)
    assert query(archive, "select * from shared_quotes") == []


def test_more_passes_find_the_same_quotations(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """However little is held in memory at a time, the result is the same."""
    texts = [" ".join(some(VOCABULARY, 50, seed)) for seed in range(6)]
    add(archive, [capture(str(at), f"{text}\n“{QUOTE}”", at) for at, text in enumerate(texts)])
    link_edition(archive)
    rows = query(archive, "select * from shared_quotes order by all")
    drop_links(archive.store, PIPELINE.edition)
    monkeypatch.setattr("archive.quotes._MAX_RUNS", 2)
    link_edition(archive)
    assert len(rows) == 5
    assert query(archive, "select * from shared_quotes order by all") == rows


def test_only_what_is_new_is_read_again(archive: Archive) -> None:
    """The sketches of a part are made once; without a new part nothing is done."""
    add(archive, [capture("first", STORY, 1)])
    first = link_edition(archive)
    sketches = set(archive.store.names(f"clean/{PIPELINE.edition}/links/sketches"))
    assert first.is_new
    assert not link_edition(archive).is_new
    add(archive, [capture("again", STORY, 2)])
    assert set(duplicates(archive)) == {"again"}
    assert sketches < set(archive.store.names(f"clean/{PIPELINE.edition}/links/sketches"))
    names = [name for name in archive.store.names(f"clean/{PIPELINE.edition}/links") if first.folder in name]
    assert names == []


@pytest.mark.parametrize("is_lost", [False, True])
def test_what_is_lost_or_damaged_is_made_again_by_the_next_build(
    archive: Archive,
    is_lost: bool,  # noqa: FBT001
) -> None:
    """Whatever is missing or has a flipped bit, the next build makes it, with the same rows as before."""
    add(archive, [capture("first", STORY, 1), capture("bytes", STORY, 2), capture("near", CHANGED, 3)])
    complete = duplicates(archive)
    names = list(archive.store.names(f"clean/{PIPELINE.edition}/links"))
    for name in names:
        data = bytearray(archive.store.read_bytes(name))
        data[len(data) // 2] ^= 1
        archive.store.replace(name, bytes(data))
        if is_lost:
            archive.store.remove(name)
        assert duplicates(archive) == complete, name
        assert list(archive.store.names(f"clean/{PIPELINE.edition}/links")) == names
        assert list(archive.verify()) == [], name


def test_the_same_captures_give_the_same_links_in_any_order(tmp_path: Path) -> None:
    """Law: which is first follows from the captures, not from who came first into the archive."""
    captures = [capture("first", STORY, 1), capture("bytes", STORY, 2), capture("near", CHANGED, 2)]
    found = []
    for number, order in enumerate((captures, captures[::-1])):
        other = Archive.open(tmp_path / str(number))
        for one in order:
            add(other, [one])
        found.append(duplicates(other))
    assert found[0] == found[1]


def test_what_is_taken_down_meanwhile_does_not_stay_in_links(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A takedown drops links; those that were being built at that moment have its words too."""
    add(archive, [capture("page", f"{STORY}\nThe secret line.", 1), capture("page", STORY, 2)])
    add(archive, [capture("other", OTHER, 1), capture("other", f"{OTHER}\nAn open line.", 2)])

    def take_down(batches: Iterable[pa.RecordBatch]) -> Iterator[dict[str, Any]]:
        made = list(to_versions(batches))
        monkeypatch.undo()
        targets = Targets(urls=frozenset({"http://news.example/page"}))
        Archive.open(archive.root).takedowns().take_down(targets, Decision("jane"))
        return iter(made)

    monkeypatch.setattr(links, "to_versions", take_down)
    link_edition(archive)
    versions = query(archive, "select url, added from versions where is_changed")
    assert versions == [{"url": "http://news.example/other", "added": ["An open line."]}]
    assert not list(archive.verify())


def test_links_are_no_parts(archive: Archive) -> None:
    """They stand outside ``data/``, verify finds nothing wrong, and the views are empty without them."""
    add(archive, [capture("first", STORY, 1), capture("bytes", STORY, 2)])
    assert current_links(archive.store, PIPELINE.edition) is None
    assert query(archive, "select * from duplicates") == []
    link_edition(archive)
    assert list(archive.verify()) == []
    assert query(archive, "select count(*) as n from documents") == [{"n": 2}]
    assert [row["capture_date"].isoformat() for row in query(archive, "select * from duplicates")] == [
        "2024-05-03"
    ]


@given(st.lists(st.integers(0, 5), max_size=40))
def test_first_equal(keys: list[int]) -> None:
    """Law: each place leads to the first place with its key."""
    found = find_first_equal(np.array(keys, dtype=np.uint64), np.zeros(len(keys), dtype=np.uint64))
    assert found.tolist() == [keys.index(key) for key in keys]


def test_chains_are_one_group() -> None:
    """A is like B and B like C: one group, led by the first, each with what it is most like."""
    signatures = np.tile(np.arange(128, dtype=np.uint16), (4, 1))
    signatures[1, 96:] += 1_000  # three quarters are the first's
    signatures[2, 96:] += 1_000
    signatures[2, 64:80] += 2_000
    signatures[3] += 9_000
    near = find_near(signatures)
    assert near.group.tolist() == [0, 0, 0, 3]
    assert near.like.tolist() == [1, 2, 1, 3]
    assert near.similarity.tolist() == [0.75, 0.875, 0.875, 0]
