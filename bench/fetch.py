"""Measure `strigil fetch`'s fetching side against a server on loopback.

    python -m bench.fetch                 # all four
    python -m bench.fetch --only speed    # or: pace, again, memory

The server is a process of its own that answers from memory, so that what is measured is ours. Each
page has 20 kB. `speed`: pages a second, parsing and pacing off. `pace`: gaps between requests as the
server saw them, with two processes. `again`: what a second run over unchanged pages asks and writes.
`memory`: the largest resident size after a tenth of the pages and after all.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import mean

from warcio.archiveiterator import ArchiveIterator

from captures.fetching.addresses import AddressRule, to_allowed
from captures.fetching.runs import FetchReport
from captures.fetching.session import Session, SessionOptions
from captures.fetching.sources import Plan, Source
from captures.fetching.values import Kind

PAGE_BYTES = 20_000
_WORDS = " ".join(f"word{number % 977}" for number in range(PAGE_BYTES // 8)).encode()[:PAGE_BYTES]


def serve(told: Connection, pages: int) -> None:
    """Answer ``/map.xml`` and ``/page-N``, with validators; tell the port, and at the end what was asked."""
    asyncio.run(_serve(told, pages))


async def _serve(told: Connection, pages: int) -> None:
    loop = asyncio.get_running_loop()
    asked: list[tuple[float, bool]] = []
    sitemap = bytearray()
    server = await loop.create_server(lambda: _Answers(sitemap, asked), "127.0.0.1", 0, backlog=256)
    port = server.sockets[0].getsockname()[1]
    entries = "".join(
        f"<url><loc>http://127.0.0.1:{port}/page-{number}</loc></url>" for number in range(pages)
    )
    sitemap += f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'.encode()
    told.send(port)
    while await loop.run_in_executor(None, told.recv) == "asked":
        told.send(list(asked))
        asked.clear()


class _Answers(asyncio.Protocol):
    """One connection: answers each request when its header is whole."""

    def __init__(self, sitemap: bytearray, asked: list[tuple[float, bool]]) -> None:
        self._sitemap, self._asked, self._buffer = sitemap, asked, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            self._asked.append((time.time(), b"\r\nIf-None-Match: " in head))
            self._transport.write(_answer(head, head.split(b" ", 2)[1].decode(), self._sitemap))


def _answer(head: bytes, path: str, sitemap: bytearray) -> bytes:
    if path == "/robots.txt":
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    etag = b'"' + sha256(path.encode()).hexdigest()[:16].encode() + b'"'
    if b"\r\nIf-None-Match: " + etag in head:
        return b"HTTP/1.1 304 Not Modified\r\nETag: " + etag + b"\r\n\r\n"
    body = bytes(sitemap) if path == "/map.xml" else b"<!DOCTYPE html><p>%b %b" % (path.encode(), _WORDS)
    kind = b"application/xml" if path == "/map.xml" else b"text/html; charset=utf-8"
    return (
        b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nETag: %b\r\nContent-Length: %d\r\n\r\n"
        % (kind, etag, len(body))
        + body
    )


class Server:
    """The server's process, while a block runs."""

    def __init__(self, pages: int) -> None:
        self._ours, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("spawn").Process(
            target=serve, args=(theirs, pages), daemon=True
        )

    def __enter__(self) -> Server:
        self._process.start()
        self.port: int = self._ours.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._ours.send("stop")
        self._process.join()

    def asked(self) -> list[tuple[float, bool]]:
        """Return when it was asked since the last call, and whether conditionally."""
        self._ours.send("asked")
        found: list[tuple[float, bool]] = self._ours.recv()
        return found


def fetch(folder: Path, port: int, delay: float = 0.0, per_host: int = 8) -> FetchReport:
    """Fetch the sitemap and its pages."""
    url = f"http://127.0.0.1:{port}/map.xml"
    source = Source(url, Kind.SITEMAP, name="bench", delay_seconds=delay)
    rule = AddressRule(to_allowed([f"127.0.0.1:{port}"]))
    with Session(folder, Plan((source,)), SessionOptions(rule, per_host, per_host)) as session:
        return session.run()


def timed(run: Callable[[], FetchReport]) -> tuple[FetchReport, float, float]:
    """Return a report, the seconds it took, and the processor seconds of this process."""
    wall, processor = time.perf_counter(), time.process_time()
    report = run()
    return report, time.perf_counter() - wall, time.process_time() - processor


def measure_speed(folder: Path, pages: int) -> bool:
    """Print pages a second; aim at 500."""
    with Server(pages) as server:
        report, wall, processor = timed(lambda: fetch(folder, server.port))
    rate, free = pages / wall, pages / processor
    print(
        f"speed: {pages:,} pages in {wall:.1f} s: {rate:,.0f} a second; "
        f"{free:,.0f} a processor second of this process"
    )
    return report.outcomes["new"] == pages and rate >= 500


def measure_pace(folder: Path) -> bool:
    """Print the gaps the server saw, asked by two processes with a pause of 0.2 s."""
    pause, pages = 0.2, 40
    with Server(pages) as server:
        workers = [
            multiprocessing.get_context("spawn").Process(target=fetch, args=(folder, server.port, pause, 1))
            for _ in range(2)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        times = [at for at, _ in server.asked()]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    print(
        f"pace: {len(times)} requests by 2 processes, pause {pause} s: gaps from {min(gaps):.4f} to "
        f"{max(gaps):.4f} s, {mean(gaps):.4f} on average"
    )
    return min(gaps) >= pause and len(times) == pages + 2


def measure_again(folder: Path, pages: int) -> bool:
    """Print what a second run over unchanged pages asks and writes."""
    with Server(pages) as server:
        fetch(folder, server.port)
        server.asked()
        before = set(folder.glob("warc/*.warc.gz"))
        report, wall, _ = timed(lambda: fetch(folder, server.port))
        asked = server.asked()
    kinds = [kind for file in set(folder.glob("warc/*.warc.gz")) - before for kind in _record_types(file)]
    conditional = sum(is_conditional for _, is_conditional in asked)
    print(
        f"again: {len(asked):,} requests, {conditional:,} of them conditional, in {wall:.1f} s; "
        f"{kinds.count('revisit'):,} revisit records, {kinds.count('response'):,} responses"
    )
    is_right = conditional == len(asked) == kinds.count("revisit") == pages + 1
    return is_right and report.outcomes["unchanged"] == pages


def _record_types(file: Path) -> list[str]:
    with file.open("rb") as opened:
        return [record.rec_type for record in ArchiveIterator(opened, no_record_parse=True)]


def measure_memory(folder: Path, pages: int) -> bool:
    """Print the largest resident size after a tenth of the pages and after all."""
    sizes = []
    for number, share in enumerate((pages // 10, pages)):
        with Server(share) as server:
            worker = multiprocessing.get_context("spawn").Process(
                target=_fetch_and_tell, args=(folder / str(number), server.port)
            )
            worker.start()
            worker.join()
        sizes.append(float((folder / str(number) / "size").read_text()))
    print(f"memory: {sizes[0]:.0f} MB after {pages // 10:,} pages, {sizes[1]:.0f} MB after {pages:,}")
    return sizes[1] < sizes[0] * 1.5


def _fetch_and_tell(folder: Path, port: int) -> None:
    fetch(folder, port)
    (folder / "size").write_text(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000))


def main() -> None:
    """Run what was asked for; exit code 1 if a goal was missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=("speed", "pace", "again", "memory"))
    parser.add_argument("--pages", type=int, default=10_000)
    options = parser.parse_args()
    measures: dict[str, Callable[[Path], bool]] = {
        "speed": lambda folder: measure_speed(folder, options.pages),
        "pace": measure_pace,
        "again": lambda folder: measure_again(folder, options.pages),
        "memory": lambda folder: measure_memory(folder, options.pages),
    }
    missed = []
    for name, measure in measures.items():
        if options.only in {None, name}:
            with tempfile.TemporaryDirectory(prefix="strigil-fetch-") as folder:
                if not measure(Path(folder)):
                    missed.append(name)
    if missed:
        sys.exit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
