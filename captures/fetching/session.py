"""A process at work on a plan: opens what it needs, tidies up after the dead, and works until all is done."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final

from captures.fetching.addresses import AddressRule
from captures.fetching.client import Client
from captures.fetching.fetcher import Fetcher, Tools
from captures.fetching.pages import Pages
from captures.fetching.queue import Queue, Work
from captures.fetching.ranges import Downloads
from captures.fetching.robots import Robots
from captures.fetching.runs import FetchReport, Run
from captures.fetching.sources import Plan
from captures.fetching.state import State
from captures.fetching.warcs import ToKey, WarcFiles, recover
from captures.fetching.workers import Worker, find_tokens, give_back, if_dead

_TIDY_SECONDS: Final = 5.0
_NAP_SECONDS: Final = 0.2


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """How a process fetches. ``threads`` is how many requests are under way at once, over all hosts."""

    rule: AddressRule = field(default_factory=AddressRule)
    threads: int = 16
    per_host: int = 1
    to_key: ToKey = str
    is_stopped: Callable[[], bool] = lambda: False
    on_fetched: Callable[[str], None] = lambda _url: None


class Session:
    """The fetching side of an archive, in a folder, while one process works at it."""

    def __init__(self, folder: Path, plan: Plan, options: SessionOptions) -> None:
        self.folder, self._plan, self._options = folder, plan, options
        folder.mkdir(parents=True, exist_ok=True)
        self._state = State(folder / "state.sqlite")
        self._worker = Worker(folder / "workers")
        self._turn = threading.Lock()
        self._tidied = 0.0
        self._is_broken = False
        self.downloads = Downloads(folder / "downloads")

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._state.close()
        self._worker.close()

    def run(self) -> FetchReport:
        """Work at the plan until nothing is left, alone or with others; return what was done."""
        self._tidy()
        run = Run(self._state, self._plan.key, self._plan.budget)
        token = self._worker.token
        queue = Queue(self._state, run.number, token, self._options.per_host)
        warcs = WarcFiles(self._state, self.folder / "warc", token, self._plan.contact, self._options.to_key)
        client = Client(self._options.rule, self._plan.contact, connections=self._options.threads)
        tools = Tools(client, queue, Pages(self._state), Robots(self._state), warcs, self.downloads, run)
        fetcher = Fetcher(tools, {source.name: source for source in self._plan.sources})
        try:
            fetcher.expander.begin(self._plan.sources)  # a second time changes nothing
            is_over = self._work(fetcher, queue, run)
        finally:
            client.close()
            warcs.close()
        if is_over:
            run.end()
        return run.report(self.folder / "runs")

    def warc_files(self) -> list[Path]:
        """Return the sealed files with pages to clean, and the downloaded ones."""
        rows = self._state.rows(
            "SELECT name FROM warcs WHERE is_sealed AND responses>0 AND name LIKE 'pages-%' ORDER BY name"
        )
        return [self.folder / "warc" / row["name"] for row in rows] + self.downloads.files()

    def _work(self, fetcher: Fetcher, queue: Queue, run: Run) -> bool:
        """Fetch with all threads; return whether the queue was worked off."""

        def work() -> bool:
            while (claimed := self._next(queue, run)) is not None:
                try:
                    fetcher.fetch(claimed)
                except BaseException:
                    self._is_broken = True  # the others need not wait for this one
                    raise
                self._options.on_fetched(claimed.found.url)
            return not self._is_stopped()

        with ThreadPoolExecutor(self._options.threads) as pool:
            ends = [pool.submit(work) for _ in range(self._options.threads)]
            try:
                return all(end.result() for end in ends)
            except BaseException:  # a signal, or one that broke: what the others wait for may take minutes
                self._is_broken = True
                fetcher.cut()
                raise

    def _next(self, queue: Queue, run: Run) -> Work | None:
        """Return the next URL, once its host may be asked; None when there is no more.

        One thread waits at a time; the others wait for their turn to wait.
        """
        with self._turn:
            while not self._is_stopped():
                if reason := run.exhausted():
                    queue.refuse_waiting(reason)
                claimed = queue.claim()
                if isinstance(claimed, Work):
                    return claimed
                if claimed.is_over:
                    return None
                self._tidy()
                time.sleep(min(claimed.seconds, _NAP_SECONDS))
        return None

    def _is_stopped(self) -> bool:
        return self._is_broken or self._options.is_stopped()

    def _tidy(self) -> None:
        """Give back what dead workers held; now and then."""
        if time.monotonic() - self._tidied < _TIDY_SECONDS and self._tidied:
            return
        self._tidied = time.monotonic()
        for token in find_tokens(self._state):
            if token == self._worker.token:
                continue
            with if_dead(self.folder / "workers", token) as is_dead:
                if not is_dead:
                    continue
                for row in self._state.rows("SELECT name FROM warcs WHERE worker=? AND NOT is_sealed", token):
                    recover(self._state, self.folder / "warc", row["name"], self._options.to_key)
                give_back(self._state, token)
