"""``strigil reclean``: make the past anew with the present cleaner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import (
    DEFAULT_ARCHIVE,
    ArchiveOption,
    NewPolicyOption,
    archive_option,
    leave_if_stopped,
    open_archive,
    stdout,
)

if TYPE_CHECKING:
    from archive.archive import Archive


def reclean(
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    policy: NewPolicyOption = None,
    workers: Annotated[int, typer.Option(min=0, help="Worker processes; 0: as many as are worth it.")] = 0,
) -> None:
    """Clean everything again, from the raw captures, into an edition of the present cleaner.

    Readers notice nothing: the current edition stays as it is until `strigil promote`. Stop it or kill
    it: the same command goes on where it stopped. Example: strigil reclean --archive news --policy strict
    """
    opened = open_archive(archive)
    from cleaners.values import Policy
    from flows.cli_clean import show_progress
    from flows.plan import RunOptions
    from flows.reclean import reclean as run
    from flows.stop import StopSwitch
    from flows.summary import print_summary

    options = RunOptions(Policy(policy.value) if policy else None, workers=workers)
    with StopSwitch() as stop, show_progress(stop) as on_progress:
        report = run(opened, options, stop, on_progress)
    if report.tally.statuses or report.failures:
        print_summary(stdout(), report, archive)
    leave_if_stopped(stop)
    if not report.is_complete:
        raise typer.Exit(1)
    _print_next(opened, report.edition, archive_option(archive))


def _print_next(archive: Archive, edition: str, option: str) -> None:
    """Say what to do with an edition that is complete."""
    console = stdout()
    if edition != archive.current_edition():
        console.print(f"Edition {edition} is complete. Readers do not see it yet. Next:", soft_wrap=True)
        console.print(f"  strigil diff current {edition}{option}", style="cyan", soft_wrap=True)
        console.print(f"  strigil promote {edition}{option}", style="cyan", soft_wrap=True)
        return
    [info] = [info for info in archive.editions() if info.name == edition]
    console.print(
        f"Nothing to do: the current edition {edition} is that of the present cleaner.", soft_wrap=True
    )
    if len(info.cleaners) > 1:
        console.print(f"Some of its rows were added by others: {', '.join(info.cleaners)}.", soft_wrap=True)
