"""What the place of a line in the DOM says: semantic elements, links, region, visibility.

Four cleaners, four independent kinds of evidence. None looks at wording. All leave alone what
stands around most of the page's prose: a ``<form>`` around the whole page makes no line a form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from cleaners.html.prose import find_prose, find_wrappers, link_density
from cleaners.values import Block, Page, Span

_ELEMENTS: Final = {
    "nav": ("nav", 1.0),
    "menu": ("nav", 0.8),
    "footer": ("legal", 1.0),
    "dialog": ("boilerplate", 1.0),
    "button": ("boilerplate", 0.9),
    "aside": ("related", 0.8),
    "form": ("boilerplate", 0.8),
    "header": ("nav", 0.8),
    "search": ("nav", 1.0),
}
_OF_STORY: Final = frozenset({"header", "footer"})
"""Inside the story these hold its headline, byline and tags."""
_STORY: Final = frozenset({"article", "main"})
_HEADINGS: Final = frozenset({"h1", "h2", "h3"})
MIN_STORY_FOOTER: Final = 0.4
_ROLES: Final = {"contentinfo": ("legal", 1.0), "complementary": ("related", 0.7), "alertdialog": ("boilerplate", 1.0)}

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
    """Yield lines inside elements and roles that are no story: ``nav``, ``footer``, ``aside``, ``form``…

    Left alone: headings, and the ``header`` of an ``article``; its ``footer`` counts little.
    """
    if not page.blocks:
        return
    wrappers = find_wrappers(page, find_prose(page))
    known: dict[str, tuple[str, str, float] | None] = {}
    for line, block in enumerate(page.blocks):
        if block.path not in known:
            known[block.path] = _judge_path(block.path, wrappers)
        verdict = known[block.path]
        if verdict is None:
            verdict = next(
                ((role, *_ROLES[role]) for role in _ROLES if role in block.words and role not in wrappers), None
            )
        if verdict:
            element, label, score = verdict
            yield page.span(line, label, reason=f"html/<{element}>", score=score)


def _judge_path(path: str, wrappers: frozenset[str]) -> tuple[str, str, float] | None:
    """Return the element of the path that says most, its label and its score."""
    tags = path.split("/")
    best: tuple[str, str, float] | None = None
    in_story = False
    for tag in tags:
        in_story = in_story or tag in _STORY
        if tag not in _ELEMENTS or f"<{tag}>" in wrappers:
            continue
        label, score = _ELEMENTS[tag]
        if in_story and tag in _OF_STORY:
            if tag == "header":
                continue
            score = MIN_STORY_FOOTER
        if best is None or score > best[2]:
            best = (tag, label, score)
    if best and best[0] == "header" and tags[-1] == "h1":
        return None
    return best


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
    words: Counter[str] = Counter()
    prefixes: Counter[str] = Counter()
    total = 0
    for line in prose:
        block, chars = page.blocks[line], len(page.texts[line])
        total += chars
        words.update(dict.fromkeys(block.words, chars))
        prefixes.update(dict.fromkeys(_to_prefixes(block), chars))
    shared = frozenset(word for word, chars in words.items() if chars >= MIN_COMMON * total)
    prefix = max((p for p, chars in prefixes.items() if chars >= MIN_COMMON * total), key=len, default="")
    for line, block in enumerate(page.blocks):
        if not (shared <= block.words and f"{block.path}/".startswith(prefix)):
            yield page.span(line, "boilerplate", reason="html/outside-main", score=REGION_SCORE)


def _to_prefixes(block: Block) -> list[str]:
    """Return the paths of the block's ancestors, each with its closing slash."""
    path = block.path
    return [path[: at + 1] for at, char in enumerate(path) if char == "/"]


def find_hidden(page: Page) -> Iterator[Span]:
    """Yield lines no reader saw, unless they are most of the page: then a script was to show them."""
    if not page.blocks:
        return
    hidden = [line for line, block in enumerate(page.blocks) if block.hidden]
    chars = sum(len(page.texts[line]) for line in hidden)
    if chars <= MAX_HIDDEN_SHARE * sum(map(len, page.texts)):
        for line in hidden:
            yield page.span(line, "boilerplate", reason="html/hidden", score=1.0)
