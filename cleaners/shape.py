"""Runs of short lines before the first and after the last paragraph: menus, footers, link lists.

In the wild: every text capture made by `get_text()` begins with the site's menu, an entry a line,
and ends with its footer.
Left alone: lines with numbers (results, tables), short lines between paragraphs (lists,
sub-headings, verse, questions and answers), a short run, and every page that has no paragraphs to
tell inside from outside.
"""

from __future__ import annotations

from collections.abc import Iterator

from cleaners.values import Page, Span

MAX_MENU_CHARS = 32
MIN_PROSE_LINES = 2
MIN_RUN = 4
LONG_RUN = 8


def find(page: Page) -> Iterator[Span]:
    """Yield ``boilerplate`` for the lines of each long run of short lines outside the story."""
    if page.blocks:
        return  # the DOM knows menus better
    if len(page.prose) < MIN_PROSE_LINES:
        return
    for stretch in (range(page.prose[0]), range(page.prose[-1] + 1, len(page.texts))):
        run: list[int] = []
        for line in stretch:
            text = page.texts[line]
            if not text or "0" in page.keys[line]:  # a row of results says nothing of its neighbours
                continue
            if len(text) <= MAX_MENU_CHARS:
                run.append(line)
                continue
            yield from _menu(page, run)
            run = []
        yield from _menu(page, run)


def _menu(page: Page, run: list[int]) -> Iterator[Span]:
    if len(run) < MIN_RUN:
        return
    score = 1.0 if len(run) >= LONG_RUN else 0.7
    for line in run:
        yield page.span(line, "boilerplate", reason="boilerplate/short-lines", score=score)
