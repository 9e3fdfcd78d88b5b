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

from bench.pages import DEFAULT_DATA, Selection, find_missing, fold_of
from bench.peers import FOLDS_AT
from bench.tagger_batches import Prepared, disturb, plan_batches, prepare, standardise, to_batch
from bench.tagger_data import TRAINING_SETS, Example, find_vocabulary, read_examples
from bench.tagger_loss import to_loss
from bench.tagger_net import TaggerNet
from bench.tagger_teacher import teach
from bench.tagger_weights import to_arrays
from cleaners.tagger.network import WEIGHTS
from cleaners.tagger.places import NAMES as DOM_NAMES

SHIPPED: Final = Path("cleaners/tagger") / WEIGHTS
SEED: Final = 1
LEARNING_RATE: Final = 3e-3
MIN_SITES: Final = 8
"""A class word that fewer sites use is nobody's habit."""
KEPT_OF_AVERAGE: Final = 0.998
"""What ships is the running mean of the weights, which does better on other sites than the last ones."""
HIDDEN_QUANTILE: Final = 0.99999


def main(arguments: Sequence[str] | None = None) -> int:
    """Train the folds, then the network that ships."""
    parser = argparse.ArgumentParser(prog="python -m bench.train_tagger", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the gold sets")
    parser.add_argument(
        "--folds", type=int, default=0, help="also train so many networks for cross-validation"
    )
    parser.add_argument("--only-fold", type=int, default=None, help="train this one and nothing else")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--taught-epochs", type=int, default=4, help="epochs with what the DOM taught")
    options = parser.parse_args(arguments)
    selection = Selection(options.data, TRAINING_SETS)
    if missing := find_missing(selection):
        print(*missing, sep="\n")
        return 1
    examples = list(read_examples(selection, SEED))
    print(f"{len(examples)} captures, {sum(len(one.gold) for one in examples)} lines", flush=True)
    vocabulary = find_vocabulary(examples, MIN_SITES)
    for fold in range(options.folds) if options.only_fold is None else [options.only_fold]:
        kept = [one for one in examples if fold_of(one.domain, options.folds) != fold]
        _write(FOLDS_AT / f"{fold}-of-{options.folds}.npz", kept, vocabulary, options)
    if options.only_fold is None:
        _write(SHIPPED, examples, vocabulary, options)
    return 0


def _write(path: Path, examples: list[Example], vocabulary: list[str], options: argparse.Namespace) -> None:
    """Train on the examples, teach text by HTML, train on, and write the weights."""
    words = {word: number for number, word in enumerate(vocabulary)}
    prepared = [prepare(one, words) for one in examples]
    net = _new_net(examples, len(vocabulary))
    net = train(net, prepared, epochs=options.epochs, rate=LEARNING_RATE)
    if options.taught_epochs:
        taught = teach(net, prepared)
        net = train(net, taught, epochs=options.taught_epochs, rate=LEARNING_RATE / 3)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **to_arrays(net, vocabulary, _most_hidden(net, prepared[::50])))
    print(f"{path}: {path.stat().st_size} bytes", flush=True)


def _new_net(examples: Sequence[Example], vocabulary: int) -> TaggerNet:
    torch.manual_seed(SEED)
    numbers = np.concatenate([one.numbers[:200] for one in examples[::5]])
    dom = np.concatenate(
        [one.places.numbers[:200] for one in examples if one.places] or [np.zeros((2, len(DOM_NAMES)))]
    )
    spread = 1e-3
    scale = {
        "mean": numbers.mean(0), "std": numbers.std(0) + spread,
        "dom_mean": dom.mean(0), "dom_std": dom.std(0) + spread,
    }  # fmt: skip
    return TaggerNet({name: values.astype(np.float32) for name, values in scale.items()}, vocabulary)


def train(net: TaggerNet, prepared: Sequence[Prepared], *, epochs: int, rate: float) -> TaggerNet:
    """Train a network further and return it; the same seed gives the same network on one machine."""
    draw = random.Random(SEED)  # noqa: S311  training, no secret
    optimizer = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=1e-3)
    plan = [plan_batches(prepared, draw) for _ in range(epochs)]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=sum(map(len, plan)))
    average = {name: values.clone() for name, values in net.state_dict().items()}
    net.train()
    for epoch, batches in enumerate(plan):
        started, total = time.monotonic(), 0.0
        for batch in batches:
            loss = _step(net, [prepared[number] for number in batch], draw)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
            with torch.no_grad():
                for name, values in net.state_dict().items():
                    average[name].lerp_(values, 1 - KEPT_OF_AVERAGE)
        seconds = time.monotonic() - started
        print(f"epoch {epoch}: loss {total / len(batches):.4f}, {seconds:.0f} s", flush=True)
    net.load_state_dict(average)
    net.eval()
    return net


def _step(net: TaggerNet, chosen: Sequence[Prepared], draw: random.Random) -> Any:
    batch, wanted = to_batch(chosen, draw)
    standardise(batch, net)
    disturb(batch)
    lines, page_types = net(batch)
    return to_loss(lines, page_types, wanted)


def _most_hidden(net: TaggerNet, prepared: Sequence[Prepared]) -> float:
    """Return what next to no value between two layers exceeds."""
    seen: list[Any] = []
    hooks = [
        layer.register_forward_pre_hook(lambda _, given: seen.append(given[0].flatten()[::97]))
        for layer in (*net.conv, net.hid, net.out)
    ]
    with torch.no_grad():
        for one in prepared:
            batch, _ = to_batch([one], None)
            standardise(batch, net)
            net(batch)
    for hook in hooks:
        hook.remove()
    return float(np.quantile(torch.cat(seen).numpy(), HIDDEN_QUANTILE))


if __name__ == "__main__":
    sys.exit(main())
