"""Options and checks that several verbs share."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.errors import FlowError, UsageError

if TYPE_CHECKING:  # importing the archive takes a second that --help should not
    from rich.console import Console

    from archive.archive import Archive
    from flows.stop import StopSwitch

# One character class behind a constant: linear.
_OBJECT_STORE = re.compile(r"s3://[^/]+")
# One class, repeated a fixed number of times: linear.
_CAPTURE_ID = re.compile(r"[0-9a-f]{32}")

DEFAULT_ARCHIVE = "strigil-archive"
_ARCHIVE_SETTING = "STRIGIL_ARCHIVE"

ArchiveOption = Annotated[
    str,
    typer.Option(
        "--archive",
        "-a",
        envvar=_ARCHIVE_SETTING,
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


def default_archive() -> str:
    """Return the archive that a form or a flow means when none is named, as the option ``--archive`` does."""
    return os.environ.get(_ARCHIVE_SETTING) or DEFAULT_ARCHIVE


FORM_ARCHIVE = default_archive()
"""The default of every flow: a form shows what was set when its deployment was made."""


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
            f"There is no archive at {place} yet. "
            f"Make one with: strigil clean SOURCE --archive {shlex.quote(place)}"
        ) from error


def check_archive_place(place: str) -> None:
    """Refuse a path that cannot hold an archive."""
    if not place.strip():
        raise UsageError("The archive has no name: name a folder with --archive.")
    file = next((path for path in (Path(place), *Path(place).parents) if path.is_file()), None)
    if file is not None:
        raise UsageError(f"{file} is a file, but an archive is a folder. Name another with --archive.")
    if ("://" in place or place.startswith("s3:")) and not _OBJECT_STORE.match(place):
        raise UsageError(f"{place}: an archive is a folder, or s3://bucket/prefix in an object store.")


def archive_option(place: str) -> str:
    """Return what a command to try next needs behind it to mean the same archive.

    >>> archive_option("my news"), archive_option(DEFAULT_ARCHIVE)
    (" --archive 'my news'", '')
    """
    return "" if place == DEFAULT_ARCHIVE else f" --archive {shlex.quote(place)}"


def is_capture_id(word: str) -> bool:
    """Return whether a word can be the ``capture_id`` of a row."""
    return _CAPTURE_ID.fullmatch(word) is not None


def leave_if_stopped(stop: StopSwitch) -> None:
    """Leave the process, after Ctrl-C or SIGTERM, once what was done has been told."""
    if stop.signal_number is not None:
        stderr().print("Stopped. Everything counted above is safe; the same command does the rest.")
        raise typer.Exit(stop.exit_code)


def find_edition(archive: Archive, name: str | None) -> str | None:
    """Return the full name of an edition that was named in part; None, the current one, if none was."""
    return archive.find_edition(name) if name else None


def check_file(path: Path) -> None:
    """Refuse a path at which no file can be written."""
    if path.is_dir():
        raise UsageError(f"{path} is a folder: name a file in it.")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: there is no folder {path.parent}. Make it, or name another file.")


def check_page(path: Path) -> None:
    """Refuse to write a page where something else is: it may be the very capture that is looked at."""
    from flows.review import is_page

    if path.exists() and (path.is_dir() or not is_page(path)):
        raise UsageError(f"{path} is there and is no page of strigil's: name another file.")


def stdout() -> Console:
    """Return the console for results: colours on a terminal, plain text elsewhere."""
    from flows.terminal import Terminal

    return Terminal(highlight=False)


def stderr() -> Console:
    """Return the console for progress and errors."""
    from flows.terminal import Terminal

    return Terminal(stderr=True, highlight=False)


def print_json(value: object) -> None:
    """Print a value as one line of JSON that every parser reads, whatever charset the terminal has."""
    is_unicode = (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    print(json.dumps(value, ensure_ascii=not is_unicode, default=str))
