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
from cleaners.html.dates import to_local, to_precision, to_time
from cleaners.html.headline_date import find_author, find_date
from cleaners.html.people import read_people
from cleaners.language import find_language
from cleaners.layout import last_prose
from cleaners.repair import mend
from cleaners.values import Evidence, Fields, Page

FIELD_OF_LABEL: Final = {
    "title": "title",
    "byline": "byline",
    "published": "published_at",
    "dateline": "published_at",
    "updated": "modified_at",
    "section": "section",
    "tags": "tags",
    "related": "related",
    "credit": "credits",
    "copyright": "rights",
    "page_clock": "page_clock",
    "source_url": "canonical_url",
}
_SHOWN: Final = ("class/", "html/class/", "published/", "text/", "time", "url")
"""Sources of dates that readers see, in the zone of the page."""
_WORDED: Final = ("class/", "html/class/", "published/", "text/")
"""Sources of times whose zone is not known: what readers see is in no zone."""
_LISTS: Final = frozenset({"tags", "related", "credits"})
_TIMES: Final = frozenset({"published_at", "modified_at", "page_clock"})
_NEED_VALUE: Final = frozenset({"published_at", "modified_at", "page_clock", "tags", "credits"})
"""Fields whose lines say nothing without a parsed value (a heading ``Tags:`` is no tag)."""

MIN_FIELD_SCORE: Final = 0.5
"""A line may go on several weak signs; what it says becomes a field only on one good one."""
MIN_TYPE_SCORE: Final = 0.4
"""Below this the type of a page is wrong as often as right."""
BELOW_STORY: Final = 0.45
MOVED: Final = timedelta(days=7)
"""A page whose address names a day so much earlier than its markup was moved, and stamped anew."""
MAX_ITEMS: Final = 100
MIN_HEADLINE_CHARS: Final = 12
MIN_HEADLINE_SPACES: Final = 2


def to_fields(
    page: Page, decisions: Sequence[Decision], text: str, page_type: Evidence | None = None
) -> Fields:
    """Return the fields of a page, given its decided lines, its kept text and what type of page it is."""
    candidates = [*page.evidence, *_from_lines(page, decisions), *((page_type,) if page_type else ())]
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
        chosen = _choose(name, eligible)
        if name == "published_at":
            chosen = _first_day(chosen, eligible)
        winners = frozenset(chosen)
        evidence.extend(c._replace(chosen=c in winners) for c in rivals)
        if name == "published_at" and chosen and not chosen[0].source.startswith(_WORDED):
            shown = [c.value for c in eligible if c.source.startswith(_SHOWN)]
            chosen = [chosen[0]._replace(value=to_local(chosen[0].value, shown))]
        if chosen:
            values |= _to_values(name, chosen)
    return replace(Fields(evidence=tuple(evidence)), **values)  # type: ignore[arg-type]


def _from_lines(page: Page, decisions: Sequence[Decision]) -> Iterator[Evidence]:
    """Yield a candidate for each decided line that carries a field."""
    end = last_prose(page)
    for line, (label, reason, score, _, value) in enumerate(decisions):
        name = FIELD_OF_LABEL.get(label)
        if name is None or score < MIN_FIELD_SCORE:
            continue
        if value is None and (
            name in _NEED_VALUE or (name == "related" and not _is_headline(page, line, reason))
        ):
            continue
        text = (page.texts[line] if value is None else value).strip()
        if name == "byline" and value is None:
            text = "\n".join(read_people(text))
        if reason == "html/class/published" and line > end:
            score *= BELOW_STORY  # noqa: PLW2901  dates below the story are mostly of other stories
        if text:
            yield Evidence(name, text, reason, score, page.starts[line], page.ends[line])


def _is_headline(page: Page, line: int, reason: str) -> bool:
    """Return whether a removed related line is a headline, not the heading of the list."""
    text = page.texts[line]
    begins = text[0].isalnum() or text[0] in "\"'“‘«„¿¡「"
    words = text.count(" ") >= MIN_HEADLINE_SPACES or not text.isascii()
    return (
        begins and words and len(text) >= MIN_HEADLINE_CHARS and "|" not in text and "heading" not in reason
    )


def _language(text: str) -> Iterator[Evidence]:
    if found := find_language(text):
        yield Evidence("language", found[0], "text/py3langid", found[1])


def _is_clock(candidate: Evidence, clock: str | None) -> bool:
    """Return whether a publication date is just the page clock's day, seen in the text alone."""
    return clock is not None and candidate.start >= 0 and candidate.value[:10] == clock


def _is_later(candidate: Evidence, captured_at: datetime | None) -> bool:
    """Return whether a time is after the capture, by more than what zones can explain."""
    moment = to_time(candidate.value)
    return captured_at is not None and moment is not None and moment > captured_at + timedelta(days=1)


def _choose(name: str, candidates: Sequence[Evidence]) -> list[Evidence]:
    """Return the winners: all lines of the best source of a list, else the surest candidate."""
    if not candidates:
        return []
    best = max(candidates, key=lambda c: c.score)
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
