"""The network of ``cleaners/tagger/network.py`` in PyTorch, to train it. Needs ``pip install torch``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from cleaners.tagger import places
from cleaners.tagger.alike import WAYS
from cleaners.tagger.features import GROUPS, NAMES
from cleaners.tagger.network import LABEL_GROUPS, PAGE_TYPES

WIDTH: Final = 80
DILATIONS: Final = (1, 2, 4, 8, 16, 1)
CONTEXTS: Final = (1, 3)
ALIKE: Final = (1, 3, 5)
WORD_WIDTH: Final = 24
MAX_BAG_SUM: Final = 4.0
WORDS_SPREAD: Final = 0.3
DROPPED: Final = 0.15


@dataclass(slots=True)
class Batch:
    """Pages side by side, (pages, lines, …); the places and words of all of them in one list each.

    ``place`` is the number of each line's place, 0 for lines without one. ``alike`` are the groups of lines
    (``cleaners/tagger/alike.py``), numbered through the batch; 0 is behind the end of a page, as is a
    ``mask`` (pages, lines, 1) of 0.
    """

    numbers: Any
    groups: Any
    mask: Any
    dom: Any
    tags: Any
    place: Any
    alike: Any
    words: Any
    word_offsets: Any
    word_weights: Any
    is_html: bool


class TaggerNet(nn.Module):
    """Lines of a page in; log odds of main text, of each label, and of each page type out."""

    def __init__(self, scale: dict[str, npt.NDArray[np.float32]], vocabulary: int) -> None:
        super().__init__()
        for name, values in scale.items():
            self.register_buffer(name, torch.from_numpy(values))
        self.inp = nn.Linear(len(NAMES) + len(GROUPS), WIDTH)
        self.dom = nn.Linear(len(places.NAMES) + len(places.TAGS) + 1 + 2 * WORD_WIDTH, WIDTH)
        self.words = nn.EmbeddingBag(vocabulary, WORD_WIDTH, mode="sum")
        nn.init.normal_(self.words.weight, std=WORDS_SPREAD)
        self.conv = nn.ModuleList(
            nn.Conv1d(WIDTH, WIDTH, 3, padding=dilation, dilation=dilation) for dilation in DILATIONS
        )
        self.context = nn.ModuleDict({str(layer): nn.Linear(2 * WIDTH, WIDTH) for layer in CONTEXTS})
        self.alike = nn.ModuleDict({str(layer): nn.Linear(WAYS * WIDTH, WIDTH) for layer in ALIKE})
        self.hid = nn.Linear(WIDTH, WIDTH)
        self.out = nn.Linear(WIDTH, 1 + len(LABEL_GROUPS))
        self.kind_of_page = nn.Linear(2 * WIDTH, len(PAGE_TYPES))

    def forward(self, batch: Batch) -> tuple[Any, Any]:
        """Return (pages, lines, 1 + labels) and (pages, types) log odds."""
        one_hot = functional.one_hot(batch.groups, len(GROUPS)).float()
        given = self.inp(torch.cat([batch.numbers, one_hot], -1))
        if batch.is_html:
            bags = self.words(batch.words, batch.word_offsets, per_sample_weights=batch.word_weights)
            bags = bags.clamp(-MAX_BAG_SUM, MAX_BAG_SUM).reshape(-1, 2 * WORD_WIDTH)
            tags = functional.one_hot(batch.tags, len(places.TAGS) + 1).float()
            known = self.dom(torch.cat([batch.dom, tags, bags[batch.place]], -1))
            given = given + known * batch.dom[:, :, :1].ne(0)
        hidden = functional.relu(given) * batch.mask
        for layer, conv in enumerate(self.conv):
            around = conv(hidden.transpose(1, 2)).transpose(1, 2)
            hidden = (hidden + self._drop(functional.relu(around))) * batch.mask
            if layer in CONTEXTS:
                page = _pool(hidden, batch.mask)
                hidden = (hidden + functional.relu(self.context[str(layer)](page))) * batch.mask
            if layer in ALIKE:
                means = torch.cat([_to_means(hidden, groups)[groups] for groups in batch.alike], -1)
                hidden = (hidden + functional.relu(self.alike[str(layer)](means))) * batch.mask
        types = self.kind_of_page(_pool(hidden, batch.mask).squeeze(1))
        return self.out(self._drop(functional.relu(self.hid(hidden)))), types

    def _drop(self, values: Any) -> Any:
        return functional.dropout(values, DROPPED, self.training)


def _to_means(hidden: Any, groups: Any) -> Any:
    """Return the mean over the lines of each group."""
    lines = groups.flatten()
    sizes = torch.bincount(lines).clamp(min=1)[:, None]
    total = torch.zeros(len(sizes), hidden.shape[-1]).index_add(0, lines, hidden.flatten(0, 1))
    return total / sizes


def _pool(hidden: Any, mask: Any) -> Any:
    """Return mean and maximum over the lines of each page."""
    mean = hidden.sum(1, keepdim=True) / mask.sum(1, keepdim=True)
    return torch.cat([mean, hidden.max(1, keepdim=True).values], -1)
