"""The payload of an HTTP response: transfer and content encodings undone, as far as they can be."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable, Iterator
from email.message import Message
from functools import lru_cache
from typing import Final, NamedTuple

from captures.errors import DamagedInputError, TrailingBytesError
from captures.headers import HeaderMap, parse_headers, read_brotli
from captures.links import join
from captures.sniff import is_text
from captures.streams import CHUNK_BYTES, gather, read_chunks, read_members

_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")
"""The blank line behind the header. Linear: at most four bytes a try."""


_CHUNK_SIZE: Final = re.compile(rb"([0-9a-fA-F]{1,16})[ \t]{0,8}(?:;[^\r\n]{0,999})?\r?\n")
"""The line before a chunk: its size, maybe with extensions. Linear: bounded."""


_TELLING: Final = ("last-modified", "etag", "content-language", "link", "x-robots-tag")
"""Headers that say something of the content."""
_MAX_HEADER_CHARS: Final = 1000


class Entity(NamedTuple):
    """An HTTP response taken apart. ``error`` says what of its encoding could not be undone."""

    payload: bytes
    status: int | None
    content_type: str | None
    redirect_url: str | None
    cut: bool
    error: str | None
    headers: tuple[tuple[str, str], ...] = ()


def read_entity(block: bytes, url: str | None, limit: int) -> Entity:
    """Return the entity of the data block of a response record."""
    blank = _HEAD_END.search(block)
    head, body = (block, b"") if blank is None else (block[: blank.start()], block[blank.end() :])
    headers = parse_headers(head, encoding="latin1")
    if headers is None:
        return Entity(block[:limit], None, None, None, len(block) > limit, "no HTTP header")
    status = headers.status_code
    location = headers.get("Location")
    payload, cut, error = _undo_encodings(body, headers, limit)
    return Entity(
        payload,
        status,
        headers.get("Content-Type"),
        join(url or "", location) if location and status is not None and 300 <= status < 400 else None,
        cut,
        error or ("the HTTP header does not end" if blank is None else None),
        tuple(
            (name, value[:_MAX_HEADER_CHARS])
            for name in _TELLING
            for value in [headers.get(name)]
            if value is not None
        ),
    )


@lru_cache(maxsize=1024)
def split_content_type(value: str | None) -> tuple[str, str | None]:
    """Return media type and charset of a Content-Type header, both lower-case.

    >>> split_content_type('Text/HTML; charset="ISO-8859-1"')
    ('text/html', 'iso-8859-1')
    """
    if not value:
        return "", None
    message = Message()
    message["Content-Type"] = "".join(char for char in value if char.isprintable())
    charset = message.get_content_charset()
    media_type = value.partition(";")[0].strip().lower()
    return media_type, charset.strip("'\" ") or None if charset else None


def _undo_encodings(body: bytes, headers: HeaderMap, limit: int) -> tuple[bytes, bool, str | None]:
    """Undo the encodings named, last applied first: return the payload, whether it was cut, what failed.

    Crawlers often undo an encoding and leave its header: a body that does not decode at all but
    is text already is taken as it stands.
    """
    coded = f"{headers.get('Content-Encoding') or ''},{headers.get('Transfer-Encoding') or ''}".lower()
    cut, errors = False, []
    for name in reversed([name.strip() for name in coded.split(",")]):
        if name in ("", "identity") or not body:
            continue
        if name not in _DECODERS:
            errors.append(f"unknown encoding {name!r}; the payload is still encoded")
            break
        decoded, cut, damage = gather(_DECODERS[name](body), limit)
        if damage and not decoded and is_text(body):
            continue
        if damage:
            errors.append(f"{name}: {damage}")
        body = decoded or (body if damage else b"")
    return body[:limit], cut or len(body) > limit, "; ".join(errors) or None


def _gunzip(body: bytes) -> Iterator[bytes]:
    """Yield what a gzip body holds; some servers let other bytes follow, and browsers ignore them."""
    try:
        for _, chunk in read_members(io.BytesIO(body)):
            yield chunk
    except TrailingBytesError as error:
        if error.offset == 0:
            raise


def _inflate(body: bytes) -> Iterator[bytes]:
    """Yield what a ``deflate`` body holds: zlib by the standard, bare deflate by some servers."""
    is_zlib = body[0] & 15 == zlib.DEFLATED and int.from_bytes(body[:2], "big") % 31 == 0
    inflate = zlib.decompressobj(zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS)
    while not inflate.eof:
        try:
            chunk = inflate.decompress(body, CHUNK_BYTES)
        except zlib.error as error:
            raise DamagedInputError(str(error), 0) from error
        body = inflate.unconsumed_tail
        if chunk:
            yield chunk
        elif not inflate.eof:
            raise DamagedInputError("cut off", 0)


def _unchunk(body: bytes) -> Iterator[bytes]:
    position = 0
    while size := _CHUNK_SIZE.match(body, position):
        length = int(size.group(1), 16)
        if length == 0:
            return
        yield body[size.end() : size.end() + length]
        if size.end() + length > len(body):
            raise DamagedInputError("cut off in a chunk", 0)
        position = size.end() + length + len(b"\r\n")
    raise DamagedInputError(f"no chunk at byte {position}", 0)


_DECODERS: Final[dict[str, Callable[[bytes], Iterator[bytes]]]] = {
    "chunked": _unchunk,
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate,
    "br": read_brotli,
    "zstd": lambda body: read_chunks(io.BytesIO(body)),
}
