"""One entry of a lexicon file: read it, say what is wrong with it, fold its wordings.

An entry is a table of ``id, language, patterns, why, matches, spares`` and, where the default
does not fit, ``form, score, max_chars``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, product
from typing import Any, Final

from cleaners.segment import fold_lines

FORMS: Final = ("line", "lead", "start")
START_KEY_CHARS: Final = 4
NUMBER_KEYS: Final = ("0", "0 0")  # 1,234 and 5.6K, then 1 234 as French and Slavic pages write it
_FIRST_IDEOGRAPH: Final = "\u2e80"  # from here on one character can be a word: 홈
_REQUIRED: Final = frozenset(("id", "language", "patterns", "why", "matches", "spares"))
_OPTIONAL: Final = frozenset(("form", "score", "max_chars"))
_TURKISH: Final = str.maketrans("iı", "İI")
_CAPITALS: Final = {
    "tr": _TURKISH,
    "az": _TURKISH,
    "el": str.maketrans("άέήίόύώϊΐϋΰΆΈΉΊΌΎΏ", "αεηιουωιιυυΑΕΗΙΟΥΩ"),
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """Wordings of one language that mean one thing.

    ``form`` is ``line`` (the wording is the whole line), ``lead`` (wording, colon, value) or
    ``start`` (the line begins with the wording and has at most ``max_chars`` characters).
    ``score`` says how sure a match is by itself.
    """

    label: str
    reason: str
    language: str
    patterns: tuple[str, ...]
    why: str
    matches: tuple[str, ...]
    spares: tuple[str, ...]
    form: str = "line"
    score: float = 1.0
    max_chars: int = 0

    @property
    def name(self) -> str:
        """Return what tells this entry from others in a message."""
        return f"{self.reason} ({self.language}, {self.form})"

    def folded(self) -> list[str]:
        """Return the comparison keys of all wordings, one for each form a number can take."""
        written = [form for pattern in self.patterns for form in _case_forms(pattern, self.language)]
        return fold_lines([text for form in written for text in _with_numbers(form)])

    def is_sure(self, key: str) -> bool:
        """Say whether a folded wording is long enough to mean anything."""
        if self.form == "start":
            return len(key) >= START_KEY_CHARS
        return (len(key) > 1 or key > _FIRST_IDEOGRAPH) and key not in NUMBER_KEYS


def to_phrase(label: str, entry: Mapping[str, Any]) -> Phrase:
    """Return the phrase of an entry without faults."""
    return Phrase(
        label=label,
        reason=f"{label}/{entry['id']}",
        language=entry["language"],
        patterns=tuple(entry["patterns"]),
        why=entry["why"],
        matches=tuple(entry["matches"]),
        spares=tuple(entry["spares"]),
        **{name: entry[name] for name in _OPTIONAL if name in entry},
    )


def find_faults(entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the keys and values of an entry, in words."""
    names = set(entry)
    if names - _REQUIRED - _OPTIONAL or _REQUIRED - names:
        yield f"has {sorted(names)}, needs {sorted(_REQUIRED)} and may have {sorted(_OPTIONAL)}"
        return
    for name in ("patterns", "matches", "spares"):
        if not (isinstance(entry[name], list) and entry[name] and all(map(_is_line, entry[name]))):
            yield f"{name} must list one or more one-line texts"
    for name in ("id", "language", "why"):
        if not _is_line(entry[name]):
            yield f"{name} must be a one-line text"
    form, score, max_chars = entry.get("form", "line"), entry.get("score", 1.0), entry.get("max_chars")
    if form not in FORMS:
        yield f"form {form!r} is none of {', '.join(FORMS)}"
    if not (isinstance(score, int | float) and 0 < score <= 1):
        yield f"score {score!r} is not in (0, 1]"
    if (form == "start") != (isinstance(max_chars, int) and max_chars > 0):
        yield "max_chars belongs to the form start, and is a positive number there"


def _is_line(text: object) -> bool:
    return isinstance(text, str) and bool(text.strip()) and len(text.splitlines()) == 1


def _with_numbers(pattern: str) -> Iterator[str]:
    pieces = pattern.split("{n}")
    for numbers in product(NUMBER_KEYS, repeat=len(pieces) - 1):
        yield "".join(chain.from_iterable(zip(pieces, (*numbers, ""), strict=True)))


def _case_forms(pattern: str, language: str) -> tuple[str, ...]:
    """Return the pattern, and its capitals where case folding does not lead back to it.

    Turkish writes İ over i and I over ı; Greek capitals lose their accents.
    """
    if language in _CAPITALS:
        return (pattern, "{n}".join(piece.translate(_CAPITALS[language]) for piece in pattern.split("{n}")))
    return (pattern,)
