"""What single words of the lexicons' phrases hint at, for the line tagger's inputs.

"Subscribe" stands in phrases of newsletters, "comentar" in prompts for comments: also in a line that is
no phrase such a word says something, and in each of the languages that the lexicons know.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from cleaners.lexicon import load_lexicons
from cleaners.tagger.features import GROUP_OF, GROUPS, Hints, hash_words
from cleaners.tagger.network import HINT_STEPS

DOUBT: Final = 2.0
"""So many phrases like all others are added to those of a word: one phrase is little to go by."""


class HintArrays(NamedTuple):
    """Hashes of words, and the steps by group that the weights file holds."""

    hashes: npt.NDArray[np.uint32]
    steps: npt.NDArray[np.int8]

    def to_hints(self) -> Hints:
        """Return the hints as the tagger reads them."""
        return Hints.from_words(self.hashes, self.steps / HINT_STEPS)


def find_hints() -> HintArrays:
    """Count the words of all wordings by group."""
    said = [
        (wording, GROUP_OF[phrase.label])
        for phrase in load_lexicons().phrases
        if phrase.label in GROUP_OF
        for wording in phrase.patterns
        if "{" not in wording
    ]
    hashes, texts = hash_words([wording for wording, _ in said])
    groups = np.array([group for _, group in said])[texts] - 1
    unique, word = np.unique(hashes, return_inverse=True)
    counts = np.bincount(word * (len(GROUPS) - 1) + groups, minlength=len(unique) * (len(GROUPS) - 1))
    counts = counts.reshape(len(unique), -1)
    usual = counts.sum(axis=0) / counts.sum()
    share = (counts + DOUBT * usual) / (counts.sum(axis=1, keepdims=True) + DOUBT)
    return HintArrays(unique, np.rint(np.maximum(share - usual, 0) * HINT_STEPS).astype(np.int8))
