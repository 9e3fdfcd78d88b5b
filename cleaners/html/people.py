"""Author values into names of people: what sites write there that is no person stays out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from cleaners.grammars.names import is_name

MAX_PEOPLE: Final = 20
MAX_NAME_CHARS: Final = 80
# Linear: fixed words at the start.
_LEAD: Final = re.compile(
    r"\A(?:written by|posted by|by|von|par|por|di|door|av|autor|author)\s*:?\s+", re.IGNORECASE
)
# Linear: one alternation of fixed separators.
_AND: Final = re.compile(r"\s*[;|•·/]\s*|\s+(?:and|und|et|y|e|en|och|og|i|&)\s+", re.IGNORECASE)
_NOBODY: Final = frozenset(
    [
        "admin",
        "administrator",
        "staff",
        "editor",
        "editors",
        "editorial",
        "redaktion",
        "redaction",
        "redacción",
        "redazione",
        "guest",
        "anonymous",
        "unknown",
        "author",
        "webmaster",
        "root",
        "user",
        "none",
        "null",
        "undefined",
    ]
)
_PLACES: Final = ("http:", "https:", "www.", "@", "<", ">", "{", "://")


def to_people(texts: Sequence[str], sites: Sequence[str]) -> list[str]:
    """Return the names in author values: no addresses, accounts, or the site itself.

    >>> to_people(["By Jane Doe and John Roe", "https://example.org/jane", "The Example"], ["The Example"])
    ['Jane Doe', 'John Roe']
    >>> to_people(["Doe, Jane"], []), to_people(["Jane Doe, John Roe"], [])
    (['Doe, Jane'], ['Jane Doe', 'John Roe'])
    """
    houses = {site.casefold() for site in sites}
    names: dict[str, None] = {}
    for text in texts:
        for name in _split(_LEAD.sub("", text.strip(" ,"), count=1)):
            folded = name.casefold()
            if folded in houses or folded in _NOBODY or not 2 <= len(name) <= MAX_NAME_CHARS:
                continue
            if any(sign in folded for sign in _PLACES) or _is_account(name):
                continue
            names[name] = None
    return list(names)[:MAX_PEOPLE]


def _is_account(name: str) -> bool:
    """Return whether a part is an aside, a login or a domain: ``(Image: …)``, ``jdoe7``, ``example.org``."""
    if name.startswith("("):
        return True
    is_word = " " not in name and name.isascii()
    return is_word and (name.islower() or name.isdigit() or "." in name.strip("."))


def _split(text: str) -> Iterator[str]:
    """Yield the parts of an enumeration of people; anything else is one part.

    A surname before its first name stays one part; a role or a house after a name is left out.
    """
    parts = [part.strip(" ,") for part in _AND.split(text)]
    if not all(is_name(part.split(",")[0].strip()) for part in parts):
        parts = [text]
    for part in parts:
        pieces = [piece.strip() for piece in part.split(",")]
        if len(pieces) > 1 and is_name(pieces[0]) and " " in pieces[0]:
            yield from (piece for piece in pieces if is_name(piece) and " " in piece)
        elif part:
            yield part
