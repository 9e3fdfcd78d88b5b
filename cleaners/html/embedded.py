"""The article that a page carries as data and shows only by script: JSON-LD, framework state.

In the wild: ``articleBody`` of JSON-LD, ``__NEXT_DATA__`` and the like, on pages whose DOM holds a headline
and a spinner. Used only where the DOM holds clearly less prose than the data.
Left alone: teasers and descriptions, which are short; state without paragraphs of text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from cleaners.html.jsonld import read_json, read_objects

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
# Linear: one class up to one bracket.
_TAG: Final = re.compile(r"<[a-zA-Z/][^<>]{0,300}>")


def find_article(scripts: Sequence[str], states: Sequence[str], dom_chars: int) -> str:
    """Return the article a page carries as data, as HTML or text; "" where the DOM holds enough.

    ``dom_chars`` are the characters of prose that the DOM shows.
    """
    stated = [str(item["articleBody"]) for item in read_objects(scripts) if _is_text(item.get("articleBody"))]
    best = max(stated, key=len, default="")
    if not _is_better(best, dom_chars) and dom_chars <= MAX_SHELL_CHARS:
        best = max((_join(read_json(state)) for state in states), key=len, default="")
    return best if _is_better(best, dom_chars) else ""


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
