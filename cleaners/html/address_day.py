"""The day that an address names: ``/2020/07/08/bridge-closed``, ``/29-10-2021``, ``/2017/7/12/``."""

from __future__ import annotations

import re
from typing import Final

MAX_URL_CHARS: Final = 500
# Linear: fixed widths.
_ISO_DAY: Final = re.compile(r"/((?:19|20)\d\d)[/-](0[1-9]|1[0-2])[/-](0[1-9]|[12]\d|3[01])(?=[/_-]|\Z)")
# Linear: at most two digits between slashes.
_SHORT_DAY: Final = re.compile(r"/((?:19|20)\d\d)/([1-9]|1[0-2])/([1-9]|[12]\d|3[01])(?=/|\Z)")
# Linear: fixed widths. ``/29-10-2021``, ``/23-01-2022-second-place``.
_EUROPEAN_DAY: Final = re.compile(
    r"[/_](0[1-9]|[12]\d|3[01])[-.](0[1-9]|1[0-2])[-.]((?:19|20)\d\d)(?=[/_-]|\Z)"
)


def find_day(url: str | None) -> tuple[str, float] | None:
    """Return the day in an address and how far it is to be trusted, None where it names none.

    >>> find_day("https://example.org/2017/7/12/montauk"), find_day("https://example.org/31-12-2021-party")
    (('2017-07-12', 0.55), ('2021-12-31', 0.4))
    >>> find_day("https://example.org/v/2020/13/1") is None
    True
    """
    if url is None:
        return None
    if day := _ISO_DAY.search(url, 0, MAX_URL_CHARS) or _SHORT_DAY.search(url, 0, MAX_URL_CHARS):
        year, month, of_month = day.groups()
        return f"{year}-{month:0>2}-{of_month:0>2}", 0.55
    if day := _EUROPEAN_DAY.search(url, 0, MAX_URL_CHARS):
        return "-".join(day.groups()[::-1]), 0.4
    return None
