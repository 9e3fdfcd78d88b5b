"""One pass over the DOM: the visible text as lines, and the plain values metadata is read from.

The only door to selectolax. The walk is one loop without recursion: however deep a page nests,
it neither crashes nor slows down. What a line knows of its place (path, words) is computed once an
element, on the way down, and shared by the lines below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode, create_tag

from cleaners.html.contexts import EDIT_SECTION, HIDDEN, LINKED, ODD, PREFORMATTED, Contexts, is_hidden
from cleaners.html.embedded import (
    MAX_SHELL_CHARS,
    MIN_ARTICLE_CHARS,
    MIN_PARAGRAPH_CHARS,
    find_article,
    is_html,
    is_state,
)
from cleaners.html.found import AUTHOR_LINK, WANTED_ITEMS, WANTED_RELS, Found
from cleaners.html.lines import SPACES, Lines
from cleaners.html.marking import MARK
from cleaners.html.tables import Cell, read_span
from cleaners.html.taming import tame, to_utf8
from cleaners.html.words import add_words

INLINE, LINK, BLOCK, ROW, PRE, BREAK, DATA, SKIP = range(8)
"""What the walk does at an element; everything unknown is inline, as in a browser."""

_TAGS: Final = {
    LINK: "a",
    BLOCK: (
        "address article aside blockquote body button caption center dd details dialog dir div dl dt "
        "fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup legend li main menu "
        "nav ol p search section summary table tbody td tfoot th thead ul"
    ),
    ROW: "tr",
    PRE: "pre listing xmp plaintext",
    BREAK: "br hr",
    DATA: "script meta link title",
    SKIP: (
        "style template noscript noframes noembed svg iframe select datalist textarea object audio video "
        "canvas base"
    ),
}
_IDS: Final = {name: create_tag(name).tag_id for names in _TAGS.values() for name in names.split()}
_NAMES: Final = {tag_id: name for name, tag_id in _IDS.items()}
_KINDS: Final = {_IDS[name]: kind for kind, names in _TAGS.items() for name in names.split()}
_KINDS_WITHOUT_SCRIPTS: Final = _KINDS | {_IDS["noscript"]: BLOCK}
_TEXT: Final = 2
"""Lexbor's id of text nodes; comments and the like have no children and are passed by."""
_HTML, _TIME = create_tag("html").tag_id, create_tag("time").tag_id
_SCRIPT, _META, _LINK_ELEMENT, _TITLE = (_IDS[name] for name in ("script", "meta", "link", "title"))
_CELLS: Final = frozenset({_IDS["td"], _IDS["th"]})
_DIALOG, _A = _IDS["dialog"], _IDS["a"]
_BITS: Final = {LINK: LINKED, PRE: PREFORMATTED | ODD}
_NO_CONTEXT: Final = frozenset(create_tag(name).tag_id for name in ("html", "head", "body"))
_SPECIAL: Final = _NO_CONTEXT | {_TIME, _DIALOG}
"""Elements that matter without attributes, and those that never do."""
_TELLING: Final = frozenset(f"id role itemprop rel hidden aria-hidden style layout {MARK}".split())
"""Attributes that say more of an element than its class does."""
_STATES: Final = frozenset({"__NEXT_DATA__", "__NUXT_DATA__", "__APOLLO_STATE__", "__PRELOADED_STATE__"})
"""Scripts in which frameworks keep what a page is made from, as JSON."""
_STATE_ATTRIBUTES: Final = ("data-page", "data-preloaded")
"""Attributes with the same: Inertia, Discourse."""
MAX_VALUES: Final = 200
MAX_NAMED: Final = 50
MAX_NAMED_CHARS: Final = 160
# Linear: one alternation of fixed words.
_AUTHOR_PATH: Final = re.compile(
    r"/(?:author|autor|auteur|autore|autores|autoren|autori)s?[/=]", re.IGNORECASE
)
# Linear: one alternation of fixed words. Classes of elements that hold who or when, in lower case: asked of
# every element's names, and five times as fast as a pattern that ignores case.
_NAMED: Final = re.compile(
    r"author|byline|autor|auteur|vcard|submitted|username|date|publish|posted|time(?!line|r\b|out)"
)
MAX_VALUE_CHARS: Final = 2_000


def read_html(html: str) -> tuple[Lines, Found]:
    """Return the rendered lines and the metadata values of one HTML page.

    ``<noscript>`` is rendered only where the page shows next to no prose without it.
    """
    source = to_utf8(tame(html))
    root = _parse(source, scripting=True)
    lines, found = _walk(root, _KINDS)
    if _count_prose(lines) <= MAX_SHELL_CHARS:
        if b"<noscript" in source.lower():
            others = _walk(_parse(source, scripting=False), _KINDS_WITHOUT_SCRIPTS)
            if not lines.texts or _count_prose(others[0]) >= MIN_ARTICLE_CHARS:
                lines, found = others
        found.states.extend(_read_states(root))
    if found.states or any("articleBody" in script for script in found.scripts):
        _append_article(lines, found)
    return lines, found


def _read_states(root: LexborNode | None) -> Iterator[str]:
    """Yield what frameworks keep in attributes, and the scripts that assign it."""
    for name in _STATE_ATTRIBUTES:
        if root is not None and (node := root.css_first(f"[{name}]")):
            yield node.attributes.get(name) or ""
    yield from filter(is_state, (script.text() for script in (root.css("script") if root else ())))


def _append_article(lines: Lines, found: Found) -> None:
    """Add the article that the page carries as data, where the DOM holds clearly less."""
    if article := find_article(found.scripts, found.states, _count_prose(lines)):
        inner = _walk(_parse(to_utf8(tame(article)), scripting=True), _KINDS)[0] if is_html(article) else None
        lines.append_article(inner.texts if inner else article.splitlines(), _IDS["article"])


def _count_prose(lines: Lines) -> int:
    return sum(len(text) for text in lines.texts if len(text) >= MIN_PARAGRAPH_CHARS)


def _parse(html: bytes, *, scripting: bool) -> LexborNode | None:
    """Return the root; with scripting, a ``<noscript>`` in the head cannot end the head."""
    options = LexborDocumentOptions.WO_EVENTS.value
    return LexborHTMLParser(html, options=options, scripting=scripting).root


def _walk(  # noqa: C901, PLR0912, PLR0915  the hot loop: what happens at most nodes is written out, not called
    root: LexborNode | None, kinds: Mapping[int, int]
) -> tuple[Lines, Found]:
    """Walk the tree in document order; a frame holds where to go on when an element ends.

    Elements of one parent with the same tag and class share a context.
    """
    lines, found = Lines(_NAMES), Found()
    parts, owners, flags = lines.parts, lines.owners, lines.places.flags
    frames: list[tuple[LexborNode | None, int, int, int]] = []
    opened: list[tuple[int, int, str | None]] = []
    known: dict[tuple[int, int, str, int], int] = {}
    node, context, element = root, 0, 0
    while node is not None or frames:
        if node is None:
            node, outer, kind, above = frames.pop()
            if kind >= BLOCK:
                lines.leave(element, context, is_row=kind == ROW)
                element = above
            elif kind == LINK:
                lines.end_link(*opened.pop())
            context = outer
            continue
        tag_id = node.tag_id
        if tag_id == _TEXT:
            data = node.text_content or ""
            if flags[context] >= ODD:
                lines.add_odd(data, context, element)
            elif not data.isspace() or data.strip(SPACES):
                parts.append(data)
                owners.append(context)
            elif parts:
                lines.add_space()
            node = node.next
            continue
        kind = kinds.get(tag_id, INLINE)
        child = node.first_child if kind < BREAK else None
        if child is None:
            if kind >= BLOCK and kind != SKIP:
                _pass(kind, node, element, lines, found)
            node = node.next
            continue
        frames.append((node.next, context, kind, element))
        attributes = node.attributes
        if tag_id in _SPECIAL or (attributes and not attributes.keys().isdisjoint(_TELLING)):
            context = _enter(kind, node, context, lines.places, found)
        elif attributes or kind != INLINE:
            names, href = attributes.get("class") or "", attributes.get("href")
            bits = 0 if kind not in _BITS or (kind == LINK and href is None) else _BITS[kind]
            key = context, tag_id, names, bits
            inner = known.get(key)
            if inner is None:
                inner = known[key] = _open(key, node, kind, lines.places, found)
            if href and "/aut" in href and _AUTHOR_PATH.search(href):
                _keep_named(node, AUTHOR_LINK, context, lines.places, found)
            context = inner
        if kind >= BLOCK:
            element = lines.enter(element, _read_cells(node) if kind == ROW else None, attributes)
        elif kind == LINK:
            opened.append((*lines.start_link(), attributes.get("href")))
        node = child
    lines.end(element)
    return lines, found


def _read_cells(row: LexborNode) -> Iterator[Cell]:
    """Yield the cells of a table row as the markup gives them."""
    cell = row.first_child
    while cell is not None:
        if cell.tag_id in _CELLS:
            attributes = cell.attributes
            columns, rows = read_span(attributes.get("colspan")), read_span(attributes.get("rowspan"))
            yield Cell(columns, rows, cell.first_child is not None)
        cell = cell.next


def _pass(kind: int, node: LexborNode, element: int, lines: Lines, found: Found) -> None:
    """Take note of an element the walk does not go into."""
    if kind == DATA:
        _keep(node, node.tag_id, found)
    elif kind >= BLOCK:
        lines.end(element)


def _open(key: tuple[int, int, str, int], node: LexborNode, kind: int, places: Contexts, found: Found) -> int:
    """Return a new context, for elements of that parent, tag, class and bits."""
    aside = HIDDEN | ODD if kind < BLOCK and EDIT_SECTION in key[2] else 0
    context = places.open(*key[:3], key[3] | aside, is_block=kind >= BLOCK)
    if _NAMED.search(key[2].lower()):
        _keep_named(node, key[2], context, places, found)
    return context


def _enter(kind: int, node: LexborNode, context: int, places: Contexts, found: Found) -> int:
    """Return the context inside an element that says more of itself than a class."""
    attributes = node.attributes
    tag_id = node.tag_id
    if tag_id in _NO_CONTEXT:
        if tag_id == _HTML:
            found.language = attributes.get("lang") or attributes.get("xml:lang") or ""
        return context
    get = attributes.get
    names = " ".join(filter(None, (get("class"), get("id"), get("role"), get("itemprop"))))
    bits = 0 if kind == LINK and "href" not in attributes else _BITS.get(kind, 0)
    if is_hidden(attributes) or (tag_id == _DIALOG and "open" not in attributes):
        bits |= HIDDEN
        if kind < BLOCK and not places.flags[places.blocks[context]] & HIDDEN:
            bits |= ODD
    inner = places.open(context, tag_id, names, bits, is_block=kind >= BLOCK)
    if MARK in attributes:
        places.marks[inner] = attributes[MARK]
    if names and _NAMED.search(names.lower()) and tag_id != _TIME:
        _keep_named(node, names, inner, places, found)
    elif kind == LINK and _AUTHOR_PATH.search(get("href") or ""):
        _keep_named(node, AUTHOR_LINK, inner, places, found)
    if tag_id == _TIME or "itemprop" in attributes or "rel" in attributes:
        _keep_item(node, attributes, inner, places, found)
    return inner


def _keep(node: LexborNode, tag_id: int, found: Found) -> None:
    """Keep a meta, link, title or JSON-LD element."""
    attributes = node.attributes
    if tag_id == _SCRIPT:
        if "ld+json" in (attributes.get("type") or "") and len(found.scripts) < MAX_VALUES:
            found.scripts.append(node.text())
        elif attributes.get("id") in _STATES:
            found.states.append(node.text())
    elif tag_id == _META and len(found.metas) < MAX_VALUES:
        found.metas.append(attributes)
    elif tag_id == _LINK_ELEMENT and len(found.links) < MAX_VALUES:
        found.links.append(attributes)
    elif tag_id == _TITLE:
        found.title = found.title or node.text()


def _keep_named(node: LexborNode, names: str, context: int, places: Contexts, found: Found) -> None:
    """Keep an element whose class says that it holds an author or a date, if it holds no more than that."""
    if len(found.named) < MAX_NAMED:
        text = node.text(separator=" ").strip()
        if 0 < len(text) <= MAX_NAMED_CHARS:
            around = places.to_places([context])[context].words
            found.named.append((add_words(frozenset(), names), text, around))


def _keep_item(
    node: LexborNode, attributes: Mapping[str, str | None], context: int, places: Contexts, found: Found
) -> None:
    """Keep a microdata property, a ``rel=author`` or ``rel=tag`` link, or a ``time`` element."""
    if len(found.items) >= MAX_VALUES or len(found.times) >= MAX_VALUES:
        return
    tag_id = node.tag_id
    props = (attributes.get("itemprop") or "").split()
    rels = (attributes.get("rel") or "").split() if tag_id == _A else []
    names = [p for p in props if p in WANTED_ITEMS] + [f"rel={r}" for r in rels if r in WANTED_RELS]
    if names:
        inner = node.css_first("[itemprop=name]") if "itemscope" in attributes else None
        text = (inner or node).text()[:MAX_VALUE_CHARS]
        found.items.extend((name, attributes, text) for name in names)
    if tag_id == _TIME:
        words = places.to_places([context])[context].words
        found.times.append((attributes.get("datetime") or "", node.text()[:MAX_VALUE_CHARS], words))
