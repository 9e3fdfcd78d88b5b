"""Class, id, role and itemprop values into the words authors built them from."""

from __future__ import annotations

import re
from functools import lru_cache
from operator import add
from typing import Final

MAX_NAMES_CHARS: Final = 512
MAX_WORDS: Final = 96
"""An element below this many words adds none of its own."""

# Linear: disjoint classes, one character of look-ahead. Single letters and digits are mostly generated.
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]{2,}(?![a-z])")

COMPOUNDS: Final = frozenset(
    [
        "alsolike",
        "appbanner",
        "articlebody",
        "articlecontent",
        "articlefooter",
        "articleheader",
        "articletags",
        "articletext",
        "backtotop",
        "bodycontent",
        "breakingnews",
        "commentform",
        "commentlist",
        "contentbody",
        "entrycontent",
        "entryfooter",
        "entryheader",
        "entrymeta",
        "entrytitle",
        "keepreading",
        "maincontent",
        "mostpopular",
        "mostread",
        "mostviewed",
        "newslettersignup",
        "nextpost",
        "offscreen",
        "pagecontent",
        "pagenavigation",
        "paidcontent",
        "photocredit",
        "postbody",
        "postcontent",
        "postheader",
        "postmeta",
        "postnavigation",
        "posttags",
        "posttitle",
        "prevnext",
        "readalso",
        "readmore",
        "readnext",
        "relatedarticles",
        "relatednews",
        "relatedposts",
        "screenreader",
        "signup",
        "skiplink",
        "skipto",
        "sronly",
        "storybody",
        "storycontent",
        "storyheader",
        "storytext",
        "subheading",
        "subheadline",
        "subtitle",
        "textsize",
        "topstories",
        "visuallyhidden",
        "whatsnext",
        "youmaylike",
    ]
)
"""Words that say more joined than apart: ``read-more`` is no ``read``."""


@lru_cache(maxsize=8192)
def add_words(above: frozenset[str], names: str) -> frozenset[str]:
    """Return the words above an element and those of its own names.

    Names are split on punctuation and camel case; neighbours that are a known compound are given
    joined as well. Pure: the cache only spares work, as list items and the pages of a site use the same
    names. It also makes lines of one kind share one set.

    >>> sorted(add_words(frozenset({"main"}), "read-more navBar_2"))
    ['bar', 'main', 'more', 'nav', 'read', 'readmore']
    """
    if len(above) >= MAX_WORDS or (words := _to_words(names)) <= above:
        return above
    return above | words


@lru_cache(maxsize=8192)
def _to_words(names: str) -> frozenset[str]:
    parts = list(map(str.lower, _WORD.findall(names, 0, MAX_NAMES_CHARS)))
    return frozenset(parts).union(COMPOUNDS.intersection(map(add, parts, parts[1:])))
