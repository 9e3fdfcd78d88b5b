"""HTTP/1.1, byte for byte: one GET, without redirects, bounded in every direction. The one door to h11.

h11 reads what the server says; the bytes that went over the connection are kept beside it. An
upgrade is never asked for, and Alt-Svc is a header like any other: the next request goes where its URL says.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, cast

import h11

from captures.fetching.addresses import AddressRule
from captures.fetching.connections import Clock, Connection, Connections
from captures.fetching.errors import FetchFailedError, RefusedError
from captures.fetching.urls import show, to_origin
from captures.fetching.values import SOFTWARE, Exchange, Header, Request

REDACTED: Final = b"[redacted]"
HEAD_END: Final = re.compile(rb"\r?\n\r?\n")
"""The blank line behind the header. Linear: at most four bytes a try."""
_MAX_HEAD_BYTES: Final = 100 * 1024
_MAX_FRAMED: Final = 2
"""So many times the longest page may come with the frames of its chunks."""
_ASKED: Final = h11.Request(method="GET", target="/", headers=[("Host", "h11.invalid")])
"""h11 reads the answer; that it was a GET is all it has to know for that."""


@dataclass(slots=True)
class _Talk:
    """One request over one connection: what was sent, what came, and how far it is understood."""

    connection: Connection
    clock: Clock
    sent: bytes
    max_bytes: int
    """So much may come, announcements and frames of chunks included."""
    received: bytearray = field(default_factory=bytearray)
    http: h11.Connection = field(
        default_factory=lambda: h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD_BYTES)
    )

    def next_event(self) -> h11.Event | type[h11.PAUSED]:
        """Return what the server says next."""
        while True:
            event = self.http.next_event()
            if event is not h11.NEED_DATA:
                return cast("h11.Event | type[h11.PAUSED]", event)
            if self.is_full():
                raise h11.RemoteProtocolError(f"more than {self.max_bytes} bytes around the page")
            data = self.connection.receive(self.clock)
            self.received += data
            self.http.receive_data(data)

    def is_full(self) -> bool:
        """Say whether more came than any honest answer takes."""
        return len(self.received) > self.max_bytes

    def is_clean(self) -> bool:
        """Say whether both sides are done, with nothing left over, so that the connection can be kept."""
        is_done = self.http.our_state is h11.DONE and self.http.their_state is h11.DONE
        return is_done and not self.http.trailing_data[0]


class Client:
    """Fetches URLs over connections that are kept open; any number of threads may use it."""

    def __init__(self, rule: AddressRule, contact: str = "", *, connections: int = 32) -> None:
        agent = f"{SOFTWARE} (web archiving; {contact})" if contact else f"{SOFTWARE} (web archiving)"
        self._headers = (
            Header("User-Agent", agent),
            Header("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
            Header("Accept-Encoding", "gzip"),
        )
        self._connections = Connections(rule, connections)

    def close(self) -> None:
        """Close all connections."""
        self._connections.close()

    def cut(self) -> None:
        """End all requests at once, from another thread than theirs."""
        self._connections.cut()

    def get(self, request: Request) -> Exchange:
        """Return the exchange for one URL, also if the answer is an error or a redirect.

        Raises ``RefusedError`` and ``FetchFailedError``, and ``InterruptedError`` after ``cut``.
        """
        origin = to_origin(request.url)
        headers = (Header("Host", origin.netloc), *self._headers, *request.headers)
        sent = _to_bytes(request.url, headers)
        max_bytes = _MAX_HEAD_BYTES + _MAX_FRAMED * request.limits.max_body_bytes
        while True:
            self._connections.raise_if_cut()
            clock = Clock(request.limits)
            connection = self._connections.take(origin, clock)
            talk, was_used = _Talk(connection, clock, sent, max_bytes), connection.is_used
            try:
                exchange = _ask(talk, request, headers)
            except FetchFailedError as error:
                self._connections.raise_if_cut()
                if was_used and not talk.received and error.reason != "timeout":
                    continue  # the server had closed the connection that was kept: ask on another
                raise
            finally:
                self._leave(talk)
            self._connections.raise_if_cut()
            return exchange

    def _leave(self, talk: _Talk) -> None:
        if talk.is_clean():
            self._connections.give_back(talk.connection)
        else:
            self._connections.drop(talk.connection)


def _to_bytes(url: str, headers: Sequence[Header]) -> bytes:
    """Return the request as it goes over the wire; no header can break out of its line."""
    target = "/" + url.split("/", 3)[3]
    for name, value, _ in headers:
        if not (value.isascii() and value.isprintable()):
            raise RefusedError("header", f"{name} cannot be sent: only printable ASCII can")
    lines = "".join(f"{name}: {value}\r\n" for name, value, _ in headers)
    return f"GET {target} HTTP/1.1\r\n{lines}\r\n".encode("ascii")


def _ask(talk: _Talk, request: Request, headers: Iterable[Header]) -> Exchange:
    started_at, started = datetime.now(UTC), time.monotonic()
    try:
        response = _read_head(talk)
    except TimeoutError as error:
        raise FetchFailedError("timeout", f"{show(request.url)}: {show(str(error))}") from error
    except OSError as error:
        raise FetchFailedError("disconnect", f"{show(request.url)}: {show(str(error))}") from error
    except h11.ProtocolError as error:
        raise FetchFailedError("protocol", f"{show(request.url)}: {show(str(error))}") from error
    names = response.headers.raw_items()
    if len(names) > request.limits.max_headers:
        raise RefusedError("too-many-headers", f"{show(request.url)} answered with {len(names)}")
    body, truncated = _read_body(talk, request.limits.max_body_bytes)
    return Exchange(
        request.url,
        _redact(talk.sent, headers),
        _response_bytes(talk, response, body),
        body,
        response.status_code,
        tuple((name.decode("latin1"), value.decode("latin1")) for name, value in names),
        started_at,
        time.monotonic() - started,
        talk.connection.address,
        truncated,
    )


def _read_head(talk: _Talk) -> h11.Response:
    """Send the request and return the header of its answer; announcements before it are passed over."""
    talk.http.send(_ASKED)
    talk.http.send(h11.EndOfMessage())
    talk.connection.send(talk.sent, talk.clock)
    while True:
        event = talk.next_event()
        if isinstance(event, h11.Response):
            return event


def _read_body(talk: _Talk, max_bytes: int) -> tuple[bytes, str | None]:
    """Return the entity body, at most as long as allowed, and why it ends early."""
    body = bytearray()
    try:
        while isinstance(event := talk.next_event(), h11.Data):
            body += event.data
            if len(body) > max_bytes:
                return bytes(body[:max_bytes]), "length"
    except TimeoutError:
        return bytes(body), "time"
    except (OSError, h11.ProtocolError):
        return bytes(body), "length" if talk.is_full() else "disconnect"
    return bytes(body), None


def _response_bytes(talk: _Talk, response: h11.Response, body: bytes) -> bytes:
    """Return the response as it came: without announcements before it, and no byte that is not its own."""
    received = bytes(talk.received)
    begin = 0
    while (end := HEAD_END.search(received, begin)) and received.startswith(b"HTTP/1.1 1", begin):
        begin = end.end()
    if any(name == b"transfer-encoding" for name, _ in response.headers):
        return received[begin:]
    return received[begin : end.end() if end else None] + body


def _redact(sent: bytes, headers: Iterable[Header]) -> bytes:
    for name, value, is_secret in headers:
        if is_secret:
            line = f"{name}: {value}\r\n".encode("latin1")
            sent = sent.replace(line, name.encode() + b": " + REDACTED + b"\r\n")
    return sent
