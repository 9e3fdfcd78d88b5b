"""What a page says of its own type: schema.org types, OpenGraph, the forum software, its address.

In the wild: ``DiscussionForumPosting`` and ``QAPage`` on forums, ``og:type=product`` in shops, ``/docs/`` in
addresses. Left alone: types of things an article speaks of, which stand inside other objects; ``og:type``
of ``article`` or ``website``, which themes set for every page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from cleaners.html.jsonld import to_types

MAX_URL_CHARS: Final = 500
OF_TYPE: Final[Mapping[str, tuple[str, float]]] = {
    **dict.fromkeys(("DiscussionForumPosting", "QAPage"), ("forum", 0.95)),
    **dict.fromkeys(("NewsArticle", "ReportageNewsArticle", "BlogPosting", "Article"), ("article", 0.9)),
    **dict.fromkeys(("TechArticle", "APIReference"), ("documentation", 0.9)),
    **dict.fromkeys(("CollectionPage", "OfferCatalog"), ("collection", 0.9)),
    **dict.fromkeys(("Product", "ProductGroup"), ("product", 0.85)),
    "Service": ("service", 0.7),
}
"""Page types by schema.org type, and how sure each is."""
_OPEN_GRAPH: Final = {
    "product.group": ("collection", 0.9),
    "product": ("product", 0.85),
    "og:product": ("product", 0.85),
    "product.item": ("product", 0.85),
}
_SOFTWARE: Final = ("discourse", "phpbb", "vbulletin", "xenforo", "mybb", "flarum", "invision")
_ADDRESSES: Final = (
    (("forum", "forums", "foro", "foros", "threads", "viewtopic", "showthread", "viewthread"), "forum", 0.95),
    (("docs", "documentation", "readthedocs"), "documentation", 0.9),
    (("collections",), "collection", 0.9),
    (("services",), "service", 0.7),
)
# Linear: one run that gives nothing back. Labels of the host and steps of the path, whole ones.
_STEP: Final = re.compile(r"(?<![\w-])[a-z]++(?=[/.?]|\Z)")


def find_page_types(
    objects: Iterable[Mapping[str, Any]], metas: Iterable[Mapping[str, str | None]], url: str | None
) -> Iterator[tuple[str, str, float]]:
    """Yield page type, source and score of everything that says what type of page this is.

    >>> list(find_page_types([{"@type": "QAPage"}], [], "https://example.org/docs/install"))
    [('forum', 'json-ld/QAPage', 0.95), ('documentation', 'url', 0.9)]
    """
    for item in objects:
        for name in sorted(to_types(item) & OF_TYPE.keys()):
            page_type, score = OF_TYPE[name]
            yield page_type, f"json-ld/{name}", score
    for meta in metas:
        content = (meta.get("content") or "").strip().lower()
        if meta.get("property") == "og:type" and content in _OPEN_GRAPH:
            page_type, score = _OPEN_GRAPH[content]
            yield page_type, "meta/og:type", score
        if (meta.get("name") or "").lower() == "generator" and content.startswith(_SOFTWARE):
            yield "forum", "meta/generator", 0.95
    steps = set(_STEP.findall((url or "")[:MAX_URL_CHARS].lower()))
    for words, page_type, score in _ADDRESSES:
        if not steps.isdisjoint(words):
            yield page_type, "url", score
