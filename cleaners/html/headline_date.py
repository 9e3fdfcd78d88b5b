"""A publication date and a byline in words near the headline, for pages whose markup names none.

In the wild: ``By Emily Burack 8 January 2020, 3:51 pm``, ``18.02.2022, 10:27 | Recht & Gesetz``,
``06.11.2023 13:30 von Olga``, a line or two under the headline of pages made before anybody marked up dates.
Left alone: pages that name them in their markup; lines far from the headline, which are of
teasers and comments; lines that say more than a date, a name and a few words; a page clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from cleaners.case import Decision
from cleaners.grammars.dates import to_moment
from cleaners.grammars.names import is_name
from cleaners.html.htmlpage import HtmlPage
from cleaners.html.people import has_lead, read_people
from cleaners.layout import first_prose
from cleaners.segment import fold_lines
from cleaners.values import Evidence, Page

SCORE: Final = 0.3
"""Less than any statement of the page's markup or of a stamp."""
LINES_ABOVE: Final = 4
LINES_BELOW: Final = 8
MAX_CHARS: Final = 100
MAX_WORDS_BESIDE: Final = 8
MIN_DAY_CHARS: Final = len("2020-07-08")
_HEADINGS: Final = ("h1", "h2", "h3")


def find_date(page: Page, decisions: Sequence[Decision]) -> Iterator[Evidence]:
    """Yield the first date that stands near the headline, below it rather than above.

    Asked only where neither markup nor a stamp gave a date.
    """
    for line in _lines_near_headline(page, decisions):
        if "0" not in page.keys[line]:
            continue
        moment = to_moment(page.texts[line])
        if not moment or len(moment.rest.split()) > MAX_WORDS_BESIDE:
            continue
        if len(moment.value) >= MIN_DAY_CHARS:
            yield Evidence(
                "published_at", moment.value, "text/near-headline", SCORE, page.starts[line], page.ends[line]
            )
            return


def find_author(page: Page, decisions: Sequence[Decision]) -> Iterator[Evidence]:
    """Yield the names that stand with a date, or behind a word that announces them, near the headline.

    Asked only where neither markup nor a byline gave a name.
    """
    for line in _lines_near_headline(page, decisions):
        text = page.texts[line]
        if not (has_lead(text) or ("0" in page.keys[line] and to_moment(text))):
            continue
        people = read_people(text)
        if people and all(is_name(name) and " " in name for name in people):
            yield Evidence(
                "byline", "\n".join(people), "text/near-headline", SCORE, page.starts[line], page.ends[line]
            )
            return


def _lines_near_headline(page: Page, decisions: Sequence[Decision]) -> Iterator[int]:
    """Yield the short lines below and above the headline, the nearest first."""
    headline = _find_headline(page, decisions) if isinstance(page, HtmlPage) else -1
    if headline < 0:
        return
    below = range(headline + 1, min(headline + 1 + LINES_BELOW, len(page.texts)))
    above = range(headline - 1, max(headline - 1 - LINES_ABOVE, -1), -1)
    for line in (*below, *above):
        if len(page.texts[line]) <= MAX_CHARS and decisions[line].label != "page_clock":
            yield line


def _find_headline(page: HtmlPage, decisions: Sequence[Decision]) -> int:
    """Return the line of the headline: as decided, as the markup words it, or a heading; -1 for none."""
    for line, decision in enumerate(decisions):
        if decision.label == "title":
            return line
    titles = set(fold_lines([e.value for e in page.evidence if e.field == "title" and "\n" not in e.value]))
    seen = [page.places[number] for number in page.place_of]
    lines = [line for line, place in enumerate(seen) if not place.hidden and page.keys[line]]
    worded = [line for line in lines if page.keys[line] in titles]
    end = first_prose(page)
    for tag in _HEADINGS:
        headings = [line for line in lines if seen[line].tag == tag and line <= end]
        if headings:
            return headings[0] if tag == "h1" else headings[-1]
        if worded:
            return worded[-1]
    return end if end < len(page.texts) else -1
