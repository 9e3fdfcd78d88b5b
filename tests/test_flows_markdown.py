"""Text of pages in Prefect's artifacts is text: a law, and each place that says something of a page."""

from __future__ import annotations

import doctest
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from archive.diff import Sample
from cleaners import clean
from flows import artifacts, comparison, dry_run, markdown, remote_shards, summary
from flows.jobs import ShardReport
from flows.markdown import to_markdown_line, to_markdown_text
from flows.report import RunReport
from flows.tally import Tally

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
EVIL = (
    "` ![i](//x.example/i) [c](javascript:alert(1)) <img src=x onerror=y> **b** ~~d~~ &lt; |\n\n# H\n[c]: //x"
)
LIVE = {"link_open", "image", "html_inline", "html_block", "heading_open", "strong_open", "em_open", "s_open"}
PIECES = st.sampled_from([*"a\\`*_[]()<>!#-+=~|: \n", "1.", "<b>", "&lt;", "https://x.example/", "x_y"])


def tokens(text: str) -> Iterator[Token]:
    """Yield all tokens of a Markdown text, those inside paragraphs too."""
    for token in READER.parse(text):
        yield token
        yield from token.children or ()


def shown(text: str) -> str:
    """Return the words of a Markdown text as a reader sees them."""
    inline = [
        token.content if token.type != "softbreak" else "\n" for token in tokens(text) if not token.children
    ]
    return "".join(inline)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_a_line_is_shown_as_it_is(text: str) -> None:
    """Law: what a reader sees of a line is the line, white space apart, and it is one paragraph."""
    line = " ".join(text.split())
    assert shown(to_markdown_line(text).replace(r"\|", "|")) == line
    kinds = [token.type for token in READER.parse(to_markdown_line(text))]
    assert kinds == (["paragraph_open", "inline", "paragraph_close"] if line else [])


@given(st.lists(PIECES, max_size=12).map("".join))
def test_nothing_in_a_text_of_lines_is_live(text: str) -> None:
    """Law: no link, image, HTML, heading or emphasis comes of a text, however it is broken into lines."""
    assert not LIVE & {token.type for token in tokens(to_markdown_text(text))}


@pytest.mark.parametrize(
    "text",
    [
        "https://shore.example/news/2024_05_01/pier-is_back?a=1&b=2#top",
        "/data/scrapes_2024/my-file (1).jsonl.gz",
        'Price: 5 - 3 = 2 (approx.), "well," she said... 100 %! #1',
        "s3://bucket/prefix_1/",
        "...",
    ],
)
def test_ordinary_text_is_left_as_it_is(text: str) -> None:
    """Where cells are shown as they are, nobody wants to see what was escaped for nothing."""
    assert to_markdown_text(text) == text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("https://x.example/~jane", r"https\://x.example/\~jane"),
        ("www.x.example/_a", r"www\.x.example/\_a"),
        ("_a@x.example", r"\_a\@x.example"),
    ],
)
def test_an_address_with_markup_in_it_is_no_link(text: str, escaped: str) -> None:
    """A backslash inside of a link would lead somewhere else."""
    assert to_markdown_text(text) == escaped


def test_examples_in_docstrings_hold() -> None:
    """Every ``>>>`` example shows what happens."""
    result = doctest.testmod(markdown)
    assert result.attempted
    assert not result.failed


def report_of_a_run() -> str:
    """Return the report of a run with one problem, of a page that writes its own URL and error."""
    tally = Tally(captures=1)
    tally.add_problem(EVIL, EVIL)
    return summary.to_markdown(RunReport("balanced-01234567", items=1, tally=tally))


def report_of_a_dry_run() -> str:
    """Return what a dry run says of one such page."""
    seen = dry_run.Preview(captures=1, left_out=Counter({"outside the dates": 1}))
    seen.samples = [dry_run.Sample(EVIL, clean(f"{EVIL}\n``````\n{EVIL}"))]
    return dry_run.to_markdown(seen)


def report_of_a_shard() -> str:
    """Return the data that a worker leaves for the run that asked for it."""
    tally = Tally(captures=1)
    tally.add_problem(EVIL, EVIL)
    return remote_shards._to_artifact(ShardReport(EVIL, tally, failure=EVIL))


def comparison_of_editions() -> str:
    """Return a row of the comparison of two editions."""
    return f"| a | b | c |\n|---|---|---|\n{comparison._row(Sample('id', EVIL, 's', 'en', 2, 1, 'a b', 'a'))}"


@pytest.mark.parametrize(
    "write", [report_of_a_run, report_of_a_dry_run, report_of_a_shard, comparison_of_editions]
)
def test_reports_show_a_page_as_text(write: Any) -> None:
    """Nothing that a page says of itself is markup in a report: of all links and headings, ours alone."""
    found = Counter(token.type for token in tokens(write()))
    ours = Counter(heading_open=1, strong_open=1) if write is report_of_a_dry_run else Counter()
    assert Counter({kind: found[kind] for kind in LIVE if found[kind]}) == ours
    assert "javascript" in shown(write())


def test_cells_and_titles_of_a_table_are_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """The UI reads cells and descriptions as Markdown; numbers stay numbers."""
    sent: dict[str, Any] = {}
    monkeypatch.setattr(artifacts, "create_table_artifact", lambda rows, **more: sent.update(more, rows=rows))
    monkeypatch.setattr(artifacts, "key", str)
    artifacts.publish_table("lines", f"Lines of {EVIL}", [{"line": EVIL, "captures": 3}])
    assert sent["rows"] == [{"line": to_markdown_text(EVIL), "captures": 3}]
    assert sent["description"] == to_markdown_text(f"Lines of {EVIL}")
