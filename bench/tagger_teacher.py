"""What the tagger sees in HTML, taught to itself for the text captures of the same pages.

Pages of which people labelled only some segments (German, Spanish, French, Polish news) become whole
pages to learn from: where the tagger is sure of a line of the HTML, that is its mark in every rendering.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import torch

from bench.tagger_batches import Prepared, standardise, to_batch
from bench.tagger_data import SPARSE_SETS
from bench.tagger_net import TaggerNet

MIN_SURE: Final = 0.9


def teach(net: TaggerNet, prepared: Sequence[Prepared]) -> list[Prepared]:
    """Return the examples, with marks on unlabelled lines where the network is sure in the HTML."""
    marks: dict[str, dict[str, float]] = {}
    with torch.no_grad():
        for one in prepared:
            if one.example.set_name in SPARSE_SETS and one.example.places is not None:
                marks[one.example.page_id] = _mark(net, one)
    return [_with_marks(one, marks.get(one.example.page_id)) for one in prepared]


def _mark(net: TaggerNet, one: Prepared) -> dict[str, float]:
    """Return 1 or 0 for every line the network is sure of; a line said twice and judged twice is out."""
    batch, _ = to_batch([one], None)
    standardise(batch, net)
    lines, _ = net(batch)
    chances = lines[0, :, 0].sigmoid().numpy()
    judged: defaultdict[str, set[float]] = defaultdict(set)
    for key, chance in zip(one.example.keys, chances.tolist(), strict=True):
        judged[key].add(1.0 if chance >= MIN_SURE else 0.0 if chance <= 1 - MIN_SURE else -1.0)
    return {key: verdicts.pop() for key, verdicts in judged.items() if len(verdicts) == 1}


def _with_marks(one: Prepared, marks: dict[str, float] | None) -> Prepared:
    if marks is None:
        return one
    gold = [
        mark if mark >= 0 else marks.get(key, -1.0)
        for mark, key in zip(one.example.gold.tolist(), one.example.keys, strict=True)
    ]
    return replace(one, example=replace(one.example, gold=np.array(gold, np.float32)))
