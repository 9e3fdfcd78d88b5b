"""The line tagger: exact features, scores that are the same everywhere, and what it leaves to others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaners import clean
from cleaners.html.page import to_page as to_html_page
from cleaners.segment import to_page
from cleaners.tagger.alike import Alike, find_alike
from cleaners.tagger.characters import CLASSES, tables
from cleaners.tagger.features import NAMES, Lines, to_features
from cleaners.tagger.network import MAX_HIDDEN, Linear, own_network
from cleaners.tagger.places import FLAGS, find_places
from cleaners.tagger.places import NAMES as PLACE_NAMES
from cleaners.tagger.tagger import Judgement, judge, to_groups, to_lines
from cleaners.values import Page

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
HINTS = own_network().hints
texts = st.lists(st.text(max_size=60), min_size=1, max_size=20)


def features(lines: list[str]) -> np.ndarray:
    """Return the features of non-blank lines without indentation."""
    zeros = np.zeros(len(lines), np.int64)
    return to_features(Lines(lines, zeros, zeros, np.array([len(lines)])), HINTS)


def judge_alone(page: Page) -> Judgement:
    """Return what the model says of one page that no lexicon knows a line of."""
    return judge([page], [[]])[0]


@given(texts)
def test_features_are_finite_and_one_row_a_line(lines: list[str]) -> None:
    """Any text, in any script, with lone surrogates or nothing but symbols."""
    page = to_page("\n".join(lines))
    numbers = [line for line, text in enumerate(page.texts) if text]
    if numbers:
        found = to_features(to_lines([page], [numbers]), HINTS)
        assert found.shape == (len(numbers), len(NAMES))
        assert np.isfinite(found).all()
        assert len(to_groups(page, numbers, [])) == len(numbers)


@given(st.lists(texts, min_size=2, max_size=5))
def test_features_do_not_depend_on_other_pages(pages: list[list[str]]) -> None:
    """Read together or alone, a page gives the same numbers."""
    read = [page for page in map(to_page, map("\n".join, pages)) if any(page.texts)]
    lines = [[line for line, text in enumerate(page.texts) if text] for page in read]
    if read:
        alone = [
            to_features(to_lines([page], [numbers]), HINTS) for page, numbers in zip(read, lines, strict=True)
        ]
        assert np.array_equal(to_features(to_lines(read, lines), HINTS), np.concatenate(alone))


def test_features_say_what_their_names_say() -> None:
    """Spot checks by name, on lines whose numbers one can count."""
    found = dict(zip(NAMES, features(["READ MORE", "Tags: a, b", "港の橋は春まで通行止め。"]).T, strict=True))
    assert found["all_capitals"].tolist() == [1, 0, 0]
    assert found["last_terminal"].tolist() == [0, 0, 1]
    assert found["colons"][1] > 0 == found["colons"][0]
    assert found["dense"][2] > 0.8 > found["dense"][0]
    assert found["at"].tolist() == [0, 0.5, 1]


def test_words_hint_at_what_they_stand_in() -> None:
    """Words of the lexicons' phrases, in lines that are no phrase, in any of their languages."""
    found = dict(
        zip(
            NAMES, features(["Get our newsletter now", "Kommentar von Ida", "The ferry runs."]).T, strict=True
        )
    )
    assert found["hint_newsletter"].argmax() == 0
    assert found["hint_comment"].argmax() == 1
    assert found["hint_newsletter"][0] > 3 * found["hint_newsletter"][2]


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


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(0, 2047)), min_size=1, max_size=50))
def test_lines_alike_are_told_their_mean(lines: list[tuple[int, int]]) -> None:
    """Each line's group has the rounded mean of the lines with its key, wherever they stand."""
    keys, values = (np.array(column) for column in zip(*lines, strict=True))
    groups = Alike.from_keys(keys)
    means = groups.to_means(values[:, None].astype(np.float32))[groups.of, 0]
    assert means.tolist() == [np.rint(values[keys == key].mean()) for key in keys]


def test_what_makes_lines_alike() -> None:
    """A shape and a run in text, a place and a parent in HTML; never lines of two pages."""
    text = to_page("\n".join([*MENU, "", *STORY[1:], "", *TEASERS[::2]]))
    html = to_html_page(
        "<ul>"
        + "".join(f"<li class='item'>{line}</li>" for line in MENU)
        + "</ul><ol><li class='item'>Last</ol>"
    )
    pages = [text, html, html]
    lines = [[line for line, stripped in enumerate(page.texts) if stripped] for page in pages]
    found = to_lines(pages, lines)
    places = [None, find_places(html, lines[1]), find_places(html, lines[2])]
    kinds, regions = find_alike(to_features(found, HINTS), found.sizes, places)
    assert len({*kinds[:5].tolist()}) == 1, "short lines that begin with a capital"
    assert kinds[0] not in kinds[6:9]
    assert [len({*part.tolist()}) for part in (regions[:6], regions[6:9], regions[9:11])] == [1, 1, 1]
    assert len({regions[0], regions[6], regions[9]}) == 3
    first, second = (slice(11, 18), slice(18, 25))
    for keys in (kinds, regions):
        assert len({*keys[first][:6].tolist()}) == 1
        assert keys[first][6] != keys[first][0], "another list"
        assert not {*keys[first].tolist()} & {*keys[second].tolist(), *keys[:11].tolist()}


def test_scores_depend_on_the_page_alone() -> None:
    """The same page gives the same scores, asked first or last, alone or among others, text or HTML."""
    pages = [
        to_page("\n".join([*MENU, *STORY, *TEASERS])),
        to_html_page("".join(f"<p class='lead'>{line}</p>" for line in [*MENU, *STORY])),
        to_page("\n".join(STORY[::-1])),
    ]
    assert judge(pages, [[]] * 3) == [judge_alone(page) for page in pages]
    assert judge(pages[::-1], [[]] * 3)[::-1] == [judge_alone(page) for page in pages]


def test_sums_are_exact() -> None:
    """Single precision gives what double precision gives: no order of adding up can change a score."""
    network = own_network()
    double = replace(
        network,
        layers={
            name: Linear(layer.weights.astype(np.float64), layer.worth, layer.bias)
            for name, layer in network.layers.items()
        },
    )
    page = to_page("\n".join([*MENU, *STORY, *TEASERS] * 40))
    html = to_html_page("".join(f"<div class='nav main'><p>{line}</p></div>" for line in [*MENU, *STORY] * 9))
    pages = [page, html]
    assert judge(pages, [[], []], double) == judge(pages, [[], []], network)


def test_no_sum_leaves_what_single_precision_holds() -> None:
    """For every layer, the largest sum that whole inputs can make is below 2 to the 24th."""
    for name, layer in own_network().layers.items():
        assert (layer.weights == np.rint(layer.weights)).all()
        if name not in {"inp", "dom"}:  # their inputs have limits of their own, used when they were rounded
            assert (np.abs(layer.weights).sum(axis=0) * MAX_HIDDEN < 2**24).all()


def test_scores_are_the_same_on_every_machine() -> None:
    """To four decimals these are the scores of the weights that ship; new weights mean new numbers here."""
    page = to_page("\n".join([*MENU, *STORY, *TEASERS]))
    assert list(judge_alone(page).chances) == [
        0.0028, 0.0021, 0.0035, 0.0042, 0.0126, 0.0178, 0.4210,
        0.9873, 0.9965, 0.9913, 0.3406, 0.2118, 0.0317, 0.0247,
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
    assert judge_alone(to_page(text)) == Judgement()


def test_places_know_the_box_from_the_wrapper() -> None:
    """What holds the prose is a wrapper, what does not is a box; flags say what stands above a line."""
    page = to_html_page(
        "<div class='page'><nav class='menu'><ul><li><a href='/'>Home</a><li><a href='/n'>News</a></ul></nav>"
        + "".join(f"<article class='story'><p>{line}</p></article>" for line in STORY)
        + "</div>"
    )
    places = find_places(page, range(len(page.texts)))
    found = dict(zip(PLACE_NAMES, places.numbers.T, strict=True))
    assert found["links"][:3].tolist() == [1, 1, 0]
    assert found["in_nav"].tolist() == [1, 1, 0, 0, 0, 0]
    assert (found["least_word"][0], found["least_word"][-1]) == (0, 1)
    assert found["main_words_missing"][0] == 0.5
    assert found["main_words_missing"][-1] == 0
    wrappers = {word for word, flag in zip(places.words, places.is_wrapper.tolist(), strict=True) if flag}
    assert wrappers == {"page", "story"}
    assert places.numbers.shape == (6, len(PLACE_NAMES))
    assert len(FLAGS) == sum(name.startswith("in_") for name in PLACE_NAMES)


def test_a_page_says_what_its_words_mean() -> None:
    """Beside the type a shop states, "reviews" is a word of its own; an article's words stay as they are."""
    body = f"<div class=reviews><p>Very good.</p></div><p>{STORY[1]}</p>"

    def words_of(head: str) -> list[tuple[str, int, bool]]:
        places = find_places(to_html_page(f"<head>{head}</head><body>{body}"), range(2))
        return list(zip(places.words, places.word_place.tolist(), places.is_wrapper.tolist(), strict=True))

    plain = words_of("<meta property='og:type' content='article'>")
    shop = words_of("<meta property='og:type' content='product'>")
    assert plain == [("reviews", 0, False)]
    assert shop == [*plain, ("product:reviews", 0, False), ("product:", 0, True), ("product:", 1, True)]


@given(
    st.lists(st.sampled_from(["<p class=a>x", "<nav>", "<a href=/>" + "y" * 90, "<div hidden>", "z</div>"]))
)
def test_places_are_finite(parts: list[str]) -> None:
    """Any markup: without words, all hidden, all links, nested without end."""
    page = to_html_page("".join(parts))
    lines = [line for line, text in enumerate(page.texts) if text]
    if lines:
        places = find_places(page, lines)
        assert places.numbers.shape == (len(lines), len(PLACE_NAMES))
        assert np.isfinite(places.numbers).all()
