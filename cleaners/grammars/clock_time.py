"""Cut the time of day and its zone out of a folded line.

In the wild: ``09:11 gmt``, ``9.32``, ``9:32 p.m. est``, ``오후 3:20``, ``午後3時20分``, ``10h30``,
``t09:11:05+00:00``.
Left alone: a time inside a longer number, and hours or minutes that do not exist.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple


class ClockTime(NamedTuple):
    """A time of day; ``offset_minutes`` is what its zone is ahead of UTC, 0 when none is stated."""

    hour: int
    minute: int
    second: int | None
    offset_minutes: int


_HALVES: Final = {
    word: half
    for half, words in {
        0: "am a.m a.m. a.m.م ص 오전 上午 午前 凌晨 早上 صباحا صباحاً सुबह সকাল ভোর ก่อนเที่ยง π.μ π.μ. öö",
        12: "pm p.m p.m. م 오후 下午 午後 晚上 中午 مساء مساءً शाम দুপুর বিকাল বিকেল সন্ধ্যা μ.μ μ.μ.",
    }.items()
    for word in words.split()
}
_HALF = "|".join(sorted(map(re.escape, _HALVES), key=len, reverse=True))
# Linear: every repeat is bounded; tried at each digit run once.
_TIME = re.compile(
    rf"(?:(?P<before>{_HALF})\s?)?"
    r"(?<![\d.:/+-])(?P<hour>[01]?\d|2[0-3])\s?(?:[:.h時时시点]|：|\su\s)\s?(?P<minute>[0-5]\d)(?!\d)\s?[分분]?"
    r"(?:[:.](?P<second>[0-5]\d)(?!\d))?(?:[.,]\d{1,6})?"
    rf"(?:\s?(?P<after>{_HALF})(?!\w))?"
)
# Linear: as above.
_FULL_HOUR = re.compile(
    r"(?<![\d.:/+-])(?:(?P<hour>[01]?\d)\s?(?P<after>am|pm|a\.m\.?|p\.m\.?)(?!\w)|(?P<hour24>[01]?\d|2[0-3])\s?(?:uhr|h)(?!\w))"
)
_HOURS: Final = {
    "gmt utc wet": 0, "bst west wat cet mez": 1, "cest mesz eet sast cat": 2, "eest msk мск trt eat ast": 3,
    "gst": 4, "pkt": 5, "ict wib": 7, "hkt sgt wita awst pht": 8, "jst kst wit": 9, "aest": 10, "aedt": 11,
    "nzst": 12, "nzdt": 13, "brt art": -3, "edt": -4, "est cdt": -5, "mdt": -6, "mst pdt": -7, "pst": -8,
    "akst": -9, "hst": -10,
}  # fmt: skip
_ZONES: Final = {name: 60 * hours for names, hours in _HOURS.items() for name in names.split()}
_UNSURE_ZONES: Final = "ist cst et pt ct mt"
# Linear: an alternation of fixed words, then a bounded offset.
_ZONE = re.compile(
    rf"(?<![^\W\d])(?P<name>{'|'.join(sorted([*_ZONES, *_UNSURE_ZONES.split()], key=len, reverse=True))})"
    r"(?![^\W\d])(?:\s?(?P<sign>[+-])(?P<hours>\d{1,2}?):?(?P<minutes>[0-5]\d)?(?!\d))?"
)
# Linear: anchored at the end of the time.
_BARE_OFFSET = re.compile(r"\s?(?:z(?!\w)|(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>[0-5]\d)?(?!\d))")


def cut_time(text: str) -> tuple[ClockTime | None, str]:
    """Return the first time of day of a folded line, with its zone, and the line without both.

    >>> cut_time("last update 9:32 p.m. edt")
    (ClockTime(hour=21, minute=32, second=None, offset_minutes=-240), 'last update   ')
    """
    match = _TIME.search(text) or _FULL_HOUR.search(text)
    if match is None:
        return None, text
    groups = match.groupdict()
    half = _HALVES.get(groups.get("before") or groups.get("after") or "")
    hour = int(groups["hour"] or groups.get("hour24") or 0)
    if half is not None and hour <= 12:
        hour = hour % 12 + half
    start, end = match.span()
    offset, start_of_rest = 0, end
    if bare := _BARE_OFFSET.match(text, end):
        offset, start_of_rest = _to_minutes(bare), bare.end()
    rest = text[:start] + " " + text[start_of_rest:]
    if zone := _ZONE.search(rest):
        offset = _ZONES.get(zone["name"], 0) + _to_minutes(zone)
        rest = rest[: zone.start()] + " " + rest[zone.end() :]
    second = groups.get("second")
    minute = int(groups.get("minute") or 0)
    return ClockTime(hour, minute, int(second) if second else None, offset), rest


def _to_minutes(offset: re.Match[str]) -> int:
    if not offset["sign"]:
        return 0
    minutes = 60 * int(offset["hours"]) + int(offset["minutes"] or 0)
    return -minutes if offset["sign"] == "-" else minutes
