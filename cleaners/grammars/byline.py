"""Find the line that says who wrote the story.

In the wild: ``By Jane Doe and John Roe, Correspondent``, ``Von Erika Muster``, ``Автор: Анна Смирнова``,
``作者：王小明``, ``[홍길동 기자]``; text extractors often put ``By`` and the name on two lines.
Left alone: "By the time…", "By Tuesday evening,", "Von Anfang an", whatever ends like a sentence or
has a word that no name has, because these open sentences and headlines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from cleaners.grammars.names import MAX_NAMES, ROLES, is_caseless_name, is_name, split_names
from cleaners.grammars.wording import to_words
from cleaners.layout import inner_lines, is_sentence, line_after
from cleaners.values import Page, Span

MAX_BYLINE_CHARS: Final = 120
MAX_ROLE_WORDS: Final = 5
MAX_BYLINES: Final = 6
DOUBTFUL_SCORE: Final = 0.5

_WORDS: Final = (
    "by|von|par|por|di|door|av|af|text und fotos von|geschrieben von|ein gastbeitrag von|"
    "gastbeitrag von|written by|story by|words by|posted by|published by|reported by|analysis by|"
    "opinion by|review by|escrito por|redactado por|écrit par|publié par|scritto da|a cura di|"
    "geschreven door|oleh|bởi"
)
COLON_WORDS: Final = (
    "author|authors|text|words|writer|autor|autorin|autoren|auteur|auteurs|autore|autori|автор|"
    "авторы|автора|текст|författare|skribent|forfatter|tekst|kirjoittaja|teksti|szerző|yazar|yazan|"
    "haber|tác giả|penulis|συντάκτης|του|סופר|מאת|كتب|كتبت|بقلم|نویسنده|تحریر|लेखक|প্রতিবেদক|"
    "ผู้เขียน|作者|记者|記者|撰文|筆者|기자|por|par|von|by|di"
)
"""Words for who wrote, in the languages of the news: before a colon they announce a name."""
# Linear: anchored, an alternation of fixed words, then the rest of the line once.
_BYLINE: Final = re.compile(
    rf"(?:[|•·–—-]\s*)?(?:(?:{COLON_WORDS})\s?[:：]\s*|(?:(?:{_WORDS})\s+){{1,2}}|(?P<caseless>(?:מאת|بقلم|記者|记者|作者|撰文)\s*))"
    r"(?P<names>\S.*)",
    re.IGNORECASE,
)
# Linear: anchored, bounded repeats of one class each.
_KOREAN: Final = re.compile(
    r"[\[(【]?(?:[가-힣]{2,6}\s?=\s?)?(?P<name>[가-힣]{2,4})\s?(?:[가-힣]{0,4})기자[\])】]?(?:\s+\S+@\S+)?"
)
# Linear: anchored, bounded repeats of one class each.
_CHINESE: Final = re.compile(
    r"[(（\[【]?(?:[本新\u3400-\u9fff]{0,6})(?:記者|记者)\s?(?P<name>[\u3400-\u9fff·]{2,5})(?:[/／]\S{2,12})?[)）\]】]?"
)
# Linear: one alternation of separators, each bounded by spaces.
_ASIDE: Final = re.compile(r"\s*[|•·]\s*|\s+[–—-]\s+|\s{2,}|\s+(?:in|for|aus)\s+")
# Linear: two bounded shapes of a date at the end of the line, tried at each space once.
_DATED: Final = re.compile(
    r"[\s,]+(?:on\s)?(?:[^\W\d]{3,12}\.?\s\d{1,2},?\s\d{4}|\d{1,2}\s[^\W\d]{3,12}\.?,?\s\d{4})\b.*"
)

_ALL_WORDS: Final = f"{_WORDS}|{COLON_WORDS}".split("|")
_STARTS: Final = frozenset(f"{word}{end}"[:3] for word in _ALL_WORDS for end in (" ", ":", ""))
_DENSE_STARTS: Final = frozenset(("记者", "記者", "作者", "撰文", "本报", "本報"))
_ALONE: Final = frozenset(
    to_words("by|von|par|por|door|author|autor|автор|written by|words by|story by|posted by")
)


def find(page: Page) -> Iterator[Span]:
    r"""Yield ``byline`` for each line that is one; ``value`` holds the names, one a line.

    >>> from cleaners.segment import to_page
    >>> lines = to_page("By Jane Doe and John Roe, Correspondent\nBy the time she left")
    >>> [span.value for span in find(lines)]
    ['Jane Doe\nJohn Roe']
    """
    starts, dense = _STARTS, _DENSE_STARTS
    candidates = [
        i
        for i, key in enumerate(page.keys)
        if (key[:3] in starts or (not key.isascii() and (key[:2] in dense or "기자" in key)))
        and len(key) < MAX_BYLINE_CHARS
    ]
    spans = [(i, span) for i in candidates for span in _find_at(page, i)]
    if not spans:
        return
    inner, is_list = inner_lines(page), len(spans) > MAX_BYLINES
    for i, span in spans:
        # Between paragraphs, or one of many, it may name the author of a book: a list of things, not of news.
        yield span._replace(score=DOUBTFUL_SCORE) if is_list or i in inner else span


def _find_at(page: Page, i: int) -> Iterator[Span]:
    if page.keys[i] in _ALONE:
        yield from _find_below(page, i)
    elif names := to_names(page.texts[i]):
        yield page.span(i, "byline", reason="byline/names", score=0.9, value="\n".join(names))


def _find_below(page: Page, i: int) -> Iterator[Span]:
    """Yield the lone "By" and the names that stand on the next line."""
    below = line_after(page, i)
    names = names_in(page.texts[below]) if below >= 0 and len(page.texts[below]) < MAX_BYLINE_CHARS else ()
    if names and not is_sentence(page.texts[below]):
        yield page.span(i, "byline", reason="byline/word-above-names", score=0.9)
        yield page.span(below, "byline", reason="byline/names-below-word", score=0.9, value="\n".join(names))


def to_names(text: str) -> tuple[str, ...]:
    """Return the names of a byline, none when the line is not one.

    >>> to_names("Von Erika Muster, Berlin"), to_names("Von Anfang an"), to_names("作者：王小明")
    (('Erika Muster',), (), ('王小明',))
    """
    if len(text) > MAX_BYLINE_CHARS:
        return ()
    if match := _KOREAN.fullmatch(text) or _CHINESE.fullmatch(text):
        return (match["name"],)
    match = _BYLINE.fullmatch(text)
    if match is None or (is_sentence(text) and not _ends_with_initial(text)):
        return ()
    return names_in(match["names"])


def _ends_with_initial(text: str) -> bool:
    last = text.rsplit(maxsplit=1)[-1].rstrip(".")
    return len(last) <= 2 and last[:1].isupper() and last not in {"It", "Me", "Us"}


def names_in(text: str) -> tuple[str, ...]:
    """Return the leading names of a text; what follows may only be roles, places and dates."""
    first, *asides = _ASIDE.split(_DATED.sub("", text).strip())
    if any(len(aside.split()) > MAX_ROLE_WORDS + 3 for aside in asides):
        return ()
    names: list[str] = []
    for part in split_names(first.rstrip(",")):
        can_follow = not names or len(part.split()) >= 2
        if len(names) < MAX_NAMES and can_follow and (is_name(part) or is_caseless_name(part)):
            names.append(part)
        elif not names or len(part.split()) > MAX_ROLE_WORDS or not _is_role(part):
            return ()
    return tuple(names)


def _is_role(part: str) -> bool:
    """Say whether a part is a role or a place: a capital or a number first, or a kind of writer last."""
    return part[:1].isupper() or part[:1].isdigit() or part.rsplit(maxsplit=1)[-1].casefold() in ROLES
