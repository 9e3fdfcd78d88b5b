"""The network of ``cleaners/tagger/network.py`` in PyTorch, to train it. Needs ``pip install torch``."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from cleaners.tagger.features import GROUPS, NAMES
from cleaners.tagger.network import TAPS

WIDTH: Final = 96
DILATIONS: Final = (1, 2, 4, 8, 16)
CONTEXTS: Final = (1, 3)


class TaggerNet(nn.Module):
    """Lines of a page in, log odds of main text out. ``scale`` is mean and spread of the numbers."""

    def __init__(self, mean: npt.NDArray[np.float32], std: npt.NDArray[np.float32]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.from_numpy(mean))
        self.register_buffer("std", torch.from_numpy(std))
        self.inp = nn.Linear(len(NAMES) + len(GROUPS), WIDTH)
        self.spread = nn.ModuleList(
            nn.Conv1d(WIDTH, WIDTH, TAPS, padding=TAPS // 2 * d, dilation=d, groups=WIDTH) for d in DILATIONS
        )
        self.mix = nn.ModuleList(nn.Linear(WIDTH, WIDTH) for _ in DILATIONS)
        self.context = nn.ModuleDict({str(layer): nn.Linear(2 * WIDTH, WIDTH) for layer in CONTEXTS})
        self.hid = nn.Linear(WIDTH, WIDTH)
        self.out = nn.Linear(WIDTH, 1)

    def forward(self, numbers: Any, groups: Any, mask: Any) -> Any:
        """Return (pages, lines) log odds; ``mask`` (pages, lines, 1) is 0 behind the end of a page."""
        one_hot = functional.one_hot(groups, len(GROUPS)).float()
        hidden = functional.relu(self.inp(torch.cat([numbers, one_hot], -1))) * mask
        for layer, (spread, mix) in enumerate(zip(self.spread, self.mix, strict=True)):
            around = spread(hidden.transpose(1, 2)).transpose(1, 2)
            hidden = (hidden + functional.relu(mix(around))) * mask
            if layer in CONTEXTS:
                mean = hidden.sum(1, keepdim=True) / mask.sum(1, keepdim=True)
                page = torch.cat([mean, hidden.max(1, keepdim=True).values], -1)
                hidden = (hidden + functional.relu(self.context[str(layer)](page))) * mask
        return self.out(functional.relu(self.hid(hidden))).squeeze(-1)

    def to_arrays(self, member: int) -> dict[str, npt.NDArray[np.float16]]:
        """Return the weights under the names that ``Network`` reads, as float16."""
        arrays: dict[str, Any] = {"mean": self.mean, "std": self.std}
        layers = {"inp": self.inp, "hid": self.hid, "out": self.out}
        layers |= {f"pw{layer}": mix for layer, mix in enumerate(self.mix)}
        layers |= {f"ctx{layer}": context for layer, context in self.context.items()}
        for name, linear in layers.items():
            arrays |= {f"{name}.w": linear.weight.T, f"{name}.b": linear.bias}
        for layer, conv in enumerate(self.spread):
            arrays |= {f"dw{layer}.w": conv.weight[:, 0].T, f"dw{layer}.b": conv.bias}
        return {
            f"{member}/{name}": array.detach().numpy().astype(np.float16) for name, array in arrays.items()
        }
