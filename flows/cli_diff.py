"""``strigil diff``: what changed between two editions."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import (
    DEFAULT_ARCHIVE,
    ArchiveOption,
    check_file,
    check_page,
    open_archive,
    stderr,
    stdout,
)
from flows.errors import UsageError

if TYPE_CHECKING:
    from archive.diff import Comparison, Group, Sample

_EDITION = "An edition: its name or the beginning of it, current, previous."
_MAX_GROUPS = 12
_MAX_LINES = 24


class By(StrEnum):
    """What differences can be grouped by, as ``archive.diff.BY`` has it (a test compares the two)."""

    SITE = "site"
    LABEL = "label"
    LANGUAGE = "language"


def diff(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    before: Annotated[str, typer.Argument(help=_EDITION, metavar="A")],
    after: Annotated[str, typer.Argument(help=_EDITION, metavar="B")],
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    by: Annotated[By | None, typer.Option(help="Only this table; all three without it.")] = None,
    samples: Annotated[int, typer.Option(min=0, help="Captures to show, before and after.")] = 3,
    parquet: Annotated[
        Path | None, typer.Option(help="Write a row for each changed text here.", metavar="FILE")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page to look at here.", metavar="FILE")] = None,
) -> None:
    """Say what changed from edition A to edition B: by site, label and language, with samples.

    Example: strigil diff current balanced-1a2b3c4d --html diff.html
    """
    opened = open_archive(archive)
    from archive.diff import compare

    if parquet is not None:
        check_file(parquet)
    if html is not None:
        check_page(html)

    names = opened.find_edition(before), opened.find_edition(after)
    if names[0] == names[1]:
        raise UsageError(f"{before} and {after} are the same edition, {names[0]}: name two.")
    with stderr().status("Comparing …"):
        found = compare(opened, *names, samples=samples, parquet=parquet)
    if html is not None:
        from flows.diff_page import to_page

        html.write_text(to_page(found), encoding="utf-8")
    _print(found, [by.value] if by else [by.value for by in By])
    for file in filter(None, (parquet, html)):
        stdout().print(f"Written: {file}", style="dim", markup=False, soft_wrap=True)


def _print(found: Comparison, shown: list[str]) -> None:
    from flows.diff_page import summarize

    console = stdout()
    console.print(f"{found.before} → {found.after}", style="bold", soft_wrap=True)
    console.print(summarize(found), soft_wrap=True)
    for by in shown:
        _print_groups(by, found.groups[by])
    for sample in found.samples:
        _print_sample(sample)


def _print_groups(by: str, groups: tuple[Group, ...]) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    differing = [group for group in groups if group.changed]
    if not differing:
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column(by, overflow="fold")
    for column in ("captures", "changed", "words kept more", "kept less"):
        table.add_column(column, justify="right")
    for group in differing[:_MAX_GROUPS]:
        more, less = Text(f"{group.words_more:+,}", "green"), Text(f"{-group.words_less:+,}", "red")
        table.add_row(group.name or "(none)", f"{group.captures:,}", f"{group.changed:,}", more, less)
    stdout().print(table)
    if len(differing) > _MAX_GROUPS:
        stdout().print(
            f"… and {len(differing) - _MAX_GROUPS:,} more: --html or --parquet has all", style="dim"
        )


def _print_sample(sample: Sample) -> None:
    from rich.text import Text

    from flows.text_diff import find_differences

    console = stdout()
    console.print(Text(f"{sample.name}  {sample.capture_id}", "bold"), soft_wrap=True)
    lines = list(find_differences(sample.text_before, sample.text_after))
    for sign, text in lines[:_MAX_LINES]:
        style = {"-": "red", "+": "green", "…": "dim"}.get(sign, "")
        console.print(Text(f"  {sign} {text}", style), soft_wrap=True)
    if len(lines) > _MAX_LINES:
        console.print(f"  … and {len(lines) - _MAX_LINES:,} more lines", style="dim")
    console.print()
