"""What the place of a line in the DOM says: semantic elements, links, region, visibility.

Four cleaners, four independent kinds of evidence. None looks at wording. All leave alone what
stands around most of the page's prose: a ``<form>`` around the whole page makes no line a form.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cleaners.html.htmlpage import MIN_PROSE_CHARS, HtmlPage
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

REGION_SCORE: Final = 0.8
MAX_HIDDEN_SHARE: Final = 0.5


def find_semantic(page: Page) -> Iterator[Span]:
    """Yield lines inside elements and roles that are no story: ``nav``, ``footer``, ``aside``, ``form``.

    Left alone: headings, and the ``header`` of an ``article``; its ``footer`` counts little.
    """
    if not isinstance(page, HtmlPage):
        return
    wrappers = page.view.wrappers
    verdicts = [
        verdict or _judge_roles(place.words, wrappers)
        for verdict, place in zip(page.view.by_path, page.places, strict=True)
    ]
    for line, place in enumerate(page.place_of):
        if verdict := verdicts[place]:
            element, label, score = verdict
            yield page.span(line, label, reason=f"html/<{element}>", score=score)


def _judge_roles(words: frozenset[str], wrappers: frozenset[str]) -> tuple[str, str, float] | None:
    if words.isdisjoint(_ROLES):
        return None
    return next(
        ((role, *verdict) for role, verdict in _ROLES.items() if role in words and role not in wrappers), None
    )


def find_links(page: Page) -> Iterator[Span]:
    """Yield lines made of links: runs of short ones are menus, runs of long ones other headlines.

    Left alone: links inside sentences. A single linked line says little, and on a page of
    links and next to no prose all of this says little.
    """
    if not isinstance(page, HtmlPage):
        return
    chars = [len(text) for text in page.texts]
    prose = sum(chars[line] for line in page.view.prose)
    seen = [not place.hidden for place in page.places]
    total = sum(count for count, place in zip(chars, page.place_of, strict=True) if seen[place])
    trust = 1.0 if prose >= MIN_PROSE_SHARE * total else 0.5
    run: list[int] = []
    for line, linked in enumerate(page.link_chars):
        if linked >= MIN_LINK_DENSITY * chars[line] and linked:
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
    """Yield lines outside the element that most of the prose shares."""
    if isinstance(page, HtmlPage):
        outside = page.view.outside
        for line, place in enumerate(page.place_of):
            if place in outside:
                yield page.span(line, "boilerplate", reason="html/outside-main", score=REGION_SCORE)


def find_hidden(page: Page) -> Iterator[Span]:
    """Yield lines no reader saw.

    Left alone: paragraphs in the midst of the story and in no box, which a button unfolds; and
    everything, if it is most of the page: then a script was to show it.
    """
    if not isinstance(page, HtmlPage):
        return
    unseen = {number for number, place in enumerate(page.places) if place.hidden}
    hidden = [line for line, place in enumerate(page.place_of) if place in unseen] if unseen else []
    chars = sum(len(page.texts[line]) for line in hidden)
    if not hidden or chars > MAX_HIDDEN_SHARE * sum(map(len, page.texts)):
        return
    for line in hidden:
        place = page.place_of[line]
        folded = len(page.texts[line]) >= MIN_PROSE_CHARS and place not in page.view.outside
        if not folded or page.view.is_boxed(place):
            yield page.span(line, "boilerplate", reason="html/hidden", score=1.0)
