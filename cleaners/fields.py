"""Fields: from decided lines and the page's own metadata, one value each, all candidates kept.

A page clock is never a publication date: it has a field of its own, and a candidate for
``published_at`` on the very day of the clock that was only seen in the text loses to silence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from cleaners.case import Decision
from cleaners.headline_date import find_author, find_date
from cleaners.html.dates import to_local, to_precision, to_time
from cleaners.language import find_language
from cleaners.line_fields import find_stated
from cleaners.repair import mend
from cleaners.values import Evidence, Fields, Page

_LISTS: Final = frozenset({"tags", "related", "credits"})
_STAMPED: Final = frozenset({"published_at", "modified_at"})
_TIMES: Final = _STAMPED | {"page_clock"}
_DAY_CHARS: Final = len("2020-07-08")
_MINUTE_CHARS: Final = len("2020-07-08T09:11")
MIN_TYPE_SCORE: Final = 0.4
"""Below this the type of a page is wrong as often as right."""
MOVED: Final = timedelta(days=7)
"""A page whose address names a day so much earlier than its markup was moved, and stamped anew."""
MAX_ITEMS: Final = 100
MIN_EXACT_SCORE: Final = 0.5
"""A less sure time of the same day may be of another story of that day."""


def to_fields(
    page: Page, decisions: Sequence[Decision], text: str, page_type: Evidence | None = None
) -> Fields:
    """Return the fields of a page, given its decided lines, its kept text and what type of page it is."""
    candidates = [*page.evidence, *find_stated(page, decisions), *((page_type,) if page_type else ())]
    if not any(candidate.field == "published_at" for candidate in candidates):
        candidates.extend(find_date(page, decisions))
    if not any(candidate.field == "byline" for candidate in candidates):
        candidates.extend(find_author(page, decisions))
    candidates.extend(_language(text))
    candidates = [c._replace(value=value) for c in candidates if (value := mend(c.value).strip())]
    clock = next((c.value[:10] for c in candidates if c.field == "page_clock"), None)
    values: dict[str, object] = {}
    evidence: list[Evidence] = []
    for name in dict.fromkeys(c.field for c in candidates):
        rivals = [c for c in candidates if c.field == name]
        eligible = [c for c in rivals if not (name == "published_at" and _is_clock(c, clock))]
        if name in _TIMES:
            eligible = [c for c in eligible if to_time(c.value) and not _is_later(c, page.captured_at)]
        chosen = _refine(page, name, _choose(name, eligible), eligible)
        winners = frozenset(chosen)
        evidence.extend(c._replace(chosen=c in winners) for c in rivals)
        if name == "published_at" and chosen and not _is_worded(chosen[0]):
            shown = [c.value for c in eligible if _is_worded(c) or c.source in {"time", "url"}]
            chosen = [chosen[0]._replace(value=to_local(chosen[0].value, shown))]
        if chosen:
            values |= _to_values(name, chosen)
    return replace(Fields(evidence=tuple(evidence)), **values)  # type: ignore[arg-type]


def _language(text: str) -> Iterator[Evidence]:
    if found := find_language(text):
        yield Evidence("language", found[0], "text/py3langid", found[1])


def _is_clock(candidate: Evidence, clock: str | None) -> bool:
    """Return whether a publication date is just the page clock's day, seen in the text alone."""
    return clock is not None and candidate.start >= 0 and candidate.value[:10] == clock


def _is_later(candidate: Evidence, captured_at: datetime | None) -> bool:
    """Return whether a time is after the capture, by more than what zones can explain."""
    moment = to_time(candidate.value)
    return captured_at is not None and moment is not None and moment - captured_at > timedelta(days=1)


def _choose(name: str, candidates: Sequence[Evidence]) -> list[Evidence]:
    """Return the winners: all lines of the best source of a list, else the surest candidate."""
    if not candidates:
        return []
    best = max(candidates, key=lambda c: (name in _STAMPED and _is_day(c), c.score))
    if name == "page_type" and best.score < MIN_TYPE_SCORE:
        return []
    if name in {"related", "credits"}:
        return list(candidates)
    if name == "tags":  # one tag alone is mostly a list that lost its commas
        sources: defaultdict[str, list[Evidence]] = defaultdict(list)
        for candidate in candidates:
            sources[candidate.source].append(candidate)
        return max(sources.values(), key=lambda of: (len(of) > 1 or "\n" in of[0].value, of[0].score))
    if name == "language":  # what the text is written in beats what the page claims, when it is sure
        return [max(candidates, key=lambda c: (c.source.startswith("text/") and c.score > 0.5, c.score))]
    return [best]


def _refine(page: Page, name: str, chosen: list[Evidence], candidates: Sequence[Evidence]) -> list[Evidence]:
    """Return the winners, or who says the same thing better."""
    if name == "byline":
        return _parted(page, chosen, candidates)
    if name in _STAMPED:
        chosen = _most_exact(chosen, candidates)
    return _first_day(chosen, candidates) if name == "published_at" else chosen


def _is_worded(candidate: Evidence) -> bool:
    """Return whether a date is in words that readers see, in the zone of the page, which they do not say."""
    return candidate.start >= 0 or candidate.source.startswith("class/")


def _is_day(candidate: Evidence) -> bool:
    """Return whether a date names a day, and surely: years alone are of cited works and of copyrights."""
    return len(candidate.value) >= _DAY_CHARS and candidate.score >= MIN_EXACT_SCORE


def _most_exact(chosen: list[Evidence], candidates: Sequence[Evidence]) -> list[Evidence]:
    """Return the surest candidate that says more exactly when the winner's day, or minute, was."""
    if not chosen:
        return chosen
    best = chosen[0]
    is_day = len(best.value) <= _DAY_CHARS
    shared = _DAY_CHARS if is_day else _MINUTE_CHARS
    for rival in sorted(candidates, key=lambda c: -c.score) if is_day or _is_worded(best) else ():
        is_better = len(rival.value) > _DAY_CHARS if is_day else not _is_worded(rival)
        there = to_local(rival.value, [best.value]) if _is_worded(best) else rival.value
        if is_better and rival.score >= MIN_EXACT_SCORE and there[:shared] == best.value[:shared]:
            return [rival]
    return chosen


def _parted(page: Page, chosen: list[Evidence], candidates: Sequence[Evidence]) -> list[Evidence]:
    """Return what an element for authors holds, where the winner's line joins it to what stands behind.

    In the wild: ``<span class="author">Jane Doe</span><span class="date">3 May``, apart by style alone.
    """
    line = page.source_text[chosen[0].start : chosen[0].end] if chosen and chosen[0].start >= 0 else ""
    for rival in candidates if line else ():
        _, _, behind = line.partition(rival.value)
        if rival.source == "class/author" and behind[:1].isalnum():
            return [rival]
    return chosen


def _first_day(chosen: list[Evidence], candidates: Sequence[Evidence]) -> list[Evidence]:
    """Return the day in the address where the winner is clearly later: no page is older than its address."""
    stated = to_time(chosen[0].value) if chosen else None
    for candidate in candidates if stated else ():
        day = to_time(candidate.value) if candidate.source == "url" else None
        if stated and day and stated - day > MOVED:
            return [candidate]
    return chosen


def _to_values(name: str, chosen: Sequence[Evidence]) -> dict[str, object]:
    """Return the attributes of ``Fields`` that the winners fill."""
    best = chosen[0]
    if name in _LISTS:
        items = (item.strip() for c in chosen for item in c.value.split("\n"))
        return {name: tuple(dict.fromkeys(item for item in items if item))[:MAX_ITEMS]}
    if name == "language":
        return {name: best.value, "language_score": best.score}
    if name in _TIMES:
        found: dict[str, object] = {name: to_time(best.value)}
        if name != "page_clock":
            found[name.replace("_at", "_precision")] = to_precision(best.value)
        if name == "published_at":
            found["published_source"] = best.source
        return found
    if name == "page_type":
        return {name: best.value, "page_type_score": best.score}
    if name == "byline":
        return {name: ", ".join(best.value.split("\n"))}
    return {name: best.value} if name in Fields.__dataclass_fields__ else {}
