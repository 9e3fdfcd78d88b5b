r"""The charset of a text that nobody declared, from its bytes alone.

Most bytes above ASCII are told by the words they stand in. In a Latin script a word has few of them, and the
right charset is the one under which they are the letters of one language: ``ma\xf1ana`` is Spanish in
windows-1252, and in windows-1250 it is nothing, for no language writes both ``ń`` and ``á``. In other scripts
whole words are of them: Japanese is told by its kana, the rest by statistics over byte sequences
(charset-normalizer).
Left alone: charsets that no browser reads (DOS and EBCDIC code pages, hp-roman8).
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final, NamedTuple

from cleaners.language import find_language

FALLBACK: Final = "cp1252"
SAMPLE_BYTES: Final = 32 * 1024
MAX_LATIN_SHARE: Final = 0.7
"""Above this share of their letters the words that have letters beyond ASCII are of no Latin script."""
MIN_FIT: Final = 0.8
"""So many of the letters beyond ASCII are one language's, or the text is of no Latin script known here."""
MAX_BEHIND: Final = 0.02
"""Languages that fit nearly as well as the best: a foreign name makes no more difference."""

_CENTRAL: Final = {
    "pl": "ąćęłńóśźż",
    "cs": "áčďéěíňóřšťúůýž",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "hu": "áéíóöőúüű",
    "hr": "čćđšž",
    "sl": "čšž",
    "ro": "ăâîşţ",
}
ALPHABETS: Final = {
    "cp1252": {
        "en": "éèêëàâçñöüïîôæœ",
        "fr": "àâæçéèêëîïôœùûüÿ",
        "de": "äöüßé",
        "es": "áéíñóúüªº",
        "pt": "áâãàçéêíóôõúüªº",
        "it": "àèéìíîòóùúªº",
        "ca": "àçèéíïòóúüñ",
        "nl": "áäèéêëíïóöüç",
        "sv": "åäöéüà",
        "da": "åæøéäöü",
        "no": "åæøéòóôêäö",
        "fi": "äöåšžé",
        "is": "áæéíðóöúýþ",
    },
    "cp1250": _CENTRAL,
    "iso8859-2": _CENTRAL,
    "cp1254": {"tr": "çğıöşüâîû\u0307"},  # İ folds to i and a dot
    "cp1257": {"lt": "ąčęėįšųūž", "lv": "āčēģīķļņšūž", "et": "äöõüšž"},
    "cp1258": {"vi": "àáâãèéêìíòóôõùúýăđơư\u0300\u0301\u0303\u0309\u0323"},
}
"""The letters beyond ASCII of each language, by the charset it was written in; the likelier charset first."""

_OTHERS: Final = (
    "cp1251", "koi8_r", "koi8_u", "iso8859_5", "cp866", "mac_cyrillic", "cp1253", "iso8859_7", "cp1255",
    "iso8859_8", "cp1256", "iso8859_6", "cp874", "gb18030", "big5", "big5hkscs", "shift_jis", "cp932",
    "euc_jp", "euc_kr", "cp949", "cp1252", "cp1250", "iso8859_2", "cp1254", "cp1257",
)  # fmt: skip
"""What browsers read (WHATWG Encoding Standard), as charset-normalizer names it."""

# Linear: one character class.
_HIGH: Final = re.compile(rb"[\x80-\xff]")
# Linear: no tag holds another's beginning, so each is read once.
_TAG: Final = re.compile(rb"<[^<>]*>")
# Linear: one character class run; the letters of most charsets. One alone, as in French, says nothing.
_WORD: Final = re.compile(rb"[A-Za-z\xc0-\xff]{2,}")
# Linear: one character, with one on each side looked at.
_WITHIN: Final = re.compile(r"(?<=[^\W\d_])[^\w\s\x00-\x7f\u00ad·‘’](?=[^\W\d_])|[\x80-\x9f\ufffd]")

# Linear: one character; combining accents are letters here.
_LETTER: Final = re.compile(r"[^\W\d_\x00-\x7f]|[\u0300-\u036f]")
# Linear: one character class each.
_KANA: Final = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_WIDE: Final = re.compile("[^\x00-\x7f]")
_JAPANESE: Final = ("cp932", "euc_jp")
MIN_KANA_SHARE: Final = 0.2
"""Of the characters beyond ASCII of a Japanese text; no other text has kana."""


class _Fit(NamedTuple):
    """How well a text in some charset fits a language, 0 to 1."""

    share: float
    charset: str
    language: str


def detect(payload: bytes) -> str | None:
    """Return the charset that the bytes are most likely in, None when nothing speaks for any.

    >>> detect("El niño volvió mañana".encode("cp1252")), detect("Gęś zjadła żółtą łąkę".encode("cp1250"))
    ('cp1252', 'cp1250')
    """
    first = _HIGH.search(payload)
    begin = max(0, first.start() - SAMPLE_BYTES // 8) if first else 0
    sample = _TAG.sub(b" ", payload[begin : begin + SAMPLE_BYTES])
    if charset := _japanese_charset(sample):
        return charset
    return (_latin_charset(sample) if _is_latin(sample) else None) or _other_charset(sample)


def _japanese_charset(sample: bytes) -> str | None:
    """Return the charset under which the text is whole, but for its cut end, and has kana."""
    for charset in _JAPANESE:
        text = sample.decode(charset, "replace")
        if text.count("\ufffd") <= 1 and len(_KANA.findall(text)) > MIN_KANA_SHARE * len(_WIDE.findall(text)):
            return charset
    return None


def _is_latin(sample: bytes) -> bool:
    """Return whether words with letters beyond ASCII are mostly of ASCII letters."""
    words = [word for word in _WORD.findall(sample) if not word.isascii()]
    high = sum(len(_HIGH.findall(word)) for word in words)
    return high <= MAX_LATIN_SHARE * sum(map(len, words))


def _latin_charset(sample: bytes) -> str | None:
    """Return the charset under which the letters beyond ASCII are those of one language."""
    texts = {charset: sample.decode(charset, "replace") for charset in ALPHABETS}
    fits = [fit for charset, text in texts.items() for fit in _fits(text, charset)]
    best = max(fit.share for fit in fits)
    if best < MIN_FIT:
        return None
    near = [fit for fit in fits if fit.share >= best - MAX_BEHIND]
    read = {fit.charset: find_language(texts[fit.charset]) for fit in near}
    votes = [
        (said[1], fit.charset) for fit in near if (said := read[fit.charset]) and said[0] == fit.language
    ]
    return max(votes, key=lambda vote: vote[0])[1] if votes else near[0].charset


def _fits(text: str, charset: str) -> list[_Fit]:
    """Return how well a text fits each language of the charset it was read in."""
    letters = Counter(_LETTER.findall(text.casefold()))
    wrong = len(_WITHIN.findall(text))
    total = letters.total() + wrong
    return [
        _Fit(sum(letters[char] for char in alphabet) / total if total else 1.0, charset, language)
        for language, alphabet in ALPHABETS[charset].items()
    ]


def _other_charset(sample: bytes) -> str | None:
    """Return the charset that the sequences of bytes speak for."""
    from charset_normalizer import from_bytes  # noqa: PLC0415  slow to import, rarely needed

    best = from_bytes(sample, cp_isolation=list(_OTHERS)).best()
    return best.encoding if best else None
