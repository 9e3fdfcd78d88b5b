"""What the place of a line in the DOM says: semantic elements, links, region, visibility.

Four cleaners, four independent kinds of evidence. None looks at wording. All leave alone what
stands around most of the page's prose: a ``<form>`` around the whole page makes no line a form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from cleaners.html.boxes import is_boxed, judge_path
from cleaners.html.prose import MIN_PROSE_CHARS, Place, find_places, find_prose, find_wrappers, link_density
from cleaners.values import Page, Span

_ROLES: Final = {
    "contentinfo": ("legal", 1.0),
    "complementary": ("related", 0.7),
    "alertdialog": ("boilerplate", 1.0),
}

MIN_LINK_DENSITY: Final = 0.7
MIN_LINK_RUN: Final = 3
LONG_LINK_RUN: Final = 6
MIN_HEADLINE_CHARS: Final = 30
MIN_PROSE_SHARE: Final = 0.25
"""Where less of the text is prose, the page is a list of links, and its links are its content."""

MIN_COMMON: Final = 0.85
MIN_REGION_PROSE: Final = 3
REGION_SCORE: Final = 0.8
MAX_HIDDEN_SHARE: Final = 0.5


def find_semantic(page: Page) -> Iterator[Span]:
    """Yield lines inside elements and roles that are no story: ``nav``, ``footer``, ``aside``, ``form``.

    Left alone: headings, and the ``header`` of an ``article``; its ``footer`` counts little.
    """
    if not page.blocks:
        return
    wrappers = find_wrappers(page)
    known: dict[Place, tuple[str, str, float] | None] = {}
    for line, block in enumerate(page.blocks):
        place = block.path, block.words
        if place not in known:
            known[place] = judge_path(block.path, wrappers) or _judge_roles(block.words - wrappers)
        if verdict := known[place]:
            element, label, score = verdict
            yield page.span(line, label, reason=f"html/<{element}>", score=score)


def _judge_roles(words: frozenset[str]) -> tuple[str, str, float] | None:
    return next(((role, *verdict) for role, verdict in _ROLES.items() if role in words), None)


def find_links(page: Page) -> Iterator[Span]:
    """Yield lines made of links: runs of short ones are menus, runs of long ones other headlines.

    Left alone: links inside sentences. A single linked line says little, and on a page of
    links and next to no prose all of this says little.
    """
    if not page.blocks:
        return
    prose = sum(len(page.texts[line]) for line in find_prose(page))
    total = sum(len(text) for text, block in zip(page.texts, page.blocks, strict=True) if not block.hidden)
    trust = 1.0 if prose >= MIN_PROSE_SHARE * total else 0.5
    run: list[int] = []
    for line in range(len(page.texts)):
        if link_density(page, line) >= MIN_LINK_DENSITY:
            run.append(line)
        elif run:
            yield from _judge_run(page, run, trust)
            run = []
    yield from _judge_run(page, run, trust)


def _judge_run(page: Page, run: list[int], trust: float) -> Iterator[Span]:
    if not run:
        return
    score = 1.0 if len(run) >= LONG_LINK_RUN else 0.8 if len(run) >= MIN_LINK_RUN else 0.5
    chars = sorted(len(page.texts[line]) for line in run)
    label = "related" if chars[len(chars) // 2] >= MIN_HEADLINE_CHARS else "nav"
    for line in run:
        yield page.span(line, label, reason=f"html/links/run-{label}", score=score * trust)


def find_region(page: Page) -> Iterator[Span]:
    """Yield lines outside the element that most of the prose shares.

    Which element that is, no word or tag name says: it is the class words and the path that nearly
    all paragraphs have and the line has not.
    """
    prose = find_prose(page) if page.blocks else []
    if len(prose) < MIN_REGION_PROSE:
        return
    places = find_places(page, prose)
    shared_chars: Counter[str] = Counter()
    for (path, words), chars in places.items():
        for name in words.union(_to_prefixes(path)):
            shared_chars[name] += chars
    most = MIN_COMMON * places.total()
    shared = frozenset([name for name, chars in shared_chars.items() if chars >= most])
    prefix = max((name for name in shared if name.endswith("/")), key=len, default="")
    words = frozenset([name for name in shared if not name.endswith("/")])
    known: dict[Place, bool] = {}
    for line, block in enumerate(page.blocks):
        place = block.path, block.words
        if place not in known:
            known[place] = words <= block.words and f"{block.path}/".startswith(prefix)
        if not known[place]:
            yield page.span(line, "boilerplate", reason="html/outside-main", score=REGION_SCORE)


def _to_prefixes(path: str) -> list[str]:
    """Return the paths of the ancestors, each with its closing slash."""
    return [path[: at + 1] for at, char in enumerate(path) if char == "/"]


def find_hidden(page: Page) -> Iterator[Span]:
    """Yield lines no reader saw.

    Left alone: paragraphs in the midst of the story and in no box, which a button unfolds; and
    everything, if it is most of the page: then a script was to show it.
    """
    if not page.blocks:
        return
    hidden = [line for line, block in enumerate(page.blocks) if block.hidden]
    chars = sum(len(page.texts[line]) for line in hidden)
    if not hidden or chars > MAX_HIDDEN_SHARE * sum(map(len, page.texts)):
        return
    wrappers = find_wrappers(page)
    outside = {span.start for span in find_region(page)}
    for line in hidden:
        block = page.blocks[line]
        folded = len(page.texts[line]) >= MIN_PROSE_CHARS and page.starts[line] not in outside
        if not folded or is_boxed(block.path, block.words, wrappers):
            yield page.span(line, "boilerplate", reason="html/hidden", score=1.0)
