"""What the decided lines of a page say for its fields: candidates beside those of the markup.

Left alone: a heading of a list (``Related:``), which is no headline; a label without what it labels; the
words of a date where the page's markup states the same day more exactly (``cleaners.fields`` chooses).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from cleaners.case import Decision
from cleaners.grammars.facts import read_facts
from cleaners.grammars.headlines import MIN_LINKS
from cleaners.grammars.scripts import is_headline_long
from cleaners.grammars.stamps import read_stamps, to_score
from cleaners.html.htmlpage import HtmlPage
from cleaners.html.people import read_people
from cleaners.layout import first_prose, last_prose
from cleaners.lexicon import load_lexicons
from cleaners.phrases import START_KEY_CHARS
from cleaners.tagger.tagger import MODEL_REASON
from cleaners.values import Evidence, Page

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
_NEED_VALUE: Final = frozenset({"published_at", "modified_at", "page_clock", "tags", "credits"})
"""Fields whose lines say nothing without a parsed value (a heading ``Tags:`` is no tag)."""
_STAMPED: Final = frozenset({"published", "updated"})
_BESIDE_FACTS: Final = frozenset({"body", "byline", "published", "updated", "credit"})
"""What a line of several facts is taken for."""

MIN_FIELD_SCORE: Final = 0.5
"""A line may go on several weak signs; what it says becomes a field only on one good one."""
MAX_MODEL_SCORE: Final = 0.5
"""How surely the model takes a line for a byline says nothing of the name in it."""
FACT_SCORE: Final = 0.9
MAX_DATE_SCORES: Final = {"published": 0.68, "updated": 0.68, "dateline": 0.6}
"""Words for dates have no zone, and day and month may change places: the markup of an article is surer."""
BELOW_STORY: Final = 0.45
"""What is left of a date's score below the story: most there are of other stories."""
_BEGINS: Final = "\"'“‘«„¿¡「『《【"
# Linear: fixed words, then one class.
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"'“”„«»]+", re.IGNORECASE)
_BEHIND_ADDRESS: Final = ".,;:!?]}…"


def find_stated(page: Page, decisions: Sequence[Decision]) -> Iterator[Evidence]:
    """Yield a candidate for each field that a decided line carries, or a line of facts above the story."""
    begin, end = first_prose(page), last_prose(page)
    for line, decision in enumerate(decisions):
        label = decision.label
        if label not in FIELD_OF_LABEL and not (label == "body" and line < begin):
            continue
        if label == "related" and isinstance(page, HtmlPage) and page.link_density(line) < MIN_LINKS:
            continue  # a teaser's text, an offer in a side bar
        facts = read_facts(page.texts[line]) if ":" in page.keys[line] and label in _BESIDE_FACTS else ()
        said = [(*fact, f"{fact.kind}/among-facts", FACT_SCORE) for fact in facts]
        if not said and label in FIELD_OF_LABEL and decision.score >= MIN_FIELD_SCORE:
            said = list(_read(page.texts[line], page.keys[line], decision))
        for kind, value, reason, score in said:
            if value:
                sure = min(score, MAX_DATE_SCORES.get(kind, score))
                sure *= BELOW_STORY if kind in _STAMPED and line > end else 1.0
                yield Evidence(FIELD_OF_LABEL[kind], value, reason, sure, page.starts[line], page.ends[line])


def _read(text: str, key: str, decision: Decision) -> Iterator[tuple[str, str, str, float]]:
    """Yield label, value, reason and score of what one line says."""
    label, reason, score, _, value = decision
    name = FIELD_OF_LABEL[label]
    if reason == MODEL_REASON:
        score = min(score, MAX_MODEL_SCORE)
    if label in _STAMPED and (stamps := read_stamps(text)[0]):
        for stated, moment in stamps:
            yield stated, moment.value, reason, min(score, to_score(moment))
    elif name == "canonical_url":
        yield label, _to_address(text), reason, score
    elif name == "byline" and value is None:
        yield label, "\n".join(read_people(text)), reason, score
    elif value is not None:
        yield label, value.strip(), reason, score
    elif name not in _NEED_VALUE and not (name == "related" and not _is_headline(text, key, reason)):
        yield label, text, reason, score


def _to_address(text: str) -> str:
    """Return the address in a line: ``Retrieved from "https://example.org/a"``; "" where there is none."""
    found = _ADDRESS.search(text)
    address = found[0].rstrip(_BEHIND_ADDRESS) if found else ""
    return address[:-1] if address.endswith(")") and "(" not in address else address


def _is_headline(text: str, key: str, reason: str) -> bool:
    """Return whether a removed related line is a headline, not the heading of the list."""
    begins = text[0].isalnum() or text[0] in _BEGINS
    is_heading = "heading" in reason or _is_worded(key)
    return begins and "|" not in text and not is_heading and is_headline_long(text)


def _is_worded(key: str) -> bool:
    """Return whether a line is a known wording, or begins with one: "More from Local News"."""
    lexicon = load_lexicons()
    begun = lexicon.start.get(key[:START_KEY_CHARS])
    return key in lexicon.line or (begun is not None and key.startswith(begun.wordings))
