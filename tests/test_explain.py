"""What ``explain`` shows of a page is text to a terminal, whatever the page holds."""

from __future__ import annotations

import re

import pytest

from cleaners import Policy, clean
from cleaners.explain import to_visible

STORY = (
    "The bridge was closed on Tuesday after a lorry struck it, police said, and nobody knows for how long."
)
# Linear: one character class.
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@pytest.mark.parametrize(
    "hostile",
    ["\x1b[8mhidden", "\x1b]0;title\x07", "\x9b2J", "a\x08b", "\x00", "half \ud800", "del\x7f", "a\tb"],
)
@pytest.mark.parametrize("media_type", ["text/plain", "text/html"])
def test_nothing_of_a_page_reaches_the_terminal_raw(hostile: str, media_type: str) -> None:
    """Escape sequences of every kind are shown; the only ones left are the colours of ``explain`` itself."""
    page = clean(f"<p>{STORY} {hostile}</p>", media_type, policy=Policy.ANNOTATE)
    assert not CONTROLS.search(page.explain())
    colored = re.sub("\x1b\\[[0-9]{1,2}m", "", page.explain(color=True))
    assert not CONTROLS.search(colored)
    page.explain().encode("utf-8")


def test_why_a_page_failed_is_shown_too() -> None:
    """A reason may quote what a capture held."""
    page = clean(STORY, "image/\x1b[31mpng")
    assert page.status == "rejected"
    assert not CONTROLS.search(page.explain())


@pytest.mark.parametrize(
    "text", [STORY, "Zażółć gęślą jaźń", "soft\u00adhyphen", "שלום\u200f", "no\u00a0break", "👩\u200d🚒"]
)
def test_text_of_any_language_is_shown_as_it_is(text: str) -> None:
    """Invisible characters of scripts and of type are no commands."""
    assert to_visible(text) == text
