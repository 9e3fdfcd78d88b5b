"""What a backfill would do: counts of all its captures, and twenty of them before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from archive.archive import Archive
from captures.shards import Finished, plan_shards, read_shard
from captures.storage import find_items
from captures.values import Capture
from cleaners import clean_many
from cleaners.values import CleanedPage, Policy
from flows.markdown import to_markdown_line
from flows.plan import RunOptions, find_input, find_new
from flows.policies import current_policy
from flows.summary import count, status_line
from flows.tally import Tally

SAMPLES: Final = 20
MAX_SAMPLE_LINES: Final = 60
MAX_LINE_CHARS: Final = 240
MAX_CELL_CHARS: Final = 2_000
_FENCE: Final = "``````"
_SEED: Final = 0
"""The same source gives the same sample, so that two policies can be compared by eye."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One capture and the page it would become."""

    name: str
    page: CleanedPage


@dataclass(slots=True)
class Preview:
    """What would be cleaned: ``captures`` are taken; the tally counts the cleaned sample only."""

    items: int = 0
    items_known: int = 0
    captures: int = 0
    damaged: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    samples: list[Sample] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


def preview(source: str, store: Archive | None, options: RunOptions) -> Preview:
    """Read all of a source that is new, clean a sample of it, and write nothing.

    Where languages were asked for, every capture is cleaned: only then its language is known.
    """
    seen = Preview()
    chosen: list[Capture] = []
    policy = options.policy or current_policy(store)
    draw = Random(_SEED)  # noqa: S311 - a sample, not a secret
    for capture in _read(source, store, options, policy, seen):
        seen.captures += 1
        seen.damaged += capture.error is not None
        place = len(chosen) if len(chosen) < SAMPLES else draw.randrange(seen.captures)
        if place < SAMPLES:
            chosen[place : place + 1] = [capture]
    for capture, page in zip(chosen, clean_many(chosen, policy=policy), strict=True):
        seen.tally.add_page(page, capture)
        seen.samples.append(Sample(capture.url or capture.provenance.file, page))
    return seen


def _read(
    source: str, store: Archive | None, options: RunOptions, policy: Policy, seen: Preview
) -> Iterator[Capture]:
    """Yield the captures a run would take."""
    for one in _read_new(source, store, options, seen):
        if isinstance(one, Finished):
            continue
        if options.selection.languages:
            [page] = clean_many([one], policy=policy)
            if why := options.selection.why_not_page(page):
                seen.left_out[why] += 1
                continue
        yield one


def _read_new(
    source: str, store: Archive | None, options: RunOptions, seen: Preview
) -> Iterator[Capture | Finished]:
    """Yield what the items hold that the archive does not know, but for what was not asked for."""
    items = list(find_input([source], store) if store else find_items(source))
    new = find_new(items, store, options)
    seen.items, seen.items_known = len(items), len(items) - len(new)
    for shard in plan_shards(new, options.read):
        yield from options.selection.select(read_shard(shard), seen.left_out)


def to_markdown(seen: Preview) -> str:
    """Return the counts, and each sample as a list of lines: those with a minus would go."""
    lines = [
        f"**{count(seen.captures, 'capture')}** of {count(seen.items - seen.items_known, 'file')} would be "
        f"cleaned; {count(seen.items_known, 'file')} are in the archive already. Nothing was written.",
        "",
        "| | captures |",
        "|---|---:|",
        f"| would be cleaned | {seen.captures:,} |",
        f"| of them damaged | {seen.damaged:,} |",
        *(f"| {why} | {number:,} |" for why, number in seen.left_out.most_common()),
        "",
        f"{count(len(seen.samples), 'sample')}: {status_line(seen.tally.statuses)}; "
        f"{count(seen.tally.words_kept, 'word')} kept, {seen.tally.words_removed.total():,} removed.",
    ]
    for sample in seen.samples:
        lines += ["", f"### {to_markdown_line(sample.name)}", "", *_describe(sample.page)]
    return "\n".join(lines)


def to_rows(seen: Preview) -> list[dict[str, Any]]:
    """Return the samples as rows of a table: before and after."""
    return [
        {
            "capture": sample.name,
            "status": str(sample.page.status),
            "words before": len(sample.page.source_text.split()),
            "words after": len(sample.page.text.split()),
            "before": sample.page.source_text[:MAX_CELL_CHARS],
            "after": sample.page.text[:MAX_CELL_CHARS],
        }
        for sample in seen.samples
    ]


def _describe(page: CleanedPage) -> Iterator[str]:
    yield f"{page.status}: {to_markdown_line(page.reason)}" if page.reason else f"{page.status}"
    yield ""
    yield f"{_FENCE}diff"
    shown = [line for line in page.lines if line.label != "blank"]
    for line in shown[:MAX_SAMPLE_LINES]:
        text = page.source_text[line.start : line.end][:MAX_LINE_CHARS].replace(_FENCE, "")
        yield f"  {text}" if line.kept else f"- {text}   ({line.label})"
    if len(shown) > MAX_SAMPLE_LINES:
        yield f"  … {count(len(shown) - MAX_SAMPLE_LINES, 'more line')}"
    yield _FENCE
