"""The kept lines of an HTML capture as Markdown: headings, lists, quotes, code, tables, links.

Made from what the walk over the DOM kept of each line, only when somebody asks. Left alone: emphasis and
images, which change no reader's understanding of the story.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

if TYPE_CHECKING:
    from cleaners.ledger import Edit, Line
    from cleaners.values import Link, Markup

CELL_BREAK: Final = "\t"
_LISTS: Final = frozenset({"ul", "ol", "menu", "dir"})
# Linear: one character class. What Markdown would read as markup inside a line.
_ACTIVE: Final = re.compile(r"[\\`*\[\]<]")
# Linear: fixed or bounded texts at the start. What would make a paragraph a heading, an item or a quote.
_OPENING: Final = re.compile(r"\A(?:#{1,6}(?=\s)|[+\->](?=\s)|\d{1,9}(?=[.)]\s))")
# Linear: one class. What would end a link's address early.
_UNSAFE: Final = re.compile(r"[\s()<>]")


def to_markdown(source_text: str, lines: Sequence[Line], edits: Sequence[Edit], markup: Markup) -> str:
    """Return the kept lines as Markdown, repaired as the text is."""
    kept = [number for number, line in enumerate(lines) if line.kept and line.end > line.start]
    texts = dict(_mended(source_text, lines, kept, edits))
    links: dict[int, list[Link]] = {}
    for link in markup.links:
        links.setdefault(link.line, []).append(link)
    parts: list[str] = []
    for kind, group in groupby(kept, key=lambda number: _kind(markup, number, texts[number])):
        numbers = list(group)
        if kind == "pre":
            parts.append("\n".join(["```", *(texts[number] for number in numbers), "```"]))
        elif kind == "table":
            parts.append("\n".join(_table([texts[number] for number in numbers])))
        else:
            written = [
                _line(markup, number, _linked(texts[number], links.get(number, ()), markup.url))
                for number in numbers
            ]
            parts.append(("\n" if kind == "list" else "\n\n").join(written))
    return "\n\n".join(parts)


def _mended(
    source_text: str, lines: Sequence[Line], kept: Sequence[int], edits: Sequence[Edit]
) -> Iterator[tuple[int, str]]:
    """Yield each kept line with the repairs inside it."""
    at = 0
    for number in kept:
        position, stop = lines[number].start, lines[number].end
        text: list[str] = []
        while at < len(edits) and edits[at].start < stop:
            edit = edits[at]
            if edit.start >= position and edit.end <= stop:
                text += [source_text[position : edit.start], edit.replacement]
                position = edit.end
            at += 1
        yield number, "".join([*text, source_text[position:stop]])


def _kind(markup: Markup, number: int, text: str) -> str:
    """Return what a line is grouped as with its neighbours."""
    block = markup.blocks[number]
    steps = block.path.split("/")
    if "pre" in steps:
        return "pre"
    if block.tag == "tr" and CELL_BREAK in text:
        return "table"
    return "list" if "li" in steps else "text"


def _line(markup: Markup, number: int, text: str) -> str:
    """Return one line with the mark of its heading, item or quote."""
    block = markup.blocks[number]
    steps = block.path.split("/")
    if len(block.tag) == 2 and block.tag[0] == "h" and block.tag[1].isdigit():
        text = f"{'#' * int(block.tag[1])} {text}"
    elif "li" in steps:
        lists = [step for step in steps if step in _LISTS]
        mark = "1." if lists and lists[-1] == "ol" else "-"
        text = f"{'  ' * (len(lists) - 1)}{mark} {text}"
    else:
        text = _OPENING.sub(lambda match: f"\\{match[0]}", text)
    return f"> {text}" if "blockquote" in steps else text


def _linked(text: str, links: Sequence[Link], url: str | None) -> str:
    """Return the text with its links written out, in order; what cannot be found again stays text."""
    parts: list[str] = []
    at = 0
    for link in links:
        start = text.find(link.text, at)
        if start < 0 or not link.text:
            continue
        address = _UNSAFE.sub(lambda match: f"%{ord(match[0]):02X}", _join(url, link.href))
        parts += [_escaped(text[at:start]), f"[{_escaped(link.text)}]({address})"]
        at = start + len(link.text)
    return "".join([*parts, _escaped(text[at:])])


def _join(url: str | None, href: str) -> str:
    try:
        return urljoin(url or "", href)
    except ValueError:
        return href


def _escaped(text: str) -> str:
    return _ACTIVE.sub(lambda match: f"\\{match[0]}", text)


def _table(rows: Sequence[str]) -> Iterator[str]:
    """Yield the rows of a table; the first is its head, as Markdown knows no table without one."""
    cells = [[_escaped(cell).replace("|", "\\|") for cell in row.split(CELL_BREAK)] for row in rows]
    width = max(map(len, cells))
    for number, row in enumerate(cells):
        yield f"| {' | '.join([*row, *[''] * (width - len(row))])} |"
        if number == 0:
            yield f"|{' --- |' * width}"
