"""Which addresses may be asked: those of the public internet, checked after DNS and at each connection.

The connection goes to the very address that was checked (no second look-up that could answer
otherwise). A name with one bad address among good ones is refused whole: honest sites have none.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from captures.fetching.errors import FetchFailedError, ForbiddenAddressError, ForbiddenUrlError
from captures.fetching.urls import to_normal_url, to_origin

Resolve = Callable[[str, int], list[str]]
"""``(host, port) -> addresses``; raises ``OSError`` where there are none."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_WEB_PORTS: Final = frozenset({80, 443})
_FIRST_FREE_PORT: Final = 1024
_TRANSLATED: Final = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
_SPECIAL: Final = (ipaddress.IPv4Network("192.0.0.0/24"), ipaddress.IPv4Network("192.88.99.0/24"))
"""Set aside for protocols; which of them count as global differs between versions of Python."""
_V4_COMPATIBLE: Final = ipaddress.IPv6Network("::/96")


def resolve_by_system(host: str, port: int) -> list[str]:
    """Return the addresses of a host as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Say whether an address belongs to the public internet, also the one hidden in an IPv6 address.

    >>> [is_public(one) for one in ("93.184.215.14", "127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1")]
    [True, False, False, False]
    """
    try:
        ip: Address = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.scope_id is not None or ip.is_site_local:
            return False
        inner = _inner(ip)
        if inner is not None:
            ip = inner
    if isinstance(ip, ipaddress.IPv4Address) and any(ip in network for network in _SPECIAL):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _inner(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 address leads to: mapped, 6to4, Teredo, NAT64."""
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip.teredo is not None:
        return ip.teredo[1]
    if ip in _V4_COMPATIBLE or any(ip in network for network in _TRANSLATED):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


@dataclass(frozen=True, slots=True)
class AddressRule:
    """Whom to ask. ``allowed`` are ``host:port`` for which the rule is lifted, as written in their URL."""

    allowed: frozenset[str] = frozenset()
    resolve: Resolve = resolve_by_system

    def find_addresses(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host to connect to; raise if it is not to be asked."""
        is_allowed = f"{host}:{port}" in self.allowed
        if not is_allowed and port not in _WEB_PORTS and port < _FIRST_FREE_PORT:
            raise ForbiddenAddressError(f"port {port} of {host} is no port of web servers")
        try:
            addresses = self.resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise FetchFailedError("dns", f"{host} has no address: {error}") from error
        if not addresses:
            raise FetchFailedError("dns", f"{host} has no address")
        bad = [] if is_allowed else [address for address in addresses if not is_public(address)]
        if bad:
            raise ForbiddenAddressError(
                f"{host} leads to {bad[0]}, which is not on the public internet; "
                f"--allow-host {f'[{host}]' if ':' in host else host}:{port} if it is yours"
            )
        return addresses


def to_allowed(hosts: Iterable[str]) -> frozenset[str]:
    """Return hosts as a person writes them (``HOST:PORT``) in the form of ``AddressRule.allowed``.

    >>> sorted(to_allowed(["LOCALHOST:8080", "[::1]:80"]))
    ['::1:80', 'localhost:8080']
    """
    allowed = set()
    for host in hosts:
        name, _, port = host.rpartition(":")
        if not name or not port.isdecimal() or not 0 < int(port) < 1 << 16:
            raise ForbiddenUrlError(f"{host!r}: a host to allow is written HOST:PORT, with its port")
        origin = to_origin(to_normal_url(f"http://{host}/"))
        allowed.add(f"{origin.host}:{origin.port}")
    return frozenset(allowed)
