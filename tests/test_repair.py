"""Repairs: what is mended, what is left alone, each with its reason."""

from __future__ import annotations

import pytest

from cleaners import Policy, clean

MENDED = [
    ("to\u00a0Lavrov", "to Lavrov", {"repair/nbsp"}),
    ("to\u00a0 Lavrov", "to Lavrov", {"repair/nbsp"}),
    ("För\u00adder", "Förder", {"repair/invisible"}),
    ("zero\u200bwidth", "zerowidth", {"repair/invisible"}),
    ("it&amp;quot;s", 'it"s', {"repair/entity"}),
    ("it&#8217;s", "it’s", {"repair/entity"}),
    ("AT&amp;T", "AT&T", {"repair/entity"}),
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
LEFT_ALONE = [
    "“We agreed,” he said – ‘maybe’… « oui »",
    "ﬁne ligatures, ２ full width, ½, ™",
    "می‌خواهم",  # ZWNJ
    "👩‍👩‍👧 family",  # ZWJ
    "if a &lt; b and c &gt; d",
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
