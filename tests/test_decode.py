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


UNDECLARED = [
    ("cp1252", "El señor Ibáñez cerró la panadería. ¿Quién hará el pan de los niños mañana?"),
    ("cp1252", "A estação fechou às sete da manhã; ninguém sabia para onde ir até ao começo da tarde."),
    ("cp1252", "Färjan till ön går inte förrän på söndag."),
    ("cp1252", "Færgen til øen sejler først på søndag, fordi isen er for tyk."),
    ("cp1252", "La biblioteca della città riaprirà lunedì, perché i lavori sono finiti."),
    ("cp1252", "Lautta lähtee vasta sunnuntaina, koska jää on liian paksua."),
    ("cp1252", "The owner of the café – a former “councillor” – paid £410 and hasn’t slept since."),
    ("cp1252", "The ferry is shut and the café is full, which is what the harbour master had said."),
    ("cp1250", "Piekarnia przy głównej ulicy zamyka się. Sąsiedzi są źli, że nikt ich nie powiadomił."),
    ("cp1250", "Pekárna na hlavní ulici končí. Sousedé se zlobí, že jim to nikdo předem neřekl."),
    ("iso8859-2", "A főutcai pékség bezár. A szomszédok dühösek, mert erről senki sem értesítette őket."),
    ("cp1254", "Ana caddedeki fırın kırk yıl sonra kapanıyor, komşular ise çok kızgın."),
    ("cp1257", "Kepykla pagrindinėje gatvėje užsidaro, kaimynai pyksta, kad niekas jų neįspėjo."),
    ("cp1251", RUSSIAN),
    ("koi8-r", RUSSIAN),
    ("iso8859-5", RUSSIAN),
    ("cp1253", "Ο φούρνος στον κεντρικό δρόμο κλείνει μετά από σαράντα χρόνια λειτουργίας."),
    ("cp932", JAPANESE),
    ("euc_jp", JAPANESE),
    ("gb18030", "大街上的面包店营业四十年后关门了。邻居们很生气，因为事先没有人通知他们。"),
    ("big5hkscs", "大街上的麵包店營業四十年後關門了。鄰居們很生氣，因為事先沒有人通知他們。"),
    ("cp949", "큰길가의 빵집이 사십 년 만에 문을 닫는다. 이웃들은 아무도 알려 주지 않았다고 한다."),
]


@pytest.mark.parametrize(
    "form", ["{0}", "{0} {0} {0}", "<html><body class=x><p>{0}</p><p>(c) 2010</p></body></html>"]
)
@pytest.mark.parametrize(("charset", "sentence"), UNDECLARED)
def test_charset_nobody_declared(charset: str, sentence: str, form: str) -> None:
    """Each language in the charset it was written in comes out whole, as one sentence too, and in markup."""
    text = form.format(sentence)
    assert decode(text.encode(charset), is_html=form.startswith("<")).text == text


def test_accents_below_much_markup_are_found() -> None:
    """The sample begins where the letters beyond ASCII do, however far down."""
    text = "<script>let a = 1</script>\n" * 4000 + UNDECLARED[0][1]
    assert decode(text.encode("cp1252"), is_html=True).text == text


@pytest.mark.parametrize(
    ("payload", "charset"),
    [
        (("Fermé le lundi, ouvert à midi. " * 9).encode() + b"caf\xe9", "utf-8"),
        (b"The caf\xe9 at the corner is closed on Monday.", "cp1252"),
        ("Already \ufffd broken, and saved so.".encode(), "utf-8"),
        (b"The \xe9t\xe9 and one \xc3\xa9 by chance.", "cp1252"),
    ],
)
def test_broken_utf8_has_more_whole_than_broken(payload: bytes, charset: str) -> None:
    """Without a declaration a text is UTF-8 only while more characters come out whole than broken."""
    assert decode(payload).charset == charset
