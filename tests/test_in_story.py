"""Debris between the paragraphs of a story, where nothing but its wording tells it from them."""

from __future__ import annotations

import pytest

from cleaners import CleanedPage, Policy, clean
from cleaners.html.page import to_page
from cleaners.lexicon import find
from cleaners.pipeline import LEXICON
from cleaners.settle import settle
from cleaners.tagger.tagger import Judgement

ABOVE = [
    "The council of Brandsmouth voted on Tuesday to close the old bridge over the Aker for two years, after "
    "engineers had found cracks in three of its piers.",
    "“We have known about the state of the piers since the spring,” said Ingrid Moe, who leads the council's "
    "committee for roads. “What we did not know was how fast it would get worse.”",
]
BELOW = [
    "The ferry will run every twenty minutes from six in the morning until midnight, and the council has "
    "promised that it will be free for those who live on the northern side.",
    "Shops in the old town fear for their trade. Several owners said that they would ask the council to pay "
    "for part of what they lose.",
]
DEBRIS = [
    "Listen Live",
    "Get short URL",
    "Advertisement",
    "Story continues below",
    "Article continues after ad",
    "Read more",
    "Related: Ferry to run all night in summer",
    "RELATED ARTICLES",
    "Most read",
    "Share this article",
    "Tweet",
    "Print",
    "Sign up for our daily newsletter",
    "Download our app",
    "Leave a comment",
    "Support our journalism",
    "Found a typo? Press Ctrl+Enter",
    "Back to top",
    "Lesen Sie auch: Die Fähre fährt die ganze Nacht",
    "Lire aussi : Le bac circulera toute la nuit",
    "Lea también: El ferry circulará toda la noche",
    "Читайте также: Паром будет ходить всю ночь",
    "Czytaj też: Prom będzie kursował całą noc",
    "延伸阅读：渡轮将整夜运行",
    "関連記事",
    "Anzeige",
    "Publicité",
    "Поделиться",
]
DATA = [
    ("Tags: bridges, Aker, council, ferry", "tags"),
    ("Photo: Ingrid Moe / Brandsmouth Times", "credit"),
    ("Updated: 4 May 2021", "updated"),
]


def clean_story(middle: str, policy: Policy = Policy.BALANCED) -> CleanedPage:
    """Return the page of a story with markup in its middle."""
    above, below = ("".join(f"<p>{text}</p>" for text in texts) for texts in (ABOVE, BELOW))
    html = (
        "<title>Bridge closed | Brandsmouth Times</title><nav><a href=/>Home</a> <a href=/n>News</a></nav>"
        f"<article><h1>Bridge closed for two years</h1>{above}{middle}{below}</article>"
        "<footer>© 2020 Brandsmouth Times</footer>"
    )
    return clean(html, "text/html", policy=policy)


@pytest.mark.parametrize("text", DEBRIS)
def test_a_sure_phrase_in_a_paragraph_of_its_own_goes(text: str) -> None:
    """The model takes every paragraph of an article for the story; what only debris says still goes."""
    page = clean_story(f"<p>{text}</p>")
    assert page.text.split("\n") == ["Bridge closed for two years", *ABOVE, *BELOW]
    assert text in page.removed_text


@pytest.mark.parametrize("tag", ["h3", "li", "pre"])
@pytest.mark.parametrize(
    "text",
    ["Continue reading the main story", "Related: Ferry to run all night in summer", "You may also like"],
)
def test_a_phrase_of_three_words_goes_from_any_element(tag: str, text: str) -> None:
    """So long a phrase is no word of the story by chance."""
    assert text not in clean_story(f"<{tag}>{text}</{tag}>").text


@pytest.mark.parametrize(
    "text",
    [
        "READ MORE: Ferry to run all night in summer",
        "Continue reading the main story",
        "Subscribe to our newsletter to get the news of Brandsmouth every morning.",
        "What do you think? Leave a comment below.",
        "Follow the Brandsmouth Times on Facebook and Twitter",
        "Lesen Sie auch: Die Fähre fährt die ganze Nacht",
        "延伸阅读：渡轮将整夜运行",
    ],
)
@pytest.mark.parametrize("frame", [("", ""), ("Home\nNews\nSport\n", "\n© 2020 Brandsmouth Times\nTerms")])
def test_a_phrase_of_three_words_goes_from_text(text: str, frame: tuple[str, str]) -> None:
    """In a text capture, too, with the frame of its page or without."""
    page = clean(frame[0] + "\n".join([*ABOVE, text, *BELOW]) + frame[1])
    assert text not in page.text
    assert set(page.text.split("\n")).issuperset(ABOVE + BELOW)


@pytest.mark.parametrize(("text", "label"), DATA)
def test_data_between_paragraphs_becomes_a_field(text: str, label: str) -> None:
    """Tag lines, credits and stamps leave the text with their label."""
    page = clean_story(f"<p>{text}</p>")
    assert text not in page.text
    assert label in {line.label for line in page.lines if not line.kept}
    assert page.fields.tags or page.fields.credits or page.fields.modified_at


@pytest.mark.parametrize(
    ("markup", "kept"),
    [
        ("<p>Print</p>", False),
        ("<div>Print</div>", False),
        ("<table><tr><td>Print</td></tr></table>", False),
        ("<h2>Print</h2>", True),
        ("<ul><li>Print</li></ul>", True),
        ("<ol><li><p>Print</p></li></ol>", True),
        ("<pre>print</pre>", True),
        ("<p>Print it, the clerk said, and bring it to the harbour.</p>", True),
        ("<p>Middle East</p>", True),
    ],
)
def test_headings_items_and_code_are_asked_of_the_model(markup: str, kept: bool) -> None:  # noqa: FBT001
    """Where one word may be the story's own, and where a phrase is weak, a sure model keeps the line."""
    page = to_page(f"<article><p>{ABOVE[0]}</p>{markup}<p>{BELOW[0]}</p></article>")
    sure = Judgement([0, 1, 2], [0.95] * 3, ["boilerplate"] * 3)
    decisions, _ = settle(page, {LEXICON: list(find(page))}, Policy.BALANCED, sure)
    assert [decision.kept for decision in decisions] == [True, kept, True]


@pytest.mark.parametrize(
    "text",
    [
        "Print this page, the clerk said, and bring it to the harbour office.",
        "Related to the old bridge is the question of the ferry.",
        "Advertisement for the ferry cost the council 40,000 crowns last year.",
        "The council has asked readers of its newsletter what they think.",
        "Sign up for our newsletter, the postmistress wrote on a slate, and ninety people did.",
    ],
)
def test_sentences_with_the_same_words_stay(text: str) -> None:
    """Only a whole line is a phrase."""
    assert text in clean_story(f"<p>{text}</p>").text


def test_what_belongs_to_another_page_is_no_correction_of_this_story() -> None:
    """A link to all corrections stands in many footers; a correction under the story stays."""
    links = "".join(
        f"<li><a href=/{n}>{n}</a></li>" for n in ("About", "Jobs", "Corrections", "Terms", "Ethics")
    )
    page = clean_story("<p>Correction: an earlier version said that the bridge has four piers.</p>")
    assert "Correction: an earlier version" in page.text
    html = f"<article><h1>Bridge closed</h1>{''.join(f'<p>{text}</p>' for text in ABOVE + BELOW)}</article>"
    page = clean(f"{html}<footer><ul>{links}</ul></footer>", "text/html")
    assert "Corrections" not in page.text.split("\n")
