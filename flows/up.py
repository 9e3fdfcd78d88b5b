"""``strigil up``'s supervisor: the server and the deployments as two processes, all state in one folder."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final

from flows.errors import FlowError, UsageError

START_SECONDS: Final = 300.0
"""A first start makes the database: half a minute, on a busy machine minutes."""
RUNS_GRACE_SECONDS: Final = 6.0
SERVER_GRACE_SECONDS: Final = 2.0
"""Together under ten seconds, which is what a stop may take."""
MIN_LIFE_SECONDS: Final = 30.0
MAX_EARLY_DEATHS: Final = 3
"""A process that so often in a row lived for less is not started again: it would die again."""
_TICK_SECONDS: Final = 0.2
_POSTGRES: Final = ("postgresql+asyncpg://", "postgresql://", "postgres://")
_HOST: Final = "127.0.0.1"
_MAX_PORT: Final = 65_535


@dataclass(frozen=True)
class Home:
    """The folder that holds everything ``up`` keeps, and where its server listens."""

    folder: Path
    port: int = 4200
    database_url: str = field(default="", repr=False)

    @property
    def url(self) -> str:
        """Return where a browser finds the UI."""
        return f"http://{_HOST}:{self.port}"

    @property
    def reviews(self) -> Path:
        """Return the folder of review pages, which the server shows under ``/reviews``."""
        return self.folder / "reviews"

    def log(self, name: str) -> Path:
        """Return the log file of one of the processes."""
        return self.folder / "logs" / f"{name}.log"

    def environ(self) -> dict[str, str]:
        """Return the environment of everything that belongs to this home; nothing in it calls out."""
        database = f"sqlite+aiosqlite:///{self.folder / 'prefect.db'}"
        theirs = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        ours = {
            "PREFECT_HOME": str(self.folder / "prefect"),
            "PREFECT_API_URL": f"{self.url}/api",
            "PREFECT_UI_API_URL": f"{self.url}/api",
            "PREFECT_SERVER_API_HOST": _HOST,
            "PREFECT_SERVER_API_PORT": str(self.port),
            "PREFECT_API_DATABASE_CONNECTION_URL": self.database_url or database,
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": self.url,
            "DO_NOT_TRACK": "1",
            "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
            "STRIGIL_HOME": str(self.folder),
            "STRIGIL_REVIEWS": str(self.reviews),
            "STRIGIL_REVIEWS_URL": f"{self.url}/reviews",
        }
        if self.database_url:
            ours["STRIGIL_DATABASE_URL"] = self.database_url
        return theirs | ours


def to_database_url(url: str) -> str:
    """Return a Postgres URL as Prefect wants it, or refuse it.

    >>> to_database_url("postgres://me@db/prefect")
    'postgresql+asyncpg://me@db/prefect'
    """
    for prefix in _POSTGRES:
        if url.startswith(prefix):
            return _POSTGRES[0] + url.removeprefix(prefix)
    raise UsageError(
        "--database-url takes PostgreSQL only: postgresql://user:password@host/database. "
        "Without it the database is a file under --home."
    )


def check_port(port: int) -> None:
    """Refuse a port that somebody listens on, and name the next that is free."""
    if _is_free(port):
        return
    free = next((other for other in range(port + 1, _MAX_PORT) if _is_free(other)), None)
    hint = f" The next free one: strigil up --port {free}" if free else ""
    raise UsageError(f"Port {port} is taken: another strigil up, or something else, listens there.{hint}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError:
            return False
        return True


def _find_children(parent: int) -> list[int]:
    """Return the processes a process has started, where the system says so (Linux)."""
    lists = Path(f"/proc/{parent}/task").glob("*/children")
    return [int(child) for listed in lists for child in listed.read_text().split()]


@contextmanager
def hold(home: Home) -> Iterator[None]:
    """Make the home's folders and keep others from coming up in it."""
    for folder in (home.folder, home.reviews, home.log("server").parent):
        folder.mkdir(parents=True, exist_ok=True)
    with (home.folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FlowError(
                f"Another strigil up runs in {home.folder}. Stop it, or name another folder with --home."
            ) from None
        yield


class Supervisor:
    """Starts the two processes, starts them again when they die, and stops them in the right order."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._started: dict[str, float] = {}
        self._early_deaths: Counter[str] = Counter()
        self._is_stopped = False

    def __enter__(self) -> Supervisor:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        for name, grace in (("deployments", RUNS_GRACE_SECONDS), ("server", SERVER_GRACE_SECONDS)):
            self._end(name, grace)

    def start(self) -> bool:
        """Start both processes; return True when the deployments can be run, False when asked to stop."""
        self._start("server")
        ready, told = os.pipe()
        self._start("deployments", told)
        os.close(told)
        deadline = time.monotonic() + START_SECONDS
        try:
            while not select.select([ready], [], [], _TICK_SECONDS)[0]:
                self._raise_for_the_dead()
                if self._is_stopped:
                    return False
                if time.monotonic() > deadline:
                    raise FlowError(f"The server does not answer. See {self._home.log('server')}")
        finally:
            os.close(ready)
        self._raise_for_the_dead()
        return not self._is_stopped

    def watch(self) -> None:
        """Wait for a signal, and start again what dies."""
        while not self._is_stopped:
            time.sleep(_TICK_SECONDS)
            for name, process in self._processes.items():
                if process.poll() is None or self._is_stopped:
                    continue
                is_early = time.monotonic() - self._started[name] < MIN_LIFE_SECONDS
                self._early_deaths[name] = self._early_deaths[name] + 1 if is_early else 0
                if self._early_deaths[name] >= MAX_EARLY_DEATHS:
                    self._raise_for_the_dead()
                self._start(name)

    def _start(self, name: str, *pipes: int) -> None:
        """Start a process that Ctrl-C cannot reach, and that sees its standard input end with us."""
        arguments = [str(pipe) for pipe in pipes] or (["-1"] if name == "deployments" else [])
        with self._home.log(name).open("ab") as log:
            self._processes[name] = subprocess.Popen(  # noqa: S603 - our own modules
                [sys.executable, "-m", "flows.serving", name, *arguments],
                stdin=subprocess.PIPE, stdout=log, stderr=log, pass_fds=pipes,
                env=self._home.environ(), start_new_session=True,
            )  # fmt: skip
        self._started[name] = time.monotonic()

    def _end(self, name: str, grace_seconds: float) -> None:
        process = self._processes.get(name)
        if process is None:
            return
        process.terminate()
        try:
            process.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            for run in _find_children(process.pid):  # nobody would end them once their parent is gone
                os.kill(run, signal.SIGKILL)
            process.kill()
            process.wait()

    def _raise_for_the_dead(self) -> None:
        for name, process in self._processes.items():
            if process.poll() is not None and not self._is_stopped:
                log = self._home.log(name)
                last = log.read_text(errors="replace").strip().rpartition("\n")[2]
                raise FlowError(f"The {name} process ended with {process.returncode}: {last} (more in {log})")

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._is_stopped = True
