"""Wrapped text is prose like any other: the same story gives the same fields; what is no prose stays none."""

from __future__ import annotations

import gzip
import textwrap
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaners import clean
from cleaners.grammars.scripts import count_columns
from cleaners.segment import to_page
from cleaners.wrapping import find_wrapped, join_lines, part_lines

EXAMPLES = Path(__file__).parent.parent / "examples" / "captures"
CAPTURES = {
    "en": (EXAMPLES / "harbour-bridge.txt").read_text("utf-8"),
    "es": (EXAMPLES / "puente.txt").read_text("utf-8"),
    "ru": (EXAMPLES / "most-cp1251.txt").read_bytes().decode("cp1251"),
    "ja": gzip.decompress((EXAMPLES / "hashi.txt.gz").read_bytes()).decode("utf-8"),
}
MAX_LOST_SHARE, MAX_MORE_SHARE = 0.02, 0.2
STORY = """\
The council voted on Monday night to approve a tunnel under the harbour.
The treasurer had warned that it could cost twice the current estimate.
Tenders will be invited in May, and a contract is to be signed in autumn."""

NO_PROSE = {
    "menu": """\
Home News Politics Business Opinion Science Health Travel
Sports Football Basketball Tennis Golf Cycling Athletics
Culture Books Film Television Music Theatre Dance Design
Contact About us Advertise Careers Privacy Terms of use""",
    "verse": """\
the old man rowed us over in the rain,
the oars were worn as smooth as river stones,
and no one spoke, not even when the train
went by above the water and our bones
shook with it.""",
    "verse with capitals": """\
The old man rowed us over in the evening rain,
His oars were worn as smooth as river stones are worn,
And no one spoke, not even when the midnight train
Went by above the water with its sleepers, to the morn.""",
    "headlines": """\
Ferry to run again next week, says port operator in Sundvik
Three villages remain without power after Tuesday's storm
Council turns down plan for market hall by a single vote
Rents in the old town have doubled within the last decade""",
    "headlines in Arabic": """\
الحكومة تعلن عن خطة جديدة لتطوير الموانئ في العام المقبل
عودة العبارة إلى العمل الأسبوع القادم
انقطاع الكهرباء عن ثلاث قرى بعد العاصفة التي ضربت المنطقة
المجلس البلدي يرفض بناء سوق جديد وسط المدينة""",
    "headlines in Chinese": """\
市中心老桥修缮两年后今日重新开放通车市民纷纷前来
北部新火车站投入使用
油价年内第三次上调车主排起长队等候加油直至深夜
市议会否决新建菜市场""",
    "table": """\
route      length of the tunnel   cost in millions   benefit
northern   two kilometres         four hundred       good
southern   three kilometres       six hundred        poor.""",
    "line-up": """\
Sundvik: Holm; Berg, Dahl, Lund, Moe; Vik, Aas, Ness, Eide.
Strand: Rask; Tveit, Haug, Lie, Bakke; Solberg, Lien, Strøm.
Goals: 1-0 Ness (12), 1-1 Lien (40), 2-1 Aas (77).""",
    "code": """\
def find(texts: Sequence[str], width: int) -> Iterator[int]:
    for line, text in enumerate(texts):
        if len(text) > width:
            yield line
    return""",
    "story that was cut at its links": """\
Engineers will inspect the piers of the old harbour bridge, said the
port authority
on Monday, and a decision on when to open it again to traffic is expected by the end of the week, it added.
Shops on both banks have complained of lost custom, and the
ferry
will run every ten minutes until the bridge is open, as it did in the winter of the flood.""",
    "paragraphs of one line": STORY,
}


def wrap(text: str, width: int) -> str:
    """Return a text with every line broken at a width, as ``fold -s`` does."""
    return "\n".join(row for line in text.splitlines() for row in _break(line, width))


def _break(line: str, width: int) -> list[str]:
    if line.isascii() or count_columns(line) == len(line):
        return textwrap.wrap(line, width, break_on_hyphens=False) or [""]
    rows = [""]
    for char in line:
        rows[-1:] = [rows[-1] + char] if count_columns(rows[-1] + char) <= width else [rows[-1], char]
    return rows


@pytest.mark.parametrize("width", [60, 72, 80])
@pytest.mark.parametrize("name", CAPTURES)
def test_wrapped_text_gives_the_fields_of_the_story(name: str, width: int) -> None:
    """Who, when, what about and where are the same, and nearly the same words stay."""
    whole, wrapped = clean(CAPTURES[name]), clean(wrap(CAPTURES[name], width))
    for field in ("title", "byline", "published_at", "tags", "section"):
        assert getattr(wrapped.fields, field) == getattr(whole.fields, field), field
    before, after = (Counter("".join(page.text.split())) for page in (whole, wrapped))
    assert (before - after).total() <= MAX_LOST_SHARE * before.total()
    assert (after - before).total() <= MAX_MORE_SHARE * before.total()


@pytest.mark.parametrize("name", NO_PROSE)
def test_what_was_not_wrapped_is_left_alone(name: str) -> None:
    """Lines that somebody meant are no paragraph, however alike they are in length."""
    assert find_wrapped(to_page(NO_PROSE[name]).texts) == []


@pytest.mark.parametrize("name", ["menu", "verse with capitals", "headlines", "table", "line-up"])
def test_in_a_wrapped_text_what_was_meant_stays_apart(name: str) -> None:
    """The lines of a menu or a list above and below a wrapped story are not joined, and the story's are."""
    story, meant = wrap(STORY.replace("\n", " "), 64), NO_PROSE[name].split("\n")
    page = to_page("\n".join([*meant, "", story, "", *meant]))
    joined = join_lines(page)
    assert [text for text in joined.texts if text] == [
        *map(str.strip, meant),
        story.replace("\n", " "),
        *map(str.strip, meant),
    ]


@given(
    st.lists(
        st.sampled_from([*STORY.split("\n"), "", "  x", "Home", "cut\r", "老桥修缮两年后重新通车，"]),
        max_size=12,
    )
)
def test_no_offset_moves(lines: list[str]) -> None:
    """Each line lies inside one joined line, which says the same words."""
    page = to_page(wrap("\n".join(lines), 48))
    joined = join_lines(page)
    assert len(joined.source_text) == len(page.source_text)
    assert joined.source_text.split() == page.source_text.split()
    within = part_lines(list(zip(joined.starts, joined.ends, strict=True)), joined, page)
    for (start, end), first, last in zip(within, page.starts, page.ends, strict=True):
        assert start <= first <= last <= end


def test_a_long_text_is_read_once() -> None:
    """As many lines as a book has cost no more than reading them."""
    book = wrap(" ".join([STORY.replace("\n", " ")] * 400), 72)
    assert len(join_lines(to_page(book)).texts) == 1
