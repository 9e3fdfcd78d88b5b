"""``strigil up``: a Prefect server with its UI and everything to run in it, in one command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli_options import stderr, stdout

DEFAULT_HOME = Path("strigil-home")
_BACKFILL = (
    'prefect deployment run backfill/backfill --param request=\'{{"source": "scrapes/"}}\''
    "   # with PREFECT_API_URL={url}/api"
)


def up(
    home: Annotated[
        Path, typer.Option(envvar="STRIGIL_HOME", help="Folder that keeps everything.", metavar="DIR")
    ] = DEFAULT_HOME,
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port on 127.0.0.1.")] = 4200,
    database_url: Annotated[
        str,
        typer.Option(
            envvar="STRIGIL_DATABASE_URL",
            help="PostgreSQL in place of the file under --home: postgresql://user:password@host/database",
            metavar="URL",
        ),
    ] = "",
) -> None:
    """Start the server, its UI and all deployments; Ctrl-C ends all of it and keeps the history.

    Then open the UI: Deployments, backfill, Run, Custom run. Example: strigil up --home news-home
    """
    from flows.up import Home, Supervisor, check_port, hold, to_database_url

    place = Home(home.absolute(), port, to_database_url(database_url) if database_url else "")
    console = stdout()
    with hold(place):
        check_port(port)
        with Supervisor(place) as supervisor:
            with stderr().status("Starting the server … the first time takes half a minute"):
                is_up = supervisor.start()
            if is_up:
                console.print(
                    "[bold green]Strigil is up.[/] Ctrl-C ends it; the next start goes on from here."
                )
                for name, text in (
                    ("UI", place.url),
                    ("Backfill", f"{place.url}/deployments → backfill → Run → Custom run"),
                    ("", _BACKFILL.format(url=place.url)),
                    ("Logs", str(place.log("deployments"))),
                ):
                    console.print(f"  {name:<9} {text}", markup=False, soft_wrap=True)
                supervisor.watch()
            console.print("Stopping …")
    console.print(f"Stopped. The history is in {place.folder}.", soft_wrap=True)
