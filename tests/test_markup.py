"""Text from a page cannot become markup, hide, or lead anywhere but to the web."""

from __future__ import annotations

import doctest
import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import markup

ANY_TEXT = st.text(st.characters() | st.sampled_from("<>&\"'\u202e\u2066\u200b\0\x85\ud800\ufeff"))
UNSAFE = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def test_examples_in_docstrings_hold() -> None:
    """Every ``>>>`` example shows what happens."""
    result = doctest.testmod(markup)
    assert result.attempted
    assert not result.failed


@given(ANY_TEXT)
def test_only_our_marks_are_markup(text: str) -> None:
    """Without the marks of hidden characters no tag is left, and nothing invisible."""
    shown = markup.to_html(text)
    rest = re.sub(r'<b class="code">U\+[0-9A-F]{4,6}</b>', "", shown)
    assert "<" not in rest
    assert ">" not in rest
    assert not UNSAFE.search(shown)
    assert shown.encode().decode() == shown


@given(ANY_TEXT)
def test_text_can_be_read_back(text: str) -> None:
    """What a browser shows is the text, with the hidden characters named."""
    shown = re.sub(
        r'<b class="code">U\+([0-9A-F]{4,6})</b>',
        lambda found: chr(int(found[1], 16)),
        markup.to_html(text),
    )
    assert html.unescape(shown) == text or any(0xD800 <= ord(char) < 0xE000 for char in text)


@given(ANY_TEXT)
def test_attributes_cannot_be_left(text: str) -> None:
    """No quote, no angle bracket, nothing invisible."""
    shown = markup.to_attribute(text)
    assert not set(shown) & set("<>\"'")
    assert not UNSAFE.search(shown)


@given(ANY_TEXT)
def test_a_link_leads_to_the_web_or_is_none(url: str) -> None:
    """Whatever stands in ``href`` begins with http(s), and the window it opens knows nothing of ours."""
    link = markup.to_link(url)
    if "href" in link:
        assert re.match(r'<a href="https?://', link, re.IGNORECASE)
        assert 'rel="noopener noreferrer nofollow"' in link


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt://example.com/%0aalert(1)",
        "data:text/html,<script>",
        "//example.com",
        "https://",
        "https://exa mple.com",
        "https://example.com/\u202egnp",
        "http://[::1",
        "scrapes/a.html",
    ],
)
def test_other_addresses_are_text(url: str) -> None:
    """Only an address of the web becomes a link."""
    assert "href" not in markup.to_link(url)


def test_an_address_of_the_web_is_a_link() -> None:
    """The quotes of a URL are escaped in it."""
    assert 'href="https://example.com/?a=&quot;&amp;b"' in markup.to_link('https://example.com/?a="&b')
