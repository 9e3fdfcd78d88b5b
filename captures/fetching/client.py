"""HTTP, byte for byte: one GET, without redirects, bounded in every direction. The one door to httpcore.

Beneath httpcore lie our own connections: they go to the address that was checked, keep what went
over them, and hold one deadline over connecting, handshake and every read, so that a server which
sends a byte now and then gains nothing.
"""

from __future__ import annotations

import re
import ssl
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import httpcore

from captures.fetching.addresses import AddressRule
from captures.fetching.errors import FetchFailedError, RefusedError
from captures.fetching.urls import show, to_origin
from captures.fetching.values import SOFTWARE, Exchange, Header, Limits, Request

REDACTED: Final = b"[redacted]"
_READ_BYTES: Final = 64 * 1024
HEAD_END: Final = re.compile(rb"\r?\n\r?\n")
"""The blank line behind the header. Linear: at most four bytes a try."""
_FAILURES: Final[tuple[tuple[type[Exception], str], ...]] = (
    (httpcore.ConnectTimeout, "connect-timeout"),
    (httpcore.TimeoutException, "timeout"),
    (httpcore.ConnectError, "connect"),
    (httpcore.NetworkError, "disconnect"),
    (httpcore.ProtocolError, "protocol"),
)


@dataclass(slots=True)
class _Transcript:
    """What goes over a connection for one request, and until when it may."""

    deadline: float
    sent: bytearray = field(default_factory=bytearray)
    received: bytearray = field(default_factory=bytearray)
    address: str | None = None
    is_reused: bool = False

    def bound(self, timeout: float | None) -> float:
        """Return how long a step may take."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for this request is over")
        return left if timeout is None else min(timeout, left)


class _Now(threading.local):
    """The transcript of the request that this thread is at: httpcore works in its caller's thread."""

    transcript: _Transcript


class _Stream(httpcore.NetworkStream):
    """A connection that writes down what goes over it."""

    def __init__(self, inner: httpcore.NetworkStream, now: _Now) -> None:
        self._inner, self._now, self._is_used = inner, now, False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        transcript = self._now.transcript
        data = self._inner.read(max_bytes, transcript.bound(timeout))
        transcript.received += data
        self._is_used = True
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        transcript = self._now.transcript
        transcript.address, transcript.is_reused = self._inner.get_extra_info("server_addr")[0], self._is_used
        self._inner.write(buffer, transcript.bound(timeout))
        transcript.sent += buffer

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        timeout = self._now.transcript.bound(timeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout), self._now)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _CheckedConnections(httpcore.NetworkBackend):
    """Connects to addresses that the rule allows, and to no others."""

    def __init__(self, rule: AddressRule, now: _Now) -> None:
        self._rule, self._now, self._inner = rule, now, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._rule.find_addresses(host, port)
        for number, address in enumerate(addresses, 1):
            bound = self._now.transcript.bound(timeout)
            try:
                stream = self._inner.connect_tcp(address, port, bound, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(addresses):
                    raise
            else:
                return _Stream(stream, self._now)
        raise AssertionError("find_addresses returns one address or more")


class Client:
    """Fetches URLs over connections that are kept open; any number of threads may use it."""

    def __init__(self, rule: AddressRule, contact: str = "", *, connections: int = 32) -> None:
        self._now = _Now()
        agent = f"{SOFTWARE} (web archiving; {contact})" if contact else f"{SOFTWARE} (web archiving)"
        self._headers = (
            Header("User-Agent", agent),
            Header("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
            Header("Accept-Encoding", "gzip"),
        )
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=15.0,
            network_backend=_CheckedConnections(rule, self._now),
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def get(self, request: Request) -> Exchange:
        """Return the exchange for one URL, also if the answer is an error or a redirect.

        Raises ``RefusedError`` and ``FetchFailedError``.
        """
        try:
            return self._get(request)
        except FetchFailedError as error:
            transcript = self._now.transcript
            if error.reason == "timeout" or not transcript.is_reused or transcript.received:
                raise
        return self._get(request)  # the server had closed the connection that was kept: ask on a new one

    def _get(self, request: Request) -> Exchange:
        transcript = self._now.transcript = _Transcript(time.monotonic() + request.limits.total_seconds)
        headers = (Header("Host", to_origin(request.url).netloc), *self._headers, *request.headers)
        started_at, started = datetime.now(UTC), time.monotonic()
        try:
            response = self._pool.handle_request(
                httpcore.Request(
                    "GET",
                    request.url,
                    headers=[(header.name, header.value) for header in headers],
                    extensions={"timeout": _timeouts(request.limits)},
                )
            )
        except tuple(kind for kind, _ in _FAILURES) as error:
            raise _failure(error, request.url) from error
        body, truncated = _read_body(response, request)
        return Exchange(
            request.url,
            _redact(bytes(transcript.sent), headers),
            _response_bytes(transcript, response, body),
            body,
            response.status,
            tuple((name.decode("latin1"), value.decode("latin1")) for name, value in response.headers),
            started_at,
            time.monotonic() - started,
            transcript.address,
            truncated,
        )


def _timeouts(limits: Limits) -> dict[str, float]:
    return {
        "connect": limits.connect_seconds,
        "read": limits.read_seconds,
        "write": limits.read_seconds,
        "pool": limits.total_seconds,
    }


def _read_body(response: httpcore.Response, request: Request) -> tuple[bytes, str | None]:
    """Return the entity body, at most as long as allowed, and why it ends early."""
    limits = request.limits
    if len(response.headers) > limits.max_headers:
        response.close()
        raise RefusedError("too-many-headers", f"{show(request.url)} answered with {len(response.headers)}")
    body, truncated = bytearray(), None
    try:
        for chunk in response.iter_stream():
            body += chunk
            if len(body) > limits.max_body_bytes:
                truncated = "length"
                break
    except httpcore.TimeoutException:
        truncated = "time"
    except (httpcore.NetworkError, httpcore.ProtocolError):
        truncated = "disconnect"
    finally:
        response.close()
    return bytes(body[: limits.max_body_bytes]), truncated


def _response_bytes(transcript: _Transcript, response: httpcore.Response, body: bytes) -> bytes:
    """Return the response as it came: without announcements before it, and no byte that is not its own."""
    received = bytes(transcript.received)
    begin = 0
    while (end := HEAD_END.search(received, begin)) and received.startswith(b"HTTP/1.1 1", begin):
        begin = end.end()
    if any(name.lower() == b"transfer-encoding" for name, _ in response.headers):
        return received[begin:]
    return received[begin : end.end() if end else None] + body


def _redact(sent: bytes, headers: Iterable[Header]) -> bytes:
    for name, value, is_secret in headers:
        if is_secret:
            line = f"{name}: {value}\r\n".encode("latin1")
            sent = sent.replace(line, name.encode() + b": " + REDACTED + b"\r\n")
    return sent


def _failure(error: Exception, url: str) -> FetchFailedError:
    """Return what happened in our words."""
    reason = next(reason for kind, reason in _FAILURES if isinstance(error, kind))
    if error.args and isinstance(error.args[0], ssl.SSLError):
        return FetchFailedError("tls", f"{show(url)}: {show(str(error))}", is_passing=False)
    detail = show(str(error)) or type(error).__name__
    return FetchFailedError(reason, f"{show(url)}: {detail}")
