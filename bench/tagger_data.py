"""Gold text captures as arrays to train the line tagger on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from bench.augment import Augmenter, Marked
from bench.pages import GoldPage, Selection, read_training_pages
from cleaners.segment import to_page
from cleaners.tagger.features import Ints, to_features
from cleaners.tagger.tagger import to_groups, to_lines

TRAINING_SETS: Final = ("wcxb_dev", "fundus_dev", "trafilatura_dev", "zh_content_dev")
SPARSE_SETS: Final = frozenset({"trafilatura_dev"})
MIN_GOLD_RECALL: Final = 0.9
"""Where the alignment found less of the gold, what it did not find would be learned as debris."""
COPIES: Final = 2
"""How many changed copies of a fully labelled capture are learned beside it."""
_ODD_BREAKS: Final = str.maketrans(dict.fromkeys("\r\v\f\x85\u2028\u2029", " "))


@dataclass(frozen=True, slots=True)
class Example:
    """One capture: features of its non-blank lines, and the gold of each (-1: do not care)."""

    domain: str
    numbers: npt.NDArray[np.float32]
    groups: Ints
    gold: npt.NDArray[np.float32]


def read_examples(selection: Selection, seed: int) -> Iterator[Example]:
    """Yield examples of every training page and rendering, each with its changed copies."""
    augmenter = Augmenter(seed)
    for page in read_training_pages(selection):
        if page.rendering == "html" or not page.line_gold:
            continue
        if page.gold_recall is not None and page.gold_recall < MIN_GOLD_RECALL:
            continue
        lines: Marked = list(
            zip(page.payload.decode().translate(_ODD_BREAKS).split("\n"), page.line_gold, strict=True)
        )
        copies = 0 if page.set_name in SPARSE_SETS else COPIES
        for marked in (lines, *(augmenter.change(lines) for _ in range(copies))):
            if any(text.strip() for text, _ in marked):
                yield _to_example(page, marked)


def _to_example(page: GoldPage, marked: Marked) -> Example:
    text = to_page("\n".join(text for text, _ in marked))
    numbers = [line for line, stripped in enumerate(text.texts) if stripped]
    return Example(
        domain=page.domain,
        numbers=to_features(to_lines(text, numbers)).astype(np.float32),
        groups=to_groups(text, numbers),
        gold=np.array([marked[line][1] for line in numbers], np.float32),
    )
