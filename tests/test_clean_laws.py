"""Laws of the core: nothing is lost, spans lie inside, cleaning what was kept drops nothing new."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captures.values import Capture, Provenance
from cleaners import CleanedPage, Edit, Policy, Status, clean, clean_many
from cleaners.ledger import apply, rebuild
from cleaners.pipeline import CLEANERS
from cleaners.segment import count_lines, find_lines, fold, fold_lines, to_page
from cleaners.settle import settle

DEBRIS = [
    "Listen Live",
    "  Get short URL",
    "Please enter your comment!",
    "09:11 GMT08 July 2020",
    "Advertisement",
]
PROSE = [
    "The bridge over the Aker river was closed on Tuesday after a lorry struck one of its piers.",
    "“We heard a bang and then nothing at all,” said Ingrid Moe, who sells fish at the northern end of it.",
    "In Syria\u00a0 and\u00a0Iraq, för\u00adder, l’humanitÃ©: the repairs are part of the ledger too.",
]
CONTEXT = {"duplicate/same-line", "model/line-tagger", "related/headline-run"}
anything = st.text(st.characters(exclude_categories=()), max_size=400)
pages = st.lists(st.one_of(st.sampled_from(DEBRIS + PROSE), st.text(max_size=30)), max_size=25).map("\n".join)
policies = st.sampled_from(list(Policy))


def check(page: CleanedPage) -> None:
    """Assert every law that one cleaned page must keep."""
    source = page.source_text
    assert page.rebuild() == source
    at = 0
    for edit in page.edits:
        assert at <= edit.start <= edit.end <= len(source)
        assert source[edit.start : edit.end] != edit.replacement
        at = edit.end
    starts, ends = find_lines(source) if page.lines else ([], [])
    assert [(line.start, line.end) for line in page.lines] == list(zip(starts, ends, strict=True))
    assert apply(source, page.edits) == (page.text, page.removed_text)


@given(anything, policies)
def test_any_unicode_can_be_rebuilt(text: str, policy: Policy) -> None:
    """Lone surrogates, controls, every kind of line break: the source text comes back exactly."""
    check(clean(text, policy=policy))


@given(pages, policies)
def test_pages_can_be_rebuilt(text: str, policy: Policy) -> None:
    """Pages mixed of debris and prose keep the laws under every policy."""
    check(clean(text, policy=policy))


@given(st.binary(max_size=300))
def test_any_bytes_give_a_page(payload: bytes) -> None:
    """Bytes of any kind give a page with a status, never an exception, and encodable text."""
    page = clean(payload)
    check(page)
    page.text.encode()
    assert page.status in Status


@given(pages)
def test_annotate_changes_nothing(text: str) -> None:
    """The policy ``annotate`` labels and leaves the text as it came."""
    page = clean(text, policy=Policy.ANNOTATE)
    assert page.edits == ()
    assert page.text == page.source_text == ("" if page.status is Status.REJECTED else text)


@given(pages)
@settings(max_examples=50)
def test_order_of_cleaners_does_not_matter(text: str) -> None:
    """Cleaners see the page, never each other: any order settles the same."""
    page = to_page(text)
    spans = {family: list(find(page)) for family, find in CLEANERS.items()}
    shuffled = list(spans.items())
    random.Random(7).shuffle(shuffled)  # noqa: S311  no secret
    assert settle(page, dict(shuffled), Policy.BALANCED) == settle(page, spans, Policy.BALANCED)


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9), st.text(max_size=4)), max_size=8),
    st.text(max_size=60),
)
def test_edits_are_undone(cuts: list[tuple[int, int, str]], text: str) -> None:
    """Apply then rebuild is identity for any sorted, disjoint edits."""
    edits, at = [], 0
    for start, length, replacement in sorted(cuts):
        begin = min(max(start, at), len(text))
        at = min(begin + length, len(text))
        edits.append(Edit(begin, at, "repair", "repair/test", 1.0, replacement))
    kept, removed = apply(text, edits)
    assert rebuild(kept, edits, removed) == text


@given(anything)
def test_lines_cover_the_text(text: str) -> None:
    """Lines and the breaks between them are the whole text."""
    starts, ends = find_lines(text)
    assert starts[0] == 0
    assert ends[-1] == len(text)
    for end, start in zip(ends, starts[1:], strict=False):
        assert text[end:start] in {"\n", "\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029"}


@given(st.text(st.sampled_from("a\n\r\v\f\x85\u2028\u2029"), max_size=30))
def test_lines_are_counted_as_they_are_found(text: str) -> None:
    """The bound on lines, which is asked before they are made, counts the same lines."""
    assert count_lines(text) == len(find_lines(text)[0])


@given(st.lists(st.text(st.characters(exclude_characters="\n"), max_size=40), min_size=1, max_size=6))
def test_keys_of_lines_are_keys_of_each(lines: list[str]) -> None:
    """Folding many lines at once gives what folding each alone gives."""
    assert fold_lines(lines) == [fold(line) for line in lines]


@given(pages)
def test_cleaning_again_drops_nothing_new(text: str) -> None:
    """What was kept stays kept when it comes in again, and needs no repair.

    Exception: rules that look at the neighbourhood may see a menu once other lines are gone.
    """
    once = clean(text)
    again = clean(once.text)
    if once.status is Status.CLEANED and not any(edit.reason in CONTEXT for edit in again.edits):
        assert again.text == once.text


def test_a_stream_gives_the_same_as_single_calls() -> None:
    """``clean_many`` is ``clean`` for each capture, in order."""
    texts = ["\n".join(DEBRIS + PROSE), "", "Listen Live", PROSE[0]]
    captures = [Capture(text.encode(), Provenance("a.txt")) for text in texts]
    assert list(clean_many(captures)) == [clean(text.encode()) for text in texts]


@pytest.mark.parametrize(
    ("payload", "status"),
    [
        (b"", Status.EMPTY),
        (b"  \n\t\n", Status.EMPTY),
        (b"Listen Live\nGet short URL", Status.EMPTY),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, Status.REJECTED),
        (("x" * 10**6).encode(), Status.CLEANED),
        (b"\n" * 10**6, Status.EMPTY),
        (("GMT" * 10**5).encode(), Status.CLEANED),
        (("&amp;" * 10**5 + ";").encode(), Status.CLEANED),
        ((" \u00a0" * 10**5 + "a").encode(), Status.CLEANED),
    ],
)
def test_hostile_input_has_a_status(payload: bytes, status: Status) -> None:
    """Empty, binary and monstrous captures end in the status a person expects, in bounded time."""
    page = clean(payload)
    check(page)
    assert page.status == status
    assert page.reason or status is Status.CLEANED


@pytest.mark.parametrize(
    ("changes", "status", "text"),
    [
        ({"error": "a.warc, byte 7: not text: image/png"}, Status.REJECTED, ""),
        ({"error": "a.jsonl, row 2: not JSON"}, Status.FAILED, ""),
        ({"error": "gzip member cut off", "truncated": "disconnect"}, Status.REVIEW, PROSE[0]),
        ({"truncated": "length"}, Status.REVIEW, PROSE[0]),
        ({"error": "nothing left", "truncated": "disconnect", "payload": b""}, Status.FAILED, ""),
    ],
)
def test_damaged_captures_end_with_a_reason(changes: dict[str, Any], status: Status, text: str) -> None:
    """What could be read of a cut capture is cleaned and marked for review; the rest says why it is not."""
    capture = replace(Capture(PROSE[0].encode(), Provenance("a.txt")), **changes)
    (page,) = clean_many([capture])
    assert (page.status, page.text) == (status, text)
    assert page.reason


def test_a_wrong_call_raises() -> None:
    """An unknown policy is the caller's mistake, not the capture's."""
    with pytest.raises(ValueError, match="brutal"):
        clean("text", policy="brutal")
