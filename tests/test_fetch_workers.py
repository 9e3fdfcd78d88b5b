"""Several processes at one archive: one pace a host, and nothing lost or repeated by ``kill -9``."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from captures.fetching.queue import Queue, Work
from captures.fetching.state import State
from captures.fetching.values import Found, Kind, Limits
from tests.fetch_runs import captures, ends, fetch
from tests.fetch_site import Page, Site, robots, serving, sitemap
from tests.test_fetch_warc import check

ROOT = Path(__file__).parent.parent
_RUN = """
import os, sys, time
from pathlib import Path
from tests.fetch_runs import fetch
folder, host, delay, per_host, together, *urls = sys.argv[1:]
ready = Path(folder, "ready")
ready.mkdir(exist_ok=True)
(ready / str(os.getpid())).touch()
while len(list(ready.iterdir())) < int(together):
    time.sleep(0.01)
fetch(Path(folder), *urls, allow=(host,), delay_seconds=float(delay), per_host=int(per_host), threads=2)
"""


def start(
    folder: Path, site: Site, *urls: str, delay: float = 0.0, per_host: int = 1, together: int = 1
) -> subprocess.Popen[bytes]:
    """Start a process that fetches URLs, once so many are ready: one that comes late begins a run anew."""
    options = (str(folder), site.host, str(delay), str(per_host), str(together))
    return subprocess.Popen([sys.executable, "-c", _RUN, *options, *urls], cwd=ROOT)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_pace_of_a_host_is_exact(tmp_path: Path, workers: int) -> None:
    """However many processes fetch, the server never sees two requests closer than the pause."""
    pause = 0.15
    with serving() as site:
        site.pages["/map.xml"] = sitemap(*site.add_stories(14))
        processes = [
            start(tmp_path, site, site.url("/map.xml"), delay=pause, together=workers) for _ in range(workers)
        ]
        assert [process.wait(timeout=600) for process in processes] == [0] * workers
        times = [one.at for one in site.asked]
        assert set(site.paths().values()) == {1}
    assert len(times) == 16
    assert min(later - earlier for earlier, later in pairwise(times)) >= pause


def test_two_workers_share_the_work(tmp_path: Path) -> None:
    """Two processes with the same sources make one run: both fetch, and no page is fetched twice."""
    with serving() as site:
        site.pages["/map.xml"] = sitemap(*site.add_stories(40))
        first = start(tmp_path, site, site.url("/map.xml"), delay=0.1, together=2)
        second = start(tmp_path, site, site.url("/map.xml"), delay=0.1, together=2)
        assert [first.wait(timeout=600), second.wait(timeout=600)] == [0, 0]
        assert set(site.paths().values()) == {1}
    state = State(tmp_path / "state.sqlite")
    assert len(state.rows("SELECT * FROM runs")) == 1
    assert len(state.rows("SELECT DISTINCT worker FROM warcs WHERE name LIKE 'pages-%'")) == 2
    state.close()


def test_crawl_delay_is_kept(tmp_path: Path) -> None:
    """robots.txt may ask for a longer pause than ours."""
    with serving() as site:
        site.pages["/robots.txt"] = robots("User-agent: *\nCrawl-delay: 0.2\n")
        fetch(tmp_path, *site.add_stories(4), site=site)
        times = [one.at for one in site.asked]
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.2


def test_a_host_may_be_asked_by_several_at_once(tmp_path: Path) -> None:
    """``per_host`` is how many requests a host sees at a time, and not one more."""
    with serving() as site:
        urls = site.add_stories(12)
        counter = _Counter()
        for page in site.pages.values():
            page.raw = counter.answer
        fetch(tmp_path, *urls, site=site, per_host=3, threads=8)
    assert counter.most == 3


class _Counter:
    """Counts how many answers are under way at once."""

    def __init__(self) -> None:
        self.now = self.most = 0

    def answer(self, connection: object) -> None:
        """Take a while to answer."""
        self.now += 1
        self.most = max(self.most, self.now)
        time.sleep(0.1)
        self.now -= 1
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/html\r\n\r\nok")  # type: ignore[attr-defined]


def test_kill_loses_nothing_and_repeats_nothing_acknowledged(tmp_path: Path) -> None:
    """Killed again and again, a run goes on where it was; the WARC files stay whole."""
    random_ = random.Random(7)  # noqa: S311 - moments, not secrets
    kills, done = 5, set[str]()
    with serving() as site:
        urls = site.add_stories(60)
        site.pages["/map.xml"] = sitemap(*urls)
        for _ in range(kills):
            mark = len(site.asked)
            process = start(tmp_path, site, site.url("/map.xml"), delay=0.03)
            _wait_for(site, mark + random_.randint(3, 9))
            process.kill()
            process.wait()
            assert not done & {site.url(one.path) for one in site.asked[mark:]}
            done = acknowledged(tmp_path)
        assert 0 < len(done) < 61
        report = fetch(tmp_path, site.url("/map.xml"), site=site)
        assert sum(site.paths().values()) - 61 <= 2 * kills
    assert report.outcomes == {"new": 60}
    assert report.lists == {"new": 1}
    assert sorted(str(capture.url) for capture in captures(tmp_path)) == sorted(urls)
    assert check(tmp_path) == 0
    assert list((tmp_path / "workers").iterdir()) == []


def acknowledged(folder: Path) -> set[str]:
    """Return the URLs that have come to their end."""
    state = State(folder / "state.sqlite")
    urls = {row[0] for row in state.rows("SELECT url FROM queue WHERE outcome IS NOT NULL")}
    state.close()
    return urls


def _wait_for(site: Site, requests: int, seconds: float = 300.0) -> None:
    """Wait until the site has been asked so often."""
    deadline = time.monotonic() + seconds
    while len(site.asked) < requests:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_dead_worker_holds_nobody_up(tmp_path: Path) -> None:
    """What a killed process had claimed is given back as soon as another looks, not after a time."""
    with serving({"/slow.html": Page(raw=lambda _: time.sleep(3))}) as site:
        urls = site.add_stories(2)
        process = start(tmp_path, site, site.url("/slow.html"), *urls)
        _wait_for(site, 2)
        process.kill()
        process.wait()
        site.pages["/slow.html"] = site.pages["/story-0.html"]
        report = fetch(tmp_path, site.url("/slow.html"), *urls, site=site)
    assert report.outcomes == {"new": 3}
    assert set(ends(report).values()) == {("new", "")}


class _CancelledError(BaseException):
    """What Prefect raises in the thread of a flow that is cancelled."""


def test_a_cancelled_run_waits_for_no_answer(tmp_path: Path) -> None:
    """A signal ends the requests under way; what they asked for is asked again, by the next run."""
    released, waited = threading.Event(), []

    def cancel(*_: object) -> None:
        raise _CancelledError

    before = signal.signal(signal.SIGALRM, cancel)
    slow = Limits(read_seconds=200, total_seconds=200)
    with serving({"/slow.html": Page(raw=lambda _: waited.append(released.wait(100)))}) as site:
        try:
            _when(lambda: "/slow.html" in site.paths(), lambda: os.kill(os.getpid(), signal.SIGALRM))
            with pytest.raises(_CancelledError):
                fetch(tmp_path, site.url("/slow.html"), site=site, limits=slow)
            assert waited == []
        finally:
            released.set()
            signal.signal(signal.SIGALRM, before)
        site.pages["/slow.html"] = Page(b"<p>Here at last")
        report = fetch(tmp_path, site.url("/slow.html"), site=site)
    assert ends(report) == {"/slow.html": ("new", "")}


def _when(is_so: Callable[[], bool], then: Callable[[], None]) -> None:
    """Do something in a thread of its own once something is so."""

    def wait() -> None:
        while not is_so():
            time.sleep(0.01)
        then()

    threading.Thread(target=wait, daemon=True).start()


def test_several_at_once_keep_the_pause_between_starts(tmp_path: Path) -> None:
    """With ``per_host`` above one the pause is between the starts of requests, which may overlap."""
    with serving() as site:
        urls = site.add_stories(6)
        counter = _Counter()
        for page in site.pages.values():
            page.raw = counter.answer
        fetch(tmp_path, *urls, site=site, per_host=3, threads=8, delay_seconds=0.05)
        times = [one.at for one in site.asked]
    assert counter.most > 1
    assert times[-1] - times[0] >= 0.05 * 5  # the first is for robots.txt, and ends before any page is asked


def test_of_two_that_claimed_at_once_one_begins(tmp_path: Path) -> None:
    """A claim is no start: who comes second finds the pause begun, and the URL waits."""
    with closing(State(tmp_path / "state.sqlite")) as state:
        queue = Queue(state, 1, "worker", per_host=2)
        queue.add(Found(f"http://a.example/{n}", Kind.PAGE, "source") for n in range(2))
        first, second = queue.claim(), queue.claim()
        assert isinstance(first, Work)
        assert isinstance(second, Work)
        first.pause_seconds = second.pause_seconds = 60.0
        assert queue.begin(first)
        assert not queue.begin(second)
