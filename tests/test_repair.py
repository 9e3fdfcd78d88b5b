"""Repairs: what is mended, what is left alone, each with its reason."""

from __future__ import annotations

from unicodedata import normalize

import pytest

from cleaners import Policy, clean
from cleaners.repair import mend
from cleaners.segment import fold

MENDED = [
    ("to\u00a0Lavrov", "to Lavrov", {"repair/nbsp"}),
    ("to\u00a0 Lavrov", "to Lavrov", {"repair/nbsp"}),
    ("För\u00adder", "Förder", {"repair/invisible"}),
    ("zero\u200bwidth", "zerowidth", {"repair/invisible"}),
    ("it&amp;quot;s", 'it"s', {"repair/entity"}),
    ("it&#8217;s", "it’s", {"repair/entity"}),
    ("AT&amp;T", "AT&T", {"repair/entity"}),
    ("AT&" + "amp;" * 200_000 + "T", "AT&T", {"repair/entity"}),
    ("&" + "amp;" * 200_000 + "eacute;t&amp;amp;eacute;", "été", {"repair/entity"}),
    ("l’humanitÃ©", "l’humanité", {"repair/mojibake"}),
    ("donâ€™t", "don’t", {"repair/mojibake"}),
    ("РїСЂРёРІРµС‚", "привет", {"repair/mojibake"}),
    ("e\u0301te\u0301", "été", {"repair/unicode-nfc"}),
    ("bell\x07here", "bellhere", {"repair/control"}),
    ("   indented   ", "indented", {"repair/indent", "repair/line-end"}),
    ("a\r\nb", "a\nb", {"repair/line-break"}),
    ("a\u2028b", "a\nb", {"repair/line-break"}),
    ("a\n\n\n\nb", "a\n\nb", {"repair/blank-lines"}),
]
PROSE = "The bridge over the Aker river was closed on Tuesday after a lorry struck one of its seven piers."
LEFT_ALONE = [
    "“We agreed,” he said – ‘maybe’… « oui »",
    "ﬁne ligatures, ２ full width, ½, ™",
    "می‌خواهم",  # ZWNJ
    "👩‍👩‍👧 family",  # ZWJ
    "if a &lt; b and c &gt; d",
    "&amp;amp;lt;p> &amp;#10; &NewLine;",
    "AT&T, R&D; &c; &unknown; 100 % &",
    "Tête-à-tête à Besançon, où l’été fut âpre.",
    "Ärger über Öl, straße, Ångström",
    "São Paulo não é Brasília, ÃO",
    "table   of   columns",
    "if x:\n    return y",
]


@pytest.mark.parametrize(("damaged", "mended", "reasons"), MENDED)
def test_damage_is_mended_and_told(damaged: str, mended: str, reasons: set[str]) -> None:
    """The kept text is whole, every change has an edit with its reason, the source can be rebuilt."""
    page = clean(damaged)
    assert page.text == mended
    assert {edit.reason for edit in page.edits} == reasons
    assert page.rebuild() == damaged


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_real_text_is_left_alone(text: str) -> None:
    """Quotes, ligatures, joiners, escaped markup, accents and inner spacing are the writer's."""
    assert clean(text).text == text
    assert clean(text, policy=Policy.STRICT).edits == ()


@pytest.mark.parametrize(
    ("damaged", "whole"),
    [
        ("Share&nbsp;this&nbsp;article", "Share this article"),
        ("Terms &amp;amp; Conditions", "Terms & Conditions"),
        ("PublicitÃ©", "Publicité"),
        (normalize("NFD", "Política de privacidad"), "Política de privacidad"),
        (normalize("NFD", "공유하기"), "공유하기"),
        ("Fol\u2060low us on Face\ufffebook", "Follow us on Facebook"),
        ("Read \x07more&hellip;", "Read more…"),
    ],
)
def test_damage_hides_no_wording(damaged: str, whole: str) -> None:
    """A damaged line has the comparison key of the line that a reader sees, and goes as that would."""
    assert fold(damaged) == fold(whole)
    assert mend(damaged) == whole
    seen, wanted = (clean(f"{PROSE}\n{line}").lines[-1] for line in (damaged, whole))
    assert (seen.label, seen.reason, seen.kept) == (wanted.label, wanted.reason, wanted.kept)


@pytest.mark.parametrize(
    "notice", ["Â© 2021 The Courier", "&copy; 2021 The Courier", "&amp;#169; 2021 The Courier"]
)
def test_damage_hides_no_notice(notice: str) -> None:
    """A rights notice is one however its sign was damaged."""
    assert clean(f"{PROSE}\n{notice}").lines[-1].label == "copyright"


def test_tags_are_parted_as_they_are_read() -> None:
    """The semicolon of an entity parts no key words, and a soft hyphen is in none."""
    assert clean(f"{PROSE}\nTags: &quot;storm&quot;, bri\u00addge").fields.tags == ('"storm"', "bridge")


@pytest.mark.parametrize(
    "text", ["R&D; tags", "a &lt;b&gt; c", "ÃO São Paulo", "&c; &unknown;", "naïve  café"]
)
def test_whole_text_is_not_mended(text: str) -> None:
    """What only looks like damage is returned as it is."""
    assert mend(text) == text


def test_fields_hold_mended_text() -> None:
    """What a field says is what the kept text shows, from a line and from the markup."""
    title = "Le cafe\u0301 ferme\u00a0apre\u0300s l\u200bâ€™orage &amp; la crue"
    whole = "Le café ferme après l’orage & la crue"
    text = clean(f"{title}\n\n{PROSE}\n\nThe harbour office says that {PROSE}")
    html = clean(f"<title>{title.replace('&', '&amp;')}</title><p>{PROSE}</p>", "text/html")
    assert (text.fields.title, html.fields.title) == (whole, whole)
    assert text.text.startswith(whole)
