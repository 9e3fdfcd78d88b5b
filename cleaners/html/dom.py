"""One pass over the DOM: the visible text as lines, and the plain values metadata is read from.

The only door to selectolax. The walk is one loop without recursion: however deep a page nests,
it neither crashes nor slows down. What a line knows of its place (path, words) is computed once an
element, on the way down, and shared by the lines below it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode, create_tag

from cleaners.html.lines import TOP, Context, Lines
from cleaners.html.marking import MARK
from cleaners.html.taming import tame

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
_HTML: Final = create_tag("html").tag_id
_TIME: Final = create_tag("time").tag_id
_NO_CONTEXT: Final = frozenset(create_tag(name).tag_id for name in ("html", "head", "body"))
MAX_PATH_CHARS: Final = 512
"""Elements deeper than that share the path and the words of their ancestor at that depth."""

WANTED_ITEMS: Final = frozenset(
    [
        "headline",
        "author",
        "creator",
        "datePublished",
        "dateCreated",
        "dateModified",
        "keywords",
        "articleSection",
        "inLanguage",
        "license",
        "copyrightHolder",
    ]
)
_HIDING: Final = frozenset({"hidden", "aria-hidden", "style"})
MAX_VALUES: Final = 200
MAX_VALUE_CHARS: Final = 2_000
# Linear: fixed words around bounded white space.
_UNSEEN: Final = re.compile(r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden", re.IGNORECASE)
# Linear: one character class. UTF-8 has no surrogates.
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(slots=True)
class Found:
    """The plain values of a page that metadata is read from, in document order.

    ``items`` are (itemprop or rel, attributes, text), ``times`` are (datetime, text, words around).
    """

    metas: list[Mapping[str, str | None]] = field(default_factory=list)
    links: list[Mapping[str, str | None]] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    items: list[tuple[str, Mapping[str, str | None], str]] = field(default_factory=list)
    times: list[tuple[str, str, frozenset[str]]] = field(default_factory=list)
    title: str = ""
    language: str = ""


def read_html(html: str) -> tuple[Lines, Found]:
    """Return the rendered lines and the metadata values of one HTML page.

    ``<noscript>`` is rendered only where the page has no other text.
    """
    source = _to_utf8(tame(html))
    lines, found = _walk(_parse(source, scripting=True), _KINDS)
    if not lines.texts and b"<noscript" in source.lower():
        lines, found = _walk(_parse(source, scripting=False), _KINDS_WITHOUT_SCRIPTS)
    return lines, found


def _to_utf8(html: str) -> bytes:
    try:
        return html.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", html).encode()


def _parse(html: bytes, *, scripting: bool) -> LexborNode | None:
    """Return the root; with scripting, a ``<noscript>`` in the head cannot end the head."""
    options = LexborDocumentOptions.WO_EVENTS.value
    return LexborHTMLParser(html, options=options, scripting=scripting).root


def _walk(  # noqa: C901  the hot loop: what happens at most elements is written out, not called
    root: LexborNode | None, kinds: Mapping[int, int]
) -> tuple[Lines, Found]:
    """Walk the tree in document order; a frame holds where to go on when an element ends."""
    lines, found = Lines(), Found()
    add, end, kind_of = lines.add, lines.end, kinds.get
    frames: list[tuple[LexborNode | None, Context, int]] = []
    node, context = root, TOP
    while node is not None or frames:
        if node is None:
            node, context, kind = frames.pop()
            if kind >= BLOCK:
                end()
                if kind == ROW:
                    lines.end_row()
            elif kind == LINK:
                lines.end_link()
            continue
        tag_id = node.tag_id
        if tag_id == _TEXT:
            add(node.text_content or "", context)
            node = node.next
            continue
        kind = kind_of(tag_id, INLINE)
        child = node.first_child if kind < BREAK else None
        if child is None:
            if kind >= BLOCK:
                _pass(kind, node, lines, found)
            node = node.next
            continue
        frames.append((node.next, context, kind))
        context = _enter(kind, node, context, found)
        if kind >= BLOCK:
            end()
            if kind == ROW:
                lines.begin_row(context)
        elif kind == LINK:
            lines.begin_link()
        node = child
    end()
    return lines, found


def _pass(kind: int, node: LexborNode, lines: Lines, found: Found) -> None:
    """Take note of an element the walk does not go into."""
    if kind == DATA:
        _keep(node, found)
    elif kind != SKIP:
        lines.end()


def _enter(kind: int, node: LexborNode, context: Context, found: Found) -> Context:
    """Return the context inside an element; an inline one that says nothing shares its parent's."""
    attributes = node.attributes
    tag_id = node.tag_id
    if kind == INLINE and not attributes and tag_id != _TIME:
        return context
    if tag_id in _NO_CONTEXT:
        if tag_id == _HTML:
            found.language = attributes.get("lang") or attributes.get("xml:lang") or ""
        return context
    tag = _NAMES.get(tag_id) or node.tag or ""
    deep = len(context.path) > MAX_PATH_CHARS
    if kind < BLOCK:
        inner = Context(tag, context.path, context, context.block or context)
    else:
        inner = Context(tag, context.path if deep else f"{context.path}/{tag}", context, None)
    inner.hidden = context.hidden
    inner.is_link = context.is_link or (kind == LINK and "href" in attributes)
    inner.is_pre = context.is_pre or kind == PRE
    if tag == "dialog" and "open" not in attributes:
        inner.hidden = True
    if attributes:
        _describe(inner, attributes, deep=deep)
    if tag_id == _TIME or "itemprop" in attributes or "rel" in attributes:
        _keep_item(node, attributes, inner, found)
    return inner


def _describe(inner: Context, attributes: Mapping[str, str | None], *, deep: bool) -> None:
    """Take from an element's attributes what its lines need to know."""
    if not deep:
        names = attributes.get("class") or ""
        for name in ("id", "role", "itemprop"):
            if value := attributes.get(name):
                names = f"{names} {value}"
        inner.names = names
    if not inner.hidden and not attributes.keys().isdisjoint(_HIDING):
        inner.hidden = _is_hidden(attributes)
    if MARK in attributes:
        inner.mark = attributes[MARK]


def _is_hidden(attributes: Mapping[str, str | None]) -> bool:
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    style = attributes.get("style")
    return style is not None and _UNSEEN.search(style, 0, MAX_VALUE_CHARS) is not None


def _keep(node: LexborNode, found: Found) -> None:
    """Keep a meta, link, title or JSON-LD element."""
    attributes = node.attributes
    tag = node.tag
    if tag == "meta" and len(found.metas) < MAX_VALUES:
        found.metas.append(attributes)
    elif tag == "link" and len(found.links) < MAX_VALUES:
        found.links.append(attributes)
    elif tag == "title":
        found.title = found.title or node.text()
    elif tag == "script" and "ld+json" in (attributes.get("type") or "") and len(found.scripts) < MAX_VALUES:
        found.scripts.append(node.text())


def _keep_item(
    node: LexborNode, attributes: Mapping[str, str | None], context: Context, found: Found
) -> None:
    """Keep a microdata property, a ``rel=author`` or ``rel=tag`` link, or a ``time`` element."""
    if len(found.items) >= MAX_VALUES or len(found.times) >= MAX_VALUES:
        return
    props = (attributes.get("itemprop") or "").split()
    rels = (attributes.get("rel") or "").split() if context.tag == "a" else []
    names = [p for p in props if p in WANTED_ITEMS] + [f"rel={r}" for r in rels if r in {"author", "tag"}]
    if names:
        inner = node.css_first("[itemprop=name]") if "itemscope" in attributes else None
        text = (inner or node).text()[:MAX_VALUE_CHARS]
        found.items.extend((name, attributes, text) for name in names)
    if context.tag == "time":
        found.times.append((attributes.get("datetime") or "", node.text()[:MAX_VALUE_CHARS], context.words))
