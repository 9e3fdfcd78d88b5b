"""Find the line that says several things of a story: label, colon, value, and again.

In the wild: ``2022-05-03 10:15 来源：新华网 作者：李明``, ``Quelle: dpa | Autor: Erika Muster``,
``Fecha: 03/05/2022 - Fuente: EFE``, ``Источник: … Автор: …``, ``입력 … | 출처: …``: one line of a news page
in East Asia, and what a text extractor makes of three elements elsewhere.
Left alone: a line of which one part is neither a date, nor names, nor a house; one fact alone, which has a
grammar of its own; sentences; the data of books, records and matches (``Author: … Pages: …``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from cleaners.grammars.byline import COLON_WORDS, names_in
from cleaners.grammars.dates import to_moment
from cleaners.grammars.stamps import STAMPS, WORDINGS
from cleaners.layout import is_sentence
from cleaners.values import Page, Span

MAX_CHARS: Final = 160
MIN_FACTS: Final = 2
MAX_LABEL_WORDS: Final = 4
MAX_SOURCE_CHARS, MAX_SOURCE_WORDS = 40, 6
SCORE: Final = 0.9
MIN_DAY_CHARS: Final = len("2020-07-08")
RANK: Final = ("published", "updated", "byline", "credit")
"""Which of its facts names a line."""

_SOURCES: Final = (
    "source|sources|quelle|quellen|fuente|fuentes|fonte|fonti|bron|bronnen|kilde|källa|lähde|allikas|źródło|"
    "zdroj|forrás|sursa|sursă|izvor|извор|источник|джерело|крыніца|източник|πηγή|kaynak|sumber|nguồn|المصدر|"
    "مصدر|منبع|מקור|स्रोत|সূত্র|ที่มา|来源|來源|文章来源|文章來源|新闻来源|新聞來源|信息来源|消息来源|稿源|稿件来源|"
    "提供|提供元|配信元|出典|出所|引用元|ソース|출처|제공|자료"
)
_EDITORS: Final = (
    "责任编辑|責任編輯|编辑|編輯|责编|責編|校对|校對|审核|監製|編集|편집|"
    "editor|edited by|redaktion|redacción|редактор"
)
_AUTHORS: Final = (
    f"{COLON_WORDS}|撰稿|撰稿人|通讯员|通訊員|文|文章作者|執筆|執筆者|著者|取材|"
    "ライター|作成者|글|글쓴이|작성자"
)
_KINDS: Final = {
    word: kind
    for kind, words in (("credit", f"{_SOURCES}|{_EDITORS}"), ("byline", _AUTHORS))
    for word in words.split("|")
} | WORDINGS
# Linear: one character between single ones; the colon of a time has a digit before it.
_COLON: Final = re.compile(r"(?<!\d)\s?[:：]\s?")
# Linear: one character class.
_WORD: Final = re.compile(r"[^\s\d|•·,;/()（）\[\]【】]+")
_BETWEEN: Final = " \t\u00a0\u3000|•·,;/()（）[]【】–—-"
# Linear: one character.
_DIGIT: Final = re.compile(r"\d")


class Fact(NamedTuple):
    """A kind (a label of lines) and its value: ISO 8601 for times, one name a line for people."""

    kind: str
    value: str


def find(page: Page) -> Iterator[Span]:
    """Yield one span a line of facts, labelled by the first of them: date, people, source.

    >>> from cleaners.segment import to_page
    >>> [(s.label, s.value) for s in find(to_page("Quelle: dpa | Autor: Erika Muster"))]
    [('byline', 'Erika Muster')]
    """
    for line in [line for line, key in enumerate(page.keys) if ":" in key and len(key) <= MAX_CHARS]:
        if facts := read_facts(page.texts[line]):
            kind, value = min(facts, key=lambda fact: RANK.index(fact.kind))
            yield page.span(line, kind, reason=f"{kind}/among-facts", score=SCORE, value=value)


def read_facts(text: str) -> list[Fact]:
    """Return what a line says of its story, nothing where a part of it says something else.

    >>> [fact.value for fact in read_facts("2022-05-03 10:15 来源：新华网 作者：李明")]
    ['2022-05-03T10:15Z', '新华网', '李明']
    >>> read_facts("Author: Jane Doe"), read_facts("Author: Jane Doe | Pages: 210")
    ([], [])
    """
    *heads, last = _COLON.split(text) if len(text) <= MAX_CHARS else [""]
    if not heads or is_sentence(text):
        return []
    kind = ""
    facts: list[Fact] = []
    for part in heads:
        following, start = _split_label(part)
        found = _read_value(kind, part[:start].strip(_BETWEEN))
        if not following or found is None:
            return []
        facts += found
        kind = following
    found = _read_value(kind, last.strip(_BETWEEN))
    facts += found or ()
    return facts if found and len(facts) >= MIN_FACTS else []


def _split_label(part: str) -> tuple[str, int]:
    """Return the kind that the last words of a part announce, and where they begin."""
    words = [match.start() for match in _WORD.finditer(part)]
    for start in words[-MAX_LABEL_WORDS:]:
        if kind := _KINDS.get(" ".join(part[start:].casefold().split())):
            return kind, start
    return "", 0


def _read_value(kind: str, value: str) -> list[Fact] | None:
    """Return the facts in what stands behind a label, None where it is no such value.

    Before the first label a date may stand.
    """
    if kind in {"", "published", "updated"}:
        return [] if not (kind or value) else _read_moment(kind or "published", value)
    digit = _DIGIT.search(value)
    end = digit.start() if digit else len(value)
    dated = _read_moment("published", value[end:]) if digit else []
    said = value[:end].strip(_BETWEEN)
    if kind == "byline":
        said = "\n".join(names_in(said))
    elif len(said) > MAX_SOURCE_CHARS or len(said.split()) > MAX_SOURCE_WORDS:
        return None
    return [Fact(kind, said), *dated] if said and dated is not None else None


def _read_moment(kind: str, value: str) -> list[Fact] | None:
    """Return a date of which nothing is left over but the word for what it is of."""
    moment = to_moment(value)
    if moment is None or len(moment.value) < MIN_DAY_CHARS:
        return None
    kind = STAMPS.get(moment.rest, "") if moment.rest else kind
    return [Fact(kind, moment.value)] if kind else None
