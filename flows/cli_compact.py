"""``strigil compact``: few large parts instead of many small ones."""

from __future__ import annotations

from flows.cli_options import DEFAULT_ARCHIVE, ArchiveOption, EditionOption, open_archive, stderr, stdout

_MEGABYTE = 1_000_000


def compact(archive: ArchiveOption = DEFAULT_ARCHIVE, edition: EditionOption = None) -> None:
    """Merge the small parts of each day that is over, so that readers open few files; no row changes.

    Today's and yesterday's stay as they are. Readers see a day before or after, never both; kill it, and
    the same command goes on. Example: strigil compact --archive news
    """
    opened = open_archive(archive)
    name = opened.find_edition(edition or "current")
    days = before = after = size_bytes = 0
    with stderr().status(f"Compacting {name} …") as status:
        for day in opened.compact(name):
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
