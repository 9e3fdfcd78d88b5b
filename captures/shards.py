"""Units of work: many small items, or a part of one large item.

The scheme of what is finished: every item has a key made by listing alone, and every part of a
large item has that key with its range behind it; then follows the mark of options that are not the
defaults. The same item gives the same ranges in every
planning (with the same ``bytes_per_shard``), so a caller records the keys that ``read_shard``
reports as finished, skips items whose key is recorded before planning, and shards whose keys
are all recorded after it. An item that was split is finished when all its ranges are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from captures.readers import RANGE_READERS, read_item, read_range
from captures.sniff import sniff_file
from captures.tables import find_row_groups
from captures.values import Capture, Item, ReadOptions, Shard

BYTES_PER_SHARD = 256 << 20


class Finished(NamedTuple):
    """The item or range with this key has been read to its end."""

    key: str


def plan_shards(
    items: Iterable[Item],
    options: ReadOptions,
    *,
    captures_per_shard: int = 2000,
    bytes_per_shard: int = BYTES_PER_SHARD,
) -> Iterator[Shard]:
    """Yield the shards of items: small ones gathered in their order, large ones in parts.

    No payload is read: of an item larger than a shard only its first bytes, and the footer of a
    Parquet file. A file counts as one capture, so a shard of tables may hold more.
    """
    gathered: list[Item] = []
    gathered_bytes = 0
    for item in items:
        if item.size_bytes > bytes_per_shard:
            yield from _split(item, options, bytes_per_shard)
            continue
        if gathered and (
            len(gathered) >= captures_per_shard or gathered_bytes + item.size_bytes > bytes_per_shard
        ):
            yield Shard(tuple(gathered), options)
            gathered, gathered_bytes = [], 0
        gathered.append(item)
        gathered_bytes += item.size_bytes
    if gathered:
        yield Shard(tuple(gathered), options)


def read_shard(shard: Shard) -> Iterator[Capture | Finished]:
    """Yield the captures of a shard, and ``Finished`` behind the last capture of each item or range.

    A caller that commits captures in batches records a key with the batch in which it arrives.
    """
    if shard.start >= 0:
        yield from read_range(shard.items[0], shard.options, start=shard.start, stop=shard.stop)
        yield Finished(shard.keys[0])
        return
    for item, key in zip(shard.items, shard.keys, strict=True):
        yield from read_item(item, shard.options)
        yield Finished(key)


def shard_to_json(shard: Shard) -> str:
    """Return a shard as JSON, for a worker on another machine."""
    return json.dumps(asdict(shard), default=datetime.isoformat)


def shard_from_json(text: str) -> Shard:
    """Return the shard that ``shard_to_json`` wrote."""
    data = json.loads(text)
    options = ReadOptions(**{name: _from_list(value) for name, value in data["options"].items()})
    return Shard(tuple(map(_to_item, data["items"])), options, data["start"], data["stop"])


def _to_item(data: dict[str, Any]) -> Item:
    modified_at = data["modified_at"] and datetime.fromisoformat(data["modified_at"])
    return Item(**{**data, "modified_at": modified_at})


def _from_list(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _split(item: Item, options: ReadOptions, bytes_per_shard: int) -> Iterator[Shard]:
    """Yield the parts of a large item, or the whole where its format has no parts."""
    borders = _find_borders(item, options, bytes_per_shard)
    if len(borders) < 3:
        yield Shard((item,), options)
        return
    for start, stop in pairwise(borders):
        yield Shard((item,), options, start, stop)


def _find_borders(item: Item, options: ReadOptions, bytes_per_shard: int) -> list[int]:
    """Return where the parts begin and end: bytes of plain JSONL, row groups of Parquet."""
    try:
        looks = sniff_file(item.path)
        name = options.format or looks.format
        if name not in RANGE_READERS or looks.compressed:
            return []
        if name == "jsonl":
            return [*range(0, item.size_bytes, bytes_per_shard), item.size_bytes]
        return _gather_groups(find_row_groups(item.path), bytes_per_shard)
    except OSError:
        return []  # reading it will meet the same error, and leave a row with it


def _gather_groups(sizes: list[int], bytes_per_shard: int) -> list[int]:
    borders, held = [0], 0
    for number, size in enumerate(sizes):
        if held and held + size > bytes_per_shard:
            borders.append(number)
            held = 0
        held += size
    return [*borders, len(sizes)]
