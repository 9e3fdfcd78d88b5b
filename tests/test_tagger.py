"""The line tagger: exact features, scores that are the same everywhere, and what it leaves to others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaners import clean
from cleaners.html.page import to_page as to_html_page
from cleaners.segment import to_page
from cleaners.tagger.characters import CLASSES, tables
from cleaners.tagger.features import NAMES, Lines, to_features
from cleaners.tagger.network import own_network
from cleaners.tagger.tagger import find, find_in_html, to_groups, to_lines

STORY = [
    "Harbour bridge to stay shut until spring",
    "The bridge will stay closed to all traffic until at least April, the port authority said on Monday, "
    "after divers found cracks in two of its seven piers.",
    "About 14,000 people cross it on a working day, most of them by bus, and the ferry that it replaced in "
    "1961 will run again from next week.",
    "“We are closing it because we do not know that it won't fall,” said the chief engineer, “and that is "
    "not a sentence I want to say twice.”",
]
MENU = ["Home", "News", "Sport", "Weather", "Culture", "Podcasts"]
TEASERS = [
    "Ferry timetable published",
    "Who owns the toll house?",
    "Storm warning lifted",
    "Ten best beaches",
]
texts = st.lists(st.text(max_size=60), min_size=1, max_size=20)


def features(lines: list[str]) -> np.ndarray:
    """Return the features of non-blank lines without indentation."""
    zeros = np.zeros(len(lines), np.int64)
    return to_features(Lines(lines, zeros, zeros))


@given(texts)
def test_features_are_finite_and_one_row_a_line(lines: list[str]) -> None:
    """Any text, in any script, with lone surrogates or nothing but symbols."""
    page = to_page("\n".join(lines))
    numbers = [line for line, text in enumerate(page.texts) if text]
    if numbers:
        found = to_features(to_lines(page, numbers))
        assert found.shape == (len(numbers), len(NAMES))
        assert np.isfinite(found).all()
        assert len(to_groups(page, numbers)) == len(numbers)


def test_features_say_what_their_names_say() -> None:
    """Spot checks by name, on lines whose numbers one can count."""
    found = dict(zip(NAMES, features(["READ MORE", "Tags: a, b", "港の橋は春まで通行止め。"]).T, strict=True))
    assert found["all_capitals"].tolist() == [1, 0, 0]
    assert found["last_terminal"].tolist() == [0, 0, 1]
    assert found["colons"][1] > 0 == found["colons"][0]
    assert found["dense"][2] > 0.8 > found["dense"][0]
    assert found["at"].tolist() == [0, 0.5, 1]


def test_every_character_has_a_class() -> None:
    """The tables cover the basic plane; letters of scripts without spaces are words of their own."""
    kind = tables().kind
    for char, name in {
        "a": "lower",
        "Ж": "upper",
        "７": "digit",
        "。": "terminal",
        "港": "dense",
        "|": "bar",
    }.items():
        assert CLASSES[kind[ord(char)]] == name


def test_scores_depend_on_the_page_alone() -> None:
    """The same page gives the same scores, asked first or last, alone or after others."""
    page = to_page("\n".join([*MENU, *STORY, *TEASERS]))
    once = [(span.label, span.score) for span in find(page)]
    list(find(to_page("\n".join(STORY[::-1]))))
    assert [(span.label, span.score) for span in find(page)] == once
    assert all(round(score, 4) == score for _, score in once)


def test_scores_are_the_same_on_every_machine() -> None:
    """To four decimals these are the scores of the weights that ship; new weights mean new numbers here."""
    page = to_page("\n".join([*MENU, *STORY, *TEASERS]))
    chances = [span.score if span.label == "body" else round(1 - span.score, 4) for span in find(page)]
    assert chances == [
        0.0004, 0.0011, 0.0029, 0.0033, 0.0054, 0.0149, 0.1698,
        0.8633, 0.9356, 0.9018, 0.4562, 0.2773, 0.0746, 0.0224,
    ]  # fmt: skip


def test_a_menu_is_not_the_story() -> None:
    """Paragraphs are body, the menu above and the footer below are not."""
    page = clean("\n".join([*MENU, *STORY, *TEASERS, "About us", "Contact", "Terms of use", "Careers"]))
    for line in STORY[1:]:
        assert line in page.text
    for line in MENU[1:]:
        assert line not in page.text.split("\n")


@pytest.mark.parametrize("text", ["", "One line.", "Two lines,\nno page."])
def test_it_says_nothing_of_too_little(text: str) -> None:
    """A line without neighbours cannot be judged by them."""
    assert list(find(to_page(text))) == []


def test_in_html_it_only_speaks_against_lines() -> None:
    """Beside the DOM it is one opinion: menus read like menus, and what is the story the DOM knows better."""
    page = to_html_page("".join(f"<p>{line}</p>" for line in [*MENU, *STORY]))
    assert list(find(page)) == []
    found = list(find_in_html(page))
    assert {span.label for span in found} == {"boilerplate"}
    assert {page.source_text[span.start : span.end] for span in found} >= set(MENU)
    assert list(find_in_html(to_page("\n".join(STORY)))) == []


def test_the_weights_are_small_and_named() -> None:
    """The file in the package is under 5 MB, and its digest tells it from any other."""
    network = own_network()
    assert sum(values.size for member in network.members for values in member.values()) * 2 < 5_000_000
    assert network.digest.startswith("sha256:")
