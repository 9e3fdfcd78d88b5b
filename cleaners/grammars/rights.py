"""Find the notice that says who holds the rights.

In the wild: ``© 2021 The Example. All rights reserved.``, ``(c) Example Media``, ``Все права защищены``,
``ⓒ 예시일보, 무단 전재 및 재배포 금지``, ``<저작권자(c) …>``, ``版权所有``.
Left alone: a paragraph about copyright, ``© Reuters / Jane Doe`` (``credit`` reads that).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from cleaners.grammars.wording import to_words
from cleaners.layout import last_prose
from cleaners.repair import mend
from cleaners.segment import fold
from cleaners.values import Page, Span

MAX_NOTICE_CHARS: Final = 300
MAX_PLAIN_NOTICE_CHARS: Final = 120

_PHRASES: Final = to_words(
    "all rights reserved|all right reserved|alle rechte vorbehalten|tous droits réservés|"
    "todos los derechos reservados|derechos reservados|todos os direitos reservados|"
    "direitos reservados|tutti i diritti riservati|alle rechten voorbehouden|"
    "alla rättigheter förbehållna|med ensamrätt|alle rettigheder forbeholdes|"
    "alle rettigheter reservert|kaikki oikeudet pidätetään|wszelkie prawa zastrzeżone|"
    "wszystkie prawa zastrzeżone|všechna práva vyhrazena|všetky práva vyhradené|"
    "sva prava pridržana|sva prava zadržana|minden jog fenntartva|toate drepturile rezervate|"
    "все права защищены|усі права захищені|всі права захищені|всички права запазени|"
    "сва права задржана|με επιφύλαξη παντός δικαιώματος|όλα τα δικαιώματα διατηρούνται|"
    "tüm hakları saklıdır|her hakkı saklıdır|hak cipta dilindungi|bản quyền thuộc|"
    "جميع الحقوق محفوظة|کلیه حقوق محفوظ|تمامی حقوق|כל הזכויות שמורות|सर्वाधिकार सुरक्षित|"
    "সর্বস্বত্ব সংরক্ষিত|সর্বস্বত্ব স্বত্বাধিকার সংরক্ষিত|สงวนลิขสิทธิ์|無断転載|"
    "無断転載を禁じます|版权所有|版權所有|未经授权|무단 전재|무단전재|재배포 금지"
)
# Linear: anchored, an alternation of fixed signs.
_SIGN: Final = re.compile(r"[<\[(\s]*(?:©|ⓒ|\(c\)|copyright\b|copr\.|저작권자)", re.IGNORECASE)
# Linear: a year, tried at each digit run once.
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_STARTS: Final = frozenset(
    fold(word)[:4] for word in ("copyright", "copr. 2021", "저작권자", *_PHRASES)
) | frozenset(f"c) {first}" for first in "0abcdefghijklmnopqrstuvwxyz")
_ENDS: Final = frozenset(fold(phrase)[-4:] for phrase in _PHRASES)


def find(page: Page) -> Iterator[Span]:
    r"""Yield ``copyright`` for each notice.

    >>> from cleaners.segment import to_page
    >>> [span.reason for span in find(to_page("© 2021 The Example\nAlle Rechte vorbehalten"))]
    ['copyright/sign-and-year', 'copyright/phrase']
    """
    starts, ends = _STARTS, _ENDS
    candidates = [
        i
        for i, key in enumerate(page.keys)
        if key[:4] in starts or key[-4:] in ends or (not key.isascii() and ("©" in key or "ⓒ" in key))
    ]
    if not candidates:
        return
    story_end = last_prose(page)
    for i in candidates:
        if reason := _reason(mend(page.texts[i]), after_story=i > story_end):
            yield page.span(i, "copyright", reason=reason, score=0.95)


def _reason(text: str, *, after_story: bool) -> str | None:
    """Return what makes a line a notice: a sign with a year, a sign below the story, or a phrase."""
    if len(text) > MAX_NOTICE_CHARS:
        return None
    if len(text) <= MAX_PLAIN_NOTICE_CHARS or after_story:
        signed = _SIGN.match(text)
        if signed and _YEAR.search(text):
            return "copyright/sign-and-year"
        # Without a year: a picture's "© Agency / Name" is a credit, and "Copyright law…" is no notice.
        if signed and after_story and "/" not in text and not signed[0].casefold().startswith("cop"):
            return "copyright/sign"
        folded = text.casefold()
        if any(phrase in folded for phrase in _PHRASES) and (signed or len(text) <= MAX_PLAIN_NOTICE_CHARS):
            return "copyright/phrase"
    return None
