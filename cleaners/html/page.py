"""One HTML capture into a page: rendered lines, what the DOM knew of each, and metadata evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import accumulate
from typing import Final

from cleaners.html.contexts import Place
from cleaners.html.dates import to_iso
from cleaners.html.dom import read_html
from cleaners.html.htmlpage import HtmlPage, to_view
from cleaners.html.lines import Lines
from cleaners.html.marking import Mark, Rule, mark_elements
from cleaners.html.metadata import find_evidence
from cleaners.layout import find_prose
from cleaners.repair import find_suspects
from cleaners.segment import SPACE, fold_lines
from cleaners.values import Block, Page, Span

_HEADINGS: Final = frozenset({"h1", "h2", "h3"})


def to_page(
    html: str,
    *,
    url: str | None = None,
    captured_at: datetime | None = None,
    rules: Sequence[Rule] = (),
) -> HtmlPage:
    r"""Return an HTML capture as a page; the same bytes always give the same page.

    Every block element gives one line, ``br`` ends a line, a data table's row is one line with its
    cells kept apart by tabs, ``pre`` keeps its blank lines. Scripts, styles, templates, frames and
    form options are no text. Hidden elements are lines as well, and their blocks say so. ``rules`` are
    the site rules that hold for this page (``cleaners.sites``).

    >>> page = to_page("<title>t</title><h1>Bridge <em>closed</em></h1><p>Since<br>Tuesday.")
    >>> page.source_text
    'Bridge closed\nSince\nTuesday.'
    >>> page.blocks[0].path
    'body/h1'
    """
    html, marks = mark_elements(html, rules) if rules else (html, [])
    lines, found = read_html(html)
    rendered = lines.texts or [""]
    ends = list(accumulate(map(len, rendered), lambda end, length: end + 1 + length))
    starts = [end - len(text) for end, text in zip(ends, rendered, strict=True)]
    source_text, texts = "\n".join(rendered), [text.strip(SPACE) for text in rendered]
    suspects = find_suspects(source_text, starts)
    places, place_of = _to_places(lines)
    link_chars = lines.link_chars or [0]
    headings = [
        (places[number].tag, texts[line])
        for line, number in enumerate(place_of)
        if places[number].tag in _HEADINGS and not places[number].hidden
    ]
    page = HtmlPage(
        source_text=source_text,
        starts=starts,
        ends=ends,
        texts=texts,
        keys=fold_lines(texts, suspects),
        prose=find_prose(texts),
        suspects=suspects,
        media_type="text/html",
        url=url,
        captured_at=captured_at,
        blocks=_to_blocks(places, place_of, link_chars),
        evidence=tuple(find_evidence(found, headings, url=url, captured_at=captured_at)),
        links=lines.links,
        places=places,
        place_of=place_of,
        link_chars=link_chars,
        elements=lines.elements or [0],
        parents=lines.parents,
        numbering=lines.numbering,
        view=to_view(places, place_of, texts, link_chars),
    )
    if lines.embedded:
        said = [page.span(line, "body", reason="html/article-in-data") for line in lines.embedded]
        page = replace(page, marked=tuple(said))
    if not marks:
        return page
    numbers = [lines.places.marks.get(context) for context in lines.contexts]
    return replace(page, marked=(*page.marked, *_to_spans(page, numbers, marks)))


def _to_spans(page: Page, numbers: Sequence[str | None], marks: Sequence[Mark]) -> Iterator[Span]:
    """Yield a span for each line of a marked element; numbers no rule wrote are the page's own noise."""
    known = {str(number): mark for number, mark in enumerate(marks)}
    for line, number in enumerate(numbers):
        if number in known:
            (_, label, reason, _), value = known[number]
            if label in {"published", "updated"}:
                value = to_iso(value or page.texts[line])
            elif value is None and label in {"tags", "credit"}:
                value = page.texts[line]
            yield page.span(line, label, reason=reason, value=value)


def _to_places(lines: Lines) -> tuple[list[Place], list[int]]:
    """Return the distinct places of the lines, and which one each line stands at."""
    contexts = lines.contexts or [0]
    by_context = lines.places.to_places(contexts)
    numbers = {place: number for number, place in enumerate(dict.fromkeys(by_context.values()))}
    number_of = {context: numbers[place] for context, place in by_context.items()}
    return list(numbers), [number_of[context] for context in contexts]


def _to_blocks(places: Sequence[Place], place_of: Sequence[int], link_chars: Sequence[int]) -> list[Block]:
    """Return what the DOM knew, one entry a line."""
    return [
        Block(place.tag, place.path, place.words, linked, place.hidden)
        for place, linked in zip(map(places.__getitem__, place_of), link_chars, strict=True)
    ]
