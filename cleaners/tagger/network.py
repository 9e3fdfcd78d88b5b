"""The network of the line tagger: a few dilated convolutions over the lines, as matrix products.

It computes in double precision and rounds at the end, so the order in which a machine adds up cannot
show: the same page gives the same scores everywhere. Trained by ``bench/train_tagger.py``.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

import numpy as np

from cleaners.tagger.features import Floats, Ints

TAPS: Final = 5
DECIMALS: Final = 4
WEIGHTS: Final = "tagger.npz"


@dataclass(frozen=True, slots=True)
class Network:
    """``members`` networks of one shape, whose log odds are averaged, and the digest of their file.

    ``dilations`` has one entry a layer; ``contexts`` are the layers behind which every line is told the
    mean and the maximum over the page.
    """

    members: tuple[dict[str, Floats], ...]
    dilations: tuple[int, ...]
    contexts: tuple[int, ...]
    digest: str

    def score(self, numbers: Floats, groups: Ints) -> Floats:
        """Return how surely each line is main text, 0 to 1.

        ``numbers`` are the features of the lines of one page, ``groups`` the lexicon group of each.
        """
        logits = np.mean([self._logits(member, numbers, groups) for member in self.members], axis=0)
        scores: Floats = np.round(1 / (1 + np.exp(-logits)), DECIMALS)
        return scores

    def _logits(self, member: dict[str, Floats], numbers: Floats, groups: Ints) -> Floats:
        """Return one network's log odds of each line."""
        first, width = member["inp.w"], numbers.shape[1]
        scaled = (numbers - member["mean"]) / member["std"]
        hidden = _relu(scaled @ first[:width] + first[width:][groups] + member["inp.b"])
        for layer, dilation in enumerate(self.dilations):
            spread = _depthwise(hidden, member[f"dw{layer}.w"], dilation) + member[f"dw{layer}.b"]
            hidden += _relu(spread @ member[f"pw{layer}.w"] + member[f"pw{layer}.b"])
            if layer in self.contexts:
                page = np.concatenate([hidden.mean(axis=0), hidden.max(axis=0)])
                hidden += _relu(page @ member[f"ctx{layer}.w"] + member[f"ctx{layer}.b"])
        hidden = _relu(hidden @ member["hid.w"] + member["hid.b"])
        logits: Floats = (hidden @ member["out.w"] + member["out.b"])[:, 0]
        return logits


def _relu(values: Floats) -> Floats:
    result: Floats = np.maximum(values, 0.0)
    return result


def _depthwise(hidden: Floats, taps: Floats, dilation: int) -> Floats:
    """Return each channel convolved along the lines with its own taps; ``taps`` is (TAPS, channels)."""
    reach = (TAPS // 2) * dilation
    padded = np.zeros((len(hidden) + 2 * reach, hidden.shape[1]))
    padded[reach : reach + len(hidden)] = hidden
    result: Floats = padded[: len(hidden)] * taps[0]
    for tap in range(1, TAPS):
        result += padded[tap * dilation : tap * dilation + len(hidden)] * taps[tap]
    return result


def load_network(file: Traversable) -> Network:
    """Return the network of a weights file, as ``bench/train_tagger.py`` writes it."""
    payload = file.read_bytes()
    with np.load(io.BytesIO(payload)) as stored:
        arrays = {name: stored[name] for name in stored.files}
    members = tuple(
        {
            name.partition("/")[2]: values.astype(np.float64)
            for name, values in arrays.items()
            if name.startswith(f"{number}/")
        }
        for number in range(int(arrays["members"]))
    )
    return Network(
        members,
        dilations=tuple(map(int, arrays["dilations"])),
        contexts=tuple(map(int, arrays["contexts"])),
        digest=f"sha256:{hashlib.sha256(payload).hexdigest()}",
    )


@cache
def own_network() -> Network:
    """Return the network that ships with the package."""
    return load_network(files("cleaners.tagger").joinpath(WEIGHTS))
