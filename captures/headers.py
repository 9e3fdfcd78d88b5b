"""Header blocks of WARC and HTTP, and Brotli: what FastWARC does for us. The one door to it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from fastwarc.stream_io import BrotliReader
from fastwarc.warc import HeaderMap

from captures.errors import DamagedInputError

_STEP_BYTES: Final = 1024
"""Small, because what a failing ``read`` had already decoded is lost with it."""

_PART_BYTES: Final = 15 * 1024
"""FastWARC reads 32 KiB at once, and line breaks may become twice as long."""
_MAX_FIELD_BYTES: Final = 2 * _PART_BYTES
_FIELD_END: Final = re.compile(rb"\n(?![ \t])")
"""Where a field ends: its value may go on in lines that begin with a blank. Linear: two characters."""

__all__ = ["HeaderMap", "has_long_fields", "parse_headers", "read_brotli"]


def parse_headers(block: bytes, *, encoding: str = "utf-8") -> HeaderMap | None:
    """Return the fields below the first line of a header block; None when it is no header.

    Line breaks may be LF alone, and the blank line at the end may be missing. A field that is too
    long to be read is left out.
    """
    first, *others = _split(block)
    headers = HeaderMap(encoding)
    try:
        headers.parse(io.BytesIO(first), has_status_line=True)
    except OSError:
        return None
    for part in others:
        fields = HeaderMap(encoding)
        with suppress(OSError):
            fields.parse(io.BytesIO(part), has_status_line=False)
        for name, value in fields.items():
            headers.append(name, value)
    return headers


def has_long_fields(block: bytes) -> bool:
    """Say whether a header holds fields that are too long to be read."""
    return len(block) > _MAX_FIELD_BYTES and max(map(len, _FIELD_END.split(block))) > _MAX_FIELD_BYTES


def _split(block: bytes) -> Iterator[bytes]:
    """Yield a header in parts that can be read at once, without fields that cannot."""
    lines = block.replace(b"\r\n", b"\n").rstrip(b"\n")
    if len(lines) <= _PART_BYTES:
        yield _to_block(lines)
        return
    part, *fields = _FIELD_END.split(lines)
    for field in fields:
        if len(part) + len(field) > _PART_BYTES:
            yield _to_block(part)
            part = b""
        if len(field) <= _MAX_FIELD_BYTES:
            part += (b"\n" if part else b"") + field
    yield _to_block(part)


def _to_block(lines: bytes) -> bytes:
    return lines.replace(b"\n", b"\r\n") + b"\r\n\r\n"


def read_brotli(body: bytes) -> Iterator[bytes]:
    """Yield what a Brotli stream holds, up to a damage."""
    reader = BrotliReader(io.BytesIO(body))
    try:
        while chunk := reader.read(_STEP_BYTES):
            yield chunk
    except OSError as error:
        raise DamagedInputError(str(error), 0) from error
