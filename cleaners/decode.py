"""Bytes into text, with the charset and why it was chosen.

Order: byte order mark, HTTP header, ``<meta>`` of HTML, valid UTF-8, detection (``cleaners.detect``).
A declaration that the bytes contradict loses to valid UTF-8. Labels mean what browsers take them for (WHATWG
Encoding Standard: ``iso-8859-1`` is windows-1252).
"""

from __future__ import annotations

import codecs
import re
from typing import Final, NamedTuple

from cleaners.detect import FALLBACK, SAMPLE_BYTES, detect


class Decoded(NamedTuple):
    """A text, the charset it was read with, and what chose it.

    ``charset_source`` is one of ``given`` (it was text already), ``bom``, ``http``, ``meta``,
    ``utf-8`` (valid as such), ``detected``, ``fallback``.
    """

    text: str
    charset: str
    charset_source: str


_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BROWSER_NAMES: Final = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "utf-16": "utf-16-le",
}
_NO_CHARSETS: Final = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7"})
"""Codecs of Python that no browser would use to read a page."""
_META_BYTES: Final = 4096
# Linear: bounded look-behind text, one character class run.
_META: Final = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
# Linear: one character class.
_WIDE: Final = re.compile(r"[^\x00-\x7f]")
MAX_BAD_SHARE: Final = 0.01
"""A declared charset is believed while at most this share of the characters fails to decode."""

MIN_WIDE_BYTES: Final = 16
"""So many bytes beyond one a character are no accident: hardly a text in another charset is valid UTF-8."""


def decode(payload: bytes, *, declared: str | None = None, is_html: bool = False) -> Decoded:
    """Return the text of ``payload``; undecodable bytes become U+FFFD, nothing raises.

    >>> decode("naïve".encode("cp1252"), declared="iso-8859-1")
    Decoded(text='naïve', charset='cp1252', charset_source='http')
    """
    for bom, charset in _BOMS:
        if payload.startswith(bom):
            return Decoded(payload[len(bom) :].decode(charset, "replace"), charset, "bom")
    claims = [(declared, "http")]
    if is_html and (meta := _META.search(payload[:_META_BYTES])):
        claims.append((meta[1].decode("ascii", "replace"), "meta"))
    for label, source in claims:
        name = to_charset(label)
        if name is None or (name != "utf-8" and _is_utf8(payload)):
            continue
        if (text := _believable(payload, name)) is not None:
            return Decoded(text, name, source)
    if wide := _wide(payload[:SAMPLE_BYTES]):
        return Decoded(payload.decode(wide, "replace"), wide, "detected")
    if (text := _believable(payload, "utf-8")) is not None and _is_mostly_whole(payload, text):
        return Decoded(text, "utf-8", "utf-8")
    return _detect(payload)


def to_charset(label: str | None) -> str | None:
    """Return the codec a browser would use for a charset label, None for an unknown one."""
    try:
        name = codecs.lookup((label or "").strip("\"' ")).name
        b"a".decode(name)  # some codecs (base64, zlib) are no charsets
    except (LookupError, ValueError):
        return None
    return None if name in _NO_CHARSETS else _BROWSER_NAMES.get(name, name)


def _believable(payload: bytes, charset: str) -> str | None:
    """Return the text in that charset, or None when too much of it does not fit."""
    try:
        return payload.decode(charset)
    except UnicodeDecodeError:
        text = payload.decode(charset, "replace")
    # A declared UTF-8 page with one broken byte stays UTF-8; a cut last character too.
    return text if text.count("\ufffd") <= max(2, MAX_BAD_SHARE * len(text)) and len(text) > 16 else None


def _is_mostly_whole(payload: bytes, text: str) -> bool:
    """Return whether more characters beyond ASCII came out of UTF-8 than broke, or none did."""
    shown = text.count("\ufffd")
    broken = shown - payload.count("\ufffd".encode())
    return not broken or len(_WIDE.findall(text)) - shown > broken


def _is_utf8(payload: bytes) -> bool:
    """Return whether the bytes are UTF-8 beyond doubt: whoever saved the page left an older charset in it."""
    try:
        return len(payload) - len(payload.decode()) >= MIN_WIDE_BYTES
    except UnicodeDecodeError:
        return False


def _wide(sample: bytes) -> str | None:
    """Return UTF-16 when every other byte tends to be zero: valid UTF-8 too, but no text."""
    for charset, high in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if len(sample) > 8 and high.count(0) > 0.4 * len(high) and sample.count(0) < 0.6 * len(sample):
            return charset
    return None


def _detect(payload: bytes) -> Decoded:
    """Guess the charset from the bytes alone."""
    charset = to_charset(detect(payload))
    source = "detected" if charset else "fallback"
    return Decoded(payload.decode(charset or FALLBACK, "replace"), charset or FALLBACK, source)
