"""Find the headlines of other stories that follow the last paragraph.

In the wild: two or more lines such as ``Decision to Use Ferry Shows Key Role of Port``, each a link once,
between the end of the story and its key words, comments or copyright notice.
Left alone: known debris and key words, which end a run; a list inside the story; a list that a line
with a colon introduces; questions and answers; a sub-heading, which a paragraph follows; verse and
lists with punctuation at line ends; rows of a table; line-ups; in HTML, what is no link.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

from cleaners.grammars.scripts import count_chars, count_words
from cleaners.grammars.tags import MIN_BARE_TAGS, to_items
from cleaners.html.htmlpage import HtmlPage
from cleaners.layout import last_prose, line_before
from cleaners.lexicon import find_lead, load_lexicons
from cleaners.values import Page, Span

MIN_WORDS, MAX_WORDS = 4, 20
MIN_CHARS, MAX_CHARS = 20, 160
MIN_RUN: Final = 2
MIN_LEAD_WORDS: Final = 4
LED_SCORE: Final = 0.6
MIN_LINKS: Final = 0.5
"""In HTML a headline of another story leads to it."""
MAX_COMMAS: Final = 2
_COMMAS: Final = ",;，、；"
_ENDS: Final = "\"'”’»」』》】?!？！)]）"
BULLETS: Final = "•*+-o▪●› "


def find(page: Page) -> Iterator[Span]:
    r"""Yield ``related`` for each line of each run of headlines below the story.

    >>> from cleaners.segment import to_page
    >>> story = "The bridge was closed on Tuesday " * 4 + "after the storm."
    >>> tail = ["Ferry to Run Again Next Week", "Storm Leaves Three Villages Without Power"]
    >>> [span.label for span in find(to_page("\n".join([story, *tail])))]
    ['related', 'related']
    """
    story_end = last_prose(page)
    if story_end < 0:
        return
    known = load_lexicons().line
    run: list[int] = []
    for i in range(story_end + 1, len(page.texts)):
        text = page.texts[i]
        if not text:
            continue
        if (
            _is_headline(text)
            and page.keys[i] not in known
            and len(to_items(text)) < MIN_BARE_TAGS
            and not (isinstance(page, HtmlPage) and page.link_density(i) < MIN_LINKS)
        ):
            run.append(i)
            continue
        yield from _related(page, run)
        run = []
    yield from _related(page, run)


def find_led(page: Page) -> Iterator[Span]:
    r"""Yield ``related`` for a headline behind a lead-in: the second sign beside the lexicon's wording.

    >>> from cleaners.segment import to_page
    >>> [span.reason for span in find_led(to_page("Read also: Ferry to run again next week"))]
    ['related/led-headline']
    >>> list(find_led(to_page("Read also: he never did.")))
    []
    """
    lexicon = load_lexicons()
    for i in [i for i, key in enumerate(page.keys) if ":" in key]:
        span = find_lead(lexicon, page, i)
        if span and span.label == "related" and span.value and _is_headline(span.value):
            yield span._replace(reason="related/led-headline", score=LED_SCORE)


def _related(page: Page, run: list[int]) -> Iterator[Span]:
    if len(run) < MIN_RUN:
        return
    before = line_before(page, run[0])
    if (
        before >= 0
        and page.texts[before].endswith((":", "："))
        and len(page.texts[before].split()) >= MIN_LEAD_WORDS
    ):
        return  # the story introduces a list of its own
    if 2 * sum(page.texts[i].endswith("?") for i in run) > len(run):
        return  # questions, whose answers a reader of the text has to open
    for i in run:
        yield page.span(i, "related", reason="related/headline-run", score=0.8)


def _is_headline(text: str) -> bool:
    """Say whether a line is as long as a headline and ends like one: on a letter, digit, quote or mark."""
    text = text.lstrip(BULLETS)
    if not MIN_CHARS <= count_chars(text) <= MAX_CHARS or not MIN_WORDS <= count_words(text) <= MAX_WORDS:
        return False
    if not (text[0].isupper() or text[0].isdigit() or text[0] in "\"'“‘«„¿") and text[0].isascii():
        return False
    is_numbered = text[0].isdigit() and text[:4].rstrip("0123456789 ").endswith(".")
    if is_numbered or ". " in text[3:] or "\t" in text:
        return False
    if sum(map(text.count, _COMMAS)) > MAX_COMMAS:
        return False
    return text[-1].isalnum() or text[-1] in _ENDS or unicodedata.category(text[-1]) in {"Mn", "Mc"}
