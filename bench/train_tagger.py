"""Train the line tagger: ``python -m bench.train_tagger``. Needs PyTorch (``pip install torch``).

Writes ``cleaners/tagger/tagger.npz``, trained on all pages that may be trained on, and with
``--folds N`` one file a fold for the benchmark, each trained without the sites of its fold.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from bench.pages import DEFAULT_DATA, Selection, find_missing, fold_of
from bench.peers import FOLDS_AT
from bench.tagger_data import TRAINING_SETS, Example, read_examples
from bench.tagger_net import CONTEXTS, DILATIONS, TaggerNet
from cleaners.tagger.network import WEIGHTS

SHIPPED: Final = Path("cleaners/tagger") / WEIGHTS
SEED: Final = 1
LEARNING_RATE: Final = 3e-3
MAX_LINES: Final = 1500
BATCH_LINES: Final = 24_000
NOISE: Final = 0.2
"""Spread of the noise on every number, as a share of the number's own spread."""
MAX_DROPPED: Final = 0.1
"""How often a number is hidden for a whole page."""
GROUP_DROPPED: Final = 0.3
"""How often a line's phrase is hidden: lexicons know English better than most languages."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Train the folds, then the network that ships."""
    parser = argparse.ArgumentParser(prog="python -m bench.train_tagger", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the gold sets")
    parser.add_argument(
        "--folds", type=int, default=0, help="also train so many networks for cross-validation"
    )
    parser.add_argument("--members", type=int, default=1, help="networks whose scores are averaged")
    parser.add_argument("--epochs", type=int, default=8)
    options = parser.parse_args(arguments)
    selection = Selection(options.data, TRAINING_SETS)
    if missing := find_missing(selection):
        print(*missing, sep="\n")
        return 1
    examples = list(read_examples(selection, SEED))
    print(f"{len(examples)} captures, {sum(len(one.gold) for one in examples)} lines", flush=True)
    for fold in range(options.folds):
        kept = [one for one in examples if fold_of(one.domain, options.folds) != fold]
        _write(FOLDS_AT / f"{fold}-of-{options.folds}.npz", kept, options)
    _write(SHIPPED, examples, options)
    return 0


def _write(path: Path, examples: list[Example], options: argparse.Namespace) -> None:
    """Train the members on the examples and write their weights."""
    arrays: dict[str, Any] = {
        "members": np.array(options.members),
        "dilations": np.array(DILATIONS),
        "contexts": np.array(CONTEXTS),
    }
    for member in range(options.members):
        net = train(examples, epochs=options.epochs, seed=SEED + member)
        arrays |= net.to_arrays(member)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **arrays)
    print(f"{path}: {path.stat().st_size} bytes", flush=True)


def train(examples: list[Example], *, epochs: int, seed: int) -> TaggerNet:
    """Return a network trained on the examples; the same seed gives the same network on one machine."""
    torch.manual_seed(seed)
    draw = random.Random(seed)  # noqa: S311  training, no secret
    sample = np.concatenate([one.numbers[:200] for one in examples[::5]])
    net = TaggerNet(sample.mean(0), sample.std(0) + 1e-3)
    optimizer = torch.optim.AdamW(net.parameters(), lr=LEARNING_RATE, weight_decay=1e-3)
    plan = [_to_batches(examples, draw) for _ in range(epochs)]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=sum(map(len, plan)))
    for epoch, batches in enumerate(plan):
        started, total = time.monotonic(), 0.0
        for batch in batches:
            loss = _loss(net, [examples[number] for number in batch], draw)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(
            f"epoch {epoch}: loss {total / len(batches):.4f}, {time.monotonic() - started:.0f} s", flush=True
        )
    return net


def _to_batches(examples: list[Example], draw: random.Random) -> list[list[int]]:
    """Return numbers of examples of about the same length, in batches of bounded lines."""

    def lines(number: int) -> int:
        return min(len(examples[number].gold), MAX_LINES)

    order = sorted(range(len(examples)), key=lambda number: lines(number) + 40 * draw.random())
    batches: list[list[int]] = [[]]
    for number in order:
        if batches[-1] and (len(batches[-1]) + 1) * lines(number) > BATCH_LINES:
            batches.append([])
        batches[-1].append(number)
    draw.shuffle(batches)
    return batches


def _loss(net: TaggerNet, batch: list[Example], draw: random.Random) -> Any:
    """Return the cross entropy of a batch, each line weighted by the logarithm of its words."""
    longest = min(max(len(one.gold) for one in batch), MAX_LINES)
    numbers = np.zeros((len(batch), longest, batch[0].numbers.shape[1]), np.float32)
    groups = np.zeros((len(batch), longest), np.int64)
    gold = np.full((len(batch), longest), -1, np.float32)
    for row, one in enumerate(batch):
        start = draw.randrange(max(1, len(one.gold) - MAX_LINES + 1))
        stretch = slice(start, start + MAX_LINES)
        count = len(one.gold[stretch])
        numbers[row, :count], groups[row, :count] = one.numbers[stretch], one.groups[stretch]
        gold[row, :count] = one.gold[stretch]
    mask = torch.from_numpy(_to_mask(batch, longest))
    given = (torch.from_numpy(numbers) - net.mean) / net.std
    given = (given + NOISE * torch.randn_like(given)) * (
        torch.rand(len(batch), 1, given.shape[2]) > MAX_DROPPED
    )
    seen = torch.from_numpy(groups) * (torch.rand(groups.shape) > GROUP_DROPPED)
    wanted = torch.from_numpy(gold)
    words = torch.from_numpy(np.expm1(2 * numbers[:, :, 1]))
    weight = (wanted >= 0).float() * (torch.log1p(words) + 0.3)
    entropy = functional.binary_cross_entropy_with_logits(
        net(given, seen, mask), wanted.clamp(min=0), reduction="none"
    )
    return (entropy * weight).sum() / weight.sum().clamp(min=1)


def _to_mask(batch: list[Example], longest: int) -> Any:
    mask = np.zeros((len(batch), longest, 1), np.float32)
    for row, one in enumerate(batch):
        mask[row, : len(one.gold)] = 1
    return mask


if __name__ == "__main__":
    sys.exit(main())
