"""A publication date and a byline in words near the headline, for text and for pages whose markup names none.

In the wild: ``By Emily Burack 8 January 2020, 3:51 pm``, ``18.02.2022, 10:27 | Recht & Gesetz``,
``06.11.2023 13:30 von Olga``, a line or two under the headline of pages made before anybody marked up dates.
Left alone: pages that name them in their markup; lines far from the headline, which are of
teasers and comments; lines that say more than a date, a name and a few words; a page clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Final

from cleaners.case import Decision
from cleaners.grammars.dates import to_moment
from cleaners.grammars.names import is_name
from cleaners.grammars.stamps import is_update
from cleaners.html.htmlpage import HtmlPage
from cleaners.html.people import has_lead, read_people
from cleaners.segment import fold_lines
from cleaners.values import Evidence, Page

SCORE: Final = 0.3
"""Less than any statement of the page's markup or of a stamp."""
LINES_ABOVE: Final = 4
LINES_BELOW: Final = 8
MAX_CHARS: Final = 100
MAX_WORDS_BESIDE: Final = 8
MIN_DAY_CHARS: Final = len("2020-07-08")
MIN_YEAR: Final = 1995
"""Before that hardly anything was published on the web: an earlier date is what the story is about."""
MAX_BETWEEN: Final = 12
"""Lines between a headline and the first paragraph of its story."""
_HEADINGS: Final = ("h1", "h2", "h3")


def find_date(page: Page, decisions: Sequence[Decision]) -> Iterator[Evidence]:
    """Yield the first date that stands near the headline, below it rather than above.

    Asked only where neither markup nor a stamp gave a date.
    """
    for line in _lines_near_headline(page, decisions):
        if "0" not in page.keys[line]:
            continue
        moment = to_moment(page.texts[line])
        if not moment or len(moment.rest.split()) > MAX_WORDS_BESIDE or is_update(page.texts[line]):
            continue
        if len(moment.value) >= MIN_DAY_CHARS and int(moment.value[:4]) >= MIN_YEAR:
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
    """Yield the short lines that readers see below and above the headline, the nearest first."""
    if isinstance(page, HtmlPage):
        headline, start = _find_headline(page, decisions), 0
        if headline < 0:
            return
    else:
        story = (line for line in page.prose if decisions[line].kept and decisions[line].label != "title")
        start = next(story, len(page.texts))
        headline = next((line for line in range(start) if decisions[line].label == "title"), start)

    def is_seen(line: int) -> bool:
        if isinstance(page, HtmlPage):
            return not page.places[page.place_of[line]].hidden
        # What is kept between paragraphs is of the story; what goes there may stand below a long deck.
        return bool(page.texts[line]) and (line < start or not decisions[line].kept)

    below = islice(filter(is_seen, range(headline + 1, len(page.texts))), LINES_BELOW)
    above = islice(filter(is_seen, range(headline - 1, -1, -1)), LINES_ABOVE)
    for line in chain(below, above):
        if len(page.texts[line]) <= MAX_CHARS and decisions[line].label != "page_clock":
            yield line


def _find_headline(page: HtmlPage, decisions: Sequence[Decision]) -> int:
    """Return the line of the headline, or the story's first where it has none; -1 where it has no story.

    The headline stands close above the story: what the markup words so, else the nearest of the highest
    headings. One far above is the name of the site.
    """
    start = _find_start(page, decisions)
    if start < 0:
        return -1
    near = range(start, max(start - MAX_BETWEEN - 1, -1), -1)
    titles = set(fold_lines([e.value for e in page.evidence if e.field == "title" and "\n" not in e.value]))
    tags = {line: page.places[page.place_of[line]].tag for line in near}
    for line in near:
        if decisions[line].label == "title" or (page.keys[line] in titles and page.keys[line]):
            return line
    for tag in _HEADINGS:
        for line in near:
            if tags[line] == tag:
                return line
    return start


def _find_start(page: HtmlPage, decisions: Sequence[Decision]) -> int:
    """Return the first kept line that is long enough to be a paragraph of the story, -1 for none."""
    kept = (line for line in page.view.prose if decisions[line].kept and decisions[line].label == "body")
    return next(kept, -1)
