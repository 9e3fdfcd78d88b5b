"""Pages with lines that must not be cleaned away: each case in tests/cases/negative/."""

from __future__ import annotations

import tomllib
from html import escape
from pathlib import Path
from typing import Any

import pytest

from cleaners import Policy, clean

CASES: list[dict[str, Any]] = [
    {**case, "file": path.stem}
    for path in sorted((Path(__file__).parent / "cases/negative").glob("*.toml"))
    for case in tomllib.loads(path.read_text())["case"]
]

PARAGRAPHS = [case for case in CASES if not case["name"].startswith("table")]


@pytest.mark.parametrize("case", CASES, ids=[f"{c['file']}-{c['name']}" for c in CASES])
@pytest.mark.parametrize("policy", [Policy.BALANCED, Policy.LENIENT])
def test_the_line_stays(case: dict[str, Any], policy: Policy) -> None:
    """What only looks like debris stays in the text."""
    page = clean(case["text"], policy=policy)
    kept = {line.strip() for line in page.text.split("\n")}
    lost = [line for line in case["keep"] if line.strip() not in kept]
    assert not lost, f"{case['why']}\n{page.explain()}"


@pytest.mark.parametrize("case", PARAGRAPHS, ids=[f"{c['file']}-{c['name']}" for c in PARAGRAPHS])
def test_the_paragraph_stays(case: dict[str, Any]) -> None:
    """Nor does it go where each line is a paragraph of HTML."""
    title, *lines = filter(str.strip, case["text"].split("\n"))
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in lines)
    page = clean(f"<article><h1>{escape(title)}</h1>{paragraphs}</article>", "text/html")
    kept = {" ".join(line.split()) for line in page.text.split("\n")}
    assert kept.issuperset(" ".join(line.split()) for line in case["keep"]), page.explain()


def test_there_are_cases() -> None:
    """The cases are found: an empty folder would pass everything."""
    assert len(CASES) >= 100
