"""Site rules: which hold for a page, what they choose, and how a bad file is told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cleaners.errors import LexiconError
from cleaners.html.page import to_page
from cleaners.sites import find, load_site_rules, verify_site_rules

GOOD = """
hosts = ["example.org"]
[[rule]]
id = "box"
select = "div.box"
label = "related"
from = 2019-01-01
until = 2019-12-31
why = "A box."
example = "<div class='box'>Ferry to run again</div>"
yields = ["Ferry to run again"]
spares = "<div>Ferry</div>"
"""


def write(folder: Path, text: str) -> Path:
    """Write one rule file."""
    (folder / "example.toml").write_text(text, encoding="utf-8")
    return folder


def test_own_rules_keep_their_examples() -> None:
    """Every rule in the package does what its examples say."""
    assert list(verify_site_rules()) == []
    assert len(load_site_rules().by_host) >= 3


@pytest.mark.parametrize(
    ("url", "year", "holds"),
    [
        ("https://example.org/a", 2019, True),
        ("https://news.EXAMPLE.org:8080/a", 2019, True),
        ("https://example.org./a", 2019, True),
        ("https://notexample.org/a", 2019, False),
        ("https://example.org.evil.test/a", 2019, False),
        ("https://example.org/a", 2018, False),
        ("https://example.org/a", 2020, False),
        ("https://example.org/a", None, True),
        ("http://[broken", 2019, False),
        (None, 2019, False),
    ],
)
def test_which_rules_hold(tmp_path: Path, url: str | None, year: int | None, *, holds: bool) -> None:
    """A rule holds for its host and subdomains, on the days it names."""
    rules = load_site_rules(write(tmp_path, GOOD))
    captured_at = datetime(year, 12, 31, 23, tzinfo=UTC) if year else None
    assert bool(rules.for_page(url, captured_at)) is holds


def test_rules_choose_lines(tmp_path: Path) -> None:
    """The lines of a chosen element are marked, all others are not, and the text is the same."""
    rules = load_site_rules(write(tmp_path, GOOD)).for_page("https://example.org/", None)
    html = "<p>One<div class=box><h2>Read</h2><p>Ferry</div><p>Two<div class=boxes>Three"
    page = to_page(html, rules=rules)
    assert [page.source_text[s.start : s.end] for s in find(page)] == ["Read", "Ferry"]
    assert {(s.label, s.reason, s.score) for s in find(page)} == {("related", "site/example.org/box", 1.0)}
    assert page.source_text == to_page(html).source_text
    assert list(find(to_page(html))) == []


def test_inner_rules_win(tmp_path: Path) -> None:
    """A rule on an inner element beats one on an outer element."""
    inner = GOOD.replace('hosts = ["example.org"]', "").replace('"box"', '"kept"').replace("div.box", ".keep")
    rules = load_site_rules(write(tmp_path, GOOD + inner.replace('"related"', '"body"')))
    chosen = rules.for_page("https://example.org/", None)
    page = to_page("<div class=box><p>Gone</p><p class=keep>Stays</p></div>", rules=chosen)
    assert [(s.label, page.source_text[s.start : s.end]) for s in page.marked] == [
        ("related", "Gone"),
        ("body", "Stays"),
    ]


@pytest.mark.parametrize("forged", ["0", "7", "-1", "x", "²", "9" * 5000])
def test_pages_cannot_mark_themselves(tmp_path: Path, forged: str) -> None:
    """A mark that a page brings along means nothing."""
    rules = load_site_rules(write(tmp_path, GOOD)).for_page("https://example.org/", None)
    html = f"<p data-strigil-mark='{forged}'>Story</p>"
    assert to_page(html, rules=rules).marked == ()
    page = to_page(html + "<div class=box>Gone</div>", rules=rules)
    assert [page.source_text[s.start : s.end] for s in page.marked] == ["Gone"]


@pytest.mark.parametrize(
    "html", ["<div class=box>" * 30_000 + "x", "\ud800<div class=box>\0", "<![foo[", "<div class=box", ""]
)
def test_hostile_pages(tmp_path: Path, html: str) -> None:
    """Pages that break parsers do not break rules."""
    rules = load_site_rules(write(tmp_path, GOOD)).for_page("https://example.org/", None)
    assert isinstance(to_page(html, rules=rules).source_text, str)


BAD = {
    "hosts": (GOOD.replace('["example.org"]', '"example.org"'), "needs a list of hosts"),
    "key": (GOOD.replace("why =", "because ="), "lacks why"),
    "unknown": (GOOD + 'color = "red"', "unknown keys: color"),
    "label": (GOOD.replace('"related"', '"rubbish"'), "no label 'rubbish'"),
    "selector": (GOOD.replace("div.box", "div["), "Malformed"),
    "day": (GOOD.replace("2019-01-01", '"spring"'), "from and until are days"),
    "twice": (GOOD + GOOD.replace('hosts = ["example.org"]', ""), "second rule"),
    "toml": ("hosts = [", "example.toml"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_told(tmp_path: Path, name: str) -> None:
    """A bad file names the file, the entry and the fault."""
    text, fault = BAD[name]
    with pytest.raises(LexiconError, match=fault):
        load_site_rules(write(tmp_path, text))


def test_all_problems_are_told_together(tmp_path: Path) -> None:
    """One load tells every bad entry, one verify every example that does not hold."""
    second = GOOD.replace('hosts = ["example.org"]', "").replace("why =", "because =").replace('"box"', '"b"')
    with pytest.raises(LexiconError) as caught:
        load_site_rules(write(tmp_path, GOOD.replace("div.box", "div[") + second))
    assert len(caught.value.problems) == 2
    lying = GOOD.replace('yields = ["Ferry to run again"]', "yields = []").replace(
        "<div>Ferry", "<div class=box>F"
    )
    assert len(list(verify_site_rules(load_site_rules(write(tmp_path, lying))))) == 2
