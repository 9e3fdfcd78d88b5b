"""A proxy in front of an S3 server that behaves as some object stores and networks do."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import urlsplit

_HOPS = {"connection", "transfer-encoding", "keep-alive", "date", "server"}


class _Handler(BaseHTTPRequestHandler):
    """Passes each request on, without the headers in ``drops``; keeps the answers to some PUTs to itself."""

    protocol_version = "HTTP/1.1"
    target: ClassVar[str]
    drops: ClassVar[frozenset[str]]
    answers_to_lose: ClassVar[threading.Semaphore]

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in self.drops}
        connection = http.client.HTTPConnection(self.target, timeout=60)
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        if self.command == "PUT" and answer.status == 200 and self.answers_to_lose.acquire(blocking=False):
            self.send_response(503)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _HOPS | {"content-length"}:
                self.send_header(name, value)
        is_head = self.command == "HEAD"
        self.send_header(
            "Content-Length", answer.getheader("Content-Length", "0") if is_head else str(len(content))
        )
        self.end_headers()
        if not is_head:
            self.wfile.write(content)

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = _pass_on  # noqa: N815 - http.server's names

    def log_message(self, *_words: object) -> None:
        """Stay silent."""


@contextmanager
def proxy(
    endpoint: str, *, drops: frozenset[str] = frozenset(), lost_answers: int = 0, host: str = "127.0.0.1"
) -> Iterator[str]:
    """Run a proxy in front of an endpoint; yield its own.

    ``drops`` are headers in lower case that it overlooks, as some stores do. The answers to the
    first ``lost_answers`` PUTs that succeed come as errors, as on a bad line.
    """
    lose = threading.Semaphore(lost_answers)
    target = urlsplit(endpoint).netloc
    handler = type("Handler", (_Handler,), {"target": target, "drops": drops, "answers_to_lose": lose})
    server = ThreadingHTTPServer((host, 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://{host}:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
