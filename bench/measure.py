"""Measure extractors on gold pages, on several processes, with the peers' texts kept on disk.

A peer's text depends on its version and the page alone, so it is extracted once and cached;
the measures are always computed anew. Strigil is never cached: it is what changes.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple, TypeVar

from bench.metrics import Confusion, WordScore, find_kept, score_lines, score_segments, score_words
from bench.pages import GoldPage
from bench.peers import Extraction, Extractor, extract_guarded

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Measurement:
    """How one extractor did on one page. ``words`` is None where no gold text is known."""

    page_id: str
    set_name: str
    rendering: str
    language: str | None
    page_type: str | None
    extractor: str
    words: WordScore | None
    segments: Confusion
    lines: Confusion
    is_empty: bool
    error: str | None = None


class Task(NamedTuple):
    """One page, who is to read it, and what is known of them already."""

    page: GoldPage
    extractors: Mapping[str, Extractor]
    known: Mapping[str, Extraction]


class Outcome(NamedTuple):
    """What came of a task: a measurement for each extractor, and the texts made anew."""

    page: GoldPage
    measurements: list[Measurement]
    extracted: dict[str, Extraction]


class PeerCache:
    """Texts of the peers, by row name, version and page digest, in one SQLite file."""

    def __init__(self, path: Path | str) -> None:
        self._connection = sqlite3.connect(path)
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS texts (digest TEXT, name TEXT, version TEXT, text BLOB, error TEXT,"
            " PRIMARY KEY (digest, name, version)) WITHOUT ROWID"
        )

    def read(self, page: GoldPage, extractors: Mapping[str, Extractor]) -> dict[str, Extraction]:
        """Return what is known of this page, for the versions that are installed now."""
        found = self._connection.execute(
            "SELECT name, version, text, error FROM texts WHERE digest = ?", (page.digest,)
        )
        return {
            name: Extraction(zlib.decompress(text).decode(errors="surrogatepass"), error)
            for name, version, text, error in found
            if name in extractors and version == extractors[name].version
        }

    def write(self, outcome: Outcome, extractors: Mapping[str, Extractor]) -> None:
        """Keep the texts of one page."""
        rows = [
            (
                outcome.page.digest,
                name,
                extractors[name].version,
                zlib.compress(extraction.text.encode(errors="surrogatepass")),
                extraction.error,
            )
            for name, extraction in outcome.extracted.items()
            if extractors[name].is_peer
        ]
        if not rows:
            return
        with self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO texts VALUES (?, ?, ?, ?, ?)", rows)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def measure(
    pages: Iterable[GoldPage],
    extractors: Mapping[str, Extractor],
    *,
    cache: PeerCache | None = None,
    processes: int = 1,
) -> Iterator[list[Measurement]]:
    """Yield for each page the measurements of all extractors that have a row for its rendering."""
    for outcome in spread(measure_page, _plan(pages, extractors, cache), processes=processes):
        if cache is not None:
            cache.write(outcome, extractors)
        yield outcome.measurements


def _plan(
    pages: Iterable[GoldPage], extractors: Mapping[str, Extractor], cache: PeerCache | None
) -> Iterator[Task]:
    for page in pages:
        wanted = {name: row for name, row in extractors.items() if page.rendering.startswith(row.only)}
        yield Task(page, wanted, cache.read(page, wanted) if cache is not None else {})


def measure_page(task: Task) -> Outcome:
    """Extract what is not known yet, and judge everything."""
    extracted = {
        name: extract_guarded(extractor, task.page)
        for name, extractor in task.extractors.items()
        if name not in task.known
    }
    results = {**task.known, **extracted}
    measurements = [judge(task.page, name, results[name]) for name in task.extractors]
    return Outcome(task.page, measurements, extracted)


def judge(page: GoldPage, name: str, extraction: Extraction) -> Measurement:
    """Measure one result against everything that is known about the page."""
    text = extraction.text
    lines = Confusion()
    if page.line_gold:
        source = page.payload.decode().split("\n")
        lines = score_lines(source, find_kept(source, text), page.line_gold, page.title_lines)
    return Measurement(
        page_id=page.page_id,
        set_name=page.set_name,
        rendering=page.rendering,
        language=page.language,
        page_type=page.page_type,
        extractor=name,
        words=None if page.gold_text is None else score_words(text, page.gold_text),
        segments=score_segments(text, page.segments, page.unwanted_segments),
        lines=lines,
        is_empty=not text.strip(),
        error=extraction.error,
    )


def spread(function: Callable[[T], R], items: Iterable[T], *, processes: int) -> Iterator[R]:
    """Map over processes in order, reading only a few items ahead of what was asked for."""
    if processes <= 1:
        yield from map(function, items)
        return
    queue = iter(items)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        pending: deque[Future[R]] = deque(
            pool.submit(function, item) for item in islice(queue, 4 * processes)
        )
        while pending:
            result = pending.popleft().result()
            pending.extend(pool.submit(function, item) for item in islice(queue, 1))
            yield result
