"""Gold pages as arrays to train the line tagger on: text captures, and the HTML they were made of."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from typing import Final

import numpy as np
import numpy.typing as npt

from bench.augment import Augmenter, Marked
from bench.gold_lines import mark_lines
from bench.pages import GoldPage, Selection, read_training_pages
from bench.tagger_hints import find_hints
from cleaners import lexicon
from cleaners.decode import decode
from cleaners.html.htmlpage import HtmlPage
from cleaners.html.page import to_page as to_html_page
from cleaners.labels import LABELS, Safety
from cleaners.pipeline import CLEANERS
from cleaners.segment import fold_lines, to_page
from cleaners.tagger.features import Ints, to_features
from cleaners.tagger.network import LABEL_GROUPS, PAGE_TYPES
from cleaners.tagger.places import Places, find_places
from cleaners.tagger.tagger import to_groups, to_lines
from cleaners.values import Page

TRAINING_SETS: Final = ("wcxb_dev", "fundus_dev", "trafilatura_dev", "zh_content_dev")
SPARSE_SETS: Final = frozenset({"trafilatura_dev"})
MIN_GOLD_RECALL: Final = 0.85
"""Where the alignment found less of the gold, what it did not find would be learned as debris."""
COPIES: Final = 1
"""How many changed copies of a fully labelled text capture are learned beside it."""
_ODD_BREAKS: Final = str.maketrans(dict.fromkeys("\r\v\f\x85\u2028\u2029", " "))
_GROUP_OF: Final = {label: number for number, (_, labels) in enumerate(LABEL_GROUPS) for label in labels}
_OPINIONS: Final = ("repetition", "hidden")
"""Families that name no kind of debris."""

_hints = cache(lambda: find_hints().to_hints())

Keys = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Example:
    """One capture: features of its non-blank lines, and the gold of each (-1: do not care).

    ``kind`` is the group of the label that rules gave the line in the HTML (-1: none), ``page_type`` the
    number of the page's type (-1: unknown). ``places`` is None for text captures.
    """

    set_name: str
    page_id: str
    domain: str
    numbers: npt.NDArray[np.float32]
    groups: Ints
    gold: npt.NDArray[np.float32]
    kind: Ints
    page_type: int
    places: Places | None = None
    keys: tuple[str, ...] = ()


def read_examples(selection: Selection, seed: int, workers: int = 2) -> Iterator[Example]:
    """Yield examples of every training page and rendering, text captures with changed copies."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for found in pool.map(_to_examples, _gather(selection), _seeds(seed), chunksize=4):
            yield from found


def _seeds(seed: int) -> Iterator[int]:
    while True:
        seed += 1
        yield seed


def _gather(selection: Selection) -> Iterator[list[GoldPage]]:
    """Yield the renderings of each page together."""
    for name in selection.sets:
        pages: defaultdict[str, list[GoldPage]] = defaultdict(list)
        one = Selection(selection.data, (name,), selection.renderings, selection.limit)
        for page in read_training_pages(one):
            pages[page.page_id].append(page)
        yield from pages.values()


def _to_examples(pages: list[GoldPage], seed: int) -> list[Example]:
    augmenter = Augmenter(seed)
    examples, kinds = [], {}
    for page in pages:
        if page.rendering == "html":
            html = to_html_page(decode(page.payload, is_html=True).text, url=page.url)
            if html.blocks and any(html.texts):
                found = _find_kinds(html)
                kinds = dict(zip(html.keys, found, strict=True))
                if example := _to_html_example(page, html, found):
                    examples.append(example)
        elif page.line_gold and (page.gold_recall is None or page.gold_recall >= MIN_GOLD_RECALL):
            examples += _to_text_examples(page, augmenter, kinds)
    return examples


def _to_html_example(page: GoldPage, html: HtmlPage, kinds: list[int]) -> Example | None:
    gold = _sparse_gold(page, html) if page.set_name in SPARSE_SETS else _full_gold(page, html)
    lines = [line for line, text in enumerate(html.texts) if text]
    if gold is None or len(lines) < 3:
        return None
    features = to_features(to_lines([html], [lines]), _hints())
    return Example(
        page.set_name,
        page.page_id,
        page.domain,
        features.astype(np.float32),
        to_groups(html, lines, list(lexicon.find(html))),
        np.array([gold[line] for line in lines], np.float32),
        np.array([kinds[line] for line in lines]),
        _type_of(page),
        find_places(html, lines),
        tuple(html.keys[line] for line in lines),
    )


def _full_gold(page: GoldPage, html: Page) -> list[int] | None:
    """Return the gold of each line; nobody cares about the headline, which sets treat differently."""
    marks = mark_lines(html.texts, page.gold_text or "")
    if marks.recall < MIN_GOLD_RECALL:
        return None
    titles = set(fold_lines([e.value.replace("\n", " ") for e in html.evidence if e.field == "title"]))
    return [
        -1 if mark == 0 and (block.tag == "h1" or key in titles) else mark
        for mark, block, key in zip(marks.gold, html.blocks, html.keys, strict=True)
    ]


def _sparse_gold(page: GoldPage, html: Page) -> list[int]:
    wanted, unwanted = fold_lines(page.segments), fold_lines(page.unwanted_segments)
    return [
        1 if any(one in key for one in wanted) else 0 if any(one in key for one in unwanted) else -1
        for key in html.keys
    ]


def _find_kinds(page: Page) -> list[int]:
    """Return the group of the label that the rules are surest of, for each line."""
    best: dict[int, tuple[float, int]] = {}
    starts = {start: line for line, start in enumerate(page.starts)}
    for family, find in CLEANERS.items():
        for span in () if family in _OPINIONS else find(page):
            line = starts.get(span.start, -1)
            if LABELS[span.label].safety is not Safety.D or span.label in _GROUP_OF:
                said = (span.score, _GROUP_OF.get(span.label, -1))
                if said > best.get(line, (0.0, -1)):
                    best[line] = said
    return [best.get(line, (0.0, -1))[1] for line in range(len(page.texts))]


def _type_of(page: GoldPage) -> int:
    if page.set_name == "fundus_dev":
        return PAGE_TYPES.index("article")
    return PAGE_TYPES.index(page.page_type) if page.page_type in PAGE_TYPES else -1


def _to_text_examples(page: GoldPage, augmenter: Augmenter, kinds: Keys) -> Iterator[Example]:
    lines: Marked = list(
        zip(page.payload.decode().translate(_ODD_BREAKS).split("\n"), page.line_gold, strict=True)
    )
    copies = 0 if page.set_name in SPARSE_SETS else COPIES
    for marked in (lines, *(augmenter.change(lines) for _ in range(copies))):
        if sum(bool(text.strip()) for text, _ in marked) >= 3:
            yield _to_text_example(page, marked, kinds)


def _to_text_example(page: GoldPage, marked: Sequence[tuple[str, int]], kinds: Keys) -> Example:
    text = to_page("\n".join(text for text, _ in marked))
    numbers = [line for line, stripped in enumerate(text.texts) if stripped]
    return Example(
        page.set_name,
        page.page_id,
        page.domain,
        to_features(to_lines([text], [numbers]), _hints()).astype(np.float32),
        to_groups(text, numbers, list(lexicon.find(text))),
        np.array([marked[line][1] for line in numbers], np.float32),
        np.array([kinds.get(text.keys[line], -1) for line in numbers]),
        _type_of(page),
        keys=tuple(text.keys[line] for line in numbers) if page.set_name in SPARSE_SETS else (),
    )


def find_vocabulary(examples: Sequence[Example], min_sites: int) -> list[str]:
    """Return the class words that so many sites use, in order."""
    sites: defaultdict[str, set[str]] = defaultdict(set)
    for one in examples:
        for word in set(one.places.words) if one.places else ():
            sites[word].add(one.domain)
    return sorted(word for word, domains in sites.items() if len(domains) >= min_sites)


def count_kinds(examples: Sequence[Example]) -> Counter[int]:
    """Return how many lines each group of labels has."""
    total: Counter[int] = Counter()
    for one in examples:
        total.update(one.kind.tolist())
    return total
