"""Find the line of key words under a story.

In the wild: ``Tags: storm, bridges, Oslo``, ``Etiquetas: …``, ``#storm #bridges #Oslo``, and the bare
form ``storm, bridges, Oslo, transport`` that a text extractor leaves after the last paragraph.
Left alone: sentences with commas, lists of results (digits), an enumeration inside the story, and a
bare list whose items the story does not mention.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from cleaners.grammars.byline import to_names
from cleaners.grammars.wording import to_words
from cleaners.layout import is_sentence, last_prose
from cleaners.repair import mend
from cleaners.values import Page, Span

MAX_TAGS_CHARS: Final = 400
MAX_TAG_CHARS: Final = 40
MAX_TAG_WORDS: Final = 5
MIN_BARE_TAGS: Final = 3
MIN_MENTIONED_SHARE: Final = 0.6

_INTROS: Final = (
    "tags|tag|tagged|tagged with|tagged as|tagged in|filed under|topics|related topics|keywords|"
    "key words|schlagworte|schlagwörter|stichworte|themen|mots-clés|mots clés|étiquettes|sujets|"
    "etiquetas|temas|palabras clave|palavras-chave|tópicos|assuntos|parole chiave|argomenti|"
    "trefwoorden|onderwerpen|ämnen|emneord|avainsanat|tagi|słowa kluczowe|štítky|klíčová slova|"
    "kľúčové slová|oznake|ključne riječi|címkék|etichete|etykiety|етикети|тагове|теги|тэги|метки|"
    "ключевые слова|темы|мітки|ключові слова|ετικέτες|etiketler|anahtar kelimeler|kata kunci|từ khóa|"
    "thẻ|chủ đề|الكلمات المفتاحية|وسوم|الوسوم|كلمات دلالية|برچسب‌ها|برچسب ها|کلیدواژه|תגיות|टैग|টপিক|"
    "ট্যাগ|แท็ก|标签|标签|關鍵字|关键词|關鍵詞|标 签|タグ|キーワード|태그|키워드"
)
# Linear: anchored, an alternation of fixed words.
_INTRO: Final = re.compile(rf"[#*\s]*(?:{_INTROS})\s?[:：]\s*", re.IGNORECASE)
# Linear: one character class.
_BETWEEN: Final = re.compile(r"\s*[,،、，;；|•·]\s*")
# Linear: one class a tag.
_HASH: Final = re.compile(r"#([^\s#,]+)")
_STARTS: Final = frozenset(
    f"{word}{end}"[:4] for word in _INTROS.casefold().split("|") for end in (":", " :", " ")
)
_DENSE_STARTS: Final = frozenset(word[:2] for word in _INTROS.split("|") if word[0] >= "\u3040")


def find(page: Page) -> Iterator[Span]:
    r"""Yield ``tags`` with one item a line as value.

    >>> from cleaners.segment import to_page
    >>> [span.value for span in find(to_page("Tags: storm, bridges"))]
    ['storm\nbridges']
    """
    starts, dense = _STARTS, _DENSE_STARTS
    leads = [
        (i, mend(page.texts[i]))
        for i, key in enumerate(page.keys)
        if ":" in key and (key[:4] in starts or key[:2] in dense) and len(page.texts[i]) <= MAX_TAGS_CHARS
    ]
    named = {i: text for i, text in leads if _INTRO.match(text)}
    for i, text in named.items():
        items = _HASH.findall(text) or to_items(_INTRO.sub("", text, count=1))
        if items:
            yield page.span(i, "tags", reason="tags/named", score=1.0, value="\n".join(items))
    yield from _find_hashes(page)
    yield from _find_bare(page, named)


def _find_hashes(page: Page) -> Iterator[Span]:
    if "#" not in page.source_text:
        return
    for i in [i for i, text in enumerate(page.texts) if text[:1] == "#"]:
        items, words = _HASH.findall(page.texts[i]), page.texts[i].replace(",", " ").split()
        if len(items) >= 2 and len(items) == len(words) and any(not item.isdigit() for item in items):
            yield page.span(i, "tags", reason="tags/hashes", score=0.9, value="\n".join(items))


def _find_bare(page: Page, named: Collection[int]) -> Iterator[Span]:
    """Yield late lists of short items that the story mentions."""
    texts = page.texts
    story_end = last_prose(page)
    if story_end < 0:
        return
    story = ""
    for i in range(story_end + 1, len(texts)):
        text = texts[i]
        if not ("," in text or "|" in text or not text.isascii()) or i in named:
            continue
        if len(text) > MAX_TAGS_CHARS or is_sentence(text):
            continue
        items = to_items(mend(text))
        if len(items) < MIN_BARE_TAGS or any(item[0].isdigit() or to_names(item) for item in items):
            continue
        story = story or "\n".join(texts[: story_end + 1]).casefold()
        mentioned = sum(item.casefold() in story for item in items)
        if mentioned >= MIN_MENTIONED_SHARE * len(items):
            yield page.span(i, "tags", reason="tags/mentioned-list", score=0.9, value="\n".join(items))


def to_items(text: str) -> list[str]:
    """Return the items of a list line, none when one of them is too long to be a key word.

    >>> to_items("storm, bridges | Oslo"), to_items("He came, saw that the bridge had been closed, left")
    (['storm', 'bridges', 'Oslo'], [])
    """
    items = [item.strip("# .") for item in _BETWEEN.split(text.strip())]
    items = list(dict.fromkeys(item for item in items if item))
    return items if all(map(_is_key_word, items)) else []


def _is_key_word(item: str) -> bool:
    """Say whether an item is short, is no code, and is not the tail of a sentence's enumeration."""
    words = item.split()
    return (
        len(item) <= MAX_TAG_CHARS
        and len(words) <= MAX_TAG_WORDS
        and words[0].casefold() not in _CONJUNCTIONS
        and not any(char in "<>{}[]=:()" for char in item)
    )


_CONJUNCTIONS: Final = frozenset(to_words("and|or|&|und|oder|et|ou|y|o|e|и|или|och|eller|og|en|of|ve"))
