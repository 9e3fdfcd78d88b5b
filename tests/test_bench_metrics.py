"""Laws of the measures: what has to hold for every text, and cases counted by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.metrics import (
    Confusion,
    find_kept,
    score_lines,
    score_segments,
    score_words,
    tokenize,
)

words = st.lists(st.sampled_from(["storm", "bridge", "Oslo", "tram", "橋", "閉鎖", "สะพาน"]), max_size=12)
texts = st.one_of(st.text(max_size=60), words.map(" ".join))
line = st.sampled_from(["The bridge was closed.", "Share", "Home", "  Oslo"])


@given(texts)
def test_a_text_is_its_own_best_extraction(text: str) -> None:
    """Identity gives 1 everywhere, for empty texts too."""
    score = score_words(text, text)
    assert (score.precision, score.recall, score.f1, score.lost_words) == (1.0, 1.0, 1.0, 0)


@given(texts, texts)
def test_f1_is_symmetric_and_precision_mirrors_recall(one: str, other: str) -> None:
    """Exchanging result and gold exchanges precision and recall and leaves F1."""
    there, back = score_words(one, other), score_words(other, one)
    assert there.f1 == back.f1
    assert (there.precision, there.recall) == (back.recall, back.precision)


@given(texts, texts)
def test_shares_are_shares(one: str, other: str) -> None:
    """Every share lies in [0, 1] and F1 between precision and recall."""
    score = score_words(one, other)
    low, high = sorted((score.precision, score.recall))
    assert 0 <= low <= score.f1 + 1e-12
    assert score.f1 <= high + 1e-12 <= 1 + 1e-12


@given(words, words, st.randoms())
def test_the_order_of_words_does_not_count(result: list[str], gold: list[str], random: object) -> None:
    """A bag has no order."""
    shuffled = list(result)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert score_words(" ".join(shuffled), " ".join(gold)) == score_words(" ".join(result), " ".join(gold))


@given(words, words.filter(bool))
def test_finding_a_lost_word_helps(result: list[str], gold: list[str]) -> None:
    """Recall and F1 rise when a gold word is found, precision never falls."""
    lost = next((word for word in gold if result.count(word) < gold.count(word)), None)
    if lost is None:
        return
    before = score_words(" ".join(result), " ".join(gold))
    after = score_words(" ".join([*result, lost]), " ".join(gold))
    assert after.recall > before.recall
    assert after.f1 > before.f1
    assert after.precision >= before.precision


@given(words.filter(bool), words.filter(bool))
def test_debris_costs_precision_only(result: list[str], gold: list[str]) -> None:
    """A word that is not gold lowers precision where there was any, and never recall."""
    before = score_words(" ".join(result), " ".join(gold))
    after = score_words(" ".join([*result, "newsletter"]), " ".join(gold))
    assert after.recall == before.recall
    assert after.precision < before.precision or before.precision == 0


@pytest.mark.parametrize(("result", "gold"), [("", "Oslo"), ("Oslo", ""), ("Share", "Oslo")])
def test_nothing_shared_is_zero(result: str, gold: str) -> None:
    """Without overlap all shares are 0; nothing found is not a perfect precision."""
    assert score_words(result, gold)[:3] == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't stop", ["don", "t", "stop"]),
        ("Stra\u00dfe STRASSE", ["strasse", "strasse"]),
        ("cafe\u0301 caf\u00e9", ["caf\u00e9", "caf\u00e9"]),
        ("För\u00adderung", ["förderung"]),
        ("橋は closed", ["橋", "は", "closed"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("다리 폐쇄", ["다리", "폐쇄"]),
        ("ปิด", ["ป", "ิ", "ด"]),
        ("— … !", []),
    ],
)
def test_words_of_many_scripts(text: str, expected: list[str]) -> None:
    """Unspaced scripts split by character, all others by word with their marks."""
    assert tokenize(text) == expected


def test_segments_are_counted_by_hand() -> None:
    """White space is folded; a segment that is only partly there is not there."""
    result = "The bridge\nwas  closed.\nShare this"
    confusion = score_segments(
        result, ["bridge was closed.", "reopened"], ["Share\u00a0this", "Home", "this way"]
    )
    assert confusion == Confusion(tp=1, fn=1, fp=1, tn=2)
    assert (confusion.precision, confusion.recall, confusion.f1) == (0.5, 0.5, 0.5)


@given(st.lists(st.tuples(*[st.integers(0, 9)] * 4).map(lambda counts: Confusion(*counts)), max_size=5))
def test_confusions_add_up(parts: list[Confusion]) -> None:
    """The sum judges as many pieces as its parts, and its shares are shares."""
    whole = sum(parts, Confusion())
    assert whole.total == sum(part.total for part in parts)
    assert all(0 <= share <= 1 for share in (whole.precision, whole.recall, whole.f1))


@given(st.lists(line, max_size=10))
def test_a_capture_keeps_all_lines_of_itself(source: list[str]) -> None:
    """The unchanged text keeps every line."""
    assert all(find_kept(source, "\n\n".join(source)))


@given(st.lists(st.tuples(line, st.booleans()), max_size=10))
def test_as_many_lines_are_kept_as_come_out(case: list[tuple[str, bool]]) -> None:
    """Of repeated lines no more count as kept than the result has; the texts agree."""
    source = [text for text, _ in case]
    result = [text for text, is_kept in case if is_kept]
    kept = find_kept(source, "\n".join(result))
    assert sorted(text for text, is_kept in zip(source, kept, strict=True) if is_kept) == sorted(result)


def test_equal_lines_are_told_apart_by_order() -> None:
    """The second of two equal lines is the one kept when what precedes it is kept."""
    source = ["Oslo", "The bridge was closed.", "OSLO", "Share"]
    assert find_kept(source, "The  bridge was closed.\noslo") == [False, True, True, False]


def test_lines_of_no_concern_are_not_judged() -> None:
    """Blank lines, lines marked -1 and ignored lines count neither way."""
    source = ["Title", "", "Body", "Share", "maybe", "lost"]
    confusion = score_lines(source, [True, True, True, True, True, False], [0, 1, 1, 0, -1, 1], ignored=[0])
    assert confusion == Confusion(tp=1, fn=1, fp=1, tn=0)


def test_gold_of_another_length_is_refused() -> None:
    """Marks that do not belong to the text are a wrong call, not a low score."""
    with pytest.raises(ValueError, match="shorter"):
        score_lines(["Body", "Share"], [True, False], [1])
