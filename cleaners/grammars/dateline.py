"""Find the place and date that open a wire story; the paragraph they open is kept whole.

In the wild: ``WASHINGTON, Dec 11 (Reuters) - …``, ``BERLIN (AP) — …``, ``МОСКВА, 30 сен — РИА Новости.``,
``(서울=연합뉴스) 홍길동 기자 = …``, ``【新华社北京7月8日电】``.
Left alone: a sentence with a dash in it, a speaker's name before a colon, capitals that shout.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from cleaners.grammars.dates import to_moment
from cleaners.grammars.wording import to_words
from cleaners.values import Page, Span

MIN_PARAGRAPH_CHARS: Final = 60
MAX_DATELINE_CHARS: Final = 90

_INITIAL = r"[^\W\d_a-zа-яß-öø-ÿ]"
_WIRES = (
    "Reuters|Thomson Reuters Foundation|AP|Associated Press|AFP|UPI|dpa|epd|KNA|kna|ots|APA|SDA|ANSA|"
    "EFE|EUROPA PRESS|Europa Press|Lusa|LUSA|NTB|TT|Ritzau|STT|BNS|PAP|CTK|ČTK|MTI|TASS|Interfax|"
    "RIA Novosti|Sputnik|Ukrinform|Xinhua|CNS|Kyodo|Jiji|Yonhap|ANI|PTI|IANS|ANTARA|Anadolu|AA|IRNA|"
    "MENA|SANA|WAFA|Bloomberg|CNN|IPS|ТАСС|Bloomberg News|PRNewswire|PR Newswire|BUSINESS WIRE|"
    "Business Wire|GLOBE NEWSWIRE|Globe Newswire|Agencies|AGENCIES"
)
# Linear: anchored; every part is bounded, so at most a fixed number of ways to split the opening.
_PLACE_FIRST: Final = re.compile(
    rf"(?P<place>{_INITIAL}{{2}}(?:{_INITIAL}|[.'’ -]){{0,28}})"
    r"(?P<more>,[^()—–]{1,40}?)?\s{0,3}(?P<agency>\([^()]{2,40}\))?(?P<dash>\s{0,3}[—–]|\s{1,3}--?)\s{0,3}"
    r"(?=\S)(?![^\W\d_a-z]{3,12}\s\d{1,2}[:,])"
)
# Linear: as above; a place in ordinary letters needs a wire service in parentheses after it.
_AGENCY: Final = re.compile(
    rf"(?P<place>{_INITIAL}[^\W\d_]{{1,20}}(?:[ /-]{_INITIAL}[^\W\d_]{{1,20}}){{0,2}})"
    rf"(?P<more>,[^()—–]{{1,40}}?)?\s{{0,3}}(?P<agency>\((?:{_WIRES})(?:[/ -][^()]{{1,20}})?\))"
    r"\s{0,3}(?:[—–]|--?|\.)\s{0,3}(?=\S)"
)
# Linear: anchored, one bounded class between fixed marks.
_BRACKETED: Final = re.compile(
    r"[(【\[](?P<place>[가-힣·]{2,12})=[^()【】\[\]]{2,20}[)】\]]|(?:【|\()?(?:本报|新华社|中新社|中新网|中央社|法新社|路透社)"
    r"[^()【】，。]{2,24}?(?:电|電|讯|訊)(?:】|\)|\s)"
)
# Linear: a fixed word near the start.
_RUSSIAN: Final = re.compile(
    r"(?P<place>[А-ЯЁІЇҐ-]{3,25}),\s\d{1,2}\s[а-яіїґ]{3,9}\.?(?:\s\d{4})?\.?\s(?:[—–]|-|/)"
)


def find(page: Page) -> Iterator[Span]:
    """Yield ``dateline`` for each paragraph that one opens; the value is its date when it has a year.

    >>> from cleaners.segment import to_page
    >>> story = "OSLO, Dec 11, 2020 (NTB) - Trams stopped in the whole city on Friday after snow had fallen."
    >>> [(span.label, span.value) for span in find(to_page(story))]
    [('dateline', '2020-12-11')]
    """
    candidates = [i for i, text in enumerate(page.texts) if len(text) > MIN_PARAGRAPH_CHARS]
    for i in candidates:
        text = page.texts[i]
        opening = text[:MAX_DATELINE_CHARS]
        # A wire dateline is capitals, parenthesis or bracket; most paragraphs stop here.
        if not (opening[:3].isupper() or "(" in opening or opening[0] in "【[本新中"):
            continue
        if match := _match(opening):
            moment = to_moment(match[0].rstrip(" -—–"))
            dated = moment is not None and len(moment.value) >= len("2020-07-08")
            yield page.span(
                i,
                "dateline",
                reason="dateline/wire",
                score=0.9,
                value=moment.value if moment and dated else None,
            )


def _match(opening: str) -> re.Match[str] | None:
    for pattern in (_RUSSIAN, _AGENCY, _BRACKETED):
        if match := pattern.match(opening):
            return match
    match = _PLACE_FIRST.match(opening)
    if match is None or match["place"].strip() in _SHOUTS:
        return None
    # Capitals before a hyphen alone may shout ("FILE - …"); wire services without a name use a dash.
    return match if match["agency"] or match["more"] or match["dash"].strip() in "—–" else None


_SHOUTS: Final = frozenset(
    to_words(
        "BREAKING|UPDATE|UPDATED|NEWS|ANALYSIS|OPINION|WATCH|EXCLUSIVE|VIDEO|LIVE|CORRECTION|NOTE|NB|"
        "PS|FAQ|TIP|Q|A|FACTBOX|EXPLAINER|REVIEW|ALERT|DEVELOPING|ADVERTISEMENT|WARNING|СРОЧНО|ВИДЕО|"
        "EIL|EILMELDUNG|FILE|PHOTOS|CARTES|PORTRAIT|ENTRETIEN"
    )
)
