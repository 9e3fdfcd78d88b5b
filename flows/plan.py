"""What a run has to do: the shards of the items that the archive does not know."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

from archive.archive import Archive
from archive.values import Pipeline
from captures.errors import UnknownFormatError
from captures.readers import READERS
from captures.shards import plan_shards
from captures.storage import find_items
from captures.values import Item, ReadOptions, Shard
from cleaners import clean, clean_many
from cleaners.values import Policy
from flows.errors import UsageError
from flows.jobs import CleanMany, ShardJob
from flows.pool import cpu_count
from flows.selection import Selection

MIN_SHARED_BYTES: Final = 8 * 1024 * 1024
"""Compressed or not, less is hardly more than one batch."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a run may be told. ``workers`` 0 means every processor; ``clean`` is how it cleans.

    ``policy`` None is that of the current edition, ``balanced`` in a new archive.
    """

    policy: Policy | None = None
    read: ReadOptions = field(default_factory=ReadOptions)
    workers: int = 0
    captures_per_shard: int = 2_000
    clean: CleanMany = clean_many
    selection: Selection = field(default_factory=Selection)


def check_input(sources: Sequence[str], read: ReadOptions) -> None:
    """Raise if a source matches nothing, the format is unknown or the cleaners cannot clean.

    Before anything is made or changed: a row that says the cleaners are broken would stay.
    """
    if read.format is not None and read.format not in READERS:
        raise UnknownFormatError(read.format, tuple(READERS))
    for source in sources:
        if not source.strip():
            raise UsageError("A source has no name: name a file, a folder or a pattern.")
        next(find_items(source))
    clean("")


def check_apart(source: str, archive: str) -> None:
    """Raise if a source is the archive, or lies in it: nothing of that is ever taken."""
    one, other = (
        place.rstrip("/") if "://" in place else os.path.realpath(place) for place in (source, archive)
    )
    if f"{one}/".startswith(f"{other}/"):
        raise UsageError(
            f"Source and archive are the same folder, or the source {source} lies in the archive {archive}: "
            "it would be cleaned into itself."
        )


def find_input(sources: Sequence[str], archive: Archive) -> Iterator[Item]:
    """Yield the items of all sources, without those of the archive: it may lie inside a source."""
    roots = f"{archive.root}/", f"{os.path.realpath(archive.root)}/"
    for source in sources:
        for item in find_items(source):
            if not _is_inside(item.path, roots):
                yield item


def find_new(items: Sequence[Item], archive: Archive | None, options: RunOptions) -> list[Item]:
    """Return the items that were read, in this way, neither whole nor for what the selection asks."""
    if archive is None:
        return list(items)
    whole = options.read.mark
    marks = whole, whole + options.selection.mark
    known = archive.known_items(item.key + mark for item in items for mark in marks)
    return [item for item in items if known.isdisjoint(item.key + mark for mark in marks)]


class Plan:
    """The jobs of a run over its input, and which items their end completes.

    A large item is split over several shards. Each is recorded when it is committed, and the
    item as a whole when the last of them is, so that a killed run need not be read anew. A shard
    that is more than one worker's share of the whole input is read by one and cleaned by all.
    """

    def __init__(
        self, archive: Archive, items: Iterable[Item], pipeline: Pipeline, options: RunOptions
    ) -> None:
        found = list(items)
        mark = options.selection.mark
        new = find_new(found, archive, options)
        self.items = len(found)
        self.items_known = len(found) - len(new)
        self.size_bytes = sum(item.size_bytes for item in new)
        self.jobs: list[ShardJob] = []
        self._archive = archive
        self._open_parts: Counter[str] = Counter()
        shards = list(plan_shards(new, options.read, captures_per_shard=options.captures_per_shard))
        known = archive.known_items(key + mark for shard in shards for key in shard.keys)
        for shard in shards:
            if not known.issuperset(key + mark for key in shard.keys):
                self.jobs.append(
                    ShardJob(str(archive.root), pipeline, shard, options.clean, options.selection)
                )
                self._open_parts[_whole(shard)] += 1
        fair_bytes = max(self.size_bytes / (options.workers or cpu_count()), MIN_SHARED_BYTES)
        if not options.selection.languages:  # to know a capture's language is to have cleaned it already
            self.jobs = [replace(job, is_shared=self._size_bytes(job) > fair_bytes) for job in self.jobs]

    def finish(self, job: ShardJob) -> None:
        """Record an item whose last part was read."""
        key = _whole(job.shard)
        self._open_parts[key] -= 1
        if key and not self._open_parts[key]:
            self._archive.commit((), done_items=(key + job.selection.mark,))

    def _size_bytes(self, job: ShardJob) -> float:
        """Return the size of a shard; all parts of an item count the same."""
        whole = _whole(job.shard)
        return sum(item.size_bytes for item in job.shard.items) / (self._open_parts[whole] if whole else 1)


def _is_inside(path: str, roots: tuple[str, ...]) -> bool:
    """Return whether a file lies in one of the folders, also where a link leads into it."""
    folder, _ = os.path.split(path)
    return f"{folder}{os.sep}".startswith(roots) or f"{_resolve(folder)}{os.sep}".startswith(roots)


@cache
def _resolve(folder: str) -> str:
    return os.path.realpath(folder)


def _whole(shard: Shard) -> str:
    """Return the key of the item of which the shard is a part, else nothing."""
    return "" if shard.start < 0 else shard.items[0].key + shard.options.mark
