"""The plain values of a page, as its markup gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

AUTHOR_LINK: Final = "author-link"
"""Stands for the class of a link whose address is that of an author."""
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
"""Microdata properties that say something of a story."""
WANTED_RELS: Final = frozenset({"author", "category", "license", "tag"})
"""What links say of where they lead."""


@dataclass(slots=True)
class Found:
    """The plain values of a page that metadata is read from, in document order.

    ``scripts`` are JSON-LD, ``states`` the JSON a framework builds the page from,
    ``items`` are (itemprop or rel, attributes, text), ``times`` are (datetime, text, words around),
    ``named`` are (words of an element whose class names a field, text, words around).
    """

    metas: list[Mapping[str, str | None]] = field(default_factory=list)
    links: list[Mapping[str, str | None]] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    items: list[tuple[str, Mapping[str, str | None], str]] = field(default_factory=list)
    times: list[tuple[str, str, frozenset[str]]] = field(default_factory=list)
    named: list[tuple[frozenset[str], str, frozenset[str]]] = field(default_factory=list)
    title: str = ""
    language: str = ""
