"""Examples as batches for the tagger's network: padded side by side, standardised, made noisy."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch

from bench.tagger_data import Example
from bench.tagger_net import Batch, TaggerNet
from cleaners.tagger import places
from cleaners.tagger.alike import WAYS, Alike, find_alike
from cleaners.tagger.network import INPUT_STEPS, MAX_INPUT

MAX_LINES: Final = 1200
BATCH_LINES: Final = 16_000
NOISE: Final = 0.2
"""Spread of the noise on every number, as a share of the number's own spread."""
DOM_NOISE: Final = 0.1
MAX_DROPPED: Final = 0.1
"""How often a number is hidden for a whole page."""
GROUP_DROPPED: Final = 0.3
"""How often a line's phrase is hidden: lexicons know English better than most languages."""
WORD_DROPPED: Final = 0.5
"""How often a class word is hidden, so that no site's theme is learned by heart."""
_CLIP: Final = MAX_INPUT / INPUT_STEPS


@dataclass(frozen=True, slots=True)
class Prepared:
    """An example with its class words as numbers, by place: first those of boxes, then of wrappers.

    ``alike`` are the groups of its lines, each way in a row of its own, numbered from 0.
    """

    example: Example
    words: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    alike: npt.NDArray[np.int64]

    @property
    def lines(self) -> int:
        """Return how many lines of it a batch takes at most."""
        return min(len(self.example.gold), MAX_LINES)


@dataclass(slots=True)
class Wanted:
    """What a batch is to be told: gold, label and words of each line, type of each page."""

    gold: Any
    kind: Any
    words: Any
    page_type: Any


def prepare(example: Example, vocabulary: Mapping[str, int]) -> Prepared:
    """Return the example with its words looked up."""
    keys = find_alike(example.numbers, np.array([len(example.gold)]), [example.places])
    alike = np.stack([Alike.from_keys(way).of for way in keys])
    if example.places is None:
        return Prepared(example, np.zeros(0, np.int64), np.zeros(0, np.int64), alike)
    at = example.places
    number = np.array([vocabulary.get(word, -1) for word in at.words], np.int64)
    known = number >= 0
    slot = 2 * at.word_place[known] + at.is_wrapper[known]
    order = np.argsort(slot, kind="stable")
    counts = np.bincount(slot, minlength=2 * (int(at.place.max()) + 1))
    return Prepared(example, number[known][order], counts, alike)


def plan_batches(prepared: Sequence[Prepared], draw: random.Random) -> list[list[int]]:
    """Return numbers of examples of about the same length and one kind, in batches of bounded lines."""

    def by_length(number: int) -> tuple[bool, float]:
        one = prepared[number]
        return one.example.places is None, one.lines + 40 * draw.random()

    batches: list[list[int]] = [[]]
    for number in sorted(range(len(prepared)), key=by_length):
        last = batches[-1]
        longest = max((prepared[other].lines for other in [*last, number]), default=0)
        mixed = last and (prepared[last[0]].example.places is None) != (
            prepared[number].example.places is None
        )
        if last and (mixed or (len(last) + 1) * longest > BATCH_LINES):
            batches.append([])
        batches[-1].append(number)
    draw.shuffle(batches)
    return batches


def to_batch(chosen: Sequence[Prepared], draw: random.Random | None) -> tuple[Batch, Wanted]:
    """Return examples side by side; of a long one a random stretch where there is a ``draw``."""
    longest = max(one.lines if draw else len(one.example.gold) for one in chosen)
    shape = len(chosen), longest
    columns: dict[str, npt.NDArray[Any]] = {
        "numbers": np.zeros((*shape, chosen[0].example.numbers.shape[1]), np.float32),
        "groups": np.zeros(shape, np.int64),
        "gold": np.full(shape, -1, np.float32),
        "kind": np.full(shape, -1, np.int64),
        "mask": np.zeros((*shape, 1), np.float32),
        "dom": np.zeros((*shape, len(places.NAMES)), np.float32),
        "tags": np.zeros(shape, np.int64),
        "place": np.zeros(shape, np.int64),
        "alike": np.zeros((WAYS, *shape), np.int64),
    }
    base, words, counts = 1, [np.zeros(0, np.int64)], [np.zeros(2, np.int64)]
    for row, one in enumerate(chosen):
        given = one.example
        start = draw.randrange(max(1, len(given.gold) - longest + 1)) if draw else 0
        stretch = slice(start, start + longest)
        count = len(given.gold[stretch])
        for name in ("numbers", "groups", "gold", "kind"):
            columns[name][row, :count] = getattr(given, name)[stretch]
        columns["mask"][row, :count] = 1
        for groups, way in zip(columns["alike"], one.alike, strict=True):
            groups[row, :count] = way[stretch] + groups.max() + 1
        if given.places is not None:
            columns["dom"][row, :count] = given.places.numbers[stretch]
            columns["tags"][row, :count] = given.places.tags[stretch]
            columns["place"][row, :count] = given.places.place[stretch] + base
            base += len(one.counts) // 2
            words.append(one.words)
            counts.append(one.counts)
    as_tensor = {name: torch.from_numpy(values) for name, values in columns.items()}
    flat, sizes = np.concatenate(words), np.concatenate(counts)
    batch = Batch(
        **{name: as_tensor[name] for name in ("numbers", "groups", "mask", "dom", "tags", "place", "alike")},
        words=torch.from_numpy(flat),
        word_offsets=torch.from_numpy(np.cumsum(sizes) - sizes),
        word_weights=torch.ones(len(flat)),
        is_html=chosen[0].example.places is not None,
    )
    spoken = torch.expm1(2 * batch.numbers[:, :, 1]) * batch.mask[..., 0]
    types = torch.tensor([one.example.page_type for one in chosen])
    return batch, Wanted(as_tensor["gold"], as_tensor["kind"], spoken, types)


def standardise(batch: Batch, net: TaggerNet) -> None:
    """Bring the numbers of a batch to the scale the network reads."""
    batch.numbers = ((batch.numbers - net.mean) / net.std).clamp(-_CLIP, _CLIP)
    is_html = batch.dom[:, :, :1]
    scaled = ((batch.dom - net.dom_mean) / net.dom_std).clamp(-_CLIP, _CLIP)
    batch.dom = torch.cat([is_html, scaled[:, :, 1:]], -1) * is_html


def disturb(batch: Batch) -> None:
    """Make a standardised batch noisy and hide some of it."""
    batch.numbers = _noisy(batch.numbers, NOISE)
    batch.groups = batch.groups * (torch.rand(batch.groups.shape) > GROUP_DROPPED)
    if batch.is_html:
        is_html = batch.dom[:, :, :1]
        batch.dom = torch.cat([is_html, _noisy(batch.dom[:, :, 1:], DOM_NOISE)], -1) * is_html
        batch.word_weights = (torch.rand(len(batch.words)) > WORD_DROPPED).float()


def _noisy(values: Any, spread: float) -> Any:
    kept = torch.rand(values.shape[0], 1, values.shape[2]) > MAX_DROPPED
    return (values + spread * torch.randn_like(values)) * kept
