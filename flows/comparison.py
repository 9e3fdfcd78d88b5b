"""What two editions make of the same captures, in a few lines of Markdown for a run's report."""

from __future__ import annotations

from typing import Final

from archive.archive import Archive
from archive.diff import Sample, compare
from flows.markdown import to_markdown_line
from flows.summary import count

SAMPLES: Final = 20


def describe_difference(store: Archive, other: str, edition: str) -> str:
    """Return how many texts an edition has otherwise than another one, and those that changed most."""
    found = compare(store, other, edition, samples=SAMPLES)
    lines = [
        f"## Compared with `{other}`",
        "",
        f"{count(found.captures, 'capture')} are in both; **{found.changed:,}** have another text. "
        f"{found.only_after:,} are only here, {found.only_before:,} only there.",
    ]
    if found.samples:
        lines += ["", f"| changed most | words in `{other}` | in `{edition}` |", "|---|---:|---:|"]
    return "\n".join([*lines, *map(_row, found.samples)])


def _row(sample: Sample) -> str:
    return f"| {to_markdown_line(sample.name)} | {sample.words_before:,} | {sample.words_after:,} |"
