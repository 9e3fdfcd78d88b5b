"""Header blocks of WARC and HTTP, and Brotli: what FastWARC does for us. The one door to it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Final

from fastwarc.stream_io import BrotliReader
from fastwarc.warc import HeaderMap

from captures.errors import DamagedInputError

_STEP_BYTES: Final = 1024
"""Small, because what a failing ``read`` had already decoded is lost with it."""

__all__ = ["HeaderMap", "parse_headers", "read_brotli"]


def parse_headers(block: bytes, *, encoding: str = "utf-8") -> HeaderMap | None:
    """Return the fields below the first line of a header block; None when it is no header.

    Line breaks may be LF alone, and the blank line at the end may be missing.
    """
    lines = block.replace(b"\r\n", b"\n").rstrip(b"\n").replace(b"\n", b"\r\n") + b"\r\n\r\n"
    headers = HeaderMap(encoding)
    try:
        headers.parse(io.BytesIO(lines), has_status_line=True)
    except OSError:
        return None
    return headers


def read_brotli(body: bytes) -> Iterator[bytes]:
    """Yield what a Brotli stream holds, up to a damage."""
    reader = BrotliReader(io.BytesIO(body))
    try:
        while chunk := reader.read(_STEP_BYTES):
            yield chunk
    except OSError as error:
        raise DamagedInputError(str(error), 0) from error
