"""JSON files that show when a bit of them has changed: the content, and its digest before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from archive.errors import DamagedFileError
from archive.store import Store
from archive.surrogates import MARK, escape, unescape

_BEFORE: Final = b'{"seal":"sha256:'
_BETWEEN: Final = b'","content":'
_AFTER: Final = b"}\n"
_ESCAPED: Final = MARK.encode()
_BODY_AT: Final = len(_BEFORE) + 64 + len(_BETWEEN)


def to_sealed(content: Mapping[str, Any]) -> bytes:
    """Return a sealed JSON file; the same content gives the same bytes."""
    body = json.dumps(escape(content), sort_keys=True, separators=(",", ":")).encode()
    return _BEFORE + _seal(body) + _BETWEEN + body + _AFTER


def read_sealed(store: Store, name: str) -> dict[str, Any]:
    """Return the content of a sealed JSON file, or raise if it is not what was written."""
    return from_sealed(store.read_bytes(name), store.address(name))


def from_sealed(data: bytes, where: str | Path) -> dict[str, Any]:
    """Return the content of a sealed JSON file that was read ``where``, or raise."""
    body = data[_BODY_AT : -len(_AFTER)]
    if data != _BEFORE + _seal(body) + _BETWEEN + body + _AFTER:
        raise DamagedFileError(where, f"{len(data)} bytes that do not match their seal")
    content: dict[str, Any] = json.loads(body)
    if _ESCAPED in body:
        content = unescape(content)
    return content


def _seal(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()
