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


def test_a_label_that_does_not_exist_is_a_wrong_call() -> None:
    """A misspelt label would silently keep nothing."""
    with pytest.raises(ValueError, match="no label 'captions'"):
        list(clean_many([], keep=("captions",)))
