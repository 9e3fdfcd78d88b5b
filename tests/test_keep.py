"""Labels that a person wants to keep: their lines stay, whatever the policy says of them."""

from __future__ import annotations

import pytest

from cleaners import Policy, clean, clean_many

STORY = "The bridge over the river was closed on Tuesday after a lorry struck its piers, police said. " * 2
TEXT = f"Bridge closed after storm\nListen Live\n{STORY}\n{STORY}\nShare on Facebook\n"


def test_lines_of_a_kept_label_stay() -> None:
    """Only that label stays; the line is still labelled, and the source can be rebuilt."""
    page = clean(TEXT, keep=("listen_live",))
    assert "Listen Live" in page.text
    assert "Facebook" not in page.text
    assert [line.label for line in page.lines if line.kept][1] == "listen_live"
    assert page.rebuild() == page.source_text
    assert "Listen Live" not in clean(TEXT).text


@pytest.mark.parametrize("policy", list(Policy))
def test_keeping_never_removes_more(policy: Policy) -> None:
    """What stays without ``keep`` stays with it."""
    kept = {line.start for line in clean(TEXT, policy=policy).lines if line.kept}
    more = {line.start for line in clean(TEXT, policy=policy, keep={"share"}).lines if line.kept}
    assert kept <= more


@pytest.mark.parametrize(
    ("policy", "keep", "stays"),
    [("strict", (), False), ("balanced", (), False), ("lenient", (), True), ("balanced", ("caption",), True)],
)
def test_captions_stay_where_asked_for(policy: str, keep: tuple[str, ...], *, stays: bool) -> None:
    """What the markup sets apart as a caption leaves the text with its label, unless it is asked for."""
    figure = "<figure><img src=x><figcaption>The bridge on Tuesday.</figcaption></figure>"
    html = f"<article><h1>Bridge closed</h1><p>{STORY}</p>{figure}<p>{STORY}!</p><p>{STORY}?</p></article>"
    page = clean(html, "text/html", policy=policy, keep=keep)
    assert ("The bridge on Tuesday." in page.text) is stays
    assert [(line.label, line.kept) for line in page.lines][2] == ("caption", stays)
    assert page.rebuild() == page.source_text


def test_a_caption_that_only_its_wording_tells_stays() -> None:
    """In a text capture nothing but wording tells a caption from a sentence of the story."""
    caption = "In this photo taken on Tuesday, divers stand beside the damaged piles."
    assert caption in clean(f"Bridge closed\n\n{STORY}\n\n{caption}\n\n{STORY}!", policy="strict").text


def test_a_label_that_does_not_exist_is_a_wrong_call() -> None:
    """A misspelt label would silently keep nothing."""
    with pytest.raises(ValueError, match="no label 'captions'"):
        list(clean_many([], keep=("captions",)))
