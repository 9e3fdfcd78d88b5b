"""What the DOM says of a line: each family on its own, with what it must leave alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from cleaners import clean
from cleaners.grammars import headlines
from cleaners.html import boxes, classes, deck, story, structure
from cleaners.html.page import to_page
from cleaners.labels import LABELS
from cleaners.values import Page, Span

PROSE = (
    "The bridge over the Aker river was closed on Tuesday after a lorry struck one of its piers, they said, "
    "and will stay closed until engineers have looked at every bolt."
)
STORY = (
    f"<article class=story><h1>Bridge closed</h1><p>{PROSE}</p><p>{PROSE} </p><p>{PROSE}  x.</p></article>"
)
Find = Callable[[Page], Iterator[Span]]


def labels(find: Find, html: str, *, with_story: bool = True) -> dict[str, tuple[str, float]]:
    """Return label and score of each line a cleaner says something about; the story comes first."""
    page = to_page((STORY if with_story else "") + html)
    return {page.source_text[s.start : s.end]: (s.label, s.score) for s in find(page)}


SEMANTIC = {
    "nav": ("<nav><ul><li>Home</ul></nav>", "Home", "nav"),
    "footer": ("<footer><div>Imprint</div></footer>", "Imprint", "legal"),
    "aside": ("<aside><p>Ferry</p></aside>", "Ferry", "related"),
    "header": ("<header><p>The Example</p></header>", "The Example", "nav"),
    "form": ("<form><p>Your name</p></form>", "Your name", "boilerplate"),
    "button": ("<button>OK</button>", "OK", "boilerplate"),
    "role": ("<div role=contentinfo>Imprint</div>", "Imprint", "legal"),
    "nav inside the story": ("<article><nav>Page 2</nav></article>", "Page 2", "nav"),
}


@pytest.mark.parametrize("name", SEMANTIC)
def test_semantic(name: str) -> None:
    """Elements and roles that are no story are seen."""
    html, line, label = SEMANTIC[name]
    assert labels(structure.find_semantic, html)[line][0] == label


@pytest.mark.parametrize(
    "html",
    [
        "<article><header><p>x</p></header></article>",
        "<header><h1>x</h1></header>",
        "<div class=nav>x</div>",
        "<main><p>x</p></main>",
    ],
)
def test_semantic_leaves_alone(html: str) -> None:
    """The header of a story, headlines, and what class names say are not its business."""
    assert "x" not in labels(structure.find_semantic, html)


def test_wrappers_mean_nothing() -> None:
    """A form, aside or sidebar class around the whole page makes no line a form, aside or sidebar."""
    html = f"<form><aside class='sidebar ads'>{STORY}</aside></form>"
    for find in (structure.find_semantic, classes.find_words):
        assert labels(find, html, with_story=False) == {}


def test_hidden() -> None:
    """Hidden lines are told, unless they are most of the page."""
    assert labels(structure.find_hidden, "<p hidden>x</p>") == {"x": ("boilerplate", 1.0)}
    assert labels(structure.find_hidden, f"<div style='display:none'>{STORY}</div>", with_story=False) == {}


WORDS = {
    "newsletter": ("<div class=newsletter-signup><p>Your mail</p></div>", "Your mail", "newsletter"),
    "share": ("<ul id=shareBar><li>Mail</ul>", "Mail", "share"),
    "cookie": ("<div id=onetrust-banner>We value you</div>", "We value you", "cookie"),
    "related": ("<div class=related_posts><p>Ferry</p></div>", "Ferry", "related"),
    "comments": ("<ol class=comment-list><li>First!</ol>", "First!", "comment"),
    "ad": ("<div class='ad-slot'>Buy</div>", "Buy", "ad"),
    "breadcrumb": ("<p class=breadcrumbs>Home / World</p>", "Home / World", "breadcrumb"),
    "byline": ("<p class=byline>By Jane Doe</p>", "By Jane Doe", "byline"),
    "date": ("<p class=post-date>8 July 2020</p>", "8 July 2020", "published"),
    "updated": ("<p class=updated>8 July 2020</p>", "8 July 2020", "updated"),
    "tags": ("<p class=tags><a href=/o>Oslo</a></p>", "Oslo", "tags"),
    "section": ("<p class=kicker><a href=/w>World</a></p>", "World", "section"),
    "credit": ("<p class=photo-credit>Jane Doe / NTB</p>", "Jane Doe / NTB", "credit"),
}


@pytest.mark.parametrize("name", WORDS)
def test_words(name: str) -> None:
    """Class and id words name the box or the field."""
    html, line, label = WORDS[name]
    assert labels(classes.find_words, html)[line][0] == label


@pytest.mark.parametrize(
    "html",
    [
        f"<div class=author><p>{PROSE}x</p></div>",
        f"<div class=date><p>{PROSE}x</p></div>",
        "<p class=date>Yesterday</p>",
        "<p class=reader>Madame Adson</p>",
        "<p class=heading>Sub-heading</p>",
        "<pre class=language-python>x = 1</pre>",
        "<body class='sidebar comments'><p>x</p>",
    ],
)
def test_words_leave_alone(html: str) -> None:
    """A field's word needs a field's shape; parts of words and the body's own classes are no words."""
    assert labels(classes.find_words, html) == {}


def test_values_of_fields() -> None:
    """Fields found by class carry their value."""
    page = to_page(f"{STORY}<p class=byline>By Jane Doe and John Roe</p><p class=post-date>8 July 2020</p>")
    values = {span.label: span.value for span in classes.find_words(page)}
    assert values == {"byline": "Jane Doe\nJohn Roe", "published": "2020-07-08"}


def test_title() -> None:
    """One line is the headline: the heading that says what the markup says."""
    html = (
        "<title>Bridge closed</title><li><a href=/>Bridge closed</a></li>" + STORY + "<h2>Bridge closed</h2>"
    )
    spans = list(story.find_title(to_page(html)))
    assert [(s.label, s.reason) for s in spans] == [("title", "html/title/h1")]
    assert list(story.find_title(to_page("<title>Other words</title><p>Bridge closed</p>"))) == []


def test_captions() -> None:
    """Captions are told where they belong to the story."""
    figure = "<figure><img src=x><figcaption>The bridge.</figcaption></figure>"
    assert labels(story.find_captions, figure) == {"The bridge.": ("caption", 0.9)}
    assert labels(story.find_captions, f"<aside>{figure}</aside>") == {}
    around_all = f"<div class=caption>{STORY}</div>"
    assert labels(story.find_captions, around_all) == {}, "a word around all the prose"
    classed = f"{STORY}<div class=image-caption>Two piles.</div>"
    assert labels(story.find_captions, classed) == {"Two piles.": ("caption", 0.9)}
    assert labels(story.find_captions, f"{STORY}<div class=caption><a href=/>Two piles.</a></div>") == {}


DECK = "How a night of wind cut the town in two halves"
HEADED = "<title>Bridge closed</title><main>{}<p>" + PROSE + "</p><p>" + PROSE + " x.</p></main>"
DECKS = {
    "class": f"<h1>Bridge closed</h1><p class=subtitle>{DECK}</p>",
    "two words of a class": f"<h1>Bridge closed</h1><div class=sub-title><p>{DECK}</div>",
    "below a byline": f"<h1>Bridge closed</h1><p class=byline>By Jane Doe<h2 class=dek>{DECK}</h2>",
    "header": f"<header><h1>Bridge closed</h1><p>{DECK}</p></header>",
    "class of a header": f"<div class=post-header><h1>Bridge closed</h1><h3>{DECK}</h3></div>",
}


@pytest.mark.parametrize("name", DECKS)
def test_deck(name: str) -> None:
    """The deck is told by its class or by its place in the headline's box, and stays in the text."""
    html = HEADED.format(DECKS[name])
    assert [html_line(span, html) for span in deck.find(to_page(html))] == [(DECK, "subtitle")]
    page = clean(html, "text/html")
    assert DECK in page.text
    assert page.rebuild() == page.source_text


def html_line(span: Span, html: str) -> tuple[str, str]:
    """Return the text and the label of a span over a rendered page."""
    return to_page(html).source_text[span.start : span.end], span.label


@pytest.mark.parametrize(
    "head",
    [
        f"<h1>Bridge closed</h1><p>{DECK}</p>",  # in no box of the headline's
        f"<header><p>{DECK}</p><h1>Bridge closed</h1></header>",
        f"<header><h1>Bridge closed</h1><p><a href=/>{DECK}</a></p></header>",
        f"<header><h1>Bridge closed</h1><p class=byline>{DECK}</p></header>",
        f"<header><h1>Bridge closed</h1><div><p>{DECK}</p></div></header>",
        f"<header><h1>Bridge closed</h1><p hidden>{DECK}</p></header>",
        "<header><h1>Bridge closed</h1><p>Analysis</p></header>",
        f"<div class=intro><h1>Bridge closed</h1><p>{DECK}</p></div>",
        f"<h1>Bridge closed</h1><aside><p class=subtitle>{DECK}</p></aside>",
        f"<h1>Bridge closed</h1><p>{PROSE}</p><p class=subtitle>{DECK}</p>",
        f"<h2>Other words</h2><p class=subtitle>{DECK}</p>",
    ],
)
def test_no_deck(head: str) -> None:
    """Links, bylines, labels, hidden lines, boxes and lines elsewhere are no deck."""
    assert list(deck.find(to_page(HEADED.format(head)))) == []


def test_the_header_of_a_site_is_none_of_the_story() -> None:
    """The word ``header`` speaks against a line, unless it stands in a story or names its header."""
    line = {"The Example, since 1901": ("boilerplate", 0.5)}
    assert labels(classes.find_words, "<div class=header>The Example, since 1901</div>") == line
    assert labels(classes.find_words, "<article><div class=header>The Example</div></article>") == {}
    assert labels(classes.find_words, "<div class=entry-header>The Example</div>") == {}


def test_text_pages_have_no_structure() -> None:
    """A text capture has no DOM, and these cleaners nothing to say."""
    page = Page("Home", [0], [4], ["Home"], ["home"])
    for find in (
        structure.find_semantic,
        structure.find_hidden,
        classes.find_words,
        story.find_title,
        story.find_captions,
        deck.find,
    ):
        assert list(find(page)) == []


def test_tables_are_sound() -> None:
    """Every box word leads to a known label and a score that one family may give."""
    for word, (label, score) in boxes.BOX_WORDS.items():
        assert word.isalpha()
        assert word.islower()
        assert label in LABELS
        assert 0 < score <= 1


def test_links_that_edit_a_section() -> None:
    """They leave the heading that they stand in, by a reason of their own; a block of such a class stays."""
    edit = "<span class='mw-editsection'>[<a href=/e>edit</a>]</span>"
    html = f"<article><p>{PROSE}</p><h2>The old keepers{edit}</h2><p>{PROSE} It is old.</p>"
    page = clean(f"{html}<div class=editsection><p>{PROSE} It leaks.</p></div></article>", "text/html")
    assert page.text == f"{PROSE}\nThe old keepers\n{PROSE} It is old.\n{PROSE} It leaks."
    assert [page.source_text[line.start : line.end] for line in page.lines if not line.kept] == ["[ edit ]"]
    assert {line.reason for line in page.lines if not line.kept} == {"html/edit-section"}
    assert page.rebuild() == page.source_text
    assert clean(f"<p>{PROSE}{edit}</p>", "text/html", policy="annotate").text.endswith("[ edit ]")


AMP = f"""<html ⚡><head><title>Bridge closed</title></head><body>
<amp-sidebar layout=nodisplay><ul><li><a href=/n>News</a><li><a href=/s>Sport</a></ul></amp-sidebar>
<article><h1>Bridge closed</h1><amp-img src=b.jpg layout=responsive></amp-img><p>{PROSE}</p>
<amp-ad type=x layout=fixed><div fallback>Advertisement</div></amp-ad>
<p>{PROSE} It is old.</p><p>{PROSE} It leaks.</p></article>
<amp-consent layout=nodisplay><p>We use cookies, and so do our partners.</p></amp-consent></body></html>"""


def test_amp() -> None:
    """An AMP page keeps its story; what it declares not to be displayed is seen as hidden."""
    page = clean(AMP, "text/html")
    assert page.text == f"Bridge closed\n{PROSE}\n{PROSE} It is old.\n{PROSE} It leaks."
    hidden = {page.source_text[line.start : line.end] for line in page.lines if line.reason == "html/hidden"}
    assert hidden == {"News", "Sport", "We use cookies, and so do our partners."}


def test_headlines_below_a_story_lead_somewhere() -> None:
    """In HTML a run of lines below the story is other stories where they are links, else its last list."""
    lines = ["Cars go by the A96 and the new bridge", "Buses on lines 4 and 7 end at the market"]
    linked = "".join(f"<li><a href=/{n}>{text}</a></li>" for n, text in enumerate(lines))
    assert list(labels(headlines.find, f"<ul>{linked}</ul>")) == lines
    assert not labels(headlines.find, f"<ul>{''.join(f'<li>{text}</li>' for text in lines)}</ul>")
