"""Connections to checked addresses, kept open between requests. What goes over them is written down.

One deadline holds over connecting, handshake and every read, so that a server which sends a byte now
and then gains nothing. Nothing of the environment is read: no proxy stands between the check and
the address.
"""

from __future__ import annotations

import select
import socket
import ssl
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from captures.fetching.addresses import AddressRule
from captures.fetching.errors import FetchFailedError
from captures.fetching.urls import Origin, show
from captures.fetching.values import Limits

_KEPT_SECONDS: Final = 15.0
_READ_BYTES: Final = 64 * 1024


@dataclass(slots=True)
class Clock:
    """Until when a request may take, and how long each of its steps."""

    limits: Limits
    deadline: float = field(init=False)

    def __post_init__(self) -> None:
        self.deadline = time.monotonic() + self.limits.total_seconds

    def bound(self, seconds: float) -> float:
        """Return how long a step may take; raise ``TimeoutError`` if none is left."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for this request is over")
        return min(seconds, left)


class Connection:
    """A connection to an origin. Made for one request at a time."""

    def __init__(self, sock: socket.socket, origin: Origin) -> None:
        self._socket, self.origin = sock, origin
        self.address = str(sock.getpeername()[0])
        self.is_used = False
        self.idle_since = 0.0

    def send(self, data: bytes, clock: Clock) -> None:
        """Send all of it."""
        self._socket.settimeout(clock.bound(clock.limits.read_seconds))
        self._socket.sendall(data)

    def receive(self, clock: Clock) -> bytes:
        """Return what has come, nothing at the end."""
        self._socket.settimeout(clock.bound(clock.limits.read_seconds))
        data = self._socket.recv(_READ_BYTES)
        self.is_used = True
        return data

    def is_stale(self) -> bool:
        """Say whether it was idle for long, or the other side has closed it or said something unasked."""
        if time.monotonic() - self.idle_since > _KEPT_SECONDS:
            return True
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return bool(poll.poll(0))

    def cut(self) -> None:
        """End what is under way over it, from another thread: who waits for it sees its end."""
        with suppress(OSError):
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # that of TLS is not for other threads

    def close(self) -> None:
        """Close it."""
        self._socket.close()


class Connections:
    """Opens connections to addresses that the rule allows, and keeps some that are idle."""

    def __init__(self, rule: AddressRule, kept: int) -> None:
        self._rule, self._kept = rule, kept
        self._tls = ssl.create_default_context()
        self._tls.set_alpn_protocols(["http/1.1"])
        self._lock = threading.Lock()
        self._idle: deque[Connection] = deque()
        self._in_use: set[Connection] = set()
        self._is_cut = False

    def take(self, origin: Origin, clock: Clock) -> Connection:
        """Return an idle connection to an origin, or a new one.

        Raises ``RefusedError`` and ``FetchFailedError``.
        """
        while (connection := self._take_idle(origin)) is not None:
            if not connection.is_stale():
                break
            connection.close()
        connection = connection or self._open(origin, clock)
        with self._lock:
            self._in_use.add(connection)
            if self._is_cut:
                connection.cut()
        return connection

    def give_back(self, connection: Connection) -> None:
        """Keep a connection for the next request; the one that is idle for longest goes for it."""
        connection.idle_since = time.monotonic()
        with self._lock:
            self._in_use.discard(connection)
            self._idle.append(connection)
            surplus = self._idle.popleft() if len(self._idle) > self._kept else None
        if surplus:
            surplus.close()

    def drop(self, connection: Connection) -> None:
        """Close a connection that cannot be used again."""
        with self._lock:
            self._in_use.discard(connection)
        connection.close()

    def cut(self) -> None:
        """End all requests that are under way, and those that others are about to begin."""
        with self._lock:
            self._is_cut = True
            for connection in self._in_use:
                connection.cut()

    def raise_if_cut(self) -> None:
        """Raise ``InterruptedError`` if requests were ended, so that nobody takes that for an answer."""
        if self._is_cut:
            raise InterruptedError("fetching was ended in the middle of a request")

    def close(self) -> None:
        """Close all idle connections."""
        with self._lock:
            while self._idle:
                self._idle.pop().close()

    def _take_idle(self, origin: Origin) -> Connection | None:
        with self._lock:
            found = next((one for one in reversed(self._idle) if one.origin == origin), None)
            if found:
                self._idle.remove(found)
            return found

    def _open(self, origin: Origin, clock: Clock) -> Connection:
        addresses = self._rule.find_addresses(origin.host, origin.port)
        for number, address in enumerate(addresses, 1):
            try:
                return Connection(self._connect(origin, address, clock), origin)
            except ssl.SSLError as error:
                what = f"{show(origin.url)}: {show(str(error))}"
                raise FetchFailedError("tls", what, is_passing=False) from error
            except OSError as error:  # TimeoutError among them
                if number == len(addresses):
                    reason = "connect-timeout" if isinstance(error, TimeoutError) else "connect"
                    raise FetchFailedError(reason, f"{show(origin.url)}: {show(str(error))}") from error
        raise AssertionError("find_addresses returns one address or more")

    def _connect(self, origin: Origin, address: str, clock: Clock) -> socket.socket:
        """Return a socket to one address; the name is asked for in the certificate only."""
        bound = clock.bound(clock.limits.connect_seconds)
        sock = socket.create_connection((address, origin.port), bound)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if origin.scheme == "http":
                return sock
            sock.settimeout(clock.bound(clock.limits.connect_seconds))
            return self._tls.wrap_socket(sock, server_hostname=origin.host)
        except BaseException:
            sock.close()
            raise
