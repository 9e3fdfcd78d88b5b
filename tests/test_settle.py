"""Settling: kinds, policies, neighbours, twins and the removal budget."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cleaners.case import BARS, Decision
from cleaners.segment import to_page
from cleaners.settle import settle
from cleaners.tagger.tagger import Judgement
from cleaners.values import Block, Evidence, Page, Policy, Span

PROSE = (
    "The bridge over the river was closed on Tuesday after a lorry struck one of its piers, "
    "the police said late on Wednesday."
)
PAGE = to_page("\n".join(["Menu", PROSE, "In between", PROSE[:-1] + ", late.", "Below"]))
BLOCKS = [Block("p", "body/p", frozenset(), 0, hidden=False)] * len(PAGE.texts)


def decide(
    *evidence: tuple[str, int, str, float], policy: Policy = Policy.BALANCED, page: Page = PAGE
) -> list[Decision]:
    """Settle a page on evidence given as (family, line, label, score)."""
    spans: dict[str, list[Span]] = {}
    for family, line, label, score in evidence:
        spans.setdefault(family, []).append(page.span(line, label, reason=f"{label}/test", score=score))
    return settle(page, spans, policy)[0]


def test_kind_a_goes_on_one_piece_of_evidence() -> None:
    """A whole-line share button between paragraphs goes on the lexicon's word alone."""
    assert not decide(("lexicon", 2, "share", 1.0))[2].kept


def test_kind_b_between_paragraphs_needs_two_families() -> None:
    """Wording alone does not remove a menu word inside the story; wording and structure do."""
    assert decide(("lexicon", 2, "nav", 1.0))[2].kept
    assert decide(("lexicon", 2, "nav", 1.0), ("lexicon", 2, "nav", 0.9))[2].kept, "one family is one piece"
    assert not decide(("lexicon", 2, "nav", 1.0), ("words", 2, "nav", 0.6))[2].kept


def test_kind_b_goes_by_wording_and_place() -> None:
    """The same word above the first or below the last paragraph has its second piece: its place."""
    decisions = decide(("lexicon", 0, "nav", 1.0), ("lexicon", 4, "nav", 1.0))
    assert [d.kept for d in decisions] == [False, True, True, True, False]


def test_kind_b_goes_by_wording_and_neighbour() -> None:
    """A doubtful line next to removed debris goes with it."""
    page = to_page("\n".join([PROSE, "Read also", "Share", PROSE]))
    assert decide(("lexicon", 1, "related", 1.0), page=page)[1].kept
    assert not decide(("lexicon", 1, "related", 1.0), ("lexicon", 2, "share", 1.0), page=page)[1].kept


@pytest.mark.parametrize("label", ["dateline", "correction", "caption", "title"])
def test_kind_d_is_never_removed(label: str) -> None:
    """What is part of the story by its kind outweighs several pieces of equal evidence against it."""
    found = decide(
        ("d", 4, label, 1.0), ("lexicon", 4, "nav", 1.0), ("words", 4, "nav", 1.0), policy=Policy.STRICT
    )
    assert found[4] == Decision(label, f"{label}/test", 1.0, kept=True)


def test_a_sure_phrase_beats_a_doubtful_title() -> None:
    """A guess from shape does not protect a line that a lexicon knows by heart."""
    found = decide(("title", 0, "title", 0.7), ("lexicon", 0, "share", 1.0))
    assert found[0].label == "share"


def test_evidence_of_the_story_counts_against_removal() -> None:
    """A main-content cleaner takes back what a weak sign would have removed."""
    assert not decide(("lexicon", 4, "nav", 1.0))[4].kept
    assert decide(("lexicon", 4, "nav", 1.0), ("main", 4, "body", 0.8))[4].kept


def test_decisive_families_need_no_second() -> None:
    """A person's site rule and what no reader saw go at once, even prose."""
    assert not decide(("site", 1, "boilerplate", 1.0))[1].kept
    assert not decide(("hidden", 1, "boilerplate", 1.0))[1].kept


def test_policies_move_the_bar() -> None:
    """What strict removes on one piece, balanced keeps; what balanced removes on two, lenient keeps."""
    one, two = [("lexicon", 2, "nav", 1.0)], [("lexicon", 2, "nav", 1.0), ("words", 2, "nav", 0.6)]
    assert [decide(*one, policy=p)[2].kept for p in (Policy.STRICT, Policy.BALANCED)] == [False, True]
    assert [decide(*two, policy=p)[2].kept for p in (Policy.BALANCED, Policy.LENIENT)] == [False, True]
    assert set(BARS) == set(Policy)


def test_a_twin_goes_only_when_the_first_stays() -> None:
    """The second copy of a line is the story when the first one is removed as debris."""
    page = to_page("\n".join([PROSE, "x", PROSE]))
    assert [d.kept for d in decide(("repetition", 2, "duplicate", 1.0), page=page)] == [True, True, False]
    both = decide(("repetition", 2, "duplicate", 1.0), ("hidden", 0, "boilerplate", 1.0), page=page)
    assert [d.kept for d in both] == [False, True, True]


def test_removing_too_much_prose_asks_for_review() -> None:
    """A page that would lose most of its story comes back with the reason and the share."""
    page = to_page("\n".join([PROSE + str(n) + "." for n in range(4)]))
    spans = {"lexicon": [page.span(n, "cookie", reason="cookie/test") for n in range(4)]}
    _, review = settle(page, spans, Policy.BALANCED)
    assert review.startswith("removal-budget: 100%")
    assert settle(page, {"site": spans["lexicon"]}, Policy.BALANCED)[1] == "", "a person may remove anything"


def judged(page: Page, *chances: float) -> Judgement:
    """Return a judgement with these chances for the lines of a page."""
    return Judgement(range(len(chances)), chances, ["boilerplate"] * len(chances))


def test_short_lines_count_for_the_budget_by_their_chance() -> None:
    """A page of short lines is no menu where the model half takes them for the story."""
    lines = [f"Ward {n}: Ada Whitcombe 1,204, Ian Rae 988" for n in range(12)]
    page = to_page("\n".join([PROSE, *lines]))
    assert settle(page, {}, Policy.BALANCED, judged(page, 0.45, *[0.45] * 12))[1].startswith("removal-budget")
    assert settle(page, {}, Policy.BALANCED, judged(page, 0.99, *[0.02] * 12))[1] == "", "a menu is no loss"
    hopeless = judged(page, *[0.01] * 13)
    assert settle(page, {}, Policy.BALANCED, hopeless)[1] == "", "nothing there to lose"


@pytest.mark.parametrize("row", ["{}\t{}", "| {} | {} |"])
def test_rows_of_a_table_go_or_stay_together(row: str) -> None:
    """Rows share the mean of their chances; other lines of the same chance are decided each for itself."""
    rows = [row.format("Fish Street", 988 + n) for n in range(3)]
    page = to_page("\n".join([PROSE, *rows, *["Fish Street 988"] * 8, PROSE[:-1] + ", late."]))
    decisions, _ = settle(
        page, {}, Policy.BALANCED, judged(page, 0.99, 0.4, 0.6, 0.8, 0.4, 0.6, *[0.1] * 6, 0.99)
    )
    assert [d.kept for d in decisions[1:6]] == [True, True, True, False, True]


def test_in_a_trimmed_text_the_model_counts_beside_a_phrase_only() -> None:
    """Between two stretches of the story a sub-heading stays, a phrase of the lexicons goes."""
    page = to_page("\n".join([PROSE, "Related stories", "The repairs", PROSE[:-1] + ", late."]))
    spans = {"lexicon": [page.span(1, "related", reason="related/test")]}
    decisions, _ = settle(page, spans, Policy.BALANCED, judged(page, 0.99, 0.02, 0.02, 0.99))
    assert [d.kept for d in decisions] == [True, False, True, True]


@pytest.mark.parametrize(("kind", "kept"), [("article", False), ("product", True), (None, True)])
def test_doubt_counts_against_a_line_where_the_page_calls_itself_an_article(
    kind: str | None, *, kept: bool
) -> None:
    """Only on such pages, and only what the model doubts: what it is sure of stays anywhere."""
    said = () if kind is None else (Evidence("page_type", kind, "json-ld", 0.9),)
    page = replace(PAGE, evidence=said)
    frame = [Judgement(range(5), [0.01, 0.99, chance, 0.99, 0.01], ["nav"] * 5) for chance in (0.6, 0.8)]
    framed = [settle(replace(page, blocks=BLOCKS), {}, Policy.BALANCED, one)[0][2].kept for one in frame]
    assert framed == [kept, True]
