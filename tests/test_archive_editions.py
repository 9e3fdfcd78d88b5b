"""Editions: one is current, others may follow or come back, and none that readers have is dropped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from archive import editions
from archive.archive import Archive
from archive.diff import BY, Group, compare
from archive.errors import (
    AmbiguousEditionError,
    DropRefusedError,
    NoCaptureError,
    NoEditionError,
    NothingBeforeError,
    OtherPolicyError,
    PromotionRefusedError,
    RawChangedError,
    RawGoneError,
)
from archive.history import Action, read_history
from archive.published import Publication, write_publication
from archive.read import query
from archive.schema import schema_json
from archive.values import Pipeline
from captures.values import Capture, Provenance
from cleaners.values import CleanedPage, Edit, Status
from tests.archive_builders import NEXT_PIPELINE, PIPELINE, fill, make_capture, make_pages, read_payload
from tests.captures_inputs import write_warc

THIRD = replace(PIPELINE, version="1.2")
STRICT = replace(PIPELINE, policy="strict")


def clean_again(archive: Archive, pipeline: Pipeline) -> None:
    """Publish all that is committed in the edition of a pipeline."""
    for logged in archive.unfinished(pipeline):
        batch = logged.load(read_payload)
        archive.publish(batch, make_pages(batch.captures), pipeline)


def test_other_words_for_the_same_columns_are_no_other_columns(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version that describes a column better goes on with the edition that readers see."""
    reworded = schema_json().replace(b'"Headline"', b'"The headline"')
    monkeypatch.setattr(editions, "schema_json", lambda: reworded)
    assert archive.continuing(NEXT_PIPELINE).edition == PIPELINE.edition
    (tmp_path / "clean" / PIPELINE.edition / "schema.json").write_bytes(reworded)
    (problem,) = archive.verify()
    assert "--repair" in problem.advice
    assert archive.repair(read_payload).mend(problem)
    assert not list(archive.verify())


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Return an archive with a current edition of four captures."""
    archive = Archive.open(tmp_path)
    fill(archive, [make_capture(number) for number in range(4)])
    archive.promote(PIPELINE)
    return archive


def test_rolling_back_goes_one_edition_at_a_time(archive: Archive) -> None:
    """Back twice, forward again; the history says it all, and says since when."""
    for pipeline in (NEXT_PIPELINE, THIRD):
        clean_again(archive, pipeline)
        archive.promote(pipeline)
    assert archive.roll_back() == archive.current_edition() == NEXT_PIPELINE.edition
    assert archive.roll_back() == archive.current_edition() == PIPELINE.edition
    with pytest.raises(NothingBeforeError, match="no edition was current before"):
        archive.roll_back()
    archive.promote(THIRD.edition)
    assert archive.find_edition("previous") == PIPELINE.edition
    actions = [(event.action, event.edition) for event in read_history(archive.store)]
    assert actions == [
        (Action.PROMOTED, PIPELINE.edition),
        (Action.PROMOTED, NEXT_PIPELINE.edition),
        (Action.PROMOTED, THIRD.edition),
        (Action.ROLLED_BACK, NEXT_PIPELINE.edition),
        (Action.ROLLED_BACK, PIPELINE.edition),
        (Action.PROMOTED, THIRD.edition),
    ]
    assert not list(archive.verify())
    info = {info.name: info for info in archive.editions()}
    assert info[THIRD.edition].is_current
    assert info[THIRD.edition].since
    assert not info[PIPELINE.edition].since


def test_an_incomplete_edition_is_not_promoted_and_it_is_said_what_lacks(archive: Archive) -> None:
    """Captures, batches and days; going back works all the same, and the next run fills the gap."""
    clean_again(archive, NEXT_PIPELINE)
    archive.promote(NEXT_PIPELINE)
    fill(archive, [make_capture(number) for number in (4, 5)], NEXT_PIPELINE)
    with pytest.raises(PromotionRefusedError, match=r"2 capture\(s\) of 1 .* dated 2024-02-29 to 2024-03-01"):
        archive.promote(PIPELINE.edition)
    archive.roll_back()
    lacking = {info.name: info.missing for info in archive.editions()}
    assert lacking == {PIPELINE.edition: 2, NEXT_PIPELINE.edition: 0}
    clean_again(archive, archive.continuing(NEXT_PIPELINE))
    assert query(archive, "select count(*)::int as n from documents") == [{"n": 6}]
    assert not list(archive.verify())


def test_a_changed_cleaner_adds_to_the_current_edition(archive: Archive) -> None:
    """Its rows say that they are its own; nothing old is cleaned again; the pure edition is another."""
    pipeline = archive.continuing(NEXT_PIPELINE)
    assert (pipeline.edition, pipeline.own_edition) == (PIPELINE.edition, NEXT_PIPELINE.edition)
    assert not list(archive.unfinished(pipeline))
    fill(archive, [make_capture(7)], pipeline)
    assert [info.name for info in archive.editions()] == [PIPELINE.edition]
    found = query(
        archive, "select cleaner_version as v, count(*)::int as n from documents group by all order by 1"
    )
    assert found == [{"v": "1.0", "n": 4}, {"v": "1.1", "n": 1}]
    assert not list(archive.verify())
    clean_again(archive, NEXT_PIPELINE)
    archive.promote(NEXT_PIPELINE)
    assert query(archive, "select distinct cleaner_version as v from documents") == [{"v": "1.1"}]
    assert archive.continuing(NEXT_PIPELINE).destination == ""
    assert sorted(len(info.cleaners) for info in archive.editions()) == [1, 2]


def test_while_an_edition_is_under_way_new_captures_go_to_both(archive: Archive) -> None:
    """So that it can be promoted when it is done, whatever came meanwhile."""
    clean_again(archive, NEXT_PIPELINE)
    fill(archive, [make_capture(8)], archive.continuing(NEXT_PIPELINE))
    archive.promote(NEXT_PIPELINE)
    assert query(archive, "select count(*)::int as n from documents") == [{"n": 5}]


def test_two_states_of_the_cleaner_on_one_batch_make_one_part(archive: Archive) -> None:
    """Whoever comes second takes what is there, and the ledger says whose it is."""
    batch = archive.commit([make_capture(9)])
    newer = archive.continuing(NEXT_PIPELINE)
    (first,) = archive.publish(batch, make_pages(batch.captures), newer)
    (name,) = [name for name in archive.store.names("ledger") if batch.digest[:16] in name]
    archive.store.remove(name)
    (second,) = archive.publish(batch, make_pages(batch.captures), PIPELINE)
    assert second.pipeline == first.pipeline == NEXT_PIPELINE.identity
    assert second.statuses == {"cleaned": 1}
    assert not list(archive.verify())


def test_another_policy_does_not_join(archive: Archive) -> None:
    """Half strict and half not would be neither; it is said what to do."""
    with pytest.raises(OtherPolicyError, match="reclean --policy strict"):
        archive.continuing(STRICT)


def test_another_schema_begins_an_edition_of_its_own(archive: Archive, tmp_path: Path) -> None:
    """The columns of an edition are frozen, so new ones go elsewhere, and the current one stays."""
    schema = tmp_path / "clean" / PIPELINE.edition / "schema.json"
    schema.write_text(schema.read_text().replace("urlkey", "surt"))
    assert archive.continuing(NEXT_PIPELINE) == NEXT_PIPELINE


def test_dropping_spares_what_readers_have(archive: Archive, tmp_path: Path) -> None:
    """The current and the published edition stay; another goes with its ledger, and is not gone back to."""
    clean_again(archive, NEXT_PIPELINE)
    archive.promote(NEXT_PIPELINE)
    with pytest.raises(DropRefusedError, match="current"):
        archive.drop_edition(NEXT_PIPELINE.edition)
    write_publication(archive.store, Publication("delta", "/tables/news", PIPELINE.edition))
    with pytest.raises(DropRefusedError, match="published"):
        archive.drop_edition(PIPELINE.edition)
    archive.store.remove(Publication("delta", "/tables/news", None).name)
    archive.drop_edition(PIPELINE.edition)
    assert [info.name for info in archive.editions()] == [NEXT_PIPELINE.edition]
    assert not [path for path in tmp_path.rglob(f"*{PIPELINE.edition}*") if ".tmp" not in path.parts]
    with pytest.raises(NothingBeforeError):
        archive.roll_back()
    assert not list(archive.verify())


def test_names_of_editions(archive: Archive) -> None:
    """Enough of a name will do; too little, and an unknown one, are told."""
    clean_again(archive, NEXT_PIPELINE)
    assert archive.find_edition(PIPELINE.edition[:-1]) == archive.find_edition("current") == PIPELINE.edition
    with pytest.raises(AmbiguousEditionError, match=" or "):
        archive.find_edition("balanced")
    for name in ("strict", "previous"):
        with pytest.raises(NoEditionError, match=name):
            archive.find_edition(name)


def _page(capture: Capture, *, cut: int) -> CleanedPage:
    text = capture.payload.decode()
    edits = (Edit(0, cut, "share", "share/x", 1.0, ""),) if cut else ()
    return CleanedPage(
        text[cut:], text, edits, (), status=Status.CLEANED, removed_text=text[:cut], fields=_FIELDS
    )


_FIELDS = make_pages([make_capture(0)])[0].fields


def test_a_comparison_counts_words_by_site_label_and_language(tmp_path: Path) -> None:
    """Of three captures one loses two words more and one gets one back; the third is the same."""
    archive = Archive.open(tmp_path)
    captures = [replace(make_capture(number), payload=b"One two three four.") for number in (1, 2, 3)]
    batch = archive.commit(captures)
    for pipeline, cuts in ((PIPELINE, (0, 4, 4)), (NEXT_PIPELINE, (8, 0, 4))):
        pages = [_page(capture, cut=cut) for capture, cut in zip(batch.captures, cuts, strict=True)]
        archive.publish(batch, pages, pipeline)
    found = compare(
        archive, PIPELINE.edition, NEXT_PIPELINE.edition, samples=1, parquet=tmp_path / "it's.parquet"
    )
    assert (found.captures, found.changed, found.status_changed, found.source_changed) == (3, 2, 0, 0)
    assert (found.words_more, found.words_less, found.only_before, found.only_after) == (1, 2, 0, 0)
    assert set(found.groups) == set(BY)
    assert sorted(found.groups["site"]) == [
        Group("example1.com", 1, 1, 0, 2),
        Group("example2.com", 1, 1, 1, 0),
        Group("example3.com", 1, 0, 0, 0),
    ]
    assert found.groups["label"] == (Group("share", 2, 2, 1, 2),)
    assert found.groups["language"] == (Group("", 3, 2, 1, 2),)
    (sample,) = found.samples
    assert (sample.words_before, sample.words_after, sample.text_after) == (4, 2, "three four.")
    rows = query(
        archive,
        f"select words_before, words_after from '{tmp_path}/it''s.parquet' order by all",
        edition=PIPELINE.edition,
    )
    assert rows == [{"words_before": 3, "words_after": 4}, {"words_before": 4, "words_after": 2}]


def test_captures_of_one_edition_only_are_counted_apart(archive: Archive) -> None:
    """A comparison with an edition that is not complete says so."""
    batch = fill(archive, [make_capture(5)], NEXT_PIPELINE)
    assert batch.captures
    found = compare(archive, PIPELINE.edition, NEXT_PIPELINE.edition)
    assert (found.captures, found.only_before, found.only_after, found.changed) == (0, 4, 1, 0)
    assert not found.samples


def test_the_bytes_that_came_in(archive: Archive) -> None:
    """Every capture gives its payload back; an id that is not there is told."""
    for row in query(archive, "select capture_id, source_ordinal as number from documents"):
        assert archive.raw(row["capture_id"], read_payload) == make_capture(row["number"]).payload
    with pytest.raises(NoCaptureError, match="holds no capture"):
        archive.raw("0" * 32, read_payload)


def test_imported_warc_files_are_known_by_their_digest(tmp_path: Path) -> None:
    """The same size is not enough; gone and changed are told apart."""
    warc = tmp_path / "import.warc"
    warc.write_bytes(write_warc([b"<p>One story of the bridge.</p>"], compress=False))
    archive = Archive.open(tmp_path / "archive")
    capture = Capture(
        b"<p>One story of the bridge.</p>",
        Provenance(str(warc), "", "warc", 0, 0, len(warc.read_bytes())),
        url="https://a.example/",
    )
    (key,) = archive.commit([capture]).capture_ids
    assert archive.raw(key, lambda *_: capture.payload) == capture.payload
    assert not list(archive.verify())
    warc.write_bytes(warc.read_bytes().replace(b"story", b"STORY"))
    (problem,) = archive.verify()
    assert problem.path == str(warc)
    assert "changed" in problem.problem
    with pytest.raises(RawChangedError):
        archive.raw(key, lambda *_: b"<p>One STORY of the bridge.</p>")
    warc.unlink()
    with pytest.raises(RawGoneError, match=r"import\.warc is gone"):
        archive.raw(key, read_payload)
