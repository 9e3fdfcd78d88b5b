"""Markdown of HTML captures, and the other ways a page's article can be found."""

from __future__ import annotations

import json
from html import escape

import pytest

from cleaners import clean

PROSE = (
    "The bridge over the Aker river was closed on Tuesday after a lorry struck one of its piers, they said, "
    "and will stay closed until {}."
)
PARAGRAPHS = [PROSE.format(month) for month in ("June, engineers say", "autumn at the least", "it is mended")]
STORY = f"<article><h1>Bridge * closed</h1><p>{PARAGRAPHS[0]}</p>{{}}<p>{PARAGRAPHS[1]}</p></article>"

CASES = {
    "heading": ("<h2>What next</h2>", "\n\n## What next\n\n"),
    "items": ("<ul><li>One thing</li><li>Two things</li></ul>", "\n\n- One thing\n- Two things\n\n"),
    "numbered items": ("<ol><li>One thing</li><li>Two things</li></ol>", "1. One thing\n1. Two things"),
    "items inside items": ("<ul><li>One thing<ul><li>Two things</ul></ul>", "- One thing\n  - Two things"),
    "quote": (f"<blockquote><p>{PARAGRAPHS[2]}</p></blockquote>", f"\n\n> {PARAGRAPHS[2]}\n\n"),
    "code": ("<pre>a = 1\n  b *= 2</pre>", "\n\n```\na = 1\n  b *= 2\n```\n\n"),
    "table": (
        "<table><tr><th>Time<th>Pier<tr><td>08:10<td>No|rth</table>",
        "| Time | Pier |\n| --- | --- |\n| 08:10 | No\\|rth |",
    ),
    "link": (
        f"<p>{PARAGRAPHS[2]} <a href='/a (b)'>More [here]</a>.</p>",
        "[More \\[here\\]](https://example.org/a%20%28b%29).",
    ),
    "text that looks like markup": (f"<p># {PARAGRAPHS[2]}</p>", f"\\# {PARAGRAPHS[2]}"),
}


@pytest.mark.parametrize("name", CASES)
def test_markdown(name: str) -> None:
    """What the DOM knew of a kept line shows in Markdown, and nothing else becomes markup."""
    html, markdown = CASES[name]
    page = clean(STORY.format(html), "text/html", url="https://example.org/x", policy="annotate")
    assert markdown in page.markdown
    assert page.markdown.startswith("# Bridge \\* closed\n\n")


def test_markdown_says_what_the_text_says() -> None:
    """Removed lines are in neither; repairs are in both."""
    page = clean(STORY.format(f"<p>{PARAGRAPHS[2]} to&nbsp;it</p><button>Share this</button>"), "text/html")
    assert "Share this" not in page.markdown
    assert f"{PARAGRAPHS[2]} to it" in page.markdown
    assert f"{PARAGRAPHS[2]} to it" in page.text


def test_markdown_of_text_is_the_text() -> None:
    """A text capture has no markup to write."""
    page = clean("* a\n\n" + PARAGRAPHS[0])
    assert page.markdown == page.text


BODY = "\n\n".join(
    [*PARAGRAPHS, "And more of it: nobody has yet said who is to pay for the new pier at Vik."] * 2
)
SHELL = "<html><body><div id=root><h1>Bridge closed</h1><p>Wait a moment</p>{}</div></body></html>"
DATA = {
    "json-ld": ("type=application/ld+json", {"@type": "NewsArticle", "articleBody": BODY}),
    "framework state": (
        "id=__NEXT_DATA__ type=application/json",
        {"props": {"post": {"content": "".join(f"<p>{text}</p>" for text in BODY.split("\n\n"))}}},
    ),
    "paragraphs in a state": (
        "id=__NEXT_DATA__ type=application/json",
        {"blocks": [{"type": "p", "text": text} for text in BODY.split("\n\n")]},
    ),
}


@pytest.mark.parametrize("name", DATA)
def test_article_in_data(name: str) -> None:
    """Where the DOM shows next to nothing the article in the page's data is its text, with a reason."""
    attributes, value = DATA[name]
    page = clean(SHELL.format(f"<script {attributes}>{json.dumps(value)}</script>"), "text/html")
    assert all(text in page.text for text in PARAGRAPHS)
    assert {line.reason for line in page.lines if line.kept} >= {"html/article-in-data"}
    assert page.rebuild() == page.source_text


STATE = json.dumps({"post": {"title": "Bridge closed", "content": BODY}})
CODE = json.dumps(BODY).replace("<", "\\u003c")
SCRIPTS = {
    "object": f"window.__INITIAL_STATE__ = {STATE};",
    "by name": f'window["__PRELOADED_STATE__"]={STATE};(function(){{}})()',
    "code": f'window.__NUXT__=(function(a){{return {{data:[{{post:{{title:a,content:{CODE}}}}}]}}}}("x"));',
    "parsed": f"window.__STATE__ = JSON.parse({json.dumps(STATE)})",
    "parsed in single quotes": "self.__STATE__=JSON.parse('{}')".format(
        STATE.replace("\\", "\\\\").replace("'", "\\'")
    ),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_article_in_a_script(name: str) -> None:
    """State that a script assigns is read, and the script never run."""
    page = clean(SHELL.format(f"<script>{SCRIPTS[name]}</script>"), "text/html")
    assert all(text in page.text for text in PARAGRAPHS)
    assert page.rebuild() == page.source_text


def test_article_in_a_flat_state() -> None:
    """Objects of Nuxt 3 say where in one list their values stand."""
    state = json.dumps([{"data": 1}, {"post": 2}, {"title": 3, "content": 4}, "Bridge closed", BODY])
    script = f"<script id=__NUXT_DATA__ type=application/json>{state}</script>"
    assert all(text in clean(SHELL.format(script), "text/html").text for text in PARAGRAPHS)


@pytest.mark.parametrize(
    "script",
    [
        f"var story = {STATE};",  # no framework's name
        f"if (window.__STATE__ == {STATE}) {{}}",
        "window.__STATE__ = {post: {content: 'x'}}",
        f"window.__STATE__ = {{post: {{headline: {json.dumps(BODY)}}}}}",
        'window.__STATE__ = JSON.parse("{\\"a\\": ")',
        "window.__STATE__ = " + "[" * 50_000,
    ],
)
def test_scripts_that_hold_no_article(script: str) -> None:
    """A program's own variables, comparisons, short values, other names and damage are no article."""
    page = clean(SHELL.format(f"<script>{script}</script>"), "text/html")
    assert not any(line.reason == "html/article-in-data" for line in page.lines)


COOKED = [{"cooked": f"<p>{text}</p>", "username": "jane"} for text in BODY.split("\n\n")]
ATTRIBUTES = {
    "Inertia": ("id=app data-page", {"component": "Story", "props": {"story": {"body": BODY}}}),
    "Discourse": (
        "id=data-preloaded data-preloaded",
        {"site": "{}", "topic_12": json.dumps({"post_stream": {"posts": COOKED}})},
    ),
}


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_article_in_an_attribute(name: str) -> None:
    """State may stand in an attribute of an empty element, as JSON inside JSON."""
    attribute, value = ATTRIBUTES[name]
    page = clean(SHELL.format(f'<div {attribute}="{escape(json.dumps(value))}"></div>'), "text/html")
    assert all(text in page.text for text in PARAGRAPHS)


@pytest.mark.parametrize("damage", ["", "{", '{"a": "{"}', "[]", '{"a": "{\\"b\\": 1"}'])
def test_damaged_state(damage: str) -> None:
    """State that cannot be read says nothing."""
    page = clean(SHELL.format(f'<div data-page="{escape(damage)}"></div>'), "text/html")
    assert page.source_text.startswith("Bridge closed")


def test_noscript_where_little_else_is() -> None:
    """A page drawn by script has its story in ``noscript``; where the page shows it, that is a notice."""
    story = "".join(f"<p>{text}</p>" for text in BODY.split("\n\n"))
    page = clean(SHELL.format(f"<noscript>{story}</noscript>"), "text/html")
    assert all(text in page.text for text in PARAGRAPHS)
    shown = clean(SHELL.format(story + "<noscript><p>Turn it on.</p></noscript>"), "text/html")
    assert "Turn it on." not in shown.source_text


def test_article_in_data_is_left_alone() -> None:
    """A page that shows its article takes nothing from its data."""
    script = f"<script type=application/ld+json>{json.dumps(DATA['json-ld'][1])}</script>"
    shown = "".join(f"<p>{text}</p>" for text in BODY.split("\n\n"))
    page = clean(SHELL.format(shown + script), "text/html")
    assert not any(line.reason == "html/article-in-data" for line in page.lines)
    assert page.source_text.count(PARAGRAPHS[0]) == 2


def test_trafilatura_chooses_lines() -> None:
    """Another extractor's choice comes as lines, edits and reasons of our own source text."""
    html = STORY.format(f"<p>{PARAGRAPHS[2]}</p>") + "<footer>Imprint of the house</footer>"
    page = clean(html, "text/html", extractor="trafilatura")
    assert all(text in page.text for text in PARAGRAPHS)
    assert "Imprint" not in page.text
    assert {line.reason for line in page.lines} == {"trafilatura/kept", "trafilatura/left-out"}
    assert page.rebuild() == page.source_text


def test_unknown_extractor() -> None:
    """A wrong name is a wrong call."""
    with pytest.raises(ValueError, match="there is strigil and trafilatura"):
        clean("x", extractor="nobody")
