"""Versions of one URL over time: what came, what went and what was rewritten, paragraph by paragraph.

A paragraph is a line with something on it; how it is spaced does not matter, and moving it is no change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

import pyarrow as pa

CHANGED: Final = pa.struct([("before", pa.string()), ("after", pa.string())])
VERSIONS: Final = pa.schema(
    [
        ("url", pa.string()),
        ("capture_id", pa.string()),
        ("captured_at", pa.timestamp("us", "UTC")),
        ("version", pa.int32()),
        ("previous_id", pa.string()),
        ("is_changed", pa.bool_()),
        ("added", pa.list_(pa.string())),
        ("removed", pa.list_(pa.string())),
        ("changed", pa.list_(CHANGED)),
    ]
)

SEEN_AGAIN: Final = """
select url, capture_id, captured_at, text_digest, text
from documents semi join (
    select url from documents where url is not null group by url having count(*) > 1
) using (url)
order by url, captured_at nulls last, capture_id
"""
"""The captures of every URL that was captured more than once, each URL's together and in order."""

MIN_SAME_WORDS: Final = 0.5
"""Share of the words that two paragraphs need in common to be one that was rewritten."""
_MAX_PAIRED: Final = 40
"""More paragraphs than this, gone and come, are another story: they are not compared each with each."""


class Changes(NamedTuple):
    """What differs between two texts."""

    added: list[str]
    removed: list[str]
    changed: list[tuple[str, str]]


def find_changes(before: str, after: str) -> Changes:
    r"""Return the paragraphs that differ between two texts, each in the order of its text.

    >>> find_changes("The bridge is shut.\nIt rained.", "The bridge is open.\nIt rained.\nTrams run.")
    Changes(added=['Trams run.'], removed=[], changed=[('The bridge is shut.', 'The bridge is open.')])
    """
    old, new = _paragraphs(before), _paragraphs(after)
    removed, added = _without(old, Counter(new)), _without(new, Counter(old))
    changed = _pair(removed, added) if max(len(removed), len(added)) <= _MAX_PAIRED else []
    return Changes(
        [paragraph for at, paragraph in enumerate(added) if at not in {new for _, new in changed}],
        [paragraph for at, paragraph in enumerate(removed) if at not in {old for old, _ in changed}],
        [(removed[old], added[new]) for old, new in changed],
    )


def to_versions(batches: Iterable[pa.RecordBatch]) -> Iterator[dict[str, Any]]:
    """Yield a row of ``VERSIONS`` for each row that ``SEEN_AGAIN`` gives."""
    rows = (row for batch in batches for row in batch.to_pylist())
    for _url, captures in groupby(rows, key=lambda row: row["url"]):
        previous: dict[str, Any] | None = None
        version = 1
        for row in captures:
            is_changed = previous is not None and previous["text_digest"] != row["text_digest"]
            changes = Changes([], [], [])
            if previous is not None and is_changed:
                version += 1
                changes = find_changes(previous["text"] or "", row["text"] or "")
            yield {
                "url": row["url"],
                "capture_id": row["capture_id"],
                "captured_at": row["captured_at"],
                "version": version,
                "previous_id": previous["capture_id"] if previous else None,
                "is_changed": is_changed,
                "added": changes.added,
                "removed": changes.removed,
                "changed": [{"before": old, "after": new} for old, new in changes.changed],
            }
            previous = row


def _paragraphs(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if not line.isspace() and line]


def _without(paragraphs: Sequence[str], others: Counter[str]) -> list[str]:
    """Return the paragraphs that the other text does not have (as often)."""
    left = []
    for paragraph in paragraphs:
        if others[paragraph] > 0:
            others[paragraph] -= 1
        else:
            left.append(paragraph)
    return left


def _pair(removed: Sequence[str], added: Sequence[str]) -> list[tuple[int, int]]:
    """Return which removed paragraph became which added one: the likest first, one partner each."""
    old_words, new_words = [list(map(_words, paragraphs)) for paragraphs in (removed, added)]
    likeness = sorted(
        (-_same_words(old, new), at_old, at_new)
        for at_old, old in enumerate(old_words)
        for at_new, new in enumerate(new_words)
    )
    pairs: dict[int, int] = {}
    for negative, at_old, at_new in likeness:
        if -negative >= MIN_SAME_WORDS and at_old not in pairs.values() and at_new not in pairs:
            pairs[at_new] = at_old
    return [(at_old, at_new) for at_new, at_old in sorted(pairs.items())]


def _words(paragraph: str) -> Counter[str]:
    """Return the words of a paragraph; of one without spaces its pairs of characters."""
    words = paragraph.casefold().split()
    if len(words) <= 1 < len(paragraph):
        words = [paragraph[at : at + 2] for at in range(len(paragraph) - 1)]
    return Counter(words)


def _same_words(one: Counter[str], other: Counter[str]) -> float:
    return 2 * (one & other).total() / max(one.total() + other.total(), 1)
