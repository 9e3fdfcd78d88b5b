"""What the tagger is told it did wrong, page by page: long pages count no more than short ones."""

from __future__ import annotations

from typing import Any, Final

from torch.nn import functional

from bench.tagger_batches import Wanted

OVERLAP_WEIGHT: Final = 0.5
LABEL_WEIGHT: Final = 0.1
TYPE_WEIGHT: Final = 0.05
MIN_KNOWN: Final = 0.3
"""A page of which fewer lines are labelled says little of what its whole text is."""
SPARSE_WEIGHT: Final = 0.5


def to_loss(lines: Any, page_types: Any, wanted: Wanted) -> Any:
    """Return the loss of a batch: line by line, page by page, by label and by page type.

    ``lines`` (pages, lines, 1 + labels) and ``page_types`` (pages, types) are log odds.
    """
    chances, gold = lines[..., 0], wanted.gold.clamp(min=0)
    known = (wanted.gold >= 0).float()
    any_known = (known.sum(1) > 0).float()
    is_full = any_known * (known.sum(1) >= MIN_KNOWN * (wanted.words > 0).sum(1)).float()
    weight = (wanted.words + 1).sqrt() * known
    weight = weight / weight.sum(1, keepdim=True).clamp(min=1)
    entropy = functional.binary_cross_entropy_with_logits(chances, gold, reduction="none")
    page_weight = any_known * (SPARSE_WEIGHT + (1 - SPARSE_WEIGHT) * is_full)
    loss = _mean((entropy * weight).sum(1), page_weight)
    loss = loss + OVERLAP_WEIGHT * _mean(
        _missed_overlap(chances.sigmoid(), gold, wanted.words * known), is_full
    )
    loss = loss + LABEL_WEIGHT * _among(lines[..., 1:].flatten(0, 1), wanted.kind.flatten())
    return loss + TYPE_WEIGHT * _among(page_types, wanted.page_type)


def _missed_overlap(chances: Any, gold: Any, words: Any) -> Any:
    """Return 1 minus the F1 of the words of each page, with chances in place of decisions."""
    shared = (chances * gold * words).sum(1)
    return 1 - (2 * shared + 1) / ((chances * words).sum(1) + (gold * words).sum(1) + 1)


def _mean(values: Any, weight: Any) -> Any:
    return (values * weight).sum() / weight.sum().clamp(min=1)


def _among(log_odds: Any, wanted: Any) -> Any:
    """Return the cross entropy over what is known (not -1)."""
    known = wanted >= 0
    if not known.any():
        return log_odds.sum() * 0
    return functional.cross_entropy(log_odds[known], wanted[known])
