"""The gold sets: pages with a main text that people marked, as HTML and as text captures.

A set is ``<name>.parquet`` (one row a page) and, where there is one, a file of text captures:
the same pages rendered to plain text in three ways, with one mark a line. What a set may be
used for is written here and held by construction: only ``read_training_pages`` reads for
training, and it refuses sets whose licence or kind forbids it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow.parquet as pq
from tld import get_fld

DEFAULT_DATA: Final = Path("../shared/data/gold")
RENDERERS: Final = ("bs4", "inscriptis", "resiliparse")
RENDERINGS: Final = ("html", *(f"text:{renderer}" for renderer in RENDERERS))
_BATCH_ROWS: Final = 16


class GoldSet(NamedTuple):
    """What a set may be used for; ``ranked`` is False where another tool wrote the gold."""

    text_suffix: str
    trainable: bool
    ranked: bool = True


GOLD_SETS: Final[dict[str, GoldSet]] = {
    "wcxb_dev": GoldSet(".text.parquet", trainable=True),
    "fundus_dev": GoldSet(".text.parquet", trainable=True),
    "trafilatura_dev": GoldSet(".sparse.parquet", trainable=True),
    "zh_content_dev": GoldSet(".text.parquet", trainable=True),
    "readability": GoldSet(".text.parquet", trainable=True, ranked=False),
    "cleaneval_dev": GoldSet(".text.parquet", trainable=False),
    "waddle_eval": GoldSet(".text.parquet", trainable=False),
}


class EvaluateOnlyError(ValueError):
    """Somebody asked for training pages of a set that nothing may be trained on."""


@dataclass(frozen=True, slots=True)
class GoldPage:
    r"""One page in one rendering, and what is known to be right about it.

    ``gold_text`` is None for sets that only name segments. ``line_gold`` has one mark for
    each line of ``text.split("\n")`` (1 main text, 0 not, -1 do not care), none for HTML;
    ``gold_recall`` is the share of the gold words that the alignment of lines found.
    """

    page_id: str
    set_name: str
    rendering: str
    payload: bytes
    url: str | None = None
    language: str | None = None
    page_type: str | None = None
    gold_text: str | None = None
    segments: tuple[str, ...] = ()
    unwanted_segments: tuple[str, ...] = ()
    title: str | None = None
    author: str | None = None
    date: str | None = None
    tags: tuple[str, ...] = ()
    domain: str = ""
    line_gold: tuple[int, ...] = ()
    gold_recall: float | None = None
    title_lines: tuple[int, ...] = ()

    @property
    def media_type(self) -> str:
        """Return the media type of the payload."""
        return "text/html" if self.rendering == "html" else "text/plain"

    @property
    def digest(self) -> str:
        """Return what tells this payload, its kind and its language from every other."""
        head = f"{self.media_type} {self.language}\n".encode()
        return hashlib.blake2b(head + self.payload, digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Selection:
    """Which pages to read; ``limit`` takes so many pages of each set, evenly spread."""

    data: Path = DEFAULT_DATA
    sets: tuple[str, ...] = tuple(GOLD_SETS)
    renderings: tuple[str, ...] = RENDERINGS
    limit: int | None = None


def find_missing(selection: Selection) -> list[str]:
    """Say in plain words which of the selected files are not there."""
    if not selection.data.is_dir():
        return [f"skipped everything: there is no folder {selection.data} (give one with --data)"]
    paths = [
        path
        for name in selection.sets
        for path in (_html_path(selection, name), _text_path(selection, name))
        if not path.is_file()
    ]
    return [f"skipped {path.name}: not in {selection.data}" for path in paths]


def read_pages(selection: Selection) -> Iterator[GoldPage]:
    """Stream the selected pages, set by set: first the HTML, then the text captures."""
    for name in selection.sets:
        if _html_path(selection, name).is_file():
            yield from _read_set(selection, name)


def read_training_pages(selection: Selection) -> Iterator[GoldPage]:
    """Stream pages that something may be trained on; refuse sets that are for evaluation only."""
    refused = [name for name in selection.sets if not GOLD_SETS[name].trainable]
    if refused:
        raise EvaluateOnlyError(f"evaluate only, nothing may be trained on: {', '.join(refused)}")
    return read_pages(selection)


def registered_domain(url: str | None) -> str | None:
    """Return the domain somebody registered, by the list that the tld package carries.

    >>> registered_domain("https://news.example.co.uk/a"), registered_domain(None)
    ('example.co.uk', None)
    """
    found = get_fld(url, fail_silently=True, fix_protocol=True) if url else None
    return str(found) if found else None


def fold_of(domain: str, folds: int) -> int:
    """Return the fold of a domain: all pages of a site share one, on every machine and run."""
    return int.from_bytes(hashlib.blake2b(domain.encode(), digest_size=8).digest(), "big") % folds


def _html_path(selection: Selection, name: str) -> Path:
    return selection.data / f"{name}.parquet"


def _text_path(selection: Selection, name: str) -> Path:
    return selection.data / (name + GOLD_SETS[name].text_suffix)


def _read_set(selection: Selection, name: str) -> Iterator[GoldPage]:
    """Yield one set's pages; the gold of a text capture is that of its page."""
    wants_html = "html" in selection.renderings
    rows = pq.ParquetFile(_html_path(selection, name))
    columns = [column for column in rows.schema_arrow.names if wants_html or column != "html"]
    chosen = _spread(rows.metadata.num_rows, selection.limit)
    gold: dict[str, GoldPage] = {}
    for number, row in enumerate(_read_rows(rows, columns)):
        if number in chosen:
            page = _to_page(name, row)
            gold[page.page_id] = replace(page, payload=b"")
            if wants_html:
                yield page
    path = _text_path(selection, name)
    renderers = {rendering.partition(":")[2] for rendering in selection.renderings} - {""}
    if path.is_file() and renderers:
        yield from _read_text_captures(path, gold, renderers)


def _read_text_captures(path: Path, gold: dict[str, GoldPage], renderers: set[str]) -> Iterator[GoldPage]:
    rows = pq.ParquetFile(path)
    wanted = ("id", "renderer", "text", "line_gold", "title_lines", "gold_recall")
    for row in _read_rows(rows, [column for column in wanted if column in rows.schema_arrow.names]):
        if row["renderer"] in renderers and row["id"] in gold:
            yield replace(
                gold[row["id"]],
                rendering=f"text:{row['renderer']}",
                payload=row["text"].encode(),
                line_gold=tuple(row["line_gold"]),
                gold_recall=row.get("gold_recall"),
                title_lines=tuple(row.get("title_lines") or ()),
            )


def _read_rows(rows: pq.ParquetFile, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    for batch in rows.iter_batches(_BATCH_ROWS, columns=list(columns)):
        yield from batch.to_pylist()


def _spread(n_rows: int, limit: int | None) -> frozenset[int]:
    """Return the row numbers to read, evenly over the file."""
    wanted = n_rows if limit is None else min(limit, n_rows)
    return frozenset(i * n_rows // wanted for i in range(wanted))


def _to_page(set_name: str, row: dict[str, Any]) -> GoldPage:
    stated = json.loads(row["extra"]).get("domain") if row["extra"] else None
    return GoldPage(
        page_id=row["id"],
        set_name=set_name,
        rendering="html",
        payload=row.get("html") or b"",
        url=row["url"],
        language=row["language"],
        page_type=row["page_type"],
        gold_text=row["gold_text"],
        segments=tuple(row["gold_with"] or ()),
        unwanted_segments=tuple(row["gold_without"] or ()),
        title=row["gold_title"],
        author=row["gold_author"],
        date=row["gold_date"],
        tags=tuple(row["gold_tags"] or ()),
        domain=registered_domain(row["url"] or stated) or row["id"],
    )
