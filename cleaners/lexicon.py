"""Find lines whose wording is known: buttons, notices, prompts and labels, by language and kind.

The wording is data: one file a label in ``lexicons/``, each phrase with its reason, why it
exists, and lines it must and must not match (``verify_lexicon`` holds them to it). A phrase is
compared with whole lines only, by their folded key, so a paragraph that merely contains the
words is never touched.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any, Final, NamedTuple

from cleaners.errors import LexiconError
from cleaners.labels import LABELS
from cleaners.phrases import START_KEY_CHARS, Phrase, find_faults, to_phrase
from cleaners.segment import to_page
from cleaners.values import Page, Span

FIELD_LABELS: Final = frozenset(("related", "section", "source_url"))
"""Labels whose field is what follows the colon of a ``lead`` phrase, as it stands there."""
SAID_SCORE: Final = 0.8
"""What a beginning is worth when a clause follows: ``Sign up for our newsletter, the postmistress wrote``."""
# Linear: one character and the white space behind it, then one character.
_CLAUSE: Final = re.compile(r"[,;] (\w)")
_LEAD_END: Final = " .,*_\"')]）】」"  # "**Tags**: storm" and "Ed.: AK" lead as "Tags: storm" and "Ed: AK" do
# Linear: one character class, tried once a character.
_COLON: Final = re.compile("[:：]")
# Linear: one character. Thai, Lao, Burmese, Khmer, kana and han: no space ends a word there.
_UNSPACED: Final = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


class Begun(NamedTuple):
    """Wordings of the form ``start`` that begin with the same characters, each with its phrase."""

    wordings: tuple[str, ...]
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All phrases, indexed so that a line costs a dictionary look-up.

    ``line`` and ``lead`` map a folded wording to its phrase; ``start`` maps the first
    ``START_KEY_CHARS`` characters of one to all wordings that begin so.
    """

    phrases: tuple[Phrase, ...]
    line: dict[str, Phrase] = field(default_factory=dict)
    lead: dict[str, Phrase] = field(default_factory=dict)
    start: dict[str, Begun] = field(default_factory=dict)


def find(page: Page) -> Iterator[Span]:
    r"""Yield a span over each line whose wording is in a lexicon.

    Left alone: a line that contains a wording and says more, because that is how stories
    about cookies, advertising and newsletters read.

    >>> [span.reason for span in find(to_page("Get short URL\nGet short URL services die."))]
    ['share/short-url']
    """
    return find_phrases(load_lexicons(), page)


def find_phrases(lexicon: Lexicon, page: Page) -> Iterator[Span]:
    """Yield a span over each line that a phrase of this lexicon matches, at most one a line.

    Lines that match nothing, nearly all of them, cost three comprehensions and no call.
    """
    line, start, keys = lexicon.line, lexicon.start, page.keys
    found = dict.fromkeys([i for i, key in enumerate(keys) if key in line])
    for i in found:
        yield _span(page, i, line[keys[i]])
    for i in [i for i, key in enumerate(keys) if ":" in key and i not in found]:
        if span := find_lead(lexicon, page, i):
            found[i] = None
            yield span
    size, get = START_KEY_CHARS, start.get
    begun = [i for i, key in enumerate(keys) if (b := get(key[:size])) and key.startswith(b.wordings)]
    for i in begun:
        if i not in found and (phrase := _begun_phrase(start[keys[i][:size]], keys[i], page.texts[i])):
            yield _span(page, i, phrase)


def _span(page: Page, i: int, phrase: Phrase, value: str | None = None) -> Span:
    return page.span(i, phrase.label, reason=phrase.reason, score=phrase.score, value=value)


def find_lead(lexicon: Lexicon, page: Page, i: int) -> Span | None:
    """Return the span of a line that a lead-in and a colon begin, with what follows as its value."""
    phrase = lexicon.lead.get(page.keys[i].partition(":")[0].rstrip(_LEAD_END))
    colon = _COLON.search(page.texts[i]) if phrase else None
    if not phrase or not colon:
        return None
    value = page.texts[i][colon.end() :].strip(" \t\u00a0*_")
    return _span(page, i, phrase, value if value and phrase.label in FIELD_LABELS else None)


def _begun_phrase(begun: Begun, key: str, text: str) -> Phrase | None:
    for wording, phrase in zip(begun.wordings, begun.phrases, strict=True):
        if len(text) <= phrase.max_chars and key.startswith(wording) and _ends_a_word(key, len(wording)):
            is_said = any(clause[1].islower() for clause in _CLAUSE.finditer(text, len(wording)))
            return replace(phrase, score=min(phrase.score, SAID_SCORE)) if is_said else phrase
    return None


def _ends_a_word(key: str, end: int) -> bool:
    last, following = key[end - 1], key[end : end + 1]
    return not (last.isalnum() and following.isalnum()) or _UNSPACED.match(last) is not None


@cache
def load_lexicons() -> Lexicon:
    """Return all phrases of the package's lexicon files.

    Raises ``LexiconError`` with every bad entry of every file, so that one run shows all
    there is to mend. Whether examples match is for ``verify_lexicon``, not for each start.
    """
    folder = files("cleaners").joinpath("lexicons")
    named = sorted((file.name, file) for file in folder.iterdir() if file.name.endswith(".toml"))
    return to_lexicon(
        {name.removesuffix(".toml"): tomllib.loads(file.read_text(encoding="utf-8")) for name, file in named}
    )


def to_lexicon(tables: Mapping[str, Mapping[str, Any]]) -> Lexicon:
    """Return the lexicon of parsed files, given by label; raises as ``load_lexicons`` does."""
    problems = [
        f"{label}.toml: no such label in cleaners/labels.py" for label in tables if label not in LABELS
    ]
    phrases = []
    for label, table in tables.items():
        for number, entry in enumerate(table.get("phrase", ()), start=1):
            faults = list(find_faults(entry))
            problems += [f"{label}.toml, phrase {number} ({entry.get('id')}): {fault}" for fault in faults]
            if not faults:
                phrases.append(to_phrase(label, entry))
    lexicon = Lexicon(tuple(phrases))
    problems += _index(lexicon)
    if problems:
        raise LexiconError(problems)
    return lexicon


def _index(lexicon: Lexicon) -> Iterator[str]:
    """Fill the indexes; yield each wording that is too short or stands under two reasons."""
    begun: dict[str, Phrase] = {}
    indexes = {"line": lexicon.line, "lead": lexicon.lead, "start": begun}
    for phrase in lexicon.phrases:
        for key in phrase.folded():
            if not phrase.is_sure(key):
                yield f"{phrase.name}: a wording folds to {key!r}, too little to be sure; write more of it"
                continue
            other = indexes[phrase.form].setdefault(key, phrase)
            if other.reason != phrase.reason:
                yield f"{phrase.name}: {key!r} is also in {other.name}; keep one of them"
    for prefix, keys in groupby(sorted(begun), key=lambda key: key[:START_KEY_CHARS]):
        wordings = tuple(keys)
        lexicon.start[prefix] = Begun(wordings, tuple(begun[wording] for wording in wordings))


def verify_lexicon(lexicon: Lexicon | None = None) -> Iterator[str]:
    """Yield each example that does not hold: a match not found, or a spare found by its label."""
    lexicon = lexicon or load_lexicons()
    for phrase in lexicon.phrases:
        for example in phrase.matches:
            seen = [span.reason for span in find_phrases(lexicon, to_page(example))]
            if phrase.reason not in seen:
                yield f"{phrase.name}: {example!r} should match, and gave {seen}"
        for example in phrase.spares:
            seen = [
                span.reason for span in find_phrases(lexicon, to_page(example)) if span.label == phrase.label
            ]
            if seen:
                yield f"{phrase.name}: {example!r} should be left alone, and gave {seen}"
