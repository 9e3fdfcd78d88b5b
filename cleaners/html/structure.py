"""What the place of a line in the DOM says: semantic elements, and visibility.

Neither looks at wording. Both leave alone what stands around most of the page's prose: a ``<form>``
around the whole page makes no line a form. Links, depth and the region of the prose are for the line
tagger, which weighs them together.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cleaners.html.contexts import EDIT_SECTION
from cleaners.html.htmlpage import MIN_PROSE_CHARS, HtmlPage
from cleaners.values import Page, Span

_ROLES: Final = {
    "contentinfo": ("legal", 1.0),
    "complementary": ("related", 0.7),
    "alertdialog": ("boilerplate", 1.0),
}

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


def find_hidden(page: Page) -> Iterator[Span]:
    """Yield lines no reader saw, and links to edit a section.

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
            is_edit = any(EDIT_SECTION in word for word in page.places[place].words)
            reason = "html/edit-section" if is_edit else "html/hidden"
            yield page.span(line, "boilerplate", reason=reason, score=1.0)
