"""``strigil fetch``: from the web into the archive."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import (
    DEFAULT_ARCHIVE,
    ArchiveOption,
    NewPolicyOption,
    check_archive_place,
    leave_if_stopped,
    stderr,
    stdout,
)

if TYPE_CHECKING:
    from captures.fetching.sources import Plan
    from flows.fetch import Fetched, FetchOptions
    from flows.stop import StopSwitch

_MAX_URL_CHARS = 80


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
        typer.Argument(help="URLs of pages, feeds, sitemaps; lists of URLs; sources.toml.", metavar="SOURCE"),
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
        float | None,
        typer.Option(
            min=0,
            help="Seconds between two requests to a host.",
            show_default="as a sources.toml says, else 1",
        ),
    ] = None,
    per_host: Annotated[int, typer.Option(min=1, max=16, help="Requests to a host at once.")] = 1,
    max_pages: Annotated[int | None, typer.Option(min=0, help="Pages of each source; 0: all.")] = None,
    refetch: Annotated[
        RefetchName | None,
        typer.Option(
            help="When to ask for known pages again.", show_default="as a sources.toml says, else always"
        ),
    ] = None,
    contact: Annotated[
        str, typer.Option(envvar="STRIGIL_CONTACT", help="How a site can reach you: mail or URL.")
    ] = "",
    threads: Annotated[int, typer.Option(min=1, max=256, help="Requests at once, over all hosts.")] = 16,
    state: Annotated[
        str,
        typer.Option(help="Folder of WARC files and queue.", show_default="ARCHIVE/fetch", metavar="DIR"),
    ] = "",
    policy: NewPolicyOption = None,
) -> None:
    """Fetch feeds, sitemaps and pages into WARC, politely, and clean what is new into an archive.

    Run it again and only what has changed is fetched; kill it and the same command goes on.
    Example: strigil fetch https://news.example/feed.xml --archive news --contact desk@example.org
    """
    check_archive_place(archive)
    from archive.archive import Archive
    from cleaners.values import Policy
    from flows.fetch import FetchOptions, read_plan
    from flows.fetch_summary import is_in_vain, print_fetched
    from flows.plan import RunOptions
    from flows.run import run_items
    from flows.secrets import look_up
    from flows.stop import StopSwitch
    from flows.summary import print_summary

    options = FetchOptions(
        tuple(allow_host or ()), kind.value, group, contact, state, delay,
        refetch.value if refetch else None, max_pages, threads, per_host,
    )  # fmt: skip
    run_options = RunOptions(Policy(policy.value) if policy else None)
    plan = read_plan(sources, options, look_up)
    with StopSwitch() as stop:
        fetched = _fetch(plan, archive, options, stop)
        print_fetched(stdout(), fetched.report)
        cleaned = run_items(fetched.items(), Archive.open(archive), run_options, stop)
    if cleaned.items > cleaned.items_known or cleaned.failures or cleaned.finished:
        print_summary(stdout(), cleaned, archive)
    leave_if_stopped(stop)
    if not cleaned.is_complete or not fetched.report.is_over or is_in_vain(fetched.report):
        raise typer.Exit(1)


def _fetch(plan: Plan, place: str, options: FetchOptions, stop: StopSwitch) -> Fetched:
    """Fetch, with a line of progress on a terminal."""
    from flows.fetch import fetch_plan

    console = stderr()
    if not plan.contact:
        console.print(
            "Nobody can reach you: say who fetches with --contact, or contact = in sources.toml.",
            soft_wrap=True,
        )
    asked = 0
    with console.status("Fetching …") as status:

        def on_fetched(url: str) -> None:
            nonlocal asked
            asked += 1
            if console.is_terminal:
                status.update(f"{asked:,} asked, last {url[:_MAX_URL_CHARS]}")

        return fetch_plan(plan, place, options, stop.is_requested, on_fetched)
