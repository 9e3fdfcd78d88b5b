"""Options and checks that several verbs share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.errors import FlowError, UsageError

if TYPE_CHECKING:  # importing the archive takes a second that --help should not
    from rich.console import Console

    from archive.archive import Archive

DEFAULT_ARCHIVE = Path("strigil-archive")

ArchiveOption = Annotated[
    Path,
    typer.Option("--archive", "-a", envvar="STRIGIL_ARCHIVE", help="The archive's folder.", metavar="DIR"),
]


class PolicyName(StrEnum):
    """The policies by name, as ``cleaners.values.Policy`` has them (a test compares the two)."""

    STRICT = "strict"
    BALANCED = "balanced"
    LENIENT = "lenient"
    ANNOTATE = "annotate"


PolicyOption = Annotated[
    PolicyName,
    typer.Option(
        "--policy",
        "-p",
        help="How readily a doubtful line goes: strict removes it, lenient keeps it, annotate only labels.",
    ),
]


def open_archive(folder: Path) -> Archive:
    """Open an archive that is there, or say how to make one."""
    check_archive_folder(folder)
    if not folder.exists():
        raise FlowError(
            f"There is no archive at {folder} yet. Make one with: strigil clean SOURCE --archive {folder}"
        )
    from archive.archive import Archive

    return Archive.open(folder, create=False)


def check_archive_folder(folder: Path) -> None:
    """Refuse a path that cannot hold an archive."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file, but an archive is a folder. Name another with --archive.")


def stdout() -> Console:
    """Return the console for results: colours on a terminal, plain text elsewhere."""
    from rich.console import Console

    return Console(highlight=False)


def stderr() -> Console:
    """Return the console for progress and errors."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)
