"""Find the line that says who made a picture or worked on the story.

In the wild: ``Photo: Jane Doe``, ``(AP Photo/Jane Doe)``, ``Getty Images``, ``Foto: dpa``,
``© Reuters / Jane Doe``, ``Фото: Пресс-служба``, ``사진=홍길동``,
``Reporting by Jane Doe; Editing by John Roe``.
Left alone: a caption that ends with its credit (a picture's text is part of the story), a sentence
about photographs, ``© 2021 The Example`` (``rights`` reads that).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from cleaners.layout import is_sentence
from cleaners.values import Page, Span

MAX_CREDIT_CHARS: Final = 90
MAX_CREDIT_WORDS: Final = 10

_INTROS: Final = (
    "photo|photos|photo by|photos by|photo credit|photo credits|photograph|photograph by|photography|"
    "photography by|photo courtesy of|photo courtesy|photographer|picture|picture by|pictures|"
    "picture credit|image|image by|images|image credit|image credits|image source|image courtesy of|"
    "image courtesy|courtesy of|courtesy|illustration|illustration by|graphic|graphic by|video by|"
    "video credit|credit|credits|foto|fotos|foto von|bild|bilder|bildquelle|bildnachweis|bildrechte|"
    "grafik|fotocredit|crédit photo|crédits photo|crédit|crédits|photo d'illustration|fotografía|"
    "foto de|imagen|crédito|créditos|fotografia|foto di|immagine|imagem|crédito da foto|beeld|"
    "fotograaf|fotograf|bildkälla|kuva|kuvat|kép|fotó|zdjęcie|fot|fot.|źródło zdjęcia|zdroj|snímek|"
    "sursa foto|foto credit|φωτογραφία|φωτο|фото|фотография|фотограф|фотографии|иллюстрация|снимка|"
    "светлина|fotoğraf|görsel|sumber foto|dok|ảnh|ảnh minh họa|صورة|تصوير|الصورة|عکس|عکاس|צילום|"
    "צילומים|קרדיט|फोटो|तस्वीर|ছবি|ภาพ|ภาพจาก|写真|写真提供|撮影|画像|提供|图片|图片来源|摄影|圖片|"
    "圖片來源|攝影|图源|来源|사진|사진제공|사진출처|영상|그래픽|quelle|source|fuente|fonte|bron|"
    "источник|źródło|kaynak"
)
_SOURCES: Final = ("quelle", "source", "fuente", "fonte", "bron:", "источник", "źródło:", "kaynak", "来源")
SOURCE_SCORE: Final = 0.6
_TAKES_NO_COLON: Final = (
    "photo by|photos by|photograph by|photography by|photo courtesy of|picture by|image by|"
    "image courtesy of|courtesy of|illustration by|graphic by|foto von|foto de|foto di|photo courtesy|"
    "image source,|media source,"
)
_AGENCIES: Final = (
    "getty images|getty|gettyimages|ap photo|ap images|ap|associated press|reuters|afp|afp photo|epa|"
    "epa-efe|dpa|dpa-infocom|picture alliance|picture-alliance|imago|imago images|shutterstock|"
    "istock|istockphoto|alamy|alamy stock photo|pa images|pa wire|pa|upi|bloomberg|xinhua|anadolu|"
    "anadolu agency|anadolu ajansı|ansa|efe|lusa|ntb|scanpix|tt|ritzau|anp|belga|keystone|apa|pap|"
    "ctk|čtk|mti|тасс|риа новости|tass|sputnik|yonhap|연합뉴스|뉴시스|뉴스1|新华社|中新社|視覺中國|"
    "视觉中国|共同|時事|kyodo|jiji|unsplash|pexels|pixabay|adobe stock|depositphotos|flickr|"
    "wikimedia commons|rex features|zuma press|sipa|sipa usa|nurphoto|corbis|magnum|action images|"
    "usa today sports|imagn images|icon sportswire|canadian press|aap"
)
# Linear: anchored, an alternation of fixed words, then the rest of the line once.
_NAMED: Final = re.compile(
    rf"[(\[（©\s]*(?:(?:{_INTROS})\s?[:：=|]\s*|(?:{_TAKES_NO_COLON})\s+)(?P<value>\S[^\n]*?)[)\]）.]*",
    re.IGNORECASE,
)
# Linear: anchored; an agency first or last, one bounded stretch on its other side.
_BY_AGENCY: Final = re.compile(
    rf"[(\[（©\s]*(?P<value>(?:via\s)?(?:{_AGENCIES})(?:\s?(?:[/|／,]|\svia\s)\s?[^/():]{{2,40}}){{0,3}}|"
    rf"[^/(){{}}:.]{{3,40}}\s?(?:[/|／]|via)\s?(?:{_AGENCIES})(?:\s?[/|]\s?[^/()]{{2,30}})?)[)\]）.]*",
    re.IGNORECASE,
)
# Linear: anchored, then the rest of the line once.
_WORK: Final = re.compile(
    r"[(\[]?(?:additional\s)?(?:reporting|writing|editing|compiled|edited|translated|produced|translation|research)"
    r"\s(?:and\s\w+\s)?by\s(?P<value>[A-Z].{2,300}?)[)\]]?",
    re.IGNORECASE,
)
_WORDS: Final = f"{_INTROS}|{_AGENCIES}|additional|reporting|writing|editing|compiled|edited|via".split("|")
_STARTS: Final = frozenset(
    f"{sign}{word}{end}"[:4]
    for word in _WORDS
    for sign in ("", "© ", "©")
    for end in (":", "=", "|", "/", "")
)
_DENSE_STARTS: Final = frozenset(word[:2] for word in _WORDS if word[0] >= "\u3040")
_ENDS: Final = frozenset(f"/{agency}"[-5:] for agency in _AGENCIES.split("|")) | frozenset(
    f"/ {agency}"[-5:] for agency in _AGENCIES.split("|")
)
MIN_BARE_AGENCY_CHARS: Final = 5


def find(page: Page) -> Iterator[Span]:
    r"""Yield ``credit`` with the names as value.

    >>> from cleaners.segment import to_page
    >>> [span.value for span in find(to_page("Photo: Jane Doe\n(AP Photo/John Roe)\n© Reuters / Jane Doe"))]
    ['Jane Doe', 'AP Photo/John Roe', 'Reuters / Jane Doe']
    """
    starts, ends, dense = _STARTS, _ENDS, _DENSE_STARTS
    candidates = [
        i
        for i, key in enumerate(page.keys)
        if key[:4] in starts or ("/" in key and key[-5:] in ends) or (not key.isascii() and key[:2] in dense)
    ]
    for i in candidates:
        text = page.texts[i]
        if match := _match(text):
            yield page.span(i, "credit", reason=match[0], score=match[1], value=match[2])
        elif len(text) <= 300 and (work := _WORK.fullmatch(text)) and work["value"][:1].isupper():
            yield page.span(i, "credit", reason="credit/worked-on", score=0.95, value=text.strip("()[] "))


def _match(text: str) -> tuple[str, float, str] | None:
    """Return reason, score and value of a picture credit."""
    if len(text) > MAX_CREDIT_CHARS or text.count(" ") >= MAX_CREDIT_WORDS:
        return None
    if agency := _BY_AGENCY.fullmatch(text):
        value = _close(agency["value"].strip(), text)
        if value != text or "/" in value:
            return "credit/agency", 0.9, value
        # The bare name of a house may as well be a menu entry or the source of the story.
        return ("credit/bare-agency", 0.6, value) if len(value) >= MIN_BARE_AGENCY_CHARS else None
    named = _NAMED.fullmatch(text)
    if named and not (is_sentence(text) and not text.endswith((")", "]", "）"))):
        # "Source:" may as well say where a story's figures are from.
        score = SOURCE_SCORE if text.lstrip("([（© ").casefold().startswith(_SOURCES) else 0.9
        return "credit/named", score, _close(named["value"].strip(), text)
    return None


def _close(value: str, text: str) -> str:
    """Return a value with the bracket that closes one of its own: "The bridge (Tom Okafor/Gazette)"."""
    behind = text[text.rindex(value) + len(value) :]
    for opening, closing in ("()", "[]", "（）"):
        if value.count(opening) > value.count(closing) and behind.startswith(closing):
            return value + closing
    return value
