"""URLs in one form, and none that is made to be misread.

Normal form: scheme and host in lower case, the host in ASCII (IDNA), default port, fragment and
dot segments gone, blanks and what is not ASCII percent-encoded. Law: the normal form of a normal
form is itself. Path and query keep their case and order: servers may tell them apart.

Left alone: query parameters that only count clicks. Which those are differs by site.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import quote, urljoin, urlsplit

import idna

from captures.fetching.errors import ForbiddenUrlError

MAX_URL_CHARS: Final = 4096
DEFAULT_PORTS: Final = {"http": 80, "https": 443}

_CONTROLS: Final = re.compile(r"[\x00-\x20\x7f\\]")
"""Control characters, blanks and the backslash, which browsers and libraries read differently.
Linear: one class."""

_NUMBER: Final = re.compile(r"\d+|0[xX][0-9a-fA-F]*")
"""A number as inet_aton reads it. Linear: one repetition after a literal."""

_SAFE: Final = "!$&'()*+,-./:;=?@_~%[]"
_HOST_CHARS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-._")


class Origin(NamedTuple):
    """Where a URL is asked: scheme, host and port."""

    scheme: str
    host: str
    port: int

    @property
    def netloc(self) -> str:
        """Return ``host`` or ``host:port``, as it stands in a URL and in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """Return the URL of the root."""
        return f"{self.scheme}://{self.netloc}/"


def to_normal_url(url: str, seen_at: str | None = None) -> str:
    """Return the normal form of a URL, which may be relative to the one it was seen at.

    Raises ``ForbiddenUrlError`` for what is no plain http(s) URL.

    >>> to_normal_url("HTTPS://WWW.Example.org:443/a/../News?b=2&a=ü#top")
    'https://www.example.org/News?b=2&a=%C3%BC'
    >>> to_normal_url("../b", "http://bücher.example/x/a")
    'http://xn--bcher-kva.example/b'
    """
    url = url.strip(" \t\r\n\f")
    if len(url) > MAX_URL_CHARS:
        raise ForbiddenUrlError(f"a URL of {len(url)} characters; {MAX_URL_CHARS} are the limit")
    try:
        # Browsers ask for the address in a link's blanks as %20; all else of this class is a trick.
        plain = url.replace(" ", "%20")
        is_whole = seen_at is None or plain.startswith(("http://", "https://"))
        parts = urlsplit(plain if is_whole else urljoin(seen_at or "", plain))
        if _CONTROLS.search(url.replace(" ", "")) or parts.scheme not in DEFAULT_PORTS:
            raise ForbiddenUrlError(f"not an http(s) URL: {show(url)}")
        if "@" in parts.netloc:
            # Said without what stands before the host: messages end up in logs, and there is a password.
            raise ForbiddenUrlError(f"a URL with a user name, at {show(parts.netloc.rpartition('@')[2])}")
        origin = Origin(
            parts.scheme, _to_host(parts.hostname or ""), parts.port or DEFAULT_PORTS[parts.scheme]
        )
    except (ValueError, UnicodeError) as error:
        raise ForbiddenUrlError(f"not a URL: {show(url)} ({show(str(error))})") from None
    path = quote(_without_dots(parts.path) or "/", safe=_SAFE, errors="surrogatepass")
    query = "?" + quote(parts.query, safe=_SAFE, errors="surrogatepass") if parts.query else ""
    return f"{origin.scheme}://{origin.netloc}{path}{query}"


def to_origin(url: str) -> Origin:
    """Return the origin of a URL in normal form: what stands before its third slash."""
    return _to_origin(url[: url.index("/", len("https://"))])


@lru_cache(maxsize=1024)
def _to_origin(root: str) -> Origin:
    parts = urlsplit(root)
    return Origin(parts.scheme, parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme])


def is_same_site(host: str, other: str) -> bool:
    """Say whether one host is the other or lies below it, ``www.`` not counting.

    >>> is_same_site("news.example.org", "www.example.org"), is_same_site("badexample.org", "example.org")
    (True, False)
    """
    host, other = host.removeprefix("www."), other.removeprefix("www.")
    return host == other or host.endswith(f".{other}") or other.endswith(f".{host}")


def show(text: str, limit: int = 300) -> str:
    r"""Return a text from outside as one line that cannot pose as another, for logs and messages.

    >>> show("http://a.example/\r\nINFO all is well\x1b[2J")
    'http://a.example/\\r\\nINFO all is well\\x1b[2J'
    """
    shown = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text[:limit])
    return shown + ("…" if len(text) > limit else "")


def _to_host(host: str) -> str:
    """Return a host in ASCII and lower case; numbers only as a plain IPv4 address."""
    if not host or "%" in host:  # an IPv6 zone, or an escape that some read and some do not
        raise ForbiddenUrlError("a URL without a plain host")
    if ":" in host:
        return host.lower()
    if not host.isascii():
        host = idna.encode(host, uts46=True).decode()
    host = host.lower().rstrip(".")
    labels = host.split(".")
    if not all(labels) or len(host) > 253 or max(map(len, labels)) > 63 or not _HOST_CHARS.issuperset(host):
        raise ForbiddenUrlError(f"not a host name: {show(host)}")
    if _NUMBER.fullmatch(labels[-1]) and not _is_ipv4(labels):
        raise ForbiddenUrlError(f"a host that is a number in disguise: {show(host)}")
    return host


def _is_ipv4(labels: list[str]) -> bool:
    """Say whether these are the four decimal numbers of an address, without leading zeros."""
    return len(labels) == 4 and all(
        label.isdigit() and str(int(label)) == label and int(label) < 256 for label in labels
    )


def _without_dots(path: str) -> str:
    """Return a path without ``.`` and ``..`` (RFC 3986, 5.2.4)."""
    if "/." not in path:
        return path
    kept: list[str] = []
    parts = path.split("/")
    for part in parts:
        if part == "..":
            if len(kept) > 1:
                kept.pop()
        elif part != ".":
            kept.append(part)
    if parts[-1] in {".", ".."}:
        kept.append("")
    return "/".join(kept)
