"""The way of a capture: decode, segment, label, settle, repair. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Final, NamedTuple, TypeVar

from cleaners import headline, lexicon, repetition, sites
from cleaners.calls import check_capture, to_kept_labels, to_policy
from cleaners.case import LED_HEADLINE, Decision
from cleaners.edits import to_edits
from cleaners.errors import CleanerError
from cleaners.fields import to_fields
from cleaners.grammars import (
    byline,
    counters,
    credit,
    dateline,
    facts,
    follow,
    headlines,
    joined,
    page_clock,
    rights,
    section,
    several,
    stamps,
    tags,
)
from cleaners.html import classes, deck, story, structure
from cleaners.html.htmlpage import HtmlPage
from cleaners.intake import EXTRACTORS, NO_TEXT, STRIGIL, Intake, Way, split_media_type, take_in, without_text
from cleaners.ledger import apply
from cleaners.settle import settle
from cleaners.tagger.tagger import Judgement, judge
from cleaners.values import CaptureLike, CleanedPage, Find, Line, Markup, Page, Policy, Status
from cleaners.wrapping import part_lines

LEXICON: Final = "lexicon"
"""The family whose spans the model reads too, so they are found first."""

CLEANERS: Final[dict[str, Find]] = {
    LEXICON: lexicon.find,
    "repetition": repetition.find,
    "byline": byline.find,
    "counters": counters.find,
    "credit": credit.find,
    "dateline": dateline.find,
    "facts": facts.find,
    "headlines": headlines.find,
    LED_HEADLINE: headlines.find_led,
    "follow": follow.find,
    "joined": joined.find,
    "several": several.find,
    "page_clock": page_clock.find,
    "rights": rights.find,
    "section": section.find,
    "stamps": stamps.find,
    "tags": tags.find,
    "site": sites.find,
    "hidden": structure.find_hidden,
    "semantic": structure.find_semantic,
    "words": classes.find_words,
    "html_title": story.find_title,
    "html_deck": deck.find,
    "html_caption": story.find_captions,
}
"""Every cleaner by its family. Two cleaners of one family are one piece of evidence."""

BATCH_CAPTURES: Final = 32
BATCH_CHARS: Final = 8_000_000
BATCH_LINES: Final = 1_500
"""What is read before the model judges it, so that memory stays bounded. From so many lines on, its calls
cost nothing beside the work; with many more the processor's cache is left."""

T = TypeVar("T")


class _Given(NamedTuple):
    """A capture handed to ``clean`` by value."""

    payload: str | bytes
    media_type: str
    url: str | None
    captured_at: datetime | None
    charset: str | None = None
    error: str | None = None
    truncated: str | None = None


def clean(  # noqa: PLR0913  the public face: what is known of a capture, and how to clean it
    payload: str | bytes,
    media_type: str = "text/plain",
    *,
    url: str | None = None,
    captured_at: datetime | None = None,
    policy: Policy | str = Policy.BALANCED,
    extractor: str = STRIGIL,
    keep: Collection[str] = (),
) -> CleanedPage:
    r"""Clean one capture: text, or HTML with ``media_type="text/html"``.

    Bad input comes back as a page with a status and a reason; only a wrong call raises. A ``captured_at``
    without a zone is read as UTC. ``extractor="trafilatura"`` lets trafilatura choose the lines of an HTML
    capture, to compare. ``keep`` are labels whose lines stay though the policy would remove them:
    ``keep=("comment", "caption")``.

    >>> page = clean("Listen Live\nThe bridge was closed on Tuesday.")
    >>> page.text
    'The bridge was closed on Tuesday.'
    >>> page.edits[0].reason, page.rebuild() == page.source_text
    ('listen_live/live', True)
    """
    given = _Given(payload, media_type, url, captured_at)
    check_capture(given)
    if media_type and "/" not in media_type:
        raise ValueError(f"media_type is {media_type!r}; give 'text/html' or 'text/plain'")
    if captured_at is not None and captured_at.tzinfo is None:
        given = given._replace(captured_at=captured_at.replace(tzinfo=UTC))
    (page,) = clean_many([given], policy=policy, extractor=extractor, keep=keep)
    return page


def clean_many(
    captures: Iterable[CaptureLike],
    *,
    policy: Policy | str = Policy.BALANCED,
    thorough_metadata: bool = False,
    extractor: str = STRIGIL,
    keep: Collection[str] = (),
) -> Iterator[CleanedPage]:
    """Clean captures as a stream, one page each, in order.

    No capture ends the stream: what fails becomes a page with status ``failed`` and the reason. A wrong call
    raises at once; what is no capture at all raises where the stream comes to it.
    ``thorough_metadata`` asks trafilatura for title, byline and publication date where the markup of an
    HTML capture is silent. That doubles or triples the time of such a page, and of what it adds only
    two thirds are right (docs/quality.md), so it is off by default. ``extractor`` and ``keep`` are as
    in ``clean``.
    """
    if extractor not in EXTRACTORS:
        raise ValueError(f"no extractor {extractor!r}; there is {' and '.join(EXTRACTORS)}")
    way = Way(to_policy(policy), extractor, thorough_metadata, to_kept_labels(keep))
    return (page for batch in _to_batches(iter(captures), way) for page in _decide_together(batch, way))


class _Taken(NamedTuple):
    """A capture, and what was taken in of it: lines to judge, or the result that says why there are none."""

    capture: CaptureLike
    intake: Intake | CleanedPage


def _to_batches(captures: Iterator[CaptureLike], way: Way) -> Iterator[list[_Taken]]:
    """Take in captures; yield those that the model reads together."""
    batch: list[_Taken] = []
    chars = lines = 0
    for capture in captures:
        check_capture(capture)
        one = _guarded(capture, partial(take_in, capture, way))
        batch.append(_Taken(capture, one))
        chars += len(capture.payload)
        lines += len(one.page.texts) if isinstance(one, Intake) else 0
        if len(batch) >= BATCH_CAPTURES or chars >= BATCH_CHARS or lines >= BATCH_LINES:
            yield batch
            batch, chars, lines = [], 0, 0
    if batch:
        yield batch


def _decide_together(batch: Sequence[_Taken], way: Way) -> Iterator[CleanedPage]:
    """Let the model judge all pages, and decide each."""
    judgements = _judge([one for _, one in batch if isinstance(one, Intake)])
    for capture, one in batch:
        if isinstance(one, Intake):
            page = _guarded(capture, partial(_decide, one, next(judgements), way))
            yield _mark_truncated(page, capture)
        else:
            yield one


def _judge(taken: Sequence[Intake]) -> Iterator[Judgement | None]:
    """Yield the model's word on each page; None for all where one of them is too much for it."""
    try:
        yield from judge([one.page for one in taken], [one.phrases for one in taken])
    except Exception:  # noqa: BLE001  the guard of the batch: each page is judged alone, in its own guard
        yield from [None] * len(taken)


def _guarded(capture: CaptureLike, step: Callable[[], T]) -> T | CleanedPage:
    """Return what a step gives, or a page with status ``failed`` and the reason."""
    try:
        return step()
    except CleanerError:
        raise  # our own data files are unusable: that is no capture's fault
    except Exception as error:  # noqa: BLE001  the per-capture guard: one page must not end a run
        reason = f"cleaner failed: {type(error).__name__}: {error}"
        return without_text(Status.FAILED, reason, split_media_type(capture.media_type)[0])


def _mark_truncated(page: CleanedPage, capture: CaptureLike) -> CleanedPage:
    """Return the page for review if its capture was cut: a person may want to fetch the rest."""
    if not (capture.truncated and page.status is Status.CLEANED):
        return page
    return replace(page, status=Status.REVIEW, reason=capture.error or f"truncated: {capture.truncated}")


def _decide(intake: Intake, judgement: Judgement | None, way: Way) -> CleanedPage:
    """Label, settle and repair one page, of which another extractor may have chosen the lines."""
    page, source, decoded, phrases, chosen = intake
    if judgement is None:
        (judgement,) = judge([page], [phrases])
    if chosen:
        decisions, review = chosen, ""
    else:
        found = {family: list(find(page)) for family, find in CLEANERS.items() if family != LEXICON}
        spans = {LEXICON: phrases, **found}
        spans[headline.FAMILY] = list(headline.find(page, spans, judgement))
        decisions, review = settle(page, spans, way.policy, judgement)
    keeps_all = bool(review) or way.policy is Policy.ANNOTATE
    if keeps_all or way.keep:
        decisions = [d._replace(kept=d.kept or keeps_all or d.label in way.keep) for d in decisions]
    parted = part_lines(decisions, page, source)
    edits = () if way.policy is Policy.ANNOTATE else to_edits(source, parted)
    text, removed_text = apply(source.source_text, edits)
    return CleanedPage(
        text=text,
        source_text=source.source_text,
        edits=edits,
        lines=_to_lines(source, parted),
        fields=to_fields(page, decisions, text, judgement.page_type),
        status=_status(text, review),
        reason=review or _why_empty(page, text),
        charset=decoded.charset,
        charset_source=decoded.charset_source,
        media_type=page.media_type,
        removed_text=removed_text,
        markup=_to_markup(page),
    )


def _to_markup(page: Page) -> Markup | None:
    if not isinstance(page, HtmlPage):
        return None
    return Markup(page.blocks, page.links, page.url, page.elements, page.parents, page.numbering)


def _to_lines(page: Page, decisions: Sequence[Decision]) -> tuple[Line, ...]:
    columns = zip(*decisions, strict=True)  # label, reason, score, kept, value
    return tuple(map(Line, page.starts, page.ends, *list(columns)[:4]))


def _status(text: str, review: str) -> Status:
    if review:
        return Status.REVIEW
    return Status.CLEANED if text.strip() else Status.EMPTY


def _why_empty(page: Page, text: str) -> str | None:
    if text.strip():
        return None
    lines = sum(1 for line in page.texts if line)
    return f"no main text: all {lines} lines are debris" if lines else NO_TEXT
