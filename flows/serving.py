"""The two processes that ``strigil up`` watches: Prefect's server, and the one that serves the deployments.

``python -m flows.serving server`` and ``python -m flows.serving deployments READY_FD``. Both end when
their standard input ends, so that nothing stays behind even when ``strigil up`` itself is killed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any, Final

MAX_RUNS: Final = 4
"""Flow runs at a time; each has worker processes of its own."""
_ORPHANED_SERVER_SECONDS: Final = 6.0
"""How long a server whose supervisor is gone waits, so that the runs can still say how they ended."""
_KEEP_ALIVE_SECONDS: Final = 5
_LOOK_SECONDS: Final = 2
"""How often it is looked for runs to start; Prefect's ten seconds feel like a broken button."""
_STOPPED: Final = "strigil up was stopped. Run it again: it does only what is left."
_WENT_DOWN: Final = "The machine or strigil up went down. Run it again: it does only what is left."

POLICY: Final = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'self' ws: data:"
"""Sent with every page: the UI of Prefect 3.8 looks up an analytics host even where analytics are off,
and with this the browser does not."""

OWN_HOSTS: Final = frozenset({"127.0.0.1", "localhost"})
_REFUSED: Final = b"This server answers at its own address only, to its own pages and to programs.\n"

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


def serve_api() -> None:
    """Run Prefect's server with its UI; settings come from the environment."""
    import uvicorn
    from prefect.server.api.server import create_app
    from prefect.settings import get_current_settings

    api = get_current_settings().server.api
    _leave_with_supervisor(_ORPHANED_SERVER_SECONDS)
    app = _with_reviews(_keep_browser_inside(create_app(final=True)), Path(os.environ["STRIGIL_REVIEWS"]))
    app = _refuse_pages_of_others(app)
    uvicorn.run(
        app,
        host=api.host,
        port=api.port,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=1,
        log_level="warning",
    )


def serve_deployments(ready: int) -> None:
    """Serve all deployments until SIGTERM; ``ready`` is a pipe that is closed when they can be run.

    -1 in its place when this is not the first start: runs of the one before may be alive.
    """
    from prefect import get_client
    from prefect.runner import Runner
    from prefect.states import Cancelled, Crashed

    from flows.deployments import DEPLOYMENTS, to_runner_deployment
    from flows.zombies import mark_stuck_runs, watch_for_zombies

    _leave_with_supervisor(0)
    deployments = [to_runner_deployment(deployment) for deployment in DEPLOYMENTS]
    with get_client(sync_client=True) as client:
        while client.api_healthcheck() is not None:
            time.sleep(0.2)
    owns_database = "STRIGIL_DATABASE_URL" not in os.environ
    if owns_database and ready >= 0:  # nobody else runs flows here: what is running has no process
        mark_stuck_runs(Crashed(message=_WENT_DOWN))
    watch_for_zombies()

    class StoppableRunner(Runner):
        """A runner that ends its runs on SIGTERM: that of Prefect 3.8 forgets to wait for its own stop."""

        def handle_sigterm(self, *_args: object, **_names: object) -> None:
            """Mark the runs, then have the loop stop, which cancels each and waits for its process."""
            threading.Thread(target=self._stop).start()

        def _stop(self) -> None:
            if owns_database:
                mark_stuck_runs(Cancelled(message=_STOPPED))
            if self._loop is not None:
                self._loop.call_soon_threadsafe(lambda: asyncio.ensure_future(self.astop()))

    runner = StoppableRunner(
        name="strigil", limit=MAX_RUNS, query_seconds=_LOOK_SECONDS, pause_on_shutdown=False
    )
    for deployment in deployments:
        runner.add_deployment(deployment)
    if ready >= 0:
        os.close(ready)
    asyncio.run(runner.start())


def _leave_with_supervisor(wait_seconds: float) -> None:
    """End this process, as SIGTERM would, some time after its standard input has ended."""

    def wait() -> None:
        while os.read(0, 1):
            pass
        time.sleep(wait_seconds)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def _keep_browser_inside(app: App) -> App:
    """Return the app with a policy on its pages that lets a browser talk to this server only."""

    async def kept(scope: Message, receive: Receive, send: Send) -> None:
        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message.get("headers", ()), (b"content-security-policy", POLICY.encode())
                ]  # fmt: skip
            await send(message)

        await app(scope, receive, send_with_policy)

    return kept


def _refuse_pages_of_others(app: App) -> App:
    """Return the app for requests to its own address, from its own pages or from no page at all.

    Else any page in a browser on this machine could speak to it: under a name that is made to lead here (DNS
    rebinding), by a request that a browser sends without asking first, or over a WebSocket.
    """

    async def guarded(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or _is_own(dict(scope["headers"])):
            await app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            headers = [(b"content-type", b"text/plain")]
            await send({"type": "http.response.start", "status": 403, "headers": headers})
            await send({"type": "http.response.body", "body": _REFUSED})

    return guarded


def _is_own(headers: Mapping[bytes, bytes]) -> bool:
    """Return whether a request names this machine and, if a page sent it, that page is of this server."""
    host, _, port = headers.get(b"host", b"").decode("latin-1").partition(":")
    origin = headers.get(b"origin")
    own = {f"http://{name}:{port}" if port else f"http://{name}" for name in OWN_HOSTS}
    return host in OWN_HOSTS and (origin is None or origin.decode("latin-1") in own)


def _with_reviews(app: App, folder: Path) -> App:
    """Return the app with the review pages of runs under ``/reviews``."""
    from starlette.applications import Starlette
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles

    pages = Starlette(routes=[Mount("/reviews", StaticFiles(directory=folder))])

    async def routed(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/reviews/"):
            await pages(scope, receive, send)
        else:
            await app(scope, receive, send)

    return routed


if __name__ == "__main__":
    if sys.argv[1] == "server":
        serve_api()
    else:
        serve_deployments(int(sys.argv[2]))
