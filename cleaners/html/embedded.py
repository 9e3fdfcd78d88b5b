"""The article that a page carries as data and shows only by script: JSON-LD, framework state.

In the wild: ``articleBody`` of JSON-LD, ``__NEXT_DATA__`` and the like, what a script assigns to
``window.__NUXT__`` or ``window.__INITIAL_STATE__``, on pages whose DOM holds a headline and a spinner. Used
only where the DOM holds clearly less prose than the data. Scripts are read, never run.
Left alone: teasers and descriptions, which are short; state without paragraphs of text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from cleaners.html.jsonld import MAX_SCRIPT_CHARS, read_json, read_objects

MIN_ARTICLE_CHARS: Final = 500
MAX_DOM_SHARE: Final = 0.5
"""Where the DOM's prose is more than this share of the data's, the DOM is the better source."""
MAX_SHELL_CHARS: Final = 250
"""State holds all a site may say, so it is asked only where the DOM shows next to no prose."""
MIN_PARAGRAPH_CHARS: Final = 60
MAX_VALUES: Final = 200_000
_TEXT_KEYS: Final = frozenset(
    {
        "articleBody",
        "body",
        "bodyHtml",
        "content",
        "contentHtml",
        "cooked",
        "html",
        "paragraph",
        "text",
        "value",
    }
)
MAX_ASSIGNED: Final = 20
# Linear: fixed words, bounded names and white space. Names that begin with an underscore are a framework's.
_ASSIGNED: Final = re.compile(
    r"""(?:window|self|globalThis)(?:\.|\[["'])_\w{1,60}(?:["']\])?\s{0,9}=\s{0,9}(?!=)"""
)
# Linear: a string whose characters are each read once and not given back, behind fixed words.
_PARSED: Final = re.compile(
    r"""JSON\.parse\(\s{0,9}(?:("(?:[^"\\\n]|\\.)*+")|'((?:[^'\\\n]|\\.)*+)')""", re.DOTALL
)
_SAID: Final = re.compile(
    rf"""\b({"|".join(sorted(_TEXT_KEYS))})["']?\s{{0,9}}:\s{{0,9}}("(?:[^"\\\n]|\\.)*+")""", re.DOTALL
)
# Linear: one or two characters.
_ESCAPE: Final = re.compile(r"\\.|\"", re.DOTALL)
# Linear: one class up to one bracket.
_TAG: Final = re.compile(r"<[a-zA-Z/][^<>]{0,300}>")


def find_article(scripts: Sequence[str], states: Sequence[str], dom_chars: int) -> str:
    """Return the article a page carries as data, as HTML or text; "" where the DOM holds enough.

    ``dom_chars`` are the characters of prose that the DOM shows.
    """
    stated = [str(item["articleBody"]) for item in read_objects(scripts) if _is_text(item.get("articleBody"))]
    best = max(stated, key=len, default="")
    if not _is_better(best, dom_chars) and dom_chars <= MAX_SHELL_CHARS:
        best = max((_join(_read_state(state)) for state in states), key=len, default="")
    return best if _is_better(best, dom_chars) else ""


def is_state(script: str) -> bool:
    """Return whether a script assigns something to a name of a framework's own.

    >>> is_state("window.__NUXT__={data:[]}"), is_state("window.location = '/'")
    (True, False)
    """
    return _ASSIGNED.search(script) is not None


def _read_state(state: str) -> Any:
    """Return the values of a state: JSON, JSON inside a script, or the texts of an object that is code."""
    if (value := read_json(state)) is not None:
        return _resolve(value) if isinstance(value, list) else value
    state = state[:MAX_SCRIPT_CHARS]
    values = [_decode(state, match.end()) for match in islice(_ASSIGNED.finditer(state), MAX_ASSIGNED)]
    values += [_parse(*match.groups()) for match in islice(_PARSED.finditer(state), MAX_ASSIGNED)]
    values = [value for value in values if isinstance(value, dict | list)]
    return values or [{key: _unquote(text)} for key, text in _SAID.findall(state)]


def _resolve(values: list[Any]) -> list[Any]:
    """Return a flat state (Nuxt 3), whose objects say where in the list a text stands, with the texts."""
    texts = {place: value for place, value in enumerate(values) if isinstance(value, str)}
    return [
        {key: texts.get(at, at) if isinstance(at, int) else at for key, at in value.items()}
        if isinstance(value, dict)
        else value
        for value in values
    ]


def _decode(script: str, start: int) -> Any:
    """Return the JSON that begins at a place of a script; None where none does."""
    try:
        return json.JSONDecoder(strict=False).raw_decode(script, start)[0]
    except (ValueError, RecursionError):
        return None


def _parse(double: str | None, single: str | None) -> Any:
    """Return what ``JSON.parse`` would of a string in double quotes, or of what stands in single ones."""
    quoted = double or f'"{_ESCAPE.sub(_to_double, single or "")}"'
    return read_json(_unquote(quoted))


def _to_double(match: re.Match[str]) -> str:
    return {'"': '\\"', "\\'": "'"}.get(match[0], match[0])


def _unquote(text: str) -> str:
    """Return the characters of a quoted string, "" where it has escapes that JSON does not know."""
    return str(_decode(text, 0) or "")


def is_html(text: str) -> bool:
    """Return whether an article has tags of its own."""
    return _TAG.search(text) is not None


def _is_better(text: str, dom_chars: int) -> bool:
    chars = len(_TAG.sub("", text)) if text else 0
    return chars >= MIN_ARTICLE_CHARS and dom_chars <= MAX_DOM_SHARE * chars


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) >= MIN_ARTICLE_CHARS


def _join(state: Any) -> str:
    """Return the longest single text of a state, or its paragraphs in order where they are longer."""
    texts = list(dict.fromkeys(_find_texts(state)))
    longest = max(texts, key=len, default="")
    return "\n".join(texts) if 2 * len(longest) < sum(map(len, texts)) else longest


def _find_texts(state: Any) -> Iterator[str]:
    """Yield the paragraphs under keys that name text, in order, without recursion."""
    waiting: list[tuple[str, Any]] = [("", state)]
    for _ in range(MAX_VALUES):
        if not waiting:
            return
        key, value = waiting.pop()
        if isinstance(value, Mapping):
            waiting.extend(reversed(list(value.items())))
        elif isinstance(value, list):
            waiting.extend((key, item) for item in reversed(value))
        elif isinstance(value, str) and value.startswith('{"'):
            waiting.append((key, read_json(value)))
        elif (
            isinstance(value, str)
            and key in _TEXT_KEYS
            and len(value) >= MIN_PARAGRAPH_CHARS
            and " " in value
        ):
            yield value
