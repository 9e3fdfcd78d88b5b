"""Decoding: which charset, why, and that nothing raises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaners.decode import decode, to_charset

RUSSIAN = "Старый мост в порту останется закрытым по меньшей мере до апреля, сообщило управление порта."
JAPANESE = "港の古い橋は、七本の橋脚のうち二本にひびが見つかったため、春まで通行止めになる。"


@pytest.mark.parametrize(
    ("payload", "declared", "charset", "source"),
    [
        (b"\xef\xbb\xbfabc", "cp1252", "utf-8", "bom"),
        ("\ufeffabc".encode("utf-16-le"), None, "utf-16-le", "bom"),
        ("naïve café".encode("cp1252"), "ISO-8859-1", "cp1252", "http"),
        ("naïve café, a longer line".encode(), "utf-8", "utf-8", "http"),
        ("naïve café, a longer line".encode(), None, "utf-8", "utf-8"),
        ("naïve café, a longer line".encode(), "no-such-charset", "utf-8", "utf-8"),
        (RUSSIAN.encode("cp1251"), None, "cp1251", "detected"),
        (RUSSIAN.encode("cp1251"), "utf-8", "cp1251", "detected"),
        ("The bridge stays shut.".encode("utf-16-le"), None, "utf-16-le", "detected"),
        (JAPANESE.encode("shift_jis"), "shift_jis", "cp932", "http"),
        (JAPANESE.encode("gb18030"), "gb2312", "gb18030", "http"),
        (JAPANESE.encode(), "shift_jis", "utf-8", "utf-8"),
        (b"<meta charset=windows-1251><p>" + RUSSIAN.encode(), None, "utf-8", "utf-8"),
        (b'<html><meta charset="windows-1251"><p>' + RUSSIAN.encode("cp1251"), None, "cp1251", "meta"),
        (b'<meta content="text/html; charset=koi8-r">' + RUSSIAN.encode("koi8-r"), None, "koi8-r", "meta"),
    ],
)  # fmt: skip
def test_charset_and_why(payload: bytes, declared: str | None, charset: str, source: str) -> None:
    """The charset a browser would use, and what chose it."""
    found = decode(payload, declared=declared, is_html=payload.startswith(b"<"))
    assert (found.charset, found.charset_source) == (charset, source)
    assert "\ufffd" not in found.text


def test_one_broken_byte_does_not_change_the_charset() -> None:
    """A UTF-8 page with a cut last character or a stray byte stays UTF-8, the byte shown as U+FFFD."""
    payload = (RUSSIAN * 20).encode()[:-2]
    assert decode(payload).charset == "utf-8"
    assert decode(payload).text.endswith("\ufffd")


@given(st.binary(max_size=200), st.one_of(st.none(), st.text(max_size=12)))
def test_any_bytes_and_any_label_decode(payload: bytes, declared: str | None) -> None:
    """Nothing raises, and the result can be written as UTF-8 whatever came in."""
    decode(payload, declared=declared, is_html=True).text.encode()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_utf8_comes_back(text: str) -> None:
    """Valid UTF-8 is read as such, but for its byte order mark."""
    assert decode(text.encode()).text == text.removeprefix("\ufeff")


@pytest.mark.parametrize(
    "label", ["base64", "zlib", "rot13", "", None, "\0", "x" * 999, "idna", "utf-7", "unicode_escape"]
)
def test_what_is_no_charset_is_refused(label: str | None) -> None:
    """Codecs that are no charsets are not believed, wherever they are declared."""
    assert to_charset(label) is None
