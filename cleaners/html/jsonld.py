"""The JSON-LD scripts of a page into flat objects, simple damage mended.

In the wild: one object, lists of them, ``@graph``, several scripts, the article inside ``mainEntity``.
Mended: control characters inside strings, trailing commas, comments and CDATA around the script,
entities where the whole script was escaped. Anything worse is skipped: a guess is no evidence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from cleaners.html.entities import undo_entities

MAX_SCRIPT_CHARS: Final = 2_000_000
MAX_OBJECTS: Final = 500

# Linear: a comma, one run of white space, one character; white space that no bracket follows is not
# scanned twice, as the next match can only begin at the next comma.
_TRAILING_COMMA: Final = re.compile(r",\s*+(?=[}\]])")
_WRAPPERS: Final = ("<!--", "-->", "//<![CDATA[", "//]]>", "/*<![CDATA[*/", "/*]]>*/", "<![CDATA[", "]]>")


# Linear: fixed words, bounded white space, one class up to the closing quote.
_STATED: Final = re.compile(
    r'"(datePublished|dateModified|headline|articleSection)"\s{0,9}:\s{0,9}"([^"\\]{1,500})"'
)


def read_objects(scripts: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """Yield every JSON-LD object, outer ones before the ones inside them, breadth first.

    Of a script too broken to be read, the plain dates, headline and section are taken as they stand.
    """
    waiting: list[Any] = [read_json(script) or _salvage(script) for script in scripts]
    for count, value in enumerate(waiting):
        if count >= MAX_OBJECTS:
            return
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            yield value
            waiting.extend(
                value[name] for name in ("@graph", "mainEntity", "mainEntityOfPage") if name in value
            )


def _salvage(script: str) -> dict[str, str]:
    stated: dict[str, str] = {}
    for name, value in _STATED.findall(script[:MAX_SCRIPT_CHARS]):
        stated.setdefault(name, value)
    return {"@type": "WebPage", **stated} if stated else {}


def resolve(value: Any, by_id: Mapping[str, Mapping[str, Any]]) -> Any:
    """Return what a reference (``{"@id": "#jane"}``) means, alone or in a list; anything else as it is."""
    if isinstance(value, list):
        return [resolve(item, by_id) for item in value[:MAX_OBJECTS] if not isinstance(item, list)]
    if isinstance(value, dict) and "name" not in value:
        return by_id.get(str(value.get("@id")), value)
    return value


def read_json(script: str) -> Any:
    """Return the value of one script; None when it cannot be read.

    >>> read_json('<!-- {"a": [1, 2,],} -->')
    {'a': [1, 2]}
    >>> read_json('{"a": ') is None
    True
    """
    text = script.strip()
    if len(text) > MAX_SCRIPT_CHARS:
        return None
    if (value := _try(text)) is not None:
        return value
    for wrapper in _WRAPPERS:
        text = text.removeprefix(wrapper).removesuffix(wrapper).strip()
    text = _TRAILING_COMMA.sub("", text.rstrip("; "))
    value = _try(text)
    return value if value is not None else _try(undo_entities(text))


def _try(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def to_types(value: Mapping[str, Any]) -> frozenset[str]:
    """Return the types of an object, without their vocabulary."""
    return frozenset(name.rsplit("/", 1)[-1].removeprefix("schema:") for name in to_texts(value.get("@type")))


def to_urls(value: Any) -> list[str]:
    """Return the addresses of a value: a text, an object's address, or a list of either.

    >>> to_urls([{"@type": "ImageObject", "url": "https://example.org/a.jpg"}, "b.jpg", {"@id": "#c"}])
    ['https://example.org/a.jpg', 'b.jpg']
    """
    items = value[:MAX_OBJECTS] if isinstance(value, list) else [value]
    stated = (
        (item.get("url") or item.get("contentUrl")) if isinstance(item, dict) else item for item in items
    )
    return [address.strip() for address in stated if isinstance(address, str) and address.strip()]


def to_texts(value: Any) -> list[str]:
    """Return the texts of a value: a text, an object's name, or a list of either.

    >>> to_texts([{"@type": "Person", "name": "Jane &amp; Doe"}, "John Roe", None, 7])
    ['Jane & Doe', 'John Roe']
    """
    if isinstance(value, str):
        text = " ".join(undo_entities(value).split())
        return [text] if text else []
    if isinstance(value, list):
        return [text for item in value[:MAX_OBJECTS] if not isinstance(item, list) for text in to_texts(item)]
    if isinstance(value, dict):
        name = value.get("name") or value.get("@value")
        return [] if isinstance(name, dict) else to_texts(name)
    return []
