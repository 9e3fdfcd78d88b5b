"""``strigil verify``: check every file of an archive."""

from __future__ import annotations

from itertools import count

import typer

from flows.cli_options import DEFAULT_ARCHIVE, ArchiveOption, open_archive, stderr, stdout


def verify(archive: ArchiveOption = DEFAULT_ARCHIVE) -> None:
    """Check every file of the archive against its checksum, and list all that is wrong.

    Exit code 1 if there is a problem. Example: strigil verify --archive news
    """
    opened = open_archive(archive)
    console = stdout()
    with stderr().status(f"Checking {archive} …") as status:
        checked = count()
        problems = list(opened.verify(lambda path: status.update(f"{next(checked):,} files checked: {path}")))
    for problem in problems:
        console.print(f"[red]{problem.problem}[/]", end=" ")
        console.print(f"{problem.path}\n    {problem.advice}", markup=False, soft_wrap=True)
    if problems:
        console.print(f"{len(problems)} problem{'s' if len(problems) > 1 else ''} in {archive}")
        raise typer.Exit(1)
    console.print(f"[green]All is well[/] in {archive}.")
