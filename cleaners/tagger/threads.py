"""Keeps the matrix library to one thread while the tagger computes.

The matrices are small: a second thread mostly waits for them, at full speed, which doubles what a page costs
the processor and makes it no faster. What the caller has set holds again behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any

from threadpoolctl import ThreadpoolController

_LOCK = Lock()
_limits: list[Any] = []
"""One entry for each thread of the caller that computes now; the first restores what was before it."""


@cache
def _libraries() -> Any:
    """Return the matrix libraries of this process; to find them takes a millisecond."""
    return ThreadpoolController()


@contextmanager
def one_thread() -> Iterator[None]:
    """Limit the matrix library to one thread, until the last of those who asked for it is done."""
    with _LOCK:
        _limits.append(_libraries().limit(limits=1, user_api="blas"))
    try:
        yield
    finally:
        with _LOCK:
            first = _limits[0]
            _limits.pop()
            if not _limits:
                first.restore_original_limits()
