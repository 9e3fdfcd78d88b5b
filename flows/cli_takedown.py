"""``strigil takedown``: take captures out of the archive for good."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import DEFAULT_ARCHIVE, ArchiveOption, is_capture_id, open_archive, stdout
from flows.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from archive.takedown import Plan, Targets

MAX_LISTED = 20


def takedown(  # noqa: PLR0913 - one option each
    targets: Annotated[
        list[str] | None, typer.Argument(help="URLs or capture_ids.", metavar="TARGET", show_default=False)
    ] = None,
    match: Annotated[
        str | None, typer.Option("--match", help="URLs like this: * is anything, ? one character.")
    ] = None,
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why: it is kept in the tombstone.")] = "",
    by: Annotated[str, typer.Option("--by", help="Who: you, if nobody else is named.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do it. Without this, only show it.")] = False,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Take out once more all that was ever taken down, and nothing new."),
    ] = False,
) -> None:
    """Take captures out of raw files, all editions and the ledger, and keep them out.

    Shows what would go, and does it with --yes. A tombstone without the content stays: no later run
    takes these captures, the same bytes, or a URL that was named. It cannot be undone.

    Example: strigil takedown https://shore.example/news/old --reason "court order 12/26" --yes
    """
    opened = open_archive(archive)
    takedowns = opened.takedowns()
    console = stdout()
    if resume:
        if targets or match:
            raise UsageError("--resume takes no targets: it finishes what was decided before.")
        done = takedowns.finish(again=True)
        console.print(
            f"{done} takedown{'' if done == 1 else 's'} gone through again: nothing of them is left."
        )
        return
    wanted = _to_targets(targets or [], match)
    if not yes:
        _show(takedowns.plan(wanted), console)
        console.print("Nothing was changed. To do it, add --yes.")
        return
    from archive.takedown import Decision

    plan = takedowns.take_down(wanted, Decision(by or getpass.getuser(), reason))
    _show(plan, console)
    if plan.tables:
        from archive.lake import publish_again

        for table in publish_again(opened):
            console.print(f"{table.place} shows it no more.", markup=False, soft_wrap=True)
    console.print("[green]Taken down.[/] A tombstone is in tombstones/; `strigil verify` checks the rest.")


def _to_targets(words: list[str], match: str | None) -> Targets:
    from archive.takedown import Targets

    if not words and match is None:
        raise UsageError("Name what is to go: a URL, a capture_id, or --match PATTERN.")
    ids = {word for word in words if is_capture_id(word)}
    urls = set(words) - ids
    strange = sorted(url for url in urls if "://" not in url)
    if strange:
        raise UsageError(f"{strange[0]!r} is neither a URL nor a capture_id (32 hex digits).")
    return Targets(frozenset(ids), frozenset(urls), match)


def _show(plan: Plan, console: Console) -> None:
    """Print what goes, and what does not."""
    from flows.summary import count

    def say(text: str) -> None:
        console.print(text, markup=False, soft_wrap=True)

    for found in plan.captures[:MAX_LISTED]:
        capture = found.line.capture
        day = f"{capture.captured_at:%Y-%m-%d}" if capture.captured_at else "no date   "
        note = "  (the same bytes)" if found.is_copy else ""
        say(f"{found.line.capture_id}  {day}  {capture.url or capture.provenance.file}{note}")
    if len(plan.captures) > MAX_LISTED:
        say(f"… and {len(plan.captures) - MAX_LISTED:,} more")
    rows = sum(plan.parts.values())
    editions = count(len(plan.editions), "edition")
    say(
        f"{count(len(plan.captures), 'capture')}, {count(plan.payload_bytes, 'byte')} of payload; "
        f"{count(rows, 'row')} in {count(len(plan.parts), 'part')} of {editions}; "
        f"{count(len(plan.raw_files), 'raw file')}."
    )
    for file in plan.left_in_place:
        say(f"Not ours to change, so the raw record stays there: {file}")
    for table in plan.tables:
        say(f"The {table.format} table at {table.place} shows this: it is published again afterwards.")
