"""One capture as HTML: its lines before and after in one list, from which a browser makes two.

Law: the pieces of the lines that are not ``new`` are the lines of the source text; those that are
not ``old`` are what was kept of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from cleaners.ledger import Edit, Line
from cleaners.values import CleanedPage, Fields
from flows.markup import to_attribute, to_html, to_link
from flows.tally import FIELDS, to_text

MAX_LINE_CHARS: Final = 3_000
MAX_CAPTURE_CHARS: Final = 20_000
"""What is longer is cut in the page, and the page says so; the archive has it whole."""

KINDS: Final = {
    "story": ("body", "title", "subtitle", "dateline", "caption", "correction", "repair", "blank"),
    "data": (
        "byline", "published", "updated", "section", "tags", "credit", "page_clock", "source_url",
        "copyright",
    ),
    "way": ("nav", "breadcrumb", "pagination", "listen_live", "print", "font_size", "player"),
    "social": (
        "share", "poll", "typo_report", "comment_prompt", "comment", "community", "counter",
    ),
    "offer": ("newsletter", "paywall", "cookie", "ad", "app_promo", "donation"),
    "others": ("related", "read_more", "trending"),
    "repeated": ("disclaimer", "legal", "template", "duplicate", "boilerplate"),
}  # fmt: skip
"""Labels that share a colour and a line style."""
_KIND_OF: Final = {label: kind for kind, labels in KINDS.items() for label in labels}


class View(NamedTuple):
    """A capture to be looked at."""

    page: CleanedPage
    name: str
    site: str = ""
    day: str = ""
    capture_id: str = ""


class Piece(NamedTuple):
    """A stretch of a line: ``same`` on both sides, ``old`` (before only) or ``new`` (after only)."""

    side: str
    text: str
    edit: Edit | None = None


def find_pieces(line: Line, source_text: str, edits: Sequence[Edit]) -> Iterator[Piece]:
    """Yield the stretches of one line; ``edits`` are those that touch it, in order."""
    at = line.start
    for edit in edits:
        start, end = max(edit.start, line.start), min(edit.end, line.end)
        if start > at:
            yield Piece("same", source_text[at:start])
        if end > start:
            yield Piece("old", source_text[start:end], edit)
        if edit.replacement and line.start <= edit.start <= line.end:
            yield Piece("new", edit.replacement, edit)
        at = max(at, end)
    if at < line.end:
        yield Piece("same", source_text[at : line.end])


def share_removed(page: CleanedPage) -> float:
    """Return the share of the source text's characters that are gone, 0 to 1."""
    gone = sum(edit.end - edit.start - len(edit.replacement) for edit in page.edits)
    return min(max(gone / max(len(page.source_text), 1), 0.0), 1.0)


def to_article(number: int, view: View, *, is_open: bool = False) -> str:
    """Return one capture, folded under its headline."""
    page = view.page
    labels = sorted({line.label for line in page.lines if line.label not in {"body", "blank"}})
    share = share_removed(page)
    title = page.fields.title or view.name
    return (
        f'<details class="capture" id="c{number}" data-site="{to_attribute(view.site)}" '
        f'data-status="{page.status}" data-labels="{" ".join(labels)}"{" open" if is_open else ""}>\n'
        f'<summary><span class="number">{number}</span> <bdi class="title">{to_html(title[:200])}</bdi> '
        f'<span class="about"><span class="status {page.status}">{page.status}</span> '
        f'<bdi>{to_html(view.site)}</bdi> <svg class="share" viewBox="0 0 100 8" aria-hidden="true">'
        f'<rect class="rail" width="100" height="8"/><rect class="gone" width="{share * 100:.1f}" '
        f'height="8"/></svg> {share:.0%} removed</span></summary>\n'
        f"{_facts(view)}{_fields(page.fields)}{_lines(view)}</details>\n"
    )


def _facts(view: View) -> str:
    parts = [to_link(view.name)]
    parts += [f"<span>{to_html(part)}</span>" for part in (view.day, view.page.media_type) if part]
    if view.capture_id:
        parts.append(f"<code>{to_html(view.capture_id)}</code>")
    reason = f'<p class="reason">{to_html(view.page.reason)}</p>' if view.page.reason else ""
    return f'<p class="facts">{" · ".join(parts)}</p>\n{reason}'


def _fields(fields: Fields) -> str:
    sources = {seen.field: seen.source for seen in fields.evidence if seen.chosen}
    rows = []
    for name in FIELDS:
        value = getattr(fields, name)
        if value is not None and value != ():
            source = f" <small>{to_html(sources[name])}</small>" if name in sources else ""
            text = to_html(to_text(value)[:500])
            rows.append(f'<div><dt>{name}</dt><dd><bdi dir="auto">{text}</bdi>{source}</dd></div>')
    return f'<dl class="fields">{"".join(rows)}</dl>\n' if rows else ""


def _lines(view: View) -> str:
    """Return the lines that show anything, each with the edits that touch it."""
    page = view.page
    shown: list[str] = []
    chars = first = 0
    lines = [line for line in page.lines if line.end > line.start and line.label != "blank"]
    for line in lines:
        if chars > MAX_CAPTURE_CHARS:
            shown.append(f'<li class="more">… {len(lines) - len(shown):,} more lines{_where(view)}</li>')
            break
        while first < len(page.edits) and page.edits[first].end < line.start:
            first += 1
        last = first
        while last < len(page.edits) and page.edits[last].start <= line.end:
            last += 1
        shown.append(_line(line, page.source_text, page.edits[first:last]))
        chars += min(line.end - line.start, MAX_LINE_CHARS)
    return f'<ol class="lines">\n{"".join(shown)}</ol>\n' if shown else '<p class="reason">No text.</p>\n'


def _where(view: View) -> str:
    return f": strigil explain {view.capture_id}" if view.capture_id else ""


def _line(line: Line, source_text: str, edits: Sequence[Edit]) -> str:
    pieces = list(find_pieces(line, source_text, edits))
    is_plain = line.kept and line.label == "body"
    classes = "keep" if line.kept else "cut"
    why = ""
    if not is_plain:
        classes += f" {_KIND_OF.get(line.label, 'repeated')}"
        score = f" {line.score:.2f}" if line.reason else ""
        why = f'<span class="why"><b>{to_html(line.label)}</b>{score} <i>{to_html(line.reason)}</i></span>'
    data = f' data-label="{to_attribute(line.label)}" data-score="{line.score:.2f}"'
    mark = '<span class="sign" title="kept">+</span>'
    if not line.kept:
        mark = '<span class="sign" title="removed">−</span>'
    text = "".join(_piece(piece, is_cut=not line.kept) for piece in _cut(pieces))
    return f'<li class="{classes}"{data}>{mark}<span class="what" dir="auto">{text}</span>{why}</li>\n'


def _cut(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Yield pieces up to the longest line that is shown."""
    left = MAX_LINE_CHARS
    for piece in pieces:
        if len(piece.text) > left:
            yield piece._replace(text=piece.text[:left] + " …")
            return
        left -= len(piece.text)
        yield piece


def _piece(piece: Piece, *, is_cut: bool) -> str:
    text = to_html(piece.text)
    if piece.edit is None or is_cut:
        return text
    tag = "del" if piece.side == "old" else "ins"
    return f'<{tag} title="{to_attribute(f"{piece.edit.label} {piece.edit.reason}")}">{text}</{tag}>'
