"""``strigil editions``, ``promote``, ``rollback``, ``drop-edition``: what readers get to see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import DEFAULT_ARCHIVE, ArchiveOption, archive_option, open_archive, stdout

if TYPE_CHECKING:
    from archive.overview import EditionInfo

EditionArgument = Annotated[
    str,
    typer.Argument(help="Its name, or as much of it as no other begins with.", metavar="EDITION"),
]
_MEGABYTE = 1_000_000


def editions(archive: ArchiveOption = DEFAULT_ARCHIVE) -> None:
    """List the editions: what made each, how much of the archive it holds, which one readers see.

    Example: strigil editions --archive news
    """
    opened = open_archive(archive)
    from rich import box
    from rich.table import Table

    console = stdout()
    found = opened.editions()
    if not found:
        console.print(
            f"{archive} has no edition yet. Make one with: strigil clean SOURCE{archive_option(archive)}",
            markup=False,
            soft_wrap=True,
        )
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in ("edition", "cleaner"):
        table.add_column(column, no_wrap=True)
    for column in ("rows", "coverage", "parts", "MB"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("state", overflow="fold")
    for info in found:
        table.add_row(info.name, "\n".join(info.cleaners), *_sizes(info), _state(info))
    console.print(table)
    for info in found:
        if info.since:
            since = info.since[:16].replace("T", " ")
            console.print(f"{info.name} is current since {since} UTC.", soft_wrap=True)


def promote(edition: EditionArgument, archive: ArchiveOption = DEFAULT_ARCHIVE) -> None:
    """Make an edition the current one, which readers see; refuse while it lacks captures.

    Example: strigil promote balanced-1a2b3c4d --archive news
    """
    opened = open_archive(archive)
    name, before = opened.find_edition(edition), opened.current_edition()
    if name == before:
        stdout().print(f"{name} is the current edition already.")
        return
    opened.promote(name)
    stdout().print(f"{name} is current now, {before or 'none'} was before.", soft_wrap=True)
    if before:
        stdout().print(f"Back again: strigil rollback{archive_option(archive)}", style="dim", soft_wrap=True)


def rollback(archive: ArchiveOption = DEFAULT_ARCHIVE) -> None:
    """Go back to the edition that was current before; a second time, to the one before that.

    Example: strigil rollback --archive news
    """
    opened = open_archive(archive)
    before = opened.current_edition()
    name = opened.roll_back()
    stdout().print(f"{name} is current again; {before} stays, and can be promoted again.", soft_wrap=True)
    [info] = [info for info in opened.editions() if info.name == name]
    if info.missing:
        stdout().print(
            f"It lacks {info.missing:,} captures that came since; the next `strigil clean` adds them.",
            soft_wrap=True,
        )


def drop_edition(
    edition: EditionArgument,
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="Remove it; without this, only say what would go.")
    ] = False,
) -> None:
    """Remove an edition for good; never the current one or one that is published. Raw captures stay.

    Example: strigil drop-edition balanced-1a2b3c4d --yes
    """
    opened = open_archive(archive)
    name = opened.find_edition(edition)
    info = next((info for info in opened.editions() if info.name == name), None)
    what = (
        f"{info.rows:,} rows in {info.parts:,} parts, {info.size_bytes / _MEGABYTE:,.1f} MB"
        if info
        else "the rest"
    )
    opened.refuse_drop(name)
    if not yes:
        stdout().print(f"{name}: {what}. Nothing was removed; to remove it, say --yes.", soft_wrap=True)
        return
    opened.drop_edition(name)
    stdout().print(f"{name} is removed: {what}.", soft_wrap=True)


def _state(info: EditionInfo) -> str:
    return ", ".join(["current"] * info.is_current + ["published"] * info.is_published)


def _sizes(info: EditionInfo) -> tuple[str, ...]:
    total = info.rows + info.missing
    share = info.rows / total if total else 1.0
    coverage = "100 %" if info.is_complete else f"{min(share, 0.999):.1%}"
    return f"{info.rows:,}", coverage, f"{info.parts:,}", f"{info.size_bytes / _MEGABYTE:,.1f}"
