"""Texts as numbers: words, runs of words, and what stands in quotation marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.shingles import MIN_QUOTED_WORDS, SHINGLE_WORDS, Words

WORDS = Words()
NUMBER = 2225173366149495502
SAID = "we will open the old bridge again in May"


def quoted(text: str) -> list[str]:
    """Return the stretches of a text that its quoted runs cover."""
    runs = list(WORDS.quoted_runs(text))
    starts = [run for at, run in enumerate(runs) if not at or run.start >= runs[at - 1].end]
    ends = [run for at, run in enumerate(runs) if at == len(runs) - 1 or runs[at + 1].start >= run.end]
    return [text[first.start : last.end] for first, last in zip(starts, ends, strict=True)]


@pytest.mark.parametrize(
    "text",
    [
        f'"{SAID}," she said.',
        f"“{SAID},” she said.",
        f"„{SAID}“, sagte sie.",
        f"»{SAID}«, sagte sie.",
        f"« {SAID} », a-t-elle dit.",
        f"”{SAID}”, sade hon.",
        f'She said: "{SAID}',
        f'"{SAID},” he said: the marks do not match.',
        f"the first half.” “{SAID}”",
    ],
)
def test_quotations_in_the_marks_of_many_languages(text: str) -> None:
    """What stands between the marks is found, also when the closing one is missing or another."""
    assert quoted(text) == [SAID]


@pytest.mark.parametrize(
    "text",
    [
        SAID,
        "He called it “a fine old bridge” at last.",
        f'A pipe of 6" and a pipe of 8": {SAID}',
        f'"Yes," he said, {SAID}. "No."',
        f"It’s a fact that {SAID}",
    ],
)
def test_what_is_no_quotation_or_a_short_one(text: str) -> None:
    """Prose, a few quoted words, inches and apostrophes are left alone."""
    assert quoted(text) == []


def test_scripts_without_spaces_have_quotations_too() -> None:
    """Each character stands for a word, and a dozen of them are enough."""
    assert quoted("市长说：“我们将在五月重新开放这座旧的大桥。”") == ["我们将在五月重新开放这座旧的大桥"]
    assert quoted("市长说：“五月开放。”") == []
    assert quoted("นายกเทศมนตรีกล่าวว่า “เราจะเปิดสะพานเก่าอีกครั้งในเดือนพฤษภาคม” วันนี้")


@given(st.lists(st.sampled_from(["oslo", "tram", "bridge", "mayor", "storm", "ferry", "pier"]), max_size=30))
def test_shingles_do_not_see_case_and_punctuation(words: list[str]) -> None:
    """Law: the same words give the same numbers, however they are set."""
    plain, set_otherwise = " ".join(words), ", ".join(words).upper() + "!"
    shingles = WORDS.shingles(plain)
    assert shingles.tolist() == WORDS.shingles(set_otherwise).tolist()
    assert len(shingles) <= max(len(words) - SHINGLE_WORDS + 1, 0)


@given(st.text(max_size=200))
def test_offsets_lie_in_the_text(text: str) -> None:
    """Law: a run is a stretch of the text with the words it needs, for any text at all."""
    for run in WORDS.quoted_runs(f"“{text}”"):
        assert 1 <= run.start < run.end <= len(text) + 1
        assert run.end - run.start >= MIN_QUOTED_WORDS


def test_numbers_of_words_are_the_same_for_good() -> None:
    """Sketches of last year are compared with those of today, so a number must not change."""
    assert Words().shingles("one two three four five").tolist() == [NUMBER]
