"""Tell names of people from other words: the part of a byline or credit that is worth a field.

Left alone: a phrase with a weekday, a month, an article or another word no name has; a lower-case
word that is no particle; digits.
"""

from __future__ import annotations

import re
from typing import Final

from cleaners.grammars.calendar_names import MONTHS, WEEKDAYS
from cleaners.grammars.wording import to_words

MAX_NAME_WORDS: Final = 5
MAX_NAMES: Final = 12

PARTICLES: Final = frozenset(
    to_words(
        "de|del|della|dello|dei|di|da|das|do|dos|du|des|la|le|van|von|vom|zu|zum|zur|der|den|ter|ten|"
        "te|af|av|bin|ibn|al|el|bint|abu|y|e|ben|st|of|i|ei"
    )
)
_NOT_IN_NAMES: Final = frozenset(
    to_words(
        "the|this|that|these|those|a|an|and|or|in|on|at|for|from|with|all|any|both|each|every|far|"
        "now|then|there|time|day|night|week|month|year|morning|evening|noon|design|default|law|"
        "nature|contrast|comparison|chance|popular|numbers|way|using|being|having|making|doing|"
        "taking|clicking|continuing|submitting|signing|subscribing|post|mail|email|phone|continue|"
        "read|more|view|home|news|subscribe|share|login|anfang|beginn|heute|morgen|gestern|hier|uns|"
        "ejemplo|exemplo|favor|supuesto|fin|ahora|qui|où|que|ici|parties|rapport|contre|exemple|"
        "ailleurs|author|authors|category|date|month|today"
    )
)
ROLES: Final = frozenset(
    to_words(
        "correspondent|reporter|editor|writer|staff|contributor|columnist|analyst|photographer|"
        "producer|korrespondent|redakteur|redakteurin|correspondant|journaliste|corresponsal|"
        "redactor|corrispondente|корреспондент|редактор"
    )
)
# "May" and "April" name people too; the abbreviations and all other months do not.
_CALENDAR: Final = (frozenset(MONTHS) | WEEKDAYS) - frozenset(
    to_words(
        "april|may|june|august|jan|mar|marta|mart|augusta|sol|mai|mark|mo|di|do|so|sa|mi|fr|juan|jul|tem|ben"
    )
)
# Linear: one alternation of separators, each bounded by a space or a punctuation mark.
_BETWEEN: Final = re.compile(
    r"\s*[,;/&+、，]\s*|\s+(?:and|und|et|y|e|и|та|och|og|en|ve|dan|и|ja|i|و|και)\s+", re.IGNORECASE
)
# Linear: one character class.
_CASELESS: Final = re.compile(
    "[\u0590-\u06ff\u0900-\u0dff\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)


def is_name(text: str) -> bool:
    """Say whether a text can be the name of one person (or house): capitals, particles, initials.

    >>> [is_name(name) for name in ("Jane Doe", "J. R. van der Berg", "Анна Смирнова", "O'Brien-Smith")]
    [True, True, True, True]
    >>> [is_name(name) for name in ("the time", "Tuesday evening", "Jane said", "2021")]
    [False, False, False, False]
    """
    words = text.split()
    if words and words[-1].casefold() in ROLES:
        return False
    if not 1 <= len(words) <= MAX_NAME_WORDS or not any(len(word) > 1 for word in words):
        return False
    capitals = 0
    for word in words:
        folded = word.casefold().rstrip(".")
        if folded in _NOT_IN_NAMES or folded in _CALENDAR or not _is_wordlike(word):
            return False
        if word[0].isupper() or (word[1:2] in "'’" and word[2:3].isupper()):
            capitals += 1
        elif folded not in PARTICLES:
            return False
    return capitals > 0


def is_caseless_name(text: str) -> bool:
    """Say whether a text can be a name in a script that has no capitals.

    >>> is_caseless_name("王小明"), is_caseless_name("محمد علي"), is_caseless_name("Jane Doe")
    (True, True, False)
    """
    return (
        len(text) <= 30
        and len(text.split()) <= MAX_NAME_WORDS
        and all(_CASELESS.match(word) and _is_wordlike(word) for word in text.split())
        and bool(text.strip())
    )


def split_names(text: str) -> list[str]:
    """Return what stands between commas, ampersands and words for "and"."""
    return [part for part in _BETWEEN.split(text.strip()) if part]


def _is_wordlike(word: str) -> bool:
    """Letters of one name; Mn and Mc marks, which str.isalpha denies, belong to Indic and Thai words."""
    if word.endswith(("'s", "’s")):
        return False
    return not any(char.isdigit() or char in ',:;!?()[]{}<>@#|/"“”*_=' for char in word)
