"""The kept lines of an HTML capture as Markdown: headings, lists, quotes, code, tables, links.

Made from what the walk over the DOM kept of each line, only when somebody asks; CommonMark, with tables as
GitHub writes them. Left alone: emphasis and images, which change no reader's understanding of the story.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby, pairwise, takewhile
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urljoin, urlsplit

from cleaners.html.numbering import to_numbers
from cleaners.html.tables import CELL_BREAK, CELL_TAGS, MAX_CELL_CHARS

if TYPE_CHECKING:
    from cleaners.ledger import Edit, Line
    from cleaners.values import Link, Markup

QUOTE: Final = -1
_LISTS: Final = frozenset({"ul", "ol", "menu", "dir"})
_CODE: Final = frozenset({"pre", "listing", "xmp", "plaintext"})
_SCHEMES: Final = frozenset({"", "http", "https", "ftp", "mailto", "tel"})
# Linear: one character each, bounded look-around. What Markdown would read as markup inside a line; an
# underscore inside a word is none.
_ACTIVE: Final = re.compile(r"[\\`*\[\]<~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w{1,32};)")
# Linear: fixed or bounded texts at the start. What would make a paragraph a heading, an item, a quote.
_OPENING: Final = re.compile(r"\A(?:(\d{1,9})(?=[.)](?:\s|\Z))|(?=#{1,6}(?:\s|\Z)|[+-](?:\s|\Z)|--|>))")
# Linear: a run of one character, tried once, as white space stands before it. What would end a heading.
_CLOSING: Final = re.compile(r"(?<=\s)(?=#+\Z)")
# Linear: one class. What would end a link's address early, or hide what scheme it has.
_UNSAFE: Final = re.compile(r"[\x00-\x20\x7f\s()<>\\]")
_DROPPED: Final = str.maketrans("", "", "\t\r\n")
"""What browsers drop from an address."""
# Linear: a run of one character.
_TICKS: Final = re.compile("`+")


Path = Sequence[tuple[str, int]]
"""Names and numbers of the elements around a line, the outermost first."""


class _Box(NamedTuple):
    """A quote, or an item of a list, that a line stands in."""

    element: int
    group: int
    """The list of an item, ``QUOTE`` for a quote."""
    is_ordered: bool = False
    number: int | None = None
    """Which item of its list it is, where that says so."""


class _Piece(NamedTuple):
    """Lines of Markdown that belong together, and the boxes they stand in."""

    boxes: Sequence[_Box]
    rows: Sequence[str]


def to_markdown(source_text: str, lines: Sequence[Line], edits: Sequence[Edit], markup: Markup) -> str:
    """Return the kept lines as Markdown, repaired as the text is."""
    kept = [number for number, line in enumerate(lines) if line.kept and line.end > line.start]
    texts = dict(_mended(source_text, lines, kept, edits))
    links: dict[int, list[Link]] = {}
    for link in markup.links:
        links.setdefault(link.line, []).append(link)
    paths = {number: _path(markup, number) for number in kept}
    items = to_numbers(markup.parents, markup.numbering) if markup.numbering else {}
    pieces: list[_Piece] = []
    for (kind, _), group in groupby(kept, key=lambda number: _group(paths[number], number)):
        numbers = list(group)
        if kind == "code":
            pieces.append(_Piece(_boxes(paths[numbers[0]], items), _code(numbers, texts, lines)))
            continue
        written = {n: _linked(texts[n].strip(" "), links.get(n, ()), markup.url) for n in numbers}
        for is_table, rows in _rows(numbers, paths, texts) if kind == "table" else [(False, [numbers])]:
            if is_table:
                cells = [CELL_BREAK.join([written[n] for n in row]).split(CELL_BREAK) for row in rows]
                pieces.append(_Piece(_boxes(paths[rows[0][0]], items, "table"), list(_table(cells))))
                continue
            for number in chain.from_iterable(rows):
                text = _line(markup.blocks[number].tag, written[number])
                pieces.append(_Piece(_boxes(paths[number], items), [text]))
    return "\n".join(_write(pieces))


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


def _path(markup: Markup, number: int) -> Path:
    """Return the elements around a line from the outermost on: the name and the number of each."""
    elements: list[int] = []
    element = markup.elements[number]
    while element > 0:
        elements.append(element)
        element = markup.parents[element]
    return list(zip(markup.blocks[number].path.split("/"), reversed(elements), strict=False))


def _group(path: Path, number: int) -> tuple[str, int]:
    """Return what a line is written with: its code block, its table, or nothing but itself."""
    in_row = False
    for tag, element in reversed(path):
        if tag in _CODE:
            return "code", element
        if tag == "table" and in_row:
            return "table", element
        in_row = in_row or tag == "tr"
    return "text", number


def _boxes(path: Path, items: Mapping[int, int], until: str = "") -> list[_Box]:
    """Return the quotes and items around a line, or around the innermost element of a name."""
    last = max((at for at, (tag, _) in enumerate(path) if tag == until), default=len(path))
    boxes: list[_Box] = []
    group, is_ordered = 0, False
    for tag, element in path[:last]:
        if tag in _LISTS:
            group, is_ordered = element, tag == "ol"
        elif tag == "li":
            boxes.append(_Box(element, group, is_ordered, items.get(element) if is_ordered else None))
        elif tag == "blockquote":
            boxes.append(_Box(element, QUOTE))
    return boxes


def _rows(
    numbers: Sequence[int], paths: Mapping[int, Path], texts: Mapping[int, str]
) -> Iterator[tuple[bool, list[list[int]]]]:
    """Yield the rows of a table, those of data apart from those that lay out the page."""
    rows = [list(row) for _, row in groupby(numbers, key=lambda number: _row_and_cell(paths[number])[0])]
    for is_plain, group in groupby(rows, key=lambda row: _is_plain(row, paths, texts)):
        run = list(group)
        yield is_plain and any(CELL_BREAK in texts[row[0]] for row in run), run


def _row_and_cell(path: Path) -> tuple[int, int]:
    """Return the innermost table row around a line, and the cell of it; the row itself for a joined one."""
    at = max(at for at, (tag, _) in enumerate(path) if tag == "tr")
    return path[at][1], path[min(at + 1, len(path) - 1)][1]


def _is_plain(row: Sequence[int], paths: Mapping[int, Path], texts: Mapping[int, str]) -> bool:
    """Return whether a row is one line, or each of its cells a short one."""
    if len(row) == 1 and paths[row[0]][-1][0] == "tr":
        return True
    cells = {_row_and_cell(paths[number])[1] for number in row}
    return len(cells) == len(row) and all(
        len(texts[number]) <= MAX_CELL_CHARS and paths[number][-1][0] in CELL_TAGS for number in row
    )


def _write(pieces: Iterable[_Piece]) -> Iterator[str]:
    """Yield the lines of all pieces, each behind the marks of the boxes around it."""
    before: Sequence[_Box] = ()
    marks: dict[int, str] = {}
    counted: dict[int, int] = {}
    for number, (boxes, rows) in enumerate(pieces):
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, boxes, strict=False)))
        above = before[shared] if shared < len(before) else None
        rest = [_indent(box, marks) for box in boxes[:shared]]
        is_next = _is_next_item(boxes, shared, above)
        if number and not (is_next and _is_counted(boxes[shared], counted)):
            yield "".join(rest).rstrip()
        first = list(rest)
        for box in boxes[shared:]:
            if box.group != QUOTE and box.group not in marks:
                marks[box.group] = _choose_mark(box, above, marks)
            elif not _is_counted(box, counted):
                marks[box.group] = ")" if marks[box.group][-1] == "." else "."
            if box.number is not None:
                counted[box.group] = box.number
            first.append("> " if box.group == QUOTE else f"{_mark(box, marks)} ")
            rest.append(_indent(box, marks))
            above = None
        for at, row in enumerate(rows):
            yield f"{''.join(rest if at else first)}{row}".rstrip()
        before = boxes


def _is_next_item(boxes: Sequence[_Box], shared: int, above: _Box | None) -> bool:
    """Return whether a piece begins an item below one of the same list, or the first item inside another."""
    if shared == len(boxes) or boxes[shared].group == QUOTE:
        return False
    if above is not None:
        return above.group == boxes[shared].group
    return shared > 0 and boxes[shared - 1].group != QUOTE


def _indent(box: _Box, marks: Mapping[int, str]) -> str:
    return "> " if box.group == QUOTE else " " * (len(_mark(box, marks)) + 1)


def _mark(box: _Box, marks: Mapping[int, str]) -> str:
    """Return the mark of an item: that of its list, or its own number."""
    mark = marks[box.group]
    return mark if box.number is None else f"{box.number}{mark[-1]}"


def _is_counted(box: _Box, counted: Mapping[int, int]) -> bool:
    """Return whether a reader who counts gives an item its number; if not, a list has to begin anew there."""
    return box.number is None or box.number == counted.get(box.group, 0) + 1


def _choose_mark(box: _Box, above: _Box | None, marks: Mapping[int, str]) -> str:
    """Return the mark of a list's items; of two lists that touch the second has another one."""
    usual, other = ("1.", "1)") if box.is_ordered else ("-", "+")
    return other if above is not None and marks.get(above.group) == usual else usual


def _line(tag: str, text: str) -> str:
    """Return one line with the mark of its heading, or so that it is none."""
    if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
        return f"{'#' * int(tag[1])} {_CLOSING.sub(_escape, text)}"
    return _OPENING.sub(lambda match: f"{match[1] or ''}\\", text)


def _code(numbers: Sequence[int], texts: Mapping[int, str], lines: Sequence[Line]) -> list[str]:
    """Return a block of code with its blank lines, in a fence longer than any within it."""
    rows = [texts[numbers[0]]]
    for above, number in pairwise(numbers):
        rows += [""] * sum(lines[between].start == lines[between].end for between in range(above + 1, number))
        rows.append(texts[number])
    longest = max((len(run) for row in rows for run in _TICKS.findall(row)), default=0)
    fence = "`" * max(3, longest + 1)
    return [fence, *rows, fence]


def _linked(text: str, links: Sequence[Link], url: str | None) -> str:
    """Return the text with its links written out, in order; what cannot be found again stays text."""
    parts: list[str] = []
    plain = text.replace("\u00a0", " ")
    at = 0
    for link in links:
        inner, before = (part.replace("\u00a0", " ") for part in (link.text, link.before))
        start = plain.find(before + inner, max(0, at - len(before))) + len(before)
        if start < max(at, len(before)):
            start = plain.find(inner, at)
        address = _address(url, link.href)
        if start < 0 or not inner or not address:
            continue
        outer = _escaped(text[at:start])
        at = start + len(inner)
        parts += [
            f"{outer[:-1]}\\!" if outer.endswith("!") else outer,
            f"[{_escaped(text[start:at])}]({address})",
        ]
    return "".join([*parts, _escaped(text[at:])])


def _address(url: str | None, href: str) -> str:
    """Return where a link leads, "" for what is no address of a page or a person, as ``javascript:``."""
    try:
        address = _UNSAFE.sub(
            lambda match: f"%{ord(match[0]):02X}", urljoin(url or "", href.strip().translate(_DROPPED))
        )
        return address if urlsplit(address).scheme in _SCHEMES else ""
    except ValueError:
        return ""


def _escape(match: re.Match[str]) -> str:
    return f"\\{match[0]}"


def _escaped(text: str) -> str:
    return _ACTIVE.sub(_escape, text)


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the rows of a table; the first is its head, as Markdown knows no table without one."""
    width = max(map(len, rows))
    for number, row in enumerate(rows):
        cells = [cell.replace("|", "\\|") for cell in row]
        yield f"| {' | '.join([*cells, *[''] * (width - len(cells))])} |"
        if number == 0:
            yield f"|{' --- |' * width}"
