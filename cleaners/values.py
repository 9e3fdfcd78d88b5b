"""The values of the core: what goes in, what cleaners say, what comes out.

All offsets are code points into ``source_text``, half-open. A *line* is one line of
``source_text`` (for HTML: one rendered block, so the two ways of a capture meet here).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from cleaners.explain import explain, to_visible
from cleaners.html.numbering import Numbering
from cleaners.ledger import Edit as Edit  # noqa: PLC0414  said twice: it is offered from here too
from cleaners.ledger import Line as Line  # noqa: PLC0414
from cleaners.ledger import rebuild
from cleaners.markdown import to_markdown


class Policy(StrEnum):
    """How readily debris goes.

    ``strict`` removes a doubtful line, ``lenient`` keeps it, ``annotate`` removes and
    changes nothing and only labels.
    """

    STRICT = "strict"
    BALANCED = "balanced"
    LENIENT = "lenient"
    ANNOTATE = "annotate"


class Status(StrEnum):
    """How a capture ended: every capture has exactly one."""

    CLEANED = "cleaned"
    EMPTY = "empty"
    REVIEW = "review"
    REJECTED = "rejected"
    FAILED = "failed"


class Span(NamedTuple):
    """What one cleaner says about a stretch of the text.

    ``value`` is what a field takes from the span when that is not its text: ISO 8601 for
    times (its length says its precision), several values joined by newlines.
    """

    start: int
    end: int
    label: str
    reason: str
    score: float = 1.0
    value: str | None = None


class Evidence(NamedTuple):
    """One candidate value of a field, and where it was seen (offsets -1: not in the text)."""

    field: str
    value: str
    source: str
    score: float
    start: int = -1
    end: int = -1
    chosen: bool = False


class Block(NamedTuple):
    """What the DOM knew about one rendered line of an HTML capture."""

    tag: str
    """The block element: ``p``, ``h1``, ``li``, ``td``, ``div``…"""
    path: str
    """Tag names from ``body`` down to the block, joined by ``/``."""
    words: frozenset[str]
    """Lower-case words of class, id, role and itemprop of the block and its ancestors below body."""
    link_chars: int
    """Characters of the line that stand inside ``<a href>``."""
    hidden: bool
    """``hidden``, ``aria-hidden=true``, ``display:none`` or ``visibility:hidden`` on it or above it."""


class Link(NamedTuple):
    """A link inside one rendered line: its text as it stands there, where it leads, what stands before it."""

    line: int
    text: str
    href: str
    before: str = ""


class Markup(NamedTuple):
    """What Markdown needs of an HTML capture beyond its text: a block a line, links, the base address.

    ``elements``, ``parents`` and ``numbering`` are those of an ``HtmlPage``: of each line, around each
    element, and what lists say of their numbers.
    """

    blocks: Sequence[Block]
    links: Sequence[Link]
    url: str | None
    elements: Sequence[int]
    parents: Sequence[int]
    numbering: Mapping[int, Numbering] = {}


@dataclass(frozen=True, slots=True)
class Fields:
    """What was lifted out of the page. ``evidence`` holds every candidate, the losers too.

    Times are aware, in the zone the page states, so that ``published_at.date()`` is the day where it was
    written; a time whose zone is not stated is read as UTC. ``*_precision`` is one of ``year, month, day,
    minute, second``. ``page_type`` is one of ``article, forum, product, collection, listing,
    documentation, service``. ``license`` and ``image`` are addresses: of the licence, of the lead picture.
    """

    title: str | None = None
    byline: str | None = None
    published_at: datetime | None = None
    published_precision: str | None = None
    published_source: str | None = None
    modified_at: datetime | None = None
    modified_precision: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    language_score: float | None = None
    page_clock: datetime | None = None
    related: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()
    rights: str | None = None
    license: str | None = None
    image: str | None = None
    canonical_url: str | None = None
    site_name: str | None = None
    page_type: str | None = None
    page_type_score: float | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A capture on its way through the cleaners: lines as parallel columns.

    ``starts[i]:ends[i]`` is line i without its line break; ``texts[i]`` is it stripped;
    ``keys[i]`` is its comparison key (``cleaners.segment.fold``), in which case, quote forms,
    numbers and outer punctuation do not count. ``prose`` lists the lines that are paragraphs
    (``cleaners.layout``), ``suspects`` those to which some repair could apply (``cleaners.repair``).
    ``blocks`` has one entry a line for HTML, none for text.
    """

    source_text: str
    starts: Sequence[int]
    ends: Sequence[int]
    texts: Sequence[str]
    keys: Sequence[str]
    prose: Sequence[int] = ()
    suspects: Set[int] = frozenset()
    media_type: str = "text/plain"
    url: str | None = None
    captured_at: datetime | None = None
    blocks: Sequence[Block] = ()
    links: Sequence[Link] = ()
    evidence: tuple[Evidence, ...] = ()
    marked: tuple[Span, ...] = ()
    """Lines that site rules chose while the page was rendered."""

    def span(
        self, line: int, label: str, *, reason: str, score: float = 1.0, value: str | None = None
    ) -> Span:
        """Return a span over the whole of one line."""
        return Span(self.starts[line], self.ends[line], label, reason, score, value)


Find = Callable[[Page], Iterable[Span]]
"""A cleaner: a pure function from a page to labelled spans. It never edits."""


class CaptureLike(Protocol):
    """What ``clean_many`` needs of a capture; ``captures.Capture`` has it."""

    @property
    def payload(self) -> bytes | str:
        """Bytes as they came, or text."""

    @property
    def media_type(self) -> str:
        """``text/plain`` or ``text/html``."""

    @property
    def url(self) -> str | None:
        """Target URI."""

    @property
    def captured_at(self) -> datetime | None:
        """When the capture began, aware."""

    @property
    def charset(self) -> str | None:
        """What HTTP declared."""

    @property
    def truncated(self) -> str | None:
        """Why the payload ends early (ISO 28500's reasons), None when it is whole."""

    @property
    def error(self) -> str | None:
        """Why the record is damaged, None when it is not."""


@dataclass(frozen=True, slots=True)
class CleanedPage:
    """The result of cleaning one capture.

    ``rebuild() == source_text`` always holds: nothing is lost.
    """

    text: str
    source_text: str
    edits: tuple[Edit, ...]
    lines: tuple[Line, ...]
    fields: Fields
    status: Status
    reason: str | None = None
    charset: str | None = None
    charset_source: str | None = None
    media_type: str = "text/plain"
    removed_text: str = field(default="", repr=False)
    markup: Markup | None = field(default=None, repr=False, compare=False)

    @property
    def markdown(self) -> str:
        """Return the kept text with headings, lists, quotes, code, tables and links; of a text, the text."""
        if self.markup is None:
            return self.text
        return to_markdown(self.source_text, self.lines, self.edits, self.markup)

    def rebuild(self) -> str:
        """Return the source text, made again from ``text``, ``edits`` and ``removed_text``."""
        return rebuild(self.text, self.edits, self.removed_text)

    def explain(self, *, color: bool = False) -> str:
        """Return the page line by line, each with its label, its reason and whether it was kept."""
        head = to_visible(f"{self.status}: {self.reason}" if self.reason else f"{self.status}")
        return "\n".join([head, *explain(self.lines, self.source_text, color=color)])
