"""URL keys in the form of SURT, as CDXJ indexes have them: ``com,example)/path?query``.

The host is turned round so that the pages of a site and its subdomains sort together.
"""

from __future__ import annotations

import string
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlsplit

from tld import get_fld

_PRINTABLE: Final = string.punctuation
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_CACHED_URLS: Final = 4096
"""More than a batch has: the key of each is asked for four times on its way."""


def to_ascii(text: str) -> str:
    r"""Return a text in printable ASCII without blanks, the rest percent-encoded.

    >>> to_ascii("http://a.example/ö b\n")
    'http://a.example/%C3%B6%20b%0A'
    """
    if text.isascii() and text.isprintable() and " " not in text:
        return text  # as nearly all are
    return quote(text, safe=_PRINTABLE, errors="surrogatepass")


@lru_cache(maxsize=_CACHED_URLS)
def to_surt(url: str) -> str:
    """Return the SURT of a URL, its path and query in the case they came in.

    Scheme, ``www.``, user, default port and fragment go, the query is sorted, as the tools that
    read CDXJ do. What is no URL with a host is kept whole.

    >>> to_surt("HTTPS://www.Example.com:443/News/?b=2&a=1#top")
    'com,example)/News?a=1&b=2'
    >>> to_surt("http://example.com:8080")
    'com,example:8080)/'
    >>> to_surt("mailto:desk@example.com")
    'mailto:desk@example.com'
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return to_ascii(url)
    if not host:
        return to_ascii(url)
    labels = host.rstrip(".").removeprefix("www.").split(".")
    key = host if _is_address(host) else ",".join(reversed(labels))
    if port is not None and port != _DEFAULT_PORTS.get(parts.scheme):
        key += f":{port}"
    query = "&".join(sorted(parts.query.split("&")))
    path = parts.path.rstrip("/") or "/"
    return to_ascii(f"{key}){path}" + (f"?{query}" if query else ""))


def to_host(url: str | None) -> str | None:
    """Return the host of a URL in lower case."""
    try:
        return urlsplit(url.strip()).hostname if url else None
    except ValueError:
        return None


@lru_cache(maxsize=_CACHED_URLS)
def to_domain(host: str | None) -> str | None:
    """Return the registered domain of a host by the list of public suffixes.

    >>> to_domain("news.bbc.co.uk")
    'bbc.co.uk'
    """
    if not host or _is_address(host):
        return None
    return get_fld(host, fix_protocol=True, fail_silently=True)


def _is_address(host: str) -> bool:
    """Return whether a host is an IP address, which is not turned round."""
    return ":" in host or host.replace(".", "").isdigit()
