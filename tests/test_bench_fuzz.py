"""Hostile pages of every kind end with a status and rebuild; the fuzz command says what it found."""

from __future__ import annotations

import pytest

from bench.fuzz import KINDS, main, make_page
from cleaners import Status, clean


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("kind", KINDS)
def test_hostile_page(kind: str, seed: int) -> None:
    """No crash, a clear status, and every byte of the source text accounted for."""
    page = clean(make_page(kind, seed, 20_000), "text/html")
    assert page.status is not Status.FAILED, page.reason
    assert page.rebuild() == page.source_text


def test_pages_can_be_made_again() -> None:
    """The same seed gives the same page, another one another."""
    assert make_page("soup", 1, 500) == make_page("soup", 1, 500) != make_page("soup", 2, 500)


def test_command(capsys: pytest.CaptureFixture[str]) -> None:
    """One round over all kinds is told, the worst first."""
    main(["--seconds", "0", "--size", "2000"])
    assert f"{len(KINDS)} pages" in capsys.readouterr().out
