"""The headline of a text capture: cases as data, the address, and what no page may do."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaners import clean
from cleaners.headline import WEIGHTS, find, read_head
from cleaners.lexicon import find as find_phrases
from cleaners.pipeline import CLEANERS
from cleaners.segment import to_page
from cleaners.tagger.tagger import NOTHING, judge
from cleaners.values import Span

CASES: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "cases/headline.toml").read_text())[
    "case"
]
STORY = (
    "The council of Brandsmouth voted on Tuesday to close the old bridge over the Aker for two years, after "
    "engineers had found cracks in three of its piers.\n"
    "The ferry will run every twenty minutes from six in the morning until midnight, and the council has "
    "promised that it will be free for those who live on the northern side.\n"
)


def find_in(text: str, url: str | None = None) -> list[Span]:
    """Return what is found in a page, with all that the pipeline knows by then."""
    page = to_page(text, url=url)
    spans = {family: list(find_family(page)) for family, find_family in CLEANERS.items()}
    (judgement,) = judge([page], [list(find_phrases(page))])
    return list(find(page, spans, judgement))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_cases(case: dict[str, Any]) -> None:
    """The line that is the headline, or none."""
    starts = to_page(case["text"]).starts
    found = [f"{starts.index(span.start) + 1} title" for span in find_in(case["text"])]
    if case["kind"] == "known_failures":
        pytest.xfail(case["why"])
    assert found == case["found"]


def test_a_caption_is_not_taken_for_the_headline_above_it() -> None:
    """Menus, headline, stamps, share buttons and the caption of a picture, as a scraper leaves them."""
    text = (
        "Brandsmouth Times\nNews\nSport\nWeather\nBridge closed for two years\nPosted on\nMay 3, 2023\nby\n"
        f"Jane Doe\nFacebook\nTwitter\nThe pier on Tuesday morning\n{STORY}You may also like\n"
    )
    page = clean(text, url="https://times.example/2023/05/bridge-closed-for-two-years")
    assert page.fields.title == "Bridge closed for two years"
    assert page.text.startswith("Bridge closed for two years\n")


def test_the_address_tells_between_two_lines() -> None:
    """The words of a page's address are those of its headline, also where it writes them without accents."""
    head = "Brücke über die Aker gesperrt\nFähre fährt die ganze Nacht\n"
    for slug, title in (
        ("bruecke-ueber-die-aker-gesperrt", "Brücke über die Aker gesperrt"),
        ("faehre-faehrt-die-ganze-nacht.html", "Fähre fährt die ganze Nacht"),
    ):
        (span,) = find_in(head + STORY, f"https://post.example/{slug}")
        assert (head + STORY)[span.start : span.end] == title


@pytest.mark.parametrize("url", ["http://[broken", "https://times.example/", "%ff%fe", ""])
def test_an_address_without_words_helps_nobody(url: str) -> None:
    """It is as if there were none."""
    text = f"Home\nNews\nBridge closed for two years\n\n{STORY}"
    assert find_in(text, url) == find_in(text)


def test_html_is_left_alone() -> None:
    """Its headings say what the headline is."""
    page = clean(f"<p>Bridge closed for two years<p>{STORY}", "text/html")
    assert "title/above-story" not in {line.reason for line in page.lines}


@settings(max_examples=50)
@given(
    st.lists(st.one_of(st.text(max_size=40), st.sampled_from(STORY.split("\n"))), max_size=12).map("\n".join)
)
def test_any_text_has_at_most_one(text: str) -> None:
    """One line above the story, or none, with a score; every trait is a number."""
    page = to_page(text)
    found = list(find(page))
    assert len(found) <= 1
    assert all(0.6 <= span.score <= 1.0 and "\n" not in text[span.start : span.end] for span in found)
    assert all(len(traits) == len(WEIGHTS) for traits in read_head(page, {}, NOTHING).traits)
