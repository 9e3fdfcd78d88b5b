"""Author values into names of people: what sites write there that is no person stays out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from cleaners.grammars.byline import COLON_WORDS
from cleaners.grammars.calendar_names import MONTHS, WEEKDAYS
from cleaners.grammars.names import ROLES, is_caseless_name, is_name
from cleaners.grammars.wording import to_words

MAX_PEOPLE: Final = 20
MAX_NAME_CHARS: Final = 80
MAX_LOOSE_WORDS: Final = 3
"""A text of so few words can be a name that no rule for names knows: ``Frau Sabienes``, ``Die Redaktion``."""
MAX_SHOWN_CHARS: Final = 160
MAX_SHOWN_WORDS: Final = 24

# What stands before the names in the languages of the news.
_LEADS: Final = (
    "written by|posted by|published by|created by|submitted by|reported by|reviewed by|words by|text by|"
    "story by|article by|by|view all posts by|more by|more from|about|author|autor|über|à propos de|"
    "verfasst von|geschrieben von|veröffentlicht von|erstellt von|gepostet von|eingestellt von|"
    "gespeichert von|hochgeladen von|ein beitrag von|ein gastbeitrag von|gastbeitrag von|beitrag von|"
    "artikel von|"
    "text von|interview von|aufgezeichnet von|von|vom|zeige alle beiträge von|alle beiträge von|"
    "zeige alle artikel von|alle artikel von|mehr von|"
    "écrit par|rédigé par|publié par|posté par|proposé par|propos recueillis par|par|"
    "voir tous les articles de|voir tous les articles par|"
    "escrito por|publicado por|redactado por|por|ver todas las entradas de|ver todos os posts de|"
    "scritto da|pubblicato da|a cura di|di|da|geplaatst door|geschreven door|door|skrevet av|skriven av|av|"
    "af|"
    "napisane przez|napisał|napisała|opublikowane przez|dodał|dodała|przez|автор|написал|опубликовал"
)
_LABELS: Final = (
    f"{COLON_WORDS}|autora|autores|texte|texto|testo|interview|redaktion|redacción|redazione|bericht|story|"
    "herausgeber|verfasser|verfasserin|文"
)
"""These are leads only with a colon: alone they may be what follows."""
# Linear: one alternation of fixed texts at the start, bounded white space.
_LEAD: Final = re.compile(
    rf"\A(?:(?:{_LEADS})(?:\s{{0,9}}:\s{{0,9}}|\s{{1,9}})|(?:{_LABELS})\s{{0,9}}[:：]\s{{0,9}})",
    re.IGNORECASE,
)
# Linear: one alternation of fixed texts between single spaces.
_INNER_LEAD: Final = re.compile(r"(?<=\s)(?:by|von|par|por|door|av|przez)\s(?=\S)", re.IGNORECASE)
_BARE: Final = re.compile(
    rf"(?:{_LEADS}|{_LABELS}|(?:über d\w\w|about the|à propos de l'|sobre el) \w{{1,12}})\s*:?", re.IGNORECASE
)
# Linear: one alternation of fixed words at the end. Comments are introduced so.
_SAYS: Final = re.compile(
    r"\b(?:schreibt|schrieb|sagt|sagte|meint|meinte|kommentierte|says|said|wrote|writes|commented|dit|écrit|"
    r"dice|dijo|disse|diz|ha scritto|zegt|skriver|pisze|mówi|napisał\(a\)|пишет|говорит)\s{0,3}:?\Z",
    re.IGNORECASE,
)
# Linear: one alternation of fixed separators.
_AND: Final = re.compile(r"\s*[;|•·/]\s*|\s+(?:and|und|et|y|e|en|och|og|i|&)\s+", re.IGNORECASE)
# Linear: fixed separators between single spaces, or a line break.
_ASIDE: Final = re.compile(r"\s[|·•∙–—>-]\s|\s*[|·•∙]\s*|\n|\t")
# Linear: a digit that begins a word, and one look-behind.
_FIRST_DIGIT: Final = re.compile(r"(?<![\w.@-])\d")
_NOBODY: Final = frozenset(
    to_words(
        "posted|published|stand|login|log in|register|facebook|twitter|profile|mehr|more|filter|all|today|"
        "admin|administrator|staff|editor|editors|editorial|redaktion|redaction|redacción|redazione|guest|"
        "anonymous|unknown|author|autor|auteur|webmaster|root|user|none|null|undefined|"
        "gast|gastautor|edit|share|follow|folgen|suivre|seguir|segui|volgen|följ|obserwuj|reply|antworten|"
        "comments|kommentare|email|e-mail|print|drucken|heute|hoy|oggi|hoje|vandaag|dzisiaj|сегодня"
    )
)
_JOINED: Final = frozenset(MONTHS) | WEEKDAYS | ROLES
"""What markup sets beside a name, and some pages without a space between."""
# Linear: one class between single hyphens.
_SLUG: Final = re.compile(r"[a-z]{2,20}(?:-[a-z]{2,20}){1,3}")
# Linear: one class between brackets, at the end only. ``Jane Doe (jd)``.
_IN_BRACKETS: Final = re.compile(r"(?<=\w) \([^()]{1,40}\)\Z")
_PLACES: Final = ("http:", "https:", "www.", "@", "<", ">", "{", "://")
_BEFORE_DATES: Final = (
    frozenset(
        to_words(
            "am|on|at|um|den|der|vom|le|el|il|du|dnia|o|à|a|em|del|the|updated|published|in|aktualisiert|w|op|den"
        )
    )
    | frozenset(MONTHS)
    | WEEKDAYS
)


def to_people(texts: Sequence[str], sites: Sequence[str]) -> list[str]:
    """Return the names in author values: no addresses, no house accounts, not the site itself.

    >>> to_people(["By Jane Doe and John Roe", "https://example.org/jane", "The Example"], ["The Example"])
    ['Jane Doe', 'John Roe']
    >>> to_people(["Doe, Jane"], []), to_people(["Jane Doe, John Roe"], [])
    (['Doe, Jane'], ['Jane Doe', 'John Roe'])
    >>> to_people(["View all posts by Jane Doe (jd)", "jdoe7"], []), to_people(["jdoe7"], [])
    (['Jane Doe'], ['jdoe7'])
    >>> to_people(["jane-doe"], []), to_people(["Jane DoeReporter"], []), to_people(["Twitter Facebook"], [])
    (['Jane Doe'], ['Jane Doe'], [])
    """
    nobody = _NOBODY | {site.casefold() for site in sites}
    names: dict[str, None] = {}
    for text in texts:
        for part in _split(_without_lead(text.strip(" ,"))):
            name = _from_slug(_unjoin(_IN_BRACKETS.sub("", part)))
            folded = name.casefold()
            is_nobody = folded in nobody or _NOBODY.issuperset(folded.split())
            if is_nobody or not 2 <= len(name) <= MAX_NAME_CHARS:
                continue
            if not any(sign in folded for sign in _PLACES) and not _is_aside(name):
                names[name] = None
    persons = [name for name in names if not _is_account(name)]
    return (persons or list(names))[:MAX_PEOPLE]


def read_people(text: str, sites: Sequence[str] = ()) -> list[str]:
    """Return the names in what readers see as a byline: "Posted by Jane Doe on 3 May | 2 comments".

    Left alone: the heads of comments, sentences, dates, words that only announce a name.

    >>> read_people("8. Januar 2020 · by Aureliana · in Life"), read_people("Jane Doe 3 May 2020, 15:51")
    (['Aureliana'], ['Jane Doe'])
    >>> read_people("Written by"), read_people("jane says:"), read_people("It helped a lot, thank you all.")
    ([], [], [])
    """
    text = text.strip()
    if not text or len(text) > MAX_SHOWN_CHARS or len(text.split()) > MAX_SHOWN_WORDS or _SAYS.search(text):
        return []
    led: list[str] = []
    bare: list[str] = []
    for part in map(str.strip, _ASIDE.split(text)):
        rest = _without_lead(part)
        if rest == part and (inner := _INNER_LEAD.search(part)) and _FIRST_DIGIT.match(part):
            rest = part[inner.end() :]
        if not _BARE.fullmatch(rest):
            (led if rest != part else bare).append(_without_date(rest))
    people = to_people([name for name in led or bare if name], sites)
    return [name for name in people if _is_shown_name(name)]


def _is_shown_name(name: str) -> bool:
    if is_name(name) or is_caseless_name(name):
        return True
    words = name.split()
    is_clean = not any(sign in name for sign in '?!:()[]"…') and not name.endswith(".")
    return is_clean and (len(words) == 1 or (len(words) <= MAX_LOOSE_WORDS and words[0][0].isupper()))


def has_lead(text: str) -> bool:
    """Return whether a text begins with words that announce a name."""
    return _LEAD.match(text.strip()) is not None


def _without_lead(text: str) -> str:
    """Return what follows the words that announce a name, twice where there are two kinds of them."""
    for _ in range(2):
        text = _LEAD.sub("", text, count=1).strip(" ,:")
    return text


def _without_date(text: str) -> str:
    """Return what stands before a date or another number, without the words that lead to it."""
    digit = _FIRST_DIGIT.search(text)
    if digit is None:
        return text
    words = text[: digit.start()].split()
    while words and words[-1].strip(".,:(").casefold() in _BEFORE_DATES | {""}:
        words.pop()
    return " ".join(words).strip(" ,:-–(")


def _unjoin(name: str) -> str:
    """Return a name without the month or the role that its last word was joined to."""
    for at in range(len(name) - 1, 1, -1):
        if name[at].isspace():
            break
        if name[at].isupper() and name[at - 1].islower():
            return name[:at] if name[at:].casefold() in _JOINED else name
    return name


def _from_slug(name: str) -> str:
    """Return the name that an address writes as ``jane-doe``."""
    return name.replace("-", " ").title() if _SLUG.fullmatch(name) else name


def _is_aside(name: str) -> bool:
    """Return whether a part is an aside, a number or a domain: ``(Image: …)``, ``7``, ``example.org``."""
    return (
        name.startswith("(")
        or name.isdigit()
        or (" " not in name and "." in name.strip(".") and name.islower())
    )


def _is_account(name: str) -> bool:
    """Return whether a part is a login: one word in lower case."""
    return " " not in name and name.isascii() and name.islower()


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
