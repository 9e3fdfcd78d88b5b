"""Find the lines that say when a story was published or last changed.

In the wild: ``Published: 3 May 2021, 10:15``, ``Last update: 21:15 17.01.2018`` (often twice in one line),
``Mis à jour le 3 mai 2021``, ``Обновлено: 03.05.2021``, ``입력 2020.05.01 10:00 | 수정 2020.05.01 11:00``,
``发布时间：2020-07-08``; or a bare date next to a headline or a byline.
Left alone: the site's own clock (``page_clock``), dates of events in sentences, a date among links
of other stories, which is not about this one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Final, NamedTuple

from cleaners.grammars import page_clock
from cleaners.grammars.byline import to_names
from cleaners.grammars.calendar_names import to_name
from cleaners.grammars.dates import Moment, to_moment, to_rest
from cleaners.layout import first_prose, inner_lines, is_title_like, line_after, line_before
from cleaners.values import Page, Span

MAX_STAMP_CHARS: Final = 140
BARE_SCORE: Final = 0.5
MAX_BETWEEN: Final = 6
"""Lines between a headline and the first paragraph under it, at most."""
STAMP_SCORE: Final = 0.95
IN_STORY_SHARE: Final = 0.6
"""What is left of a stamp's score between paragraphs, where it may be a book's release."""

_PUBLISHED: Final = (
    "published|published on|published at|publish date|date published|publication date|"
    "first published|first published on|originally published|post published|posted|posted on|"
    "posted at|post date|date posted|released|issued|created|date|date created|pub date|"
    "veröffentlicht|veröffentlicht am|erschienen|erschienen am|publiziert am|erstellt am|erstellt|"
    "stand|datum|publié|publié le|publiée le|mis en ligne le|publicado|publicado el|publicado em|"
    "publicada el|fecha|fecha de publicación|creado|publicação|data|pubblicato|pubblicato il|"
    "pubblicata il|data pubblicazione|gepubliceerd|gepubliceerd op|geplaatst op|publicerad|"
    "publicerat|publisert|udgivet|offentliggjort|julkaistu|avaldatud|publicēts|paskelbta|"
    "opublikowano|data publikacji|dodano|publikováno|vydáno|publikované|uverejnené|objavljeno|"
    "publikovano|megjelent|közzétéve|publicat|publicat la|data publicării|публикувана|публикувано|"
    "опубликовано|дата публикации|время публикации|размещено|опубліковано|дата публікації|"
    "апублікавана|објављено|δημοσίευση|δημοσιεύτηκε|δημοσιεύθηκε|yayınlanma|yayınlanma tarihi|"
    "yayın tarihi|giriş|giriş tarihi|diterbitkan|dipublikasikan|terbit|ngày đăng|đăng lúc|xuất bản|"
    "تاريخ النشر|نشر|نشر في|نشرت في|تم النشر|تاریخ انتشار|منتشر شده|زمان انتشار|פורסם|פורסם בתאריך|"
    "תאריך פרסום|प्रकाशित|पब्लिश्ड|प्रकाशन तिथि|প্রকাশ|প্রকাশিত|প্রকাশের সময়|เผยแพร่|เผยแพร่เมื่อ|"
    "โพสต์เมื่อ|发布时间|发布|发表于|发布于|发表时间|发稿时间|發布時間|發佈|發布|發表|發佈時間|"
    "公開日|公開|投稿日|掲載日|配信|登録|公開日時|入力|입력|등록|승인|기사입력|게시|작성|발행"
)
_UPDATED: Final = (
    "updated|updated on|updated at|last updated|last updated on|last updated at|last update|update|"
    "last modified|last modified on|post last modified|modified|modified on|date modified|revised|"
    "edited|last edited|aktualisiert|aktualisiert am|zuletzt aktualisiert|zuletzt aktualisiert am|"
    "geändert|geändert am|mis à jour|mis à jour le|mise à jour|mise à jour le|dernière mise à jour|"
    "modifié|modifié le|actualizado|actualizado el|actualizada|última actualización|atualizado|"
    "atualizado em|atualizada em|última atualização|aggiornato|aggiornato il|aggiornata il|"
    "ultimo aggiornamento|bijgewerkt|bijgewerkt op|laatst bijgewerkt|laatste update|uppdaterad|"
    "uppdaterat|senast uppdaterad|oppdatert|sist oppdatert|opdateret|sidst opdateret|päivitetty|"
    "uuendatud|atjaunots|atnaujinta|zaktualizowano|aktualizacja|ostatnia aktualizacja|aktualizováno|"
    "aktualizované|ažurirano|posodobljeno|frissítve|utolsó frissítés|actualizat|actualizat la|"
    "ultima actualizare|актуализирана|обновена|обновлено|обновлена|последнее обновление|изменено|"
    "оновлено|останнє оновлення|абноўлена|ажурирано|ενημέρωση|τελευταία ενημέρωση|ενημερώθηκε|"
    "güncelleme|güncelleme tarihi|son güncelleme|güncellendi|diperbarui|diperbaharui|cập nhật|"
    "cập nhật lúc|cập nhật lần cuối|آخر تحديث|تم التحديث|تحديث|به روز رسانی|آخرین به روز رسانی|עודכן|"
    "עודכן לאחרונה|अपडेट|अपडेटेड|आखिरी अपडेट|আপডেট|সর্বশেষ আপডেট|আপডেটের সময়|อัปเดต|อัพเดท|"
    "ปรับปรุงล่าสุด|更新时间|更新|更新于|最后更新|更新時間|最後更新|更新日|最終更新|更新日時|修正|"
    "수정|최종수정|업데이트"
)
WORDINGS: Final = {
    word: label
    for label, words in (("published", _PUBLISHED), ("updated", _UPDATED))
    for word in words.split("|")
}
"""Wording as it is written: the label it gives a date."""
STAMPS: Final[dict[str, str]] = {to_rest(to_name(word)): label for word, label in WORDINGS.items()}
"""Folded wording without its small words: the label it gives a date."""
_FIRST_WORDS: Final = frozenset(words.split()[0] for words in STAMPS)
_BEHIND_WORDS: Final = " 0:：.,"
_STARTS: Final = frozenset(to_name(word)[:6].rstrip(_BEHIND_WORDS) for word in WORDINGS)

# Linear: one fixed word between spaces.
_BY: Final = re.compile(r"\s[|•·-]?\s?(?=by\s)", re.IGNORECASE)
# Linear: an alternation of fixed words, tried once a position of a line of bounded length.
_WORD: Final = re.compile(
    rf"(?<![^\W\d])(?:{'|'.join(sorted(map(re.escape, WORDINGS), key=len, reverse=True))})(?![^\W\d])",
    re.IGNORECASE,
)


def is_update(text: str) -> bool:
    """Return whether a line says in words that something was changed: "Article mis à jour le 7 janvier".

    >>> is_update("Article mis à jour le 7 janvier 2020."), is_update("By Jane Doe, 7 May 2020")
    (True, False)
    """
    return any(WORDINGS.get(match[0].casefold()) == "updated" for match in _WORD.finditer(text))


class Stamp(NamedTuple):
    """What a line says of one time of its story: ``published`` or ``updated``, and when."""

    label: str
    moment: Moment


def find(page: Page) -> Iterator[Span]:
    r"""Yield ``published`` and ``updated`` with the time as value; a line with both gives two spans.

    >>> from cleaners.segment import to_page
    >>> [(s.label, s.value) for s in find(to_page("Posted 3 May 2021, updated 4 May 2021 10:15 GMT"))]
    [('published', '2021-05-03'), ('updated', '2021-05-04T10:15Z')]
    """
    starts = _STARTS
    candidates = [
        i
        for i, key in enumerate(page.keys)
        if "0" in key
        and len(key) < MAX_STAMP_CHARS
        and (key.count("0") > 1 or key[:6].rstrip(_BEHIND_WORDS) in starts)
    ]
    if not candidates:
        return
    found: list[tuple[int, Span]] = []
    bare: list[tuple[int, Moment]] = []
    for i in candidates:
        moment = to_moment(page.texts[i])
        if moment is None:
            continue
        if not moment.rest:
            bare.append((i, moment))
            continue
        stamps, names = read_stamps(page.texts[i])
        found += [(i, _span(page, i, stamp)) for stamp in stamps]
        if stamps and names:
            by = page.span(i, "byline", reason="byline/after-stamp", score=0.9, value="\n".join(names))
            found.append((i, by))
    inner = inner_lines(page) if found else range(0)
    for i, span in found:
        yield span._replace(score=span.score * IN_STORY_SHARE) if i in inner else span
    if bare:
        yield from _find_bare(page, bare)


def read_stamps(text: str) -> tuple[list[Stamp], tuple[str, ...]]:
    """Return the stamps of a line, each label once, and the names behind them.

    >>> stamps, names = read_stamps("May 3, 2021 / Updated May 4, 2021")
    >>> [(label, moment.value) for label, moment in stamps], names
    ([('published', '2021-05-03'), ('updated', '2021-05-04')], ())
    """
    dated, names = _cut_byline(text)
    moment = to_moment(dated)
    found: dict[str, Stamp] = {}
    for stamp in _to_stamps(dated, moment) if moment else ():
        found.setdefault(stamp.label, stamp)
    return list(found.values()), names


def _cut_byline(text: str) -> tuple[str, tuple[str, ...]]:
    """Part "Posted on 3 May 2021 by Jane Doe" into stamp and names."""
    cut = _BY.search(text)
    names = to_names(text[cut.end() :]) if cut else ()
    return (text[: cut.start()], names) if cut and names else (text, ())


def _span(page: Page, i: int, stamp: Stamp) -> Span:
    reason, score = f"{stamp.label}/stamp", to_score(stamp.moment)
    return page.span(i, stamp.label, reason=reason, score=score, value=stamp.moment.value)


def to_score(moment: Moment) -> float:
    """Return how sure a stamp is, less where day and month may change places."""
    return STAMP_SCORE * (0.5 + moment.score / 2)


def _to_stamps(text: str, moment: Moment) -> list[Stamp]:
    """Return what a line says about its story's times; nothing when anything else stands in it.

    A bare date before the word for a change is when the story was published.
    """
    if label := STAMPS.get(moment.rest):
        return [Stamp(label, moment)]
    if _FIRST_WORDS.isdisjoint(word.lstrip("0123456789.:/") for word in moment.rest.split()):
        return []
    cuts = [match.start() for match in _WORD.finditer(text)]
    lead = text[: cuts[0]].strip(" \t\u00a0|/•·,;(-–—") if cuts else ""
    before = to_moment(lead)
    is_dated = before is not None and not before.rest
    if not cuts or not (not lead or is_dated or to_names(lead)):
        return []
    found = [Stamp("published", before)] if before and is_dated else []
    for start, end in pairwise([*cuts, len(text)]):
        part = to_moment(text[start:end])
        label = STAMPS.get(part.rest) if part else None
        if part is None or label is None:
            return []
        found.append(Stamp(label, part))
    stated = {stamp.label for stamp in found[is_dated:]}
    return found[is_dated:] if "published" in stated else found


def _find_bare(page: Page, bare: list[tuple[int, Moment]]) -> Iterator[Span]:
    """Yield ``published`` for dates that stand alone between headline, byline and story."""
    clocks = {span.start for span in page_clock.find(page)}
    head_end = first_prose(page)
    for i, moment in bare:
        if i > head_end or page.starts[i] in clocks or len(moment.value) < len("2020-07-08"):
            continue
        before, after = line_before(page, i), line_after(page, i)
        if before < 0 or after < 0:
            continue
        above, below = page.texts[before], page.texts[after]
        if after == head_end or to_names(above) or to_names(below) or _heads(page, before, head_end):
            yield page.span(
                i,
                "published",
                reason="published/bare-date",
                score=BARE_SCORE * moment.score,
                value=moment.value,
            )


def _heads(page: Page, line: int, head_end: int) -> bool:
    """Say whether a headline-like line stands close above the first paragraph."""
    if not is_title_like(page.texts[line]):
        return False
    between = filter(None, (page.texts[i] for i in range(line + 1, head_end)))
    return sum(1 for _ in islice(between, MAX_BETWEEN + 1)) <= MAX_BETWEEN
