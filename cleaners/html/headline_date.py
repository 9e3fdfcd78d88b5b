"""A publication date in words near the headline, for pages whose markup names none.

In the wild: ``By Emily Burack 8 January 2020, 3:51 pm``, ``18.02.2022, 10:27 | Recht & Gesetz``, a line
or two under the headline of pages made before anybody marked up dates.
Left alone: pages that name a date in their markup; dates far from the headline, which are of
teasers and comments; lines that say more than a date and a few words; a page clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from cleaners.case import Decision
from cleaners.grammars.dates import to_moment
from cleaners.values import Evidence, Page

SCORE: Final = 0.3
"""Less than any statement of the page's markup or of a stamp."""
LINES_ABOVE: Final = 3
LINES_BELOW: Final = 6
MAX_CHARS: Final = 100
MAX_WORDS_BESIDE: Final = 8
MIN_DAY_CHARS: Final = len("2020-07-08")


def find_date(page: Page, decisions: Sequence[Decision]) -> Iterator[Evidence]:
    """Yield the first date that stands near the headline, below it rather than above.

    Asked only where neither markup nor a stamp gave a date.
    """
    headline = next((line for line, decision in enumerate(decisions) if decision.label == "title"), -1)
    if not page.blocks or headline < 0:
        return
    below = range(headline + 1, min(headline + 1 + LINES_BELOW, len(page.texts)))
    above = range(headline - 1, max(headline - 1 - LINES_ABOVE, -1), -1)
    for line in (*below, *above):
        text = page.texts[line]
        if "0" not in page.keys[line] or len(text) > MAX_CHARS or decisions[line].label == "page_clock":
            continue
        moment = to_moment(text)
        if not moment or len(moment.rest.split()) > MAX_WORDS_BESIDE:
            continue
        if len(moment.value) >= MIN_DAY_CHARS:
            yield Evidence(
                "published_at", moment.value, "text/near-headline", SCORE, page.starts[line], page.ends[line]
            )
            return
