"""``strigil compact``: few large files instead of many small ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.cli_options import DEFAULT_ARCHIVE, ArchiveOption, EditionOption, open_archive, stderr, stdout

if TYPE_CHECKING:
    from rich.status import Status

    from archive.archive import Archive

_MEGABYTE = 1_000_000


def compact(archive: ArchiveOption = DEFAULT_ARCHIVE, edition: EditionOption = None) -> None:
    """Merge the small parts of each day that is over, and gather its small raw files; no row changes.

    Today's and yesterday's stay as they are. Readers see a day before or after, never both; kill it, and
    the same command goes on. Example: strigil compact --archive news
    """
    opened = open_archive(archive)
    name = opened.find_edition(edition or "current")
    with stderr().status(f"Compacting {name} …") as status:
        _gather(opened)
        _merge(opened, name, status)


def _gather(archive: Archive) -> None:
    """Gather raw files, and say so if there were any."""
    batches = before = after = size_bytes = 0
    for group in archive.gather():
        batches += group.batches
        before, after = before + group.files_before, after + group.files_after
        size_bytes += group.size_bytes
    if batches:
        stdout().print(
            f"raw: {batches:,} batches had {before:,} files and have {after:,} now "
            f"({size_bytes / _MEGABYTE:,.1f} MB written).",
            soft_wrap=True,
        )


def _merge(archive: Archive, name: str, status: Status) -> None:
    """Merge the parts of an edition, and say what came of it."""
    days = before = after = size_bytes = 0
    for day in archive.compact(name):
        days += 1
        before, after = before + day.parts_before, after + day.parts_after
        size_bytes += day.size_bytes
        status.update(f"{day.day}: {day.parts_before:,} parts are {day.parts_after:,}")
    if days:
        stdout().print(
            f"{name}: {days:,} days had {before:,} parts and have {after:,} now "
            f"({size_bytes / _MEGABYTE:,.1f} MB written).",
            soft_wrap=True,
        )
    else:
        stdout().print(f"{name}: nothing to merge in the days before yesterday.", soft_wrap=True)
