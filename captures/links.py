"""Where a link leads from where it stands: what pages, feeds and servers write is not always one."""

from __future__ import annotations

from urllib.parse import urljoin


def join(base: str, link: str) -> str | None:
    """Return the address a link means, None for what is no address.

    >>> join("https://a.example/news/", "../story"), join("https://a.example/", "http://[x")
    ('https://a.example/story', None)
    """
    try:
        return urljoin(base, link)
    except ValueError:
        return None
