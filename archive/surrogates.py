"""Lone surrogates in JSON: written as an escape of ours, since RFC 8259 readers refuse them.

A file name that is not UTF-8 has one for each byte that does not fit (PEP 383), and a damaged text may
hold any. Python's reader takes them; DuckDB, jq, Go and Rust do not. So U+DC80 is written as ``␛dc80``, and
``␛`` itself as ``␛241b``. Law: ``unescape(escape(data))`` is the data.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

MARK: Final = "\\u241b"
"""How ``␛`` stands in JSON that is ASCII: what has none needs no ``unescape``."""

# One class, one character long: linear.
_SPECIAL: Final = re.compile("[\ud800-\udfff\u241b]")
# One character and four of a class: linear.
_ESCAPED: Final = re.compile("\u241b([0-9a-f]{4})")


def escape(data: Any) -> Any:
    r"""Return plain data whose strings are all Unicode.

    >>> escape({"file": "caf\udce9.txt"})
    {'file': 'caf␛dce9.txt'}
    """
    return _map(data, lambda text: _SPECIAL.sub(lambda found: f"\u241b{ord(found[0]):04x}", text))


def unescape(data: Any) -> Any:
    """Return the data that were escaped."""
    return _map(data, lambda text: _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text))


def _map(data: Any, change: Callable[[str], str]) -> Any:
    if isinstance(data, str):
        return data if data.isascii() else change(data)
    if isinstance(data, dict):
        return {_map(key, change): _map(value, change) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_map(value, change) for value in data]
    return data
