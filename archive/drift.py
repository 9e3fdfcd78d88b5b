"""What the captures of each site were like, a file a part: the memory of the drift alarm.

    clean/<edition>/drift/sums/<part digest>-<version>.parquet

Sums of whole numbers, so that parts add up to days and days to periods, in any order, exactly; and
keys of short lines, of which no word can be read. Made once a part, and again only for parts that
are new or were rewritten.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, BinaryIO, Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from archive.errors import DamagedFileError
from archive.ledger import read_records
from archive.store import Store
from archive.values import PartRecord

UNIT: Final = 10_000
"""Shares and logarithms are summed as whole numbers of a ten-thousandth."""
MAX_LINE_CHARS: Final = 80
MIN_REPEATED_OF: Final = 10
"""From so many captures of a site in a part on, a line has to stand in two of them to be kept in mind."""
NO_SITE: Final = "(no address)"

_VERSION: Final = 1
_READ_ROWS: Final = 500
_COLUMNS: Final = (
    "host", "source", "status", "title", "published_at", "text", "text_chars", "source_text_chars",
    "edits", "removed_text",
)  # fmt: skip
_CLEANED: Final = frozenset({"cleaned", "review"})
# One class and its repetition: linear.
_DIGITS: Final = re.compile(r"\d+")
_COUNT: Final = pa.int64()

SCHEMA: Final = pa.schema(
    [
        ("site", pa.string()),
        ("captures", _COUNT),
        ("cleaned", _COUNT),
        ("share_sum", _COUNT),
        ("share_squares", _COUNT),
        ("length_sum", _COUNT),
        ("length_squares", _COUNT),
        ("no_title", _COUNT),
        ("no_date", _COUNT),
        ("line_keys", pa.list_(pa.uint64())),
        ("line_captures", pa.list_(pa.int32())),
    ]
)


@dataclass(slots=True)
class SiteSums:
    """The captures of a site, added up. All but ``captures`` are of those that were cleaned.

    ``share`` is the share of the source text that went, ``length`` the logarithm of one more than
    the characters kept, both in ten-thousandths; ``lines`` counts captures by the key of a short line.
    """

    captures: int = 0
    cleaned: int = 0
    share_sum: int = 0
    share_squares: int = 0
    length_sum: int = 0
    length_squares: int = 0
    no_title: int = 0
    no_date: int = 0
    lines: Counter[int] = field(default_factory=Counter)

    def add_row(self, row: Mapping[str, Any]) -> None:
        """Count one capture."""
        self.captures += 1
        if row["status"] not in _CLEANED:
            return
        before, after = row["source_text_chars"] or 0, row["text_chars"] or 0
        share = round(UNIT * min(max(1 - after / before, 0.0), 1.0)) if before else 0
        length = round(UNIT * math.log1p(after))
        self.cleaned += 1
        self.share_sum += share
        self.share_squares += share * share
        self.length_sum += length
        self.length_squares += length * length
        self.no_title += row["title"] is None
        self.no_date += row["published_at"] is None
        self.lines.update({key_of(line.text) for line in find_short_lines(row)})

    def add(self, other: SiteSums) -> None:
        """Add the captures of another."""
        self.captures += other.captures
        self.cleaned += other.cleaned
        self.share_sum += other.share_sum
        self.share_squares += other.share_squares
        self.length_sum += other.length_sum
        self.length_squares += other.length_squares
        self.no_title += other.no_title
        self.no_date += other.no_date
        self.lines.update(other.lines)


class ShortLine(NamedTuple):
    """A short line that no rule knows, and whether it was kept."""

    text: str
    kept: bool


SiteDays = dict[str, dict[date, SiteSums]]
"""By site and day."""


def update_drift(store: Store, edition: str) -> SiteDays:
    """Sum up the parts of an edition that are new; return all its sites, day by day.

    Parts without a known day are left out: they have no past.
    """
    found: SiteDays = {}
    names = set()
    for record in read_records(store, edition):
        day = date.fromisoformat(record.capture_date)
        if day.year == 1:
            continue
        name = drift_name(record)
        names.add(name)
        for site, sums in sums_of(store, record):
            found.setdefault(site, {}).setdefault(day, SiteSums()).add(sums)
    for name in list(store.names(f"{folder_of(edition)}/sums")):
        if name not in names:  # of a part that was merged, taken down from, or written anew
            store.remove(name)
    return found


def sums_of(store: Store, record: PartRecord) -> Iterator[tuple[str, SiteSums]]:
    """Yield the sums of a part by site; they are made when they are asked for first."""
    name = drift_name(record)
    if not store.exists(name):
        store.link(store.stage(partial(_write, store, record)), name)
    yield from _read(store, name)


def folder_of(edition: str) -> str:
    """Return the folder of an edition's memory."""
    return f"clean/{edition}/drift"


def drift_name(record: PartRecord) -> str:
    """Return the name of the file that sums up a part."""
    digest = record.part_digest.removeprefix("sha256:")
    return f"{folder_of(record.edition)}/sums/{digest[:32]}-{_VERSION}.parquet"


def find_short_lines(row: Mapping[str, Any]) -> Iterator[ShortLine]:
    """Yield the short lines of a row that were kept, or that went on the model's word alone.

    What a lexicon or a grammar knows is no news on any site.
    """
    yield from _short_lines(row["text"] or "", kept=True)
    at, removed = 0, row["removed_text"] or ""
    for edit in row["edits"] or ():
        length = edit["end"] - edit["start"]
        if edit["reason"].startswith("model/"):
            yield from _short_lines(removed[at : at + length], kept=False)
        at += length


def _short_lines(text: str, *, kept: bool) -> Iterator[ShortLine]:
    return (ShortLine(line, kept) for line in map(str.strip, text.split("\n")) if is_short(line))


def is_short(line: str) -> bool:
    """Return whether a line is short enough to be furniture, and has a letter."""
    return 2 <= len(line) <= MAX_LINE_CHARS and any(map(str.isalpha, line))


def key_of(line: str) -> int:
    """Return 64 bits that stand for a line; case and numbers do not count.

    >>> key_of("12 Comments") == key_of("7 comments") != key_of("comments")
    True
    """
    folded = _DIGITS.sub("0", line.casefold())
    return int.from_bytes(hashlib.blake2b(folded.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def site_of(row: Mapping[str, Any]) -> str:
    """Return the site of a row: its host, or the name of its source where there is no URL."""
    return row["host"] or row["source"] or NO_SITE


def _write(store: Store, record: PartRecord, file: BinaryIO) -> None:
    sites: dict[str, SiteSums] = {}
    with store.open(record.path) as part, pq.ParquetFile(part) as rows:
        for batch in rows.iter_batches(_READ_ROWS, columns=list(_COLUMNS)):
            for row in batch.to_pylist():
                sites.setdefault(site_of(row), SiteSums()).add_row(row)
    table = pa.Table.from_pylist([_to_row(site, sites[site]) for site in sorted(sites)], schema=SCHEMA)
    pq.write_table(table, file, compression="zstd", write_page_checksum=True)


def _to_row(site: str, sums: SiteSums) -> dict[str, Any]:
    least = 2 if sums.cleaned >= MIN_REPEATED_OF else 1
    lines = sorted((key, count) for key, count in sums.lines.items() if count >= least)
    row: dict[str, Any] = {name: getattr(sums, name, None) for name in SCHEMA.names}
    row |= {"site": site, "line_keys": [key for key, _ in lines], "line_captures": [n for _, n in lines]}
    return row


def _read(store: Store, name: str) -> Iterator[tuple[str, SiteSums]]:
    try:
        with store.open(name) as file:
            table = pq.read_table(file, page_checksum_verification=True).cast(SCHEMA)
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        advice = "run `strigil verify --repair`, which removes it; then it is made again"
        raise DamagedFileError(store.address(name), f"it cannot be read: {error}", advice) from error
    rows: Sequence[dict[str, Any]] = table.to_pylist()
    for row in rows:
        site, keys, counts = row.pop("site"), row.pop("line_keys"), row.pop("line_captures")
        yield site, SiteSums(**row, lines=Counter(dict(zip(keys, counts, strict=True))))
