"""Round a trained network to the whole numbers that ``cleaners/tagger/network.py`` computes with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bench.tagger_hints import find_hints
from bench.tagger_net import ALIKE, CONTEXTS, DILATIONS, MAX_BAG_SUM, TaggerNet
from cleaners.tagger.network import INPUT_STEPS, MAX_BAG, MAX_HIDDEN, MAX_INPUT

Array = npt.NDArray[np.float64]

MAX_SUM: Final = 2.0**24 * 0.98
"""Single precision holds every whole number up to 2 to the 24th."""


def to_arrays(net: TaggerNet, vocabulary: Sequence[str], most_hidden: float) -> dict[str, Any]:
    """Return the arrays of the weights file. ``most_hidden`` is the largest value a hidden layer takes."""
    step = most_hidden / MAX_HIDDEN
    bag_step = MAX_BAG_SUM / MAX_BAG
    weights = {name: values.detach().double().numpy() for name, values in net.state_dict().items()}

    def linear(name: str) -> tuple[Array, Array]:
        return weights[f"{name}.weight"].T, weights[f"{name}.bias"]

    hints = find_hints()
    arrays: dict[str, Any] = {
        "hint_hashes": hints.hashes,
        "hint_weights": hints.steps,
        "dilations": np.array(DILATIONS, np.int16),
        "contexts": np.array(CONTEXTS, np.int16),
        "alike": np.array(ALIKE, np.int16),
        "words": np.frombuffer("\n".join(vocabulary).encode(), np.uint8),
        "bags": np.rint(weights["words.weight"] / bag_step).astype(np.int16),
        **{name: weights[name].astype(np.float32) for name in ("mean", "std", "dom_mean", "dom_std")},
    }
    first, bias = linear("inp")
    numbers = len(weights["mean"])
    steps = np.where(np.arange(len(first)) < numbers, 1 / INPUT_STEPS, 1.0)
    arrays |= _to_whole("inp", first * steps[:, None] / step, bias / step, np.where(steps < 1, MAX_INPUT, 1))
    first, bias = linear("dom")
    numbers, bags = len(weights["dom_mean"]), 2 * weights["words.weight"].shape[1]
    at = np.arange(len(first))
    steps = np.where((at > 0) & (at < numbers), 1 / INPUT_STEPS, 1.0)
    steps[-bags:] = bag_step
    most = np.where(steps < 1, MAX_INPUT, 1.0)
    most[-bags:] = MAX_BAG
    arrays |= _to_whole("dom", first * steps[:, None] / step, bias / step, most)
    for layer in range(len(DILATIONS)):
        kernel = weights[f"conv.{layer}.weight"].transpose(2, 1, 0)
        hidden = np.full(kernel.shape[0] * kernel.shape[1], MAX_HIDDEN)
        taps = kernel.reshape(-1, kernel.shape[2])
        arrays |= _to_whole(f"conv{layer}", taps, weights[f"conv.{layer}.bias"] / step, hidden)
    for name, ours, worth in (
        *((f"context.{layer}", f"ctx{layer}", 1.0) for layer in CONTEXTS),
        *((f"alike.{layer}", f"alike{layer}", 1.0) for layer in ALIKE),
        ("hid", "hid", 1.0),
        ("out", "out", step),
        ("kind_of_page", "type", step),
    ):
        kernel, bias = linear(name)
        arrays |= _to_whole(ours, kernel * worth, bias * worth / step, np.full(len(kernel), MAX_HIDDEN))
    return arrays


def _to_whole(name: str, kernel: Array, bias: Array, most: Array) -> dict[str, Any]:
    """Return a layer whose every sum, for inputs of at most ``most``, single precision holds."""
    worth = np.maximum((np.abs(kernel) * most[:, None]).sum(axis=0) / MAX_SUM, 1e-12)
    whole = np.rint(kernel / worth)
    worth = np.maximum(worth, np.abs(kernel).max(axis=0) / np.iinfo(np.int16).max)
    whole = np.rint(kernel / worth)
    return {
        f"{name}.weights": whole.astype(np.int16),
        f"{name}.worth": worth.astype(np.float32),
        f"{name}.bias": bias.astype(np.float32),
    }
