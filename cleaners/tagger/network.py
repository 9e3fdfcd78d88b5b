"""The network of the line tagger: dilated convolutions over the lines and means of lines alike.

Inputs, weights and everything between layers are whole numbers, so small that no sum leaves what
single precision holds exactly. So the order in which a machine adds up cannot show, nor which pages
were scored together: the same page gives the same scores everywhere, at the speed of single precision.
Trained by ``bench/train_tagger.py``, rounded to whole numbers by ``bench/tagger_weights.py``.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from cleaners.tagger.alike import WAYS, Alike, find_alike, to_exact
from cleaners.tagger.features import GROUPS, Floats, Hints, Ints
from cleaners.tagger.places import TAGS, Places

PAGE_TYPES: Final = ("article", "forum", "product", "collection", "listing", "documentation", "service")

LABEL_GROUPS: Final = (
    ("nav", ("nav", "breadcrumb", "pagination")),
    ("related", ("related", "read_more", "trending")),
    ("comment", ("comment", "comment_prompt", "community", "poll")),
    ("share", ("share", "print", "font_size", "listen_live", "player", "counter", "typo_report")),
    ("ad", ("newsletter", "paywall", "donation", "app_promo", "cookie", "ad")),
    ("legal", ("legal", "copyright", "disclaimer")),
    ("byline", ("byline", "published", "updated", "dateline")),
    ("tags", ("tags", "section")),
    ("caption", ("caption", "credit")),
    ("title", ("title", "subtitle")),
)
"""What a line is beside main text or not: the label the model gives, and those it was taught by."""

INPUT_STEPS: Final = 128.0
"""A number is rounded to this part of its spread."""
MAX_INPUT: Final = 1024.0
HINT_STEPS: Final = 100.0
MAX_HIDDEN: Final = 2047.0
MAX_BAG: Final = 1024.0
DECIMALS: Final = 4
WEIGHTS: Final = "tagger.npz"

Whole = npt.NDArray[np.float32]
"""Whole numbers, held as floats."""


class Linear(NamedTuple):
    """A layer: whole weights (inputs, outputs), and by output what a sum is worth and what is added."""

    weights: Whole
    worth: Whole
    bias: Whole

    def apply(self, inputs: Whole) -> Whole:
        """Return the outputs, in the steps of the hidden layers."""
        return self.finish(inputs @ self.weights)

    def finish(self, sums: Whole) -> Whole:
        """Return the outputs for sums of weighted inputs, in their place."""
        sums *= self.worth
        sums += self.bias
        return sums


class Scores(NamedTuple):
    """How surely each line is main text (0 to 1), and the log odds of each group of labels.

    ``page_types`` are log odds, (pages, len(PAGE_TYPES)).
    """

    main: Floats
    labels: Whole
    page_types: Whole


class Inputs(NamedTuple):
    """Features of the lines of some pages, one page after the other; ``places`` of those that are HTML."""

    numbers: Floats
    groups: Ints
    sizes: Ints
    places: Sequence[Places | None]


@dataclass(frozen=True, slots=True)
class Network:
    """The layers by name, the class words it knows, and the digest of its file.

    ``dilations`` has one entry a layer; ``contexts`` are the layers behind which every line is told the
    mean and the maximum over the page, ``alike`` those behind which it is told the means of lines like it.
    """

    layers: dict[str, Linear]
    scales: dict[str, Floats]
    hints: Hints
    bags: Whole
    words: dict[str, int]
    dilations: tuple[int, ...]
    contexts: tuple[int, ...]
    alike: tuple[int, ...]
    digest: str

    def score(self, inputs: Inputs) -> Scores:
        """Return the scores of all lines. They do not depend on which pages are scored together."""
        gap = max(self.dilations)
        rows = _lay_out(inputs.sizes, gap)
        hidden = np.zeros((rows[-1] + 1 + gap, self.layers["inp"].weights.shape[1]), np.float32)
        hidden[rows] = self._take_in(inputs)
        apart = np.ones(len(hidden), bool)
        apart[rows] = False
        page = np.repeat(np.arange(len(inputs.sizes)), inputs.sizes)
        first = np.cumsum(inputs.sizes) - inputs.sizes
        ways = [Alike.from_keys(keys) for keys in find_alike(inputs.numbers, inputs.sizes, inputs.places)]
        for layer, dilation in enumerate(self.dilations):
            around = self.layers[f"conv{layer}"].apply(_neighbours(hidden, dilation, gap))
            _add(hidden[gap:-gap], around)
            hidden[apart] = 0.0
            if layer in self.contexts or layer in self.alike:
                lines = hidden[rows]
                if layer in self.contexts:
                    told = self.layers[f"ctx{layer}"].apply(_pool(lines, first, inputs.sizes))
                    _add(lines, told[page])
                if layer in self.alike:
                    _add(lines, _compare(self.layers[f"alike{layer}"], lines, ways))
                hidden[rows] = lines
        lines = hidden[rows]
        types = self.layers["type"].apply(_pool(lines, first, inputs.sizes))
        out = self.layers["out"].apply(_round(self.layers["hid"].apply(lines)))
        main = np.round(1 / (1 + np.exp(-out[:, 0].astype(np.float64))), DECIMALS)
        return Scores(main, out[:, 1:], types)

    def _take_in(self, inputs: Inputs) -> Whole:
        """Return the first hidden layer of all lines."""
        numbers = _to_whole(inputs.numbers, self.scales["mean"], self.scales["std"])
        one_hot = np.eye(len(GROUPS), dtype=np.float32)[inputs.groups]
        given = self.layers["inp"].apply(np.concatenate([numbers, one_hot], axis=1))
        ends = np.cumsum(inputs.sizes)
        for places, end, size in zip(inputs.places, ends, inputs.sizes, strict=True):
            if places is not None:
                given[end - size : end] += self.layers["dom"].apply(self._look_around(places))
        return _round(given)

    def _look_around(self, places: Places) -> Whole:
        """Return what the first layer takes of the DOM, for the lines of one page."""
        numbers = _to_whole(places.numbers, self.scales["dom_mean"], self.scales["dom_std"])
        numbers[:, 0] = 1.0
        tags = np.eye(len(TAGS) + 1, dtype=np.float32)[places.tags]
        number = np.array([self.words.get(word, -1) for word in places.words], np.int64)
        known = number >= 0
        slot = 2 * places.word_place[known] + places.is_wrapper[known]
        bags = np.zeros((2 * (int(places.place.max()) + 1), self.bags.shape[1]), np.float32)
        order = np.argsort(slot, kind="stable")
        first = np.flatnonzero(np.diff(slot[order], prepend=-1))
        bags[slot[order[first]]] = np.add.reduceat(self.bags[number[known][order]], first, axis=0)
        bags = np.clip(bags, -MAX_BAG, MAX_BAG).reshape(-1, 2 * self.bags.shape[1])
        return np.concatenate([numbers, tags, bags[places.place]], axis=1)


def _lay_out(sizes: Ints, gap: int) -> Ints:
    """Return the row of each line, when rows of nothing stand before, between and behind pages."""
    return np.arange(int(sizes.sum())) + gap * np.repeat(np.arange(1, len(sizes) + 1), sizes)


def _to_whole(numbers: Floats, mean: Floats, std: Floats) -> Whole:
    steps = np.rint((numbers - mean) / std * INPUT_STEPS)
    return np.clip(steps, -MAX_INPUT, MAX_INPUT).astype(np.float32)


def _round(values: Whole) -> Whole:
    """Return the positive part as whole numbers that further sums can hold."""
    np.rint(values, out=values)
    return np.clip(values, 0.0, MAX_HIDDEN, out=values)


def _add(hidden: Whole, more: Whole) -> None:
    """Add the positive part of a layer's outputs to the hidden layer, in place."""
    hidden += _round(more)
    np.minimum(hidden, MAX_HIDDEN, out=hidden)


def _neighbours(hidden: Whole, dilation: int, gap: int) -> Whole:
    """Return each row with those so many rows above and below it, side by side."""
    end = len(hidden) - gap
    return np.concatenate(
        [hidden[gap - dilation : end - dilation], hidden[gap:end], hidden[gap + dilation : end + dilation]],
        axis=1,
    )


def _compare(layer: Linear, lines: Whole, ways: Sequence[Alike]) -> Whole:
    """Return what each line is told of the lines like it. A group's share is worked out once."""
    parts = np.split(layer.weights, WAYS)
    shares = [(way.to_means(lines) @ part)[way.of] for way, part in zip(ways, parts, strict=True)]
    return layer.finish(np.sum(shares, axis=0))


def _pool(lines: Whole, first: Ints, sizes: Ints) -> Whole:
    """Return mean and maximum over the lines of each page."""
    total = np.add.reduceat(lines, first, axis=0, dtype=to_exact(len(lines)))
    mean = np.rint(total / sizes[:, None]).astype(np.float32)
    return np.concatenate([mean, np.maximum.reduceat(lines, first, axis=0)], axis=1)


def load_network(file: Traversable) -> Network:
    """Return the network of a weights file, as ``bench/train_tagger.py`` writes it."""
    payload = file.read_bytes()
    with np.load(io.BytesIO(payload)) as stored:
        arrays = {name: stored[name] for name in stored.files}
    names = [name.removesuffix(".weights") for name in arrays if name.endswith(".weights")]
    return Network(
        {
            name: Linear(*(arrays[f"{name}.{part}"].astype(np.float32) for part in Linear._fields))
            for name in names
        },
        {name: arrays[name].astype(np.float64) for name in ("mean", "std", "dom_mean", "dom_std")},
        Hints.from_words(arrays["hint_hashes"], arrays["hint_weights"] / HINT_STEPS),
        arrays["bags"].astype(np.float32),
        {word: number for number, word in enumerate(bytes(arrays["words"]).decode().split("\n"))},
        dilations=tuple(map(int, arrays["dilations"])),
        contexts=tuple(map(int, arrays["contexts"])),
        alike=tuple(map(int, arrays["alike"])),
        digest=f"sha256:{hashlib.sha256(payload).hexdigest()}",
    )


@cache
def own_network() -> Network:
    """Return the network that ships with the package."""
    return load_network(files("cleaners.tagger").joinpath(WEIGHTS))
