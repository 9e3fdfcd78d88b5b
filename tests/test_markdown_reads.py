"""Markdown of HTML captures, read by a Markdown reader: it must say what the page said."""

from __future__ import annotations

import re
from html import escape

import pytest
from markdown_it import MarkdownIt

from cleaners import clean

PROSE = (
    "The bridge over the Aker river was closed on Tuesday after a lorry struck one of its piers, they said, "
    "and will stay closed until {}."
)
PARAGRAPHS = [PROSE.format(month) for month in ("June, engineers say", "autumn at the least")]
STORY = f"<article><h1>Bridge closed</h1><p>{PARAGRAPHS[0]}</p>{{}}<p>{PARAGRAPHS[1]}</p></article>"

COMMONMARK = MarkdownIt("commonmark").enable("table").enable("strikethrough")
TEXTS = [
    "1. FC Köln won",
    "1842) It was lit",
    "1.5 million people",
    "The method __init__ of _private_ and snake_case __",
    "~~~",
    "~~not~~ by number",
    "---",
    "- - -",
    "-- and on",
    "+ one",
    "> said he",
    "# one",
    "#one",
    "***",
    "a * b * c",
    "Write &lt;b&gt; or &copy; & so on",
    "<b>not bold</b>",
    "`code` and ``more``",
    "[a]: /b",
    "[a](b) ![c](d)",
    "a \\ b \\* c \\",
    "C #",
    "C ##",
    "Hello!",
    "===",
    "| a | b |",
]


def parsed(html: str) -> str:
    """Return what a Markdown reader makes of the page's Markdown, below the first paragraph."""
    page = clean(STORY.format(html), "text/html", url="https://example.org/x", policy="annotate")
    assert page.rebuild() == page.source_text
    rendered: str = COMMONMARK.render(page.markdown)
    start, end = (rendered.index(f"<p>{text}</p>") for text in PARAGRAPHS[:2])
    return rendered[start + len(f"<p>{PARAGRAPHS[0]}</p>") : end].strip()


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("tag", ["p", "h2"])
def test_text_is_no_markup(tag: str, text: str) -> None:
    """A text reads as itself, whatever Markdown would make of its characters."""
    assert parsed(f"<{tag}>{escape(text)}</{tag}>") == f"<{tag}>{escape(text, quote=False)}</{tag}>"


@pytest.mark.parametrize("text", TEXTS)
def test_text_in_boxes_is_no_markup(text: str) -> None:
    """The same in an item of a list, in a quote, and in the cell of a table."""
    told = escape(text, quote=False)
    assert f"<li>{told}</li>" in parsed(f"<ul><li>{escape(text)}<li>b</ul>")
    assert f"<p>{told}</p>" in parsed(f"<blockquote>{escape(text)}</blockquote>")
    assert f"<td>{told}</td>" in parsed(f"<table><tr><th>a<th>b<tr><td>{escape(text)}<td>c</table>")


TREES = {
    "a list in a numbered list": (
        "<ol><li>a<ul><li>b</ul><li>c</ol>",
        "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>",
    ),
    "three lists deep": (
        "<ol><li>a<ol><li>b<ul><li>c</ul></ol><li>d</ol>",
        "<ol><li>a<ol><li>b<ul><li>c</li></ul></li></ol></li><li>d</li></ol>",
    ),
    "a list that goes on": (
        "<ol start=9><li>a<li>b<ul><li>c</ul></ol>",
        '<ol start="9"><li>a</li><li>b<ul><li>c</li></ul></li></ol>',
    ),
    "a countdown": (
        "<ol reversed><li>a<li>b</ol>",
        '<ol start="2"><li>a</li></ol><ol><li>b</li></ol>',
    ),
    "items with numbers of their own": (
        "<ol><li>a<li value=4>b<li>c<li value=x>d</ol>",
        '<ol><li>a</li></ol><ol start="4"><li>b</li><li>c</li><li>d</li></ol>',
    ),
    "a list that goes on in an item": (
        "<ul><li>a<ol start=3><li>b<li>c</ol><li>d</ul>",
        '<ul><li><p>a</p><ol start="3"><li>b</li><li>c</li></ol></li><li><p>d</p></li></ul>',
    ),
    "numbers that no list can have": ("<ol start=-1><li>a<li>b</ol>", "<ol><li>a</li><li>b</li></ol>"),
    "bullets do not count": (
        "<ul start=4><li value=2>a<li>b</ul>",
        "<ul><li>a</li><li>b</li></ul>",
    ),
    "a list that opens an item": (
        "<ul><li><ul><li>a<li>b</ul></ul>",
        "<ul><li><ul><li>a</li><li>b</li></ul></li></ul>",
    ),
    "lists that touch": (
        "<ul><li>a</ul><ul><li>b</ul><ol><li>c</ol><ol><li>d</ol>",
        "<ul><li>a</li></ul><ul><li>b</li></ul><ol><li>c</li></ol><ol><li>d</li></ol>",
    ),
    "paragraphs in an item": (
        "<ul><li><p>a</p><p>b</p><li>c</ul>",
        "<ul><li><p>a</p><p>b</p></li><li><p>c</p></li></ul>",
    ),
    "paragraphs in a quote": (
        "<blockquote><p>a</p><p>b</p></blockquote><blockquote>c</blockquote>",
        "<blockquote><p>a</p><p>b</p></blockquote><blockquote><p>c</p></blockquote>",
    ),
    "a list in a quote": (
        "<blockquote><ul><li>a<li>b</ul>c</blockquote>",
        "<blockquote><ul><li>a</li><li>b</li></ul><p>c</p></blockquote>",
    ),
    "a quote in an item": (
        "<ul><li>a<blockquote>b</blockquote><li>c</ul>",
        "<ul><li><p>a</p><blockquote><p>b</p></blockquote></li><li><p>c</p></li></ul>",
    ),
    "code in an item": (
        "<ul><li>a<pre>b\n\n  c</pre><li>d</ul>",
        "<ul><li><p>a</p><pre><code>b\n\n  c</code></pre></li><li><p>d</p></li></ul>",
    ),
    "code that holds a fence": ("<pre>```\n\n\na\n````\n</pre>", "<pre><code>```\n\n\na\n````</code></pre>"),
    "blocks of code that touch": (
        "<pre>a</pre><pre>b</pre>",
        "<pre><code>a</code></pre><pre><code>b</code></pre>",
    ),
    "tables that touch": (
        "<table><tr><th>a<th>b<tr><td>c<td>d</table><table><tr><th>e<th>f<tr><td>g<td>h</table>",
        "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>c</td><td>d</td></tr></tbody></table>"
        "<table><thead><tr><th>e</th><th>f</th></tr></thead><tbody><tr><td>g</td><td>h</td></tr></tbody></table>",
    ),
    "a table with a row of one cell": (
        "<table><tr><td>a<td>b<tr><td colspan=2>c<tr><td>d<td></table>",
        "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>c</td><td></td></tr>"
        "<tr><td>d</td><td></td></tr></tbody></table>",
    ),
    "a table that lays out a page": (
        "<table><tr><td>a<td><p>b</p><p>c</p><tr><td><h2>d</h2><td>e</table>",
        "<p>a</p><p>b</p><p>c</p><h2>d</h2><p>e</p>",
    ),
    "a link in a table": (
        "<table><tr><th>a<th>b<tr><td>c<td><a href=/d|e>f</a></table>",
        "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>c</td>"
        '<td><a href="https://example.org/d%7Ce">f</a></td></tr></tbody></table>',
    ),
    "the second of equal words": (
        "<p>The mayor said that the <a href=/m>mayor</a> said so</p>",
        '<p>The mayor said that the <a href="https://example.org/m">mayor</a> said so</p>',
    ),
    "a link behind an exclamation mark": (
        "<p>Look!<a href=/m>here</a></p>",
        '<p>Look!<a href="https://example.org/m">here</a></p>',
    ),
    "a link with a no-break space": (
        "<p>At <a href=/m>10&nbsp;Downing Street</a></p>",
        '<p>At <a href="https://example.org/m">10\u00a0Downing Street</a></p>',
    ),
    "a program as an address": (
        "<p>Click <a href=' java&#10;script:void(0)'>here</a></p>",
        "<p>Click here</p>",
    ),
    "no address": ("<p>Click <a href='http://[x'>here</a></p>", "<p>Click here</p>"),
}


@pytest.mark.parametrize("name", TREES)
def test_markdown_reads_as_the_page(name: str) -> None:
    """A Markdown reader makes of our Markdown the elements that the page had."""
    html, tree = TREES[name]
    assert re.sub(r"\n(?=<|\Z)|(?<=>)\n", "", parsed(html)) == tree
