"""Read the date and the time of a short line: ``to_moment`` says what they are and what else is there.

In the wild: ``08 July 2020``, ``17.01.2018 21:15``, ``May 3, 2021 at 9:32 pm EST``, ``2020年7月8日``,
``๘ กรกฎาคม ๒๕๖๓``, ``بوابة - 8 يوليو 2020``, and joined forms such as ``09:11 GMT08 July 2020`` and
``02:58 GMT +318 January 2018`` from pages whose elements were glued together.
Left alone: relative dates ("yesterday", "on Wednesday") and dates without a year, because nothing in
the line says which day they mean; impossible dates; the lunar calendars of Islam and the Bengali one.

Why not dateparser: it fails on the joined forms, returns words such as "We" as dates, resolves
relative days against the clock of the run (this core has none), and is slower by orders.
Known limits: a zone name that means several zones (``IST``, ``CST``, ``ET``) shifts nothing, and
``listopada`` is read as the Polish November, not the Croatian October.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from unicodedata import decimal

from cleaners.grammars.calendar_names import JALALI_MONTHS, MONTHS, UNCONVERTED_MONTHS, WEEKDAYS, to_name
from cleaners.grammars.clock_time import ClockTime, cut_time
from cleaners.grammars.wording import to_words

MAX_LINE_CHARS: Final = 160
SURE, SWAPPABLE, SHORT_YEAR = 1.0, 0.6, 0.5
"""Scores: stated; day and month could change places; the year has two digits."""
_MIN_YEAR, _MAX_YEAR, _MAX_SHORT_YEAR = 1900, 2100, 40
_BUDDHIST_YEARS: Final = 543


class Moment(NamedTuple):
    """A date, maybe with a time, and what else its line says.

    ``value`` is ISO 8601, as long as it is precise. ``rest`` is what is left of the folded line
    without date, time, zone, weekday and the small words between them; ``is_joined`` says that a
    zone and a date stand together without a space.
    """

    value: str
    rest: str
    score: float
    has_time: bool
    has_weekday: bool
    is_joined: bool


class _Day(NamedTuple):
    value: str
    score: float = SURE


_IMPOSSIBLE: Final = _Day("")

# All patterns below are linear: every repeat is bounded or over one character class that the next
# element cannot start with, and each begins with a digit run or a letter run tried once a position.
_GMT_GLUED = re.compile(r"\b(gmt|utc)\s?([+-]\d{1,2}?)(\d{1,2})(?=\s+[^\W\d])")
_LETTER = r"[^\s\d,:/()|\[\]'’-]"
_TOKEN = re.compile(rf"{_LETTER}+")
_MONTH_WORDS: Final = frozenset(name.split()[0] for name in (*MONTHS, *JALALI_MONTHS))
_WORD = rf"({_LETTER}{_LETTER}{{0,20}}(?:\s(?:الثاني|الأول|الاول|القعدة|القعده|الحجة|الحجه))?)"
_LINK = r"(?:(?:of|de|d|da|di|del|den)\s+|d['’]\s?)?"
_DAY_ORDINAL = r"(?:st|nd|rd|th|er|re|º|ª|°|'a)?"
_D_MONTH_Y = re.compile(
    rf"(?<!\d)(\d{{1,2}}){_DAY_ORDINAL}[\s./-]{{0,3}}{_LINK}{_WORD}[\s.,/-]{{0,3}}(?:(?:de|del|of)\s)?(\d{{4}})(?!\d)"
)
_AT_WORD = rf"(?<!{_LETTER})"
_MONTH_D_Y = re.compile(rf"{_AT_WORD}{_WORD}\s{{0,2}}(\d{{1,2}}){_DAY_ORDINAL}[\s,.]{{1,3}}(\d{{4}})(?!\d)")
_Y_MONTH_D = re.compile(
    rf"(?<!\d)(\d{{4}})(?:\sm)?[\s.,-]{{1,3}}{_WORD}\s{{0,2}}(\d{{1,2}})(?!\d)\.?(?:\sd\.)?"
)
_Y_M_D = re.compile(
    r"(?<!\d)(\d{4})\s?(?:([-./])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d)\.?"
    r"|[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일])"
)
_D_M_Y = re.compile(r"(?<![\d.])(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d\d)(?![\d.:])")
_VIETNAMESE = re.compile(r"(\d{1,2})\stháng\s(\d{1,2})\s?(?:,|năm)\s?(\d{4})(?!\d)")
_MONTH_Y = re.compile(rf"{_AT_WORD}{_WORD},?\s(?:de\s)?(\d{{4}})(?!\d)")
_Y_MONTH_CJK = re.compile(r"(?<!\d)(\d{4})[年년]\s?(\d{1,2})[月월]")
_YEAR = re.compile(r"(?<![\d.,$€£])((?:19|20)\d\d)(?![\d.,%])")
# Linear: bounded shapes, tried at each digit once. What no date of any form is without.
_DATE_LIKE = re.compile(r"\d{4}|\d\s?[./-]\s?\d\d?\s?[./-]\s?\d")
# Linear: one character class.
_SEPARATORS = re.compile(r"[\s,;|•·・()\[\]–—<>،：]+")
# Linear: one character.
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
_PHRASED_WEEKDAYS: Final = tuple(name for name in WEEKDAYS if " " in name)

_SMALL_WORDS: Final = frozenset(
    to_words(
        "at|um|uhr|à|a|á|as|às|ás|las|alle|alas|kl|klo|ob|o|om|godz|hrs|hr|hours|h|t|в|г|года|год|р|"
        "року|рік|г|on|the|of|de|del|le|el|il|den|dne|la|ore|ora|saat|pukul|jam|lúc|ngày|tanggal|am|"
        "in|i|и|the|time|local|часов|ч|мск|น|น.|เวลา|พ.ศ|ค.ศ|เมื่อ|วันที่|การ|م|هـ|ه|بتاريخ|في|"
        "الساعة|ساعت|بتوقيت|بتوقیت|خ্রি|খ্রিস্টাব্দ|বঙ্গাব্দ|হিজরি|প্রিন্ট|ঢাকা|বাংলাদেশ시|分|时|시|"
        "m|d|év"
    )
)


@lru_cache(maxsize=4096)
def to_moment(text: str) -> Moment | None:
    """Return the first full-enough date of a line with what surrounds it, or None.

    Numeric dates are read day first unless that is impossible; a two-digit year is 20yy.

    >>> to_moment("02:58 GMT +318 January 2018").value
    '2018-01-17T23:58Z'
    >>> to_moment("May 3, 2021"), to_moment("yesterday at 10:15"), to_moment("31 April 2021")
    (Moment(value='2021-05-03', rest='', score=1.0, ...), None, None)
    >>> to_moment("Photo taken on 3 May 2021").rest
    'photo taken'
    """
    if len(text) > MAX_LINE_CHARS or not _DATE_LIKE.search(text):
        return None
    folded = to_ascii_digits(to_name(text))
    glued = _GMT_GLUED.sub(r"\1\2 \3", folded)
    is_glued = glued != folded
    if not glued.isascii():
        glued = _D_MONTH_Y.sub(_without_other_calendar, glued)
    found = next(_find_days(glued), None)
    if found is None or found[0] is _IMPOSSIBLE:
        return None
    day, start, end = found
    zone_before = glued[max(0, start - 3) : start] in {"gmt", "utc"}
    time, rest = cut_time(glued[:start] + " \n " + glued[end:])
    spoken = _cut_weekday(rest)
    return Moment(
        value=_to_iso(day.value, time),
        rest=to_rest(spoken),
        score=day.score,
        has_time=time is not None,
        has_weekday=spoken != rest,
        is_joined=zone_before or is_glued,
    )


def to_rest(text: str) -> str:
    """Return the words of a folded text that mean something next to a date.

    >>> to_rest("mis à jour le : ")
    'mis jour'
    """
    words = (token.strip(".:'\"-/") for token in _SEPARATORS.split(text))
    return " ".join(word for word in words if word and word not in _SMALL_WORDS)


def to_ascii_digits(text: str) -> str:
    """Return the text with the decimal digits of every script as 0 to 9."""
    if text.isascii():
        return text
    return _OTHER_DIGIT.sub(lambda match: str(decimal(match[0])), text)


def _cut_weekday(text: str) -> str:
    for name in _PHRASED_WEEKDAYS:
        text = text.replace(name, " ")
    words = [(word, word.strip(".:,")) for word in _SEPARATORS.split(text)]
    if not any(bare in WEEKDAYS for _, bare in words):
        return text
    return " ".join(word for word, bare in words if bare not in WEEKDAYS)


def _without_other_calendar(match: re.Match[str]) -> str:
    return " " if match[2].strip(". ") in UNCONVERTED_MONTHS else match[0]


def _to_iso(day: str, time: ClockTime | None) -> str:
    if time is None or len(day) < len("2020-07-08"):
        return day
    instant = datetime.fromisoformat(day) + timedelta(
        hours=time.hour, minutes=time.minute - time.offset_minutes
    )
    if time.second is None:
        return instant.strftime("%Y-%m-%dT%H:%MZ")
    return (instant + timedelta(seconds=time.second)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _find_days(text: str) -> Iterator[tuple[_Day, int, int]]:
    """Yield the dates of a folded line with their offsets, the surest forms first."""
    forms = _FORMS if _has_month(text) else _NUMBER_FORMS
    for pattern, read in forms:
        for match in pattern.finditer(text):
            if day := read(match):
                yield day, match.start(), match.end()


def _has_month(text: str) -> bool:
    words = [word.strip(". ") for word in _TOKEN.findall(text)]
    return not _MONTH_WORDS.isdisjoint(words)


def _named(day: str, month: str, year: str) -> _Day | None:
    """Return a date whose month is a word."""
    word = month.strip(". ")
    if number := MONTHS.get(word):
        return _to_day(int(year), number, int(day)) or _IMPOSSIBLE
    if number := JALALI_MONTHS.get(word):
        return _to_day(int(year), number, int(day)) or _IMPOSSIBLE
    return None


def _numeric(day: str, sign: str, month: str, year: str) -> _Day | None:
    """Return a date of three numbers, day first unless the second cannot be a month.

    Dots are day first wherever they are in use, so only slashes and dashes leave a doubt.
    """
    d, m, y = int(day), int(month), int(year)
    score = SURE if len(year) == 4 else SHORT_YEAR
    if len(year) == 2:
        y += 2000 if y <= _MAX_SHORT_YEAR else 0
    if m > 12 >= d:
        d, m = m, d
    elif d <= 12 and d != m and sign != ".":
        score = min(score, SWAPPABLE)
    found = _to_day(y, m, d)
    return found._replace(score=score) if found else _IMPOSSIBLE


def _to_day(year: int, month: int, day: int) -> _Day | None:
    """Return the Gregorian date of a year of any of the three calendars, None when there is none."""
    if 1300 <= year < 1500:
        return _from_jalali(year, month, day)
    if year >= _MIN_YEAR + _BUDDHIST_YEARS:
        year -= _BUDDHIST_YEARS
    if not _MIN_YEAR <= year <= _MAX_YEAR:
        return None
    try:
        return _Day(date(year, month, day).isoformat())
    except ValueError:
        return None


def _from_jalali(year: int, month: int, day: int) -> _Day | None:
    """Return a date of the Iranian calendar; its leap years repeat every 33 years (true 1206-1498)."""
    if not 1 <= month <= 12 or not 1 <= day <= (31 if month <= 6 else 30):
        return None
    epoch = date(1921, 3, 21)  # 1 Farvardin 1300
    leap_days = sum((25 * passed + 11) % 33 < 8 for passed in range(1300, year))
    passed_days = 31 * min(month - 1, 6) + 30 * max(month - 7, 0) + day - 1
    return _Day((epoch + timedelta(days=365 * (year - 1300) + leap_days + passed_days)).isoformat())


def _month_of_year(month: str, year: str) -> _Day | None:
    number = int(month) if month.isdecimal() else MONTHS.get(month.strip(". "), 0)
    if not 1 <= number <= 12 or not _MIN_YEAR <= int(year) <= _MAX_YEAR:
        return None
    return _Day(f"{int(year)}-{number:02}")


_FORMS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], _Day | None]], ...]] = (
    (_Y_M_D, lambda m: _to_day(int(m[1]), int(m[3] or m[5]), int(m[4] or m[6])) or _IMPOSSIBLE),
    (_D_MONTH_Y, lambda m: _named(m[1], m[2], m[3])),
    (_MONTH_D_Y, lambda m: _named(m[2], m[1], m[3])),
    (_Y_MONTH_D, lambda m: _named(m[3], m[2], m[1])),
    (_D_M_Y, lambda m: _numeric(m[1], m[2], m[3], m[4])),
    (_VIETNAMESE, lambda m: _to_day(int(m[3]), int(m[2]), int(m[1]))),
    (_MONTH_Y, lambda m: _month_of_year(m[1], m[2])),
    (_Y_MONTH_CJK, lambda m: _month_of_year(m[2], m[1])),
    (_YEAR, lambda m: _Day(m[1])),
)
_NAMED: Final = (_D_MONTH_Y, _MONTH_D_Y, _Y_MONTH_D, _MONTH_Y)
_NUMBER_FORMS: Final = tuple(form for form in _FORMS if form[0] not in _NAMED)
