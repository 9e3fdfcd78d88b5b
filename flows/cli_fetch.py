"""``strigil fetch``: from the web into the archive."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import (
    DEFAULT_ARCHIVE,
    ArchiveOption,
    PolicyName,
    PolicyOption,
    check_archive_place,
    stderr,
    stdout,
)

if TYPE_CHECKING:
    from flows.fetch import Fetched, FetchOptions


class KindName(StrEnum):
    """What a URL can be said to be, as ``captures.fetching.values.Kind`` has it."""

    AUTO = "auto"
    PAGE = "page"
    HOME = "home"
    FEED = "feed"
    SITEMAP = "sitemap"
    LIST = "list"
    WARC = "warc"


class RefetchName(StrEnum):
    """When known pages are asked again: at every run, when one is due by its own rhythm, or never."""

    ALWAYS = "always"
    DUE = "due"
    NEVER = "never"


def fetch(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    sources: Annotated[
        list[str],
        typer.Argument(
            help="URLs of pages, feeds, sitemaps; lists of URLs; sources.toml.", metavar="SOURCE…"
        ),
    ],
    archive: ArchiveOption = DEFAULT_ARCHIVE,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            help="A host on a private address that may be asked all the same; may be repeated.",
            metavar="HOST:PORT",
        ),
    ] = None,
    kind: Annotated[
        KindName, typer.Option(help="What the URLs are; auto: by their content.")
    ] = KindName.AUTO,
    group: Annotated[str, typer.Option(help="Of a sources.toml only this schedule group.")] = "",
    delay: Annotated[
        float | None, typer.Option(min=0, help="Seconds between two requests to a host. [default: 1]")
    ] = None,
    per_host: Annotated[int, typer.Option(min=1, max=16, help="Requests to a host at once.")] = 1,
    max_pages: Annotated[int | None, typer.Option(min=0, help="Pages of each source; 0: all.")] = None,
    refetch: Annotated[
        RefetchName | None,
        typer.Option(
            help="When to ask for known pages again; without it as a sources.toml says, else always."
        ),
    ] = None,
    contact: Annotated[
        str, typer.Option(envvar="STRIGIL_CONTACT", help="How a site can reach you: mail or URL.")
    ] = "",
    threads: Annotated[int, typer.Option(min=1, max=256, help="Requests at once, over all hosts.")] = 16,
    state: Annotated[
        str, typer.Option(help="Folder of WARC files and queue. [default: ARCHIVE/fetch]", metavar="DIR")
    ] = "",
    policy: PolicyOption = PolicyName.BALANCED,
) -> None:
    """Fetch feeds, sitemaps and pages into WARC, politely, and clean what is new into an archive.

    Run it again and only what has changed is fetched; kill it and the same command goes on.
    Example: strigil fetch https://news.example/feed.xml --archive news --contact desk@example.org
    """
    check_archive_place(archive)
    from cleaners.values import Policy
    from flows.fetch import FetchOptions
    from flows.plan import RunOptions

    options = FetchOptions(
        tuple(allow_host or ()), kind.value, group, contact, state, delay,
        refetch.value if refetch else None, max_pages, threads, per_host,
        run=RunOptions(Policy(policy.value)),
    )  # fmt: skip
    fetched = _fetch(sources, archive, options)
    if not fetched.cleaned.is_complete or not fetched.fetched.is_over or _is_in_vain(fetched):
        raise typer.Exit(1)


def _fetch(sources: list[str], place: str, options: FetchOptions) -> Fetched:
    """Fetch with a line of progress and a summary; leaves the process with 130 after Ctrl-C."""
    from flows.fetch import fetch_plan, read_plan
    from flows.fetch_summary import print_fetched
    from flows.secrets import look_up
    from flows.stop import StopSwitch
    from flows.summary import print_summary

    plan = read_plan(sources, options, look_up)
    if not plan.contact:
        stderr().print(
            "Nobody can reach you: say who fetches with --contact, or contact = in sources.toml.", style="dim"
        )
    console = stderr()
    count = 0
    with StopSwitch() as stop, console.status("Fetching …") as status:

        def on_fetched(url: str) -> None:
            nonlocal count
            count += 1
            status.update(f"{count:,} asked, now {url[:80]}", spinner="dots")

        quiet = not console.is_terminal
        heard = (lambda _url: None if quiet else on_fetched(_url)), (lambda _progress: None)
        done = fetch_plan(plan, place, options, stop, heard)
    print_fetched(stdout(), done.fetched)
    if done.cleaned.items > done.cleaned.items_known or done.cleaned.failures or done.cleaned.finished:
        print_summary(stdout(), done.cleaned)
    if stop.signal_number is not None:
        stderr().print("Stopped. Everything counted above is safe; the same command does the rest.")
        raise typer.Exit(stop.exit_code)
    return done


def _is_in_vain(done: Fetched) -> bool:
    """Return whether something was asked for and nothing at all could be had."""
    outcomes = done.fetched.outcomes + done.fetched.lists
    return bool(outcomes) and set(outcomes) <= {"failed", "refused", "error"}
