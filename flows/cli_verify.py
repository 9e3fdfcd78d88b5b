"""``strigil verify``: check every file of an archive, and mend what can be mended."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import DEFAULT_ARCHIVE, ArchiveOption, open_archive, print_json, stderr, stdout
from flows.errors import UsageError

if TYPE_CHECKING:
    from archive.archive import Archive
    from archive.sample import Sample
    from archive.values import Problem

# Digits, then fixed characters: linear.
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?) ?%?")


def verify(
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    *,
    sample: Annotated[
        str, typer.Option("--sample", help="Read this share only, like 5%: another one every day.")
    ] = "",
    night: Annotated[
        int | None, typer.Option("--night", help="The number of the sample, instead of today's.", hidden=True)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be, then check again.")] = False,
) -> None:
    """Check every file of the archive against its checksum, and list all that is wrong.

    With --repair, what other files still say is made again: parts from raw captures, ledger records
    from parts, marks, bags. Exit code 1 if a problem is left.

    Example: strigil verify --archive news
    """
    opened = open_archive(archive)
    chosen = _to_sample(sample, night)
    files, problems = _check(opened, chosen, archive)
    if repair and problems:
        from flows.repair import repair as mend

        say = stderr() if as_json else stdout()
        problems = mend(opened, problems, lambda text: say.print(text, markup=False, soft_wrap=True))
    if as_json:
        told = [problem._asdict() for problem in problems]
        print_json({"archive": archive, "files_read": files, "problems": told})
    else:
        _print(problems, archive, files)
    if problems:
        raise typer.Exit(1)


def _check(archive: Archive, sample: Sample, place: str) -> tuple[int, list[Problem]]:
    """Return how many files were read, and what is wrong; on a terminal, say how far it is."""
    files = 0
    with stderr().status(f"Checking {place} …") as status:

        def hear(name: str) -> None:
            nonlocal files
            files += 1
            status.update(f"{files:,} files read, now {name}")

        problems = list(archive.verify(hear, sample=sample))
    return files, problems


def _to_sample(share: str, night: int | None) -> Sample:
    from archive.sample import WHOLE, Sample

    if not share:
        return WHOLE
    found = _PERCENT.fullmatch(share)
    if found is None or not 0 < float(found[1]) <= 100:
        raise UsageError(f"--sample {share}: say how much to read, from above 0 to 100 percent, like 5%.")
    today = datetime.now(UTC).date().toordinal()
    return Sample(float(found[1]) / 100, today if night is None else night)


def _print(problems: list[Problem], place: str, files: int) -> None:
    console = stdout()
    for problem in problems:
        console.print(problem.problem, end=" ", style="red", markup=False, soft_wrap=True)
        console.print(f"{problem.path}\n    {problem.advice}", markup=False, soft_wrap=True)
    if problems:
        many = "problem" if len(problems) == 1 else "problems"
        console.print(f"{len(problems):,} {many} in {place}", markup=False, soft_wrap=True)
    else:
        console.print("All is well", end=" ", style="green")
        console.print(f"in {place}: {files:,} files read.", markup=False, soft_wrap=True)
