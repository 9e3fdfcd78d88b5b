"""Options and checks that several verbs share."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.errors import FlowError, UsageError

if TYPE_CHECKING:  # importing the archive takes a second that --help should not
    from rich.console import Console

    from archive.archive import Archive

# One character class behind a constant: linear.
_OBJECT_STORE = re.compile(r"s3://[^/]+")

DEFAULT_ARCHIVE = "strigil-archive"

ArchiveOption = Annotated[
    str,
    typer.Option(
        "--archive",
        "-a",
        envvar="STRIGIL_ARCHIVE",
        help="The archive: a folder, or s3://bucket/prefix.",
        metavar="PLACE",
    ),
]

EditionOption = Annotated[
    str | None,
    typer.Option("--edition", "-e", help="Another edition than the current one.", metavar="NAME"),
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


NewPolicyOption = Annotated[
    PolicyName | None,
    typer.Option(
        "--policy",
        "-p",
        help="How readily a doubtful line goes: strict removes it, lenient keeps it, annotate only labels.",
        show_default="that of the current edition, else balanced",
    ),
]


def open_archive(place: str) -> Archive:
    """Open an archive that is there, or say how to make one."""
    check_archive_place(place)
    from archive.archive import Archive
    from archive.errors import NotAnArchiveError
    from archive.places import is_url

    try:
        return Archive.open(place, create=False)
    except NotAnArchiveError as error:
        if not is_url(place) and Path(place).exists():
            raise
        raise FlowError(
            f"There is no archive at {place} yet. Make one with: strigil clean SOURCE --archive {place}"
        ) from error


def check_archive_place(place: str) -> None:
    """Refuse a path that cannot hold an archive."""
    if Path(place).is_file():
        raise UsageError(f"{place} is a file, but an archive is a folder. Name another with --archive.")
    if ("://" in place or place.startswith("s3:")) and not _OBJECT_STORE.match(place):
        raise UsageError(f"{place}: an archive is a folder, or s3://bucket/prefix in an object store.")


def stdout() -> Console:
    """Return the console for results: colours on a terminal, plain text elsewhere."""
    from rich.console import Console

    return Console(highlight=False)


def stderr() -> Console:
    """Return the console for progress and errors."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)
