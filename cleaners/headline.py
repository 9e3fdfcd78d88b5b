"""Find the headline of a text capture, given where the line tagger sees its story begin.

In the wild: above the story, with share buttons, a byline and a stamp between; above a caption; repeated by
the first line with the site's name behind; in the words of the page's address.
Left alone: pages of HTML, whose headings say it; pages whose head holds only menus: no headline is a good
answer. Prompts, credits, bylines, stamps and single words are no headlines.

Every line above the story gets a score, the sum of what is seen of it times ``WEIGHTS``, and so does the
answer that there is none. The weights are learned (``bench/headline.py``).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from math import exp, log1p
from types import MappingProxyType
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from cleaners.grammars.dates import to_moment
from cleaners.grammars.scripts import MIN_HEADLINE_WORDS, count_chars, count_words
from cleaners.labels import LABELS, Safety
from cleaners.layout import ASKING, is_sentence
from cleaners.lexicon import load_lexicons
from cleaners.tagger.tagger import NOTHING, Judgement
from cleaners.values import Page, Span

FAMILY: Final = "title"
REASON: Final = "title/above-story"
MIN_SCORE: Final = 0.6
MAX_CANDIDATES: Final = 40
MIN_CHARS, MAX_CHARS = 8, 250
MIN_WORDS: Final = 2
STEM_CHARS: Final = 5
"""So far words are compared: what follows may be an ending."""
MAX_SENTENCE_CHARS: Final = 80
"""A longer line that ends like a sentence is a deck or a short paragraph."""
MAX_STORY_LINES: Final = 30
EVEN_CHANCE: Final = 0.5
_STAMPED: Final = frozenset({"byline", "published", "updated", "page_clock"})
_OTHERS: Final = frozenset({"credit/agency", "credit/bare-agency"})
_OF_DEBRIS: Final = frozenset({Safety.A, Safety.B})
_BULLETS: Final = frozenset("•*+-▪●›[")
# Linear: one character class each.
_WORD: Final = re.compile(r"[^\W\d_]{4,}")
_DENSE: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,}")
_SLUG_WORD: Final = re.compile(r"[^\W\d_]{3,}")
# Linear: two bounded classes and a colon. "2020-07-08 来源：X 作者：Y", its digits folded.
_LABELLED_DATE: Final = re.compile(r"[0年月日 ./-]{1,20}[^0:]{1,20}:")


class Traits(NamedTuple):
    """What is seen of a line above the story."""

    lines_between: float
    """log(1 + lines between it and the story)"""
    length: float
    """Latin letters, in units of 60, at most 200 of them"""
    longer: float
    """length, less the mean over the lines above the story"""
    is_long: float
    few_words: float
    sentence: float
    story_share: float
    """share of its words that the story has as well"""
    story_words: float
    """log(1 + words that the story has as well)"""
    strange: float
    """none of its words is in the story"""
    slug_share: float
    """share of its words that stand in the address"""
    of_slug: float
    """share of the words of the address that stand in it"""
    gap_above: float
    gap_below: float
    twin: float
    begins_first: float
    """the first line begins with it: the page's title, with the site behind"""
    stamp_between: float
    """a byline or a date stands between it and the story"""
    colon: float
    lower: float
    barred: float
    """it has a sign that parts menu entries or the steps of a path"""
    upper: float
    """share of capitals"""
    lines_above: float
    """log(1 + lines above it)"""


WEIGHTS: Final = Traits(
    lines_between=-0.47,
    length=-1.15,
    longer=1.00,
    is_long=-2.52,
    few_words=-1.21,
    sentence=-1.66,
    story_share=1.89,
    story_words=1.33,
    strange=0.61,
    slug_share=2.50,
    of_slug=2.18,
    gap_above=1.78,
    gap_below=0.96,
    twin=0.67,
    begins_first=3.35,
    stamp_between=1.20,
    colon=-2.95,
    lower=-1.23,
    barred=-3.13,
    upper=0.49,
    lines_above=-0.36,
)
NONE_SCORE: Final = 0.83
NONE_SCORE_ADDRESS: Final = 2.81
"""What the answer that there is no headline scores, without and with the words of an address; 1.5 less than
learned, as a wrong headline, mostly another line of the story's head, costs less than none."""
TRIMMED_LEAD: Final = 2.0
MAX_TRIMMED_LINES: Final = 3
"""So few lines above a story are no page's frame, and the headline is likely among them."""


class Head(NamedTuple):
    """The lines above the story that may be its headline, and what is seen of each.

    ``is_trimmed`` says that so few lines stand above the story that somebody has cut the page's frame off.
    """

    lines: list[int]
    traits: list[Traits]
    has_address: bool
    is_trimmed: bool


def find(
    page: Page, spans: Mapping[str, Sequence[Span]] = MappingProxyType({}), judgement: Judgement = NOTHING
) -> Iterator[Span]:
    r"""Yield at most one ``title``, given what other families found in the page.

    >>> from cleaners.segment import to_page
    >>> story = "The bridge was closed on Tuesday " * 4 + "after the storm."
    >>> [span.reason for span in find(to_page("Bridge closed after storm\n\n\n" + story))]
    ['title/above-story']
    """
    if page.blocks:
        return
    head = read_head(page, spans, judgement)
    if not head.lines:
        return
    scores = [sum(map(float.__mul__, WEIGHTS, traits)) for traits in head.traits]
    best = max(range(len(scores)), key=scores.__getitem__)
    none = (NONE_SCORE_ADDRESS if head.has_address else NONE_SCORE) - TRIMMED_LEAD * head.is_trimmed
    if scores[best] > none:
        weights = [exp(score - scores[best]) for score in (*scores, none)]
        score = MIN_SCORE + (1 - MIN_SCORE) / sum(weights)
        yield page.span(head.lines[best], "title", reason=REASON, score=round(score, 4))


def read_head(page: Page, spans: Mapping[str, Sequence[Span]], judgement: Judgement) -> Head:
    """Return the lines above the story, the last ``MAX_CANDIDATES`` that may be headlines."""
    story = [
        line for line, chance in zip(judgement.lines, judgement.chances, strict=True) if chance >= EVEN_CHANCE
    ] or list(page.prose)
    start = _find_start(page, story)
    above = [line for line in range(start) if page.texts[line]]
    stamps, others = _read_furniture(page, spans, start)
    others |= stamps
    near = above[:1] + above[1:][-MAX_CANDIDATES:]
    lines = [line for line in near if line not in others and _may_be_headline(page, line)]
    if not lines:
        return Head([], [], has_address=False, is_trimmed=False)
    told = [page.texts[line] for line in story if line >= start]
    known = set(_words("\n".join(told[:MAX_STORY_LINES])))
    slug = _read_slug(page.url)
    last_stamp = max(stamps, default=-1)
    keys = Counter(page.keys)
    chars = [min(count_chars(page.texts[line]), 200.0) / 60 for line in lines]
    mean = sum(chars) / len(chars)
    rank = {line: number for number, line in enumerate(above)}
    traits = []
    for line, length in zip(lines, chars, strict=True):
        text = page.texts[line]
        words = _words(text)
        shared_words = sum(word in known for word in words)
        own = {_to_ascii(word) for word in _SLUG_WORD.findall(text.casefold())} if slug else set()
        shared = len(own & slug)
        letters = sum(map(str.isalpha, text))
        traits.append(
            Traits(
                lines_between=log1p(len(above) - rank[line]),
                length=length,
                longer=length - mean,
                is_long=float(length > 140 / 60),
                few_words=float(count_words(text) < 3),
                sentence=float(is_sentence(text) and not text.endswith(ASKING)),
                story_share=shared_words / len(words) if words else 0.0,
                story_words=log1p(shared_words),
                strange=float(bool(words) and not shared_words),
                slug_share=shared / len(own) if own else 0.0,
                of_slug=shared / len(slug) if slug else 0.0,
                gap_above=float(line > 0 and not page.texts[line - 1]),
                gap_below=float(not page.texts[line + 1]),
                twin=float(keys[page.keys[line]] > 1),
                begins_first=float(line != above[0] and page.texts[above[0]].startswith(text)),
                stamp_between=float(last_stamp > line),
                colon=float(text.endswith((":", "：", ","))),
                lower=float(text[0].islower()),
                barred=float(any(sign in text for sign in "|»›·")),
                upper=sum(map(str.isupper, text)) / letters if letters else 0.0,
                lines_above=log1p(rank[line]),
            )
        )
    return Head(lines, traits, has_address=bool(slug), is_trimmed=len(above) <= MAX_TRIMMED_LINES)


def _find_start(page: Page, story: Sequence[int]) -> int:
    """Return the first paragraph of the story, its first line where it has no paragraph."""
    paragraphs = set(page.prose)
    return next((line for line in story if line in paragraphs), story[0] if story else 0)


def _words(text: str) -> list[str]:
    """Return how the longer words of a text begin; of dense scripts every two characters side by side."""
    words = [word[:STEM_CHARS] for word in _WORD.findall(text.casefold())]
    if text.isascii():
        return words
    return words + [pair for run in _DENSE.findall(text) for pair in map(str.__add__, run, run[1:])]


def _read_slug(url: str | None) -> set[str]:
    """Return the words of an address's path, without accents."""
    try:
        path = unquote(urlsplit(url or "").path)
    except ValueError:
        return set()
    return {_to_ascii(word) for word in _SLUG_WORD.findall(path.casefold())}


def _to_ascii(word: str) -> str:
    """Return a word as addresses write it.

    >>> _to_ascii("brücke"), _to_ascii("été")
    ('bruecke', 'ete')
    """
    if word.isascii():
        return word
    word = word.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    return unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode() or word


def _read_furniture(page: Page, spans: Mapping[str, Sequence[Span]], start: int) -> tuple[set[int], set[int]]:
    """Return the lines above the story that say who and when, and those that are other things by wording.

    Left alone: what headlines begin with as well: ``Correction:``, ``Photos:``, the name of a section.
    """
    stamps: set[int] = set()
    others: set[int] = set()
    for span in chain.from_iterable(spans.values()):
        line = bisect_right(page.starts, span.start) - 1
        if line < start:
            if span.label in _STAMPED:
                stamps.add(line)
            elif span.label != "duplicate" and (
                LABELS[span.label].safety in _OF_DEBRIS or span.reason in _OTHERS
            ):
                others.add(line)
    return stamps, others


def _may_be_headline(page: Page, line: int) -> bool:
    """Say whether a line is as long as headlines are, and no item of a list or date."""
    text = page.texts[line]
    if not MIN_CHARS <= count_chars(text) <= MAX_CHARS or text.lstrip("# ")[:1] in _BULLETS:
        return False
    if page.keys[line] in load_lexicons().line or (count_words(text) < MIN_WORDS and text.isascii()):
        return False
    if len(text) > MAX_SENTENCE_CHARS and is_sentence(text) and not text.endswith(ASKING):
        return False
    moment = to_moment(text) if "0" in page.keys[line] else None
    if moment is None:
        return True
    is_date = len(moment.rest.split()) < MIN_HEADLINE_WORDS or moment.has_time
    return not is_date and not _LABELLED_DATE.match(page.keys[line])
