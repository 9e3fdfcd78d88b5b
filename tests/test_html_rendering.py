"""Rendering of HTML: cases as data, laws as properties, hostile pages bounded."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaners.html import classes, deck, story, structure, taming
from cleaners.html.page import to_page
from cleaners.html.taming import MAX_DEPTH, tame
from cleaners.html.words import add_words
from cleaners.segment import find_lines, fold_lines

FINDS = (
    structure.find_semantic,
    structure.find_hidden,
    classes.find_words,
    story.find_title,
    story.find_captions,
    deck.find,
)

CASES = {
    "a block is a line": ("<p>One</p><p>Two</p>", ["One", "Two"]),
    "text beside blocks": ("before<div>inside</div>after", ["before", "inside", "after"]),
    "inline joins": ("<p>A <b>bold</b>ly <i>told</i> tale</p>", ["A boldly told tale"]),
    "white space collapses": ("<p>\n  a\t b\n\n c </p>", ["a b c"]),
    "white space between inline": ("<p><b>a</b> <i>b</i>\n<u>c</u></p>", ["a b c"]),
    "no-break space is text": ("<p>to&nbsp;Lavrov</p>", ["to\u00a0Lavrov"]),
    "blank lines leave no trace": ("<p></p><p> </p><p>&nbsp;</p><p>x</p>", ["x"]),
    "br ends a line": ("<p>one<br>two<br/><br>three</p>", ["one", "two", "three"]),
    "hr ends a line": ("one<hr>two", ["one", "two"]),
    "links that touch": ("<a href=/>Home</a><a href=/w>World</a>", ["Home World"]),
    "a link inside a word": ("<p>non<a href=/>linear</a></p>", ["nonlinear"]),
    "pre keeps its lines": ("<pre>a\n  b\n\nc</pre>", ["a", "  b", "", "c"]),
    "blank lines between marked words": ("<pre><b>a</b>\n\n\n<i>b</i></pre>", ["a", "", "", "b"]),
    "blank lines around pre": ("<pre>\n\n\na\n \n</pre><pre>\n\nb</pre>c", ["a", "b", "c"]),
    "blank lines in blocks in pre": ("<pre><div>a\n\n</div><div>b</div></pre>", ["a", "b"]),
    "list items": ("<ul><li>a<li>b<ul><li>c</ul></ul>", ["a", "b", "c"]),
    "data rows": (
        "<table><tr><th>Time<th>Pier<tr><td>08:10<td>North</table>",
        ["Time\tPier", "08:10\tNorth"],
    ),
    "empty cells": (
        "<table><tr><th><th>Lab<th>Con<tr><td>Vik<td><td>988<tr><td>Aker<td>12<td></table>",
        ["\tLab\tCon", "Vik\t\t988", "Aker\t12"],
    ),
    "one filled cell": (
        "<table><tr><td>Vik<td>1<td>2<tr><td><td><td>9<tr><td>Aker<td><td></table>",
        ["Vik\t1\t2", "\t\t9", "Aker"],
    ),
    "spacer cells": ("<table><tr><td><td>Home<tr><td><td>News</table>", ["Home", "News"]),
    "cells over several columns": (
        "<table><tr><th colspan=2>Votes<th>Seats<tr><td colspan=2>none<td>1<tr><td>a<td>b<td>c</table>",
        ["Votes\t\tSeats", "none\t\t1", "a\tb\tc"],
    ),
    "cells over several rows": (
        "<table><tr><td rowspan=3>2020<td>Vik<td>28<tr><td rowspan=2>Aker<td>25<tr><td>3<tr><td>a<td>b",
        ["2020\tVik\t28", "\tAker\t25", "\t\t3", "a\tb"],
    ),
    "rows of another table know nothing of these": (
        "<table><tr><td rowspan=9>a<td>b</table><table><tr><td>c<td>d</table>",
        ["a\tb", "c\td"],
    ),
    "paragraphs in cells": (
        "<table><tr><th><p>Ward<th><div><p>Votes</div><tr><td><p>Vik<td><p>988</table>",
        ["Ward\tVotes", "Vik\t988"],
    ),
    "headings and lists in cells": (
        "<table><tr><td><h1>a</h1><td>b<tr><td><ul><li>c</ul><td>d</table>",
        ["a", "b", "c", "d"],
    ),
    "a table in a cell": ("<table><tr><td><table><tr><td>a<td>b</table><td>c</table>", ["a\tb", "c"]),
    "a long cell below data": (
        f"<table><tr><td>a<td>b<tr><td>c<td>{'d' * 130}<tr><td>e<td>f</table>",
        ["a\tb", f"c\t{'d' * 130}", "e\tf"],
    ),
    "a long cell below fewer columns": (
        f"<table><tr><td>a<td>b<tr><td>c<td>d<td>{'d' * 130}</table>",
        ["a\tb", "c", "d", "d" * 130],
    ),
    "rows in formulas": ("<math><tr><section>x</section><section>y</section></tr></math>", ["x", "y"]),
    "layout rows": ("<table><tr><td><p>a</p><p>b</p></td><td>c</td></table>", ["a", "b", "c"]),
    "long cells": (f"<table><tr><td>{'a' * 130}<td>b</table>", ["a" * 130, "b"]),
    "buttons are blocks": ("<button>Share</button><button>Mail</button>", ["Share", "Mail"]),
    "definition lists": ("<dl><dt>a<dd>b</dl>", ["a", "b"]),
    "not text": (
        "<script>s</script><style>s</style><template>t</template><svg><text>v</text></svg><iframe>i</iframe>"
        "<select><option>o</select><textarea>a</textarea><video>no video</video><noscript>n</noscript>x",
        ["x"],
    ),
    "noscript where nothing else is": ("<noscript><p>Turn it on.</p></noscript>", ["Turn it on."]),
    "head is not text": ("<head><title>t</title></head><body>x", ["x"]),
    "image in noscript in head": ("<head><noscript><img src=p></noscript><title>t</title></head>x", ["x"]),
    "comments": ("a<!-- no -->b", ["ab"]),
    "entities": ("<p>&lt;b&gt; &amp; &eacute;</p>", ["<b> & é"]),
    "unclosed": ("<div><p>a<div>b<span>c", ["a", "bc"]),
    "other line breaks": ("<p>a&#x2028;b&#x85;c&#13;d</p>", ["a b\u2026c d"]),
    "hidden inside a sentence": ("<p>seen <span hidden>not</span>seen</p>", ["seen seen", "not"]),
    "links that edit a section": (
        "<h2>Keepers<span class='mw-editsection'><i>[</i><a href=/e>edit</a><i>]</i></span></h2>",
        ["Keepers", "[ edit ]"],
    ),
    "numbers of citations": ("<p>It fell<sup class=reference>[1]</sup>.</p>", ["It fell[1]."]),
    "frames": ("<frameset><frame src=a></frameset><noframes>x</noframes>", [""]),
    "nothing": ("", [""]),
}


@pytest.mark.parametrize("name", CASES)
def test_lines(name: str) -> None:
    """A snippet renders to exactly these lines."""
    html, lines = CASES[name]
    assert to_page(html).source_text.split("\n") == lines


def test_blocks() -> None:
    """A block knows its tag, path, words, links and whether it was seen."""
    page = to_page(
        "<body class=dark><div id=mainNav><ul><li><a href=/a>Home</a> page</ul></div>"
        "<main role=main><p style='display: none'>x</p><p><span class=by-line>By J</span></p>"
        "<p>By <span class=by-line>J</span></p><p><a name=anchor>no link</a></p></main>"
    )
    home, unseen, whole, part, anchor = page.blocks
    assert (home.tag, home.path, home.link_chars) == ("li", "body/div/ul/li", 4)
    assert home.words == {"main", "nav"}
    assert (home.hidden, unseen.hidden) == (False, True)
    assert whole.words == {"main", "by", "line"}
    assert part.words == {"main"}
    assert anchor.link_chars == 0


HIDDEN = [
    "hidden",
    "aria-hidden=true",
    "style='DISPLAY:none'",
    "style='visibility : hidden'",
    "layout=nodisplay",
]
SEEN = ["", "aria-hidden=false", "style='overflow:hidden'", "style='display:block'", "layout=responsive"]


@pytest.mark.parametrize(("attribute", "hidden"), [(a, True) for a in HIDDEN] + [(a, False) for a in SEEN])
def test_hidden(attribute: str, hidden: bool) -> None:  # noqa: FBT001  a column of the table
    """What is hidden is rendered and flagged, with all below it."""
    (block,) = to_page(f"<div {attribute}><p>x</p></div>").blocks
    assert block.hidden is hidden


def test_lines_of_one_parent_share_their_words() -> None:
    """The words of an element are made once."""
    page = to_page("<ul class='a-list of-things'><li class=entry>a<li class=entry>b</ul>")
    assert page.blocks[0].words is page.blocks[1].words


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ("main-nav", {"main", "nav"}),
        ("articleBody", {"article", "body", "articlebody"}),
        ("HTMLWidget", {"html", "widget"}),
        ("css-1x2y3z", {"css"} | {"x", "y", "z"}),
        ("related_posts", {"related", "posts", "relatedposts"}),
    ],
)
def test_words(names: str, words: set[str]) -> None:
    """Names fall apart at punctuation and capitals; known compounds are joined as well."""
    assert add_words(frozenset(), names) == words


TAGS = [
    "<p>",
    "</p>",
    "<div class='a b'>",
    "</div>",
    "<a href=x>",
    "</a>",
    "<br>",
    "<pre>",
    "</pre>",
    "<table>",
]
TAGS += [
    "<tr>",
    "<td>",
    "</table>",
    "<li>",
    "<span hidden>",
    "</span>",
    "<script>",
    "</script>",
    "<!--",
    "-->",
]
soup = st.lists(st.one_of(st.sampled_from(TAGS), st.text(max_size=8)), max_size=40).map("".join)
raw = st.text(st.characters(exclude_categories=()), max_size=200)


@given(st.one_of(soup, raw))
@settings(max_examples=150, deadline=None)
def test_rendering_laws(html: str) -> None:
    """Rendering is deterministic, its columns are parallel, and each line stands where it says."""
    page = to_page(html)
    assert page == to_page(html)
    assert [*find_lines(page.source_text)] == [page.starts, page.ends]
    assert len(page.texts) == len(page.keys) == len(page.blocks) == len(page.starts)
    assert page.keys == fold_lines(page.texts)
    for line, block in enumerate(page.blocks):
        assert page.texts[line] in page.source_text[page.starts[line] : page.ends[line]]
        assert 0 <= block.link_chars <= page.ends[line] - page.starts[line]
    for find in FINDS:
        for span in find(page):
            assert 0 <= span.start <= span.end <= len(page.source_text)


DEEP = 100_000
HOSTILE = {
    "nested divs": "<div class='deep down'>" * DEEP + "x" + "</div>" * DEEP,
    "nested lists": "<ul><li>" * DEEP + "x",
    "as deep as passes untouched": "<div class=a-b>" * 8_000 + "x",
    "unmatched ends": "<x>" * 20_000 + "x" + "</y>" * 20_000,
    "one megabyte of class": f"<p class='{'ab ' * 350_000}'>x</p>",
    "many attributes": f"<p {' '.join(f'a{i}=1' for i in range(DEEP))}>x</p>",
    "five megabytes of text": f"<p>{'word ' * 1_000_000}</p>",
    "unclosed quotes": "x" + '<a href="' * 50_000,
    "unclosed comments": "x" + "<!--" * 50_000,
    "unclosed tables": "<table><tr><td>" * 10_000 + "x",
    "nul": "<p>\0x\0</p>",
    "lone surrogates": "<p>\ud800x\udfff</p>",
    "deep json": "<script type='application/ld+json'>" + "[" * DEEP + "</script>x",
    "broken json": "<script type='application/ld+json'>{" + ",  " * DEEP + "</script>x",
    "many metas": "<meta property=og:title content=y>" * 20_000 + "x",
}
MAX_SECONDS = 20
"""Far above what any of them takes alone; a quadratic step takes minutes."""


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_are_bounded(name: str) -> None:
    """No page crashes the walk or takes forever, and the text below the depth is not lost."""
    began = time.process_time()
    page = to_page(HOSTILE[name], url="https://example.org/")
    for find in FINDS:
        list(find(page))
    assert time.process_time() - began < MAX_SECONDS
    assert all(len(block.path) < 1000 and len(block.words) < 200 for block in page.blocks)
    assert page.source_text.startswith(("x", "\ufffdx", "word"))


def test_taming_spares_what_is_no_danger() -> None:
    """Long scripts, many flat tags and unclosed paragraphs pass as they are."""
    flat = "<p>a<br>" * 30_000
    assert tame(flat) == flat
    script = f"<p>x</p><script>if (i<n ) {'a' * 200_000}</script>"
    assert tame(script) == script
    balanced = "<div><b>x</b></div>" * 20_000
    assert tame(balanced) == balanced


def test_taming_caps_depth() -> None:
    """Deeper tags go, their text stays."""
    tamed = tame("<div>" * 20_000 + "x" + "</div>" * 20_000)
    assert tamed.count("<div>") == MAX_DEPTH
    assert "x" in tamed


def test_taming_bounds_the_elements(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind so many tags the rest is one text; scripts there are still none."""
    monkeypatch.setattr(taming, "MAX_KEPT_TAGS", 20_000)
    page = to_page("<p>word" * 30_000 + "<script>alert(1)</script><b>last</b>")
    assert len(page.texts) == 20_000
    assert page.source_text.count("word") == 30_000
    assert page.texts[-1].endswith("word last")
    assert "alert" not in page.source_text
