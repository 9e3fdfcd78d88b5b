"""Sites made up for the drift alarm: weeks of captures that look alike, and then a redesign.

Two kinds: HTML of a generator of our own, and, where the gold sets are, text captures that wear the
furniture of a real page around the story of another. Both have what real sites have: teasers that
change every day, shorter stories and fewer of them at weekends, days with few captures.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Protocol

from bench.pages import GoldPage, Selection, read_pages
from captures.values import Capture, Provenance

FIRST_DAY: Final = date(2026, 1, 5)
"""A Monday."""
_MIN_FURNITURE: Final = 6
_TEASER_WORDS: Final = 5
_WORDS: Final = (
    "council", "ferry", "museum", "harbour", "orchard", "bridge", "archive", "tram", "market", "school",
    "river", "station", "tower", "garden", "library", "clinic", "theatre", "forest", "railway", "village",
    "budget", "storm", "election", "harvest", "exhibition", "festival", "strike", "repair", "inquiry",
    "report", "licence", "contract", "petition", "vote", "closure", "opening", "delay", "record", "season",
    "winter", "summer", "morning", "evening", "north", "south", "old", "new", "small", "large", "public",
    "private", "local", "regional", "national", "early", "late", "first", "second", "third", "wooden",
    "narrow", "quiet", "busy", "empty", "crowded", "modern", "famous", "forgotten", "restored", "painted",
)  # fmt: skip
_VERBS: Final = (
    "opened", "closed", "repaired", "sold", "moved", "measured", "painted", "visited", "refused",
    "promised", "found", "lost",
)  # fmt: skip


class Site(Protocol):
    """Something that gives captures."""

    @property
    def name(self) -> str:
        """Return its host."""

    def payload(self, day: date, number: int, *, is_redesigned: bool) -> tuple[bytes, str]:
        """Return the payload and the media type of a capture of a day."""


def captures_of(site: Site, day: date, count: int, *, is_redesigned: bool) -> Iterator[Capture]:
    """Yield captures of a day: a third fewer at weekends, now and then only a few."""
    random_ = random.Random(f"{site.name} {day}")  # noqa: S311 - nothing secret
    count = round(count * (0.6 if day.weekday() >= 5 else 1) * random_.choice((1, 1, 1, 1, 0.8, 1.2, 0.4)))
    for number in range(max(count, 1)):
        payload, media_type = site.payload(day, number, is_redesigned=is_redesigned)
        yield Capture(
            payload,
            Provenance("made", "drift", "html", number),
            media_type,
            f"https://{site.name}/{day}/{number}",
            datetime(day.year, day.month, day.day, 6, tzinfo=UTC) + timedelta(minutes=number),
            "record",
        )


@dataclass(frozen=True)
class MadeSite:
    """A site of the generator; its words, its order and its habits follow from its name."""

    name: str

    def payload(self, day: date, number: int, *, is_redesigned: bool) -> tuple[bytes, str]:
        """Return an HTML page: menu, headline, stamp, story, teasers of the day, footer."""
        look = random.Random(f"{self.name} {is_redesigned}")  # noqa: S311
        furniture = [_phrase(look) for _ in range(look.randrange(12, 30))]
        page = random.Random(f"{self.name} {day} {number}")  # noqa: S311
        today = random.Random(f"{self.name} {day}")  # noqa: S311
        teasers = [_headline(today) for _ in range(look.randrange(3, 12))]
        title, story = _headline(page), _story(page, shorter=day.weekday() >= 5)
        menu = "".join(f"<li><a href='/{n}'>{text}</a></li>" for n, text in enumerate(furniture[:8]))
        more = "".join(f"<li><a href='/t{n}'>{text}</a></li>" for n, text in enumerate(teasers))
        paragraphs = "".join(f"<p>{paragraph}</p>\n" for paragraph in story)
        foot = "".join(f"<div>{text}</div>" for text in furniture[8:])
        if is_redesigned:  # no headline element, no stamp, furniture inside the story's own box
            body = (
                f"<div class=a1><div class=b2>{title}</div>{foot}<div class=c3>{paragraphs}</div>{more}</div>"
            )
            head = ""
        else:
            head = f"<meta property='article:published_time' content='{day}T05:00:00Z'><title>{title}</title>"
            body = (
                f"<nav><ul>{menu}</ul></nav><article><h1>{title}</h1>{paragraphs}</article>"
                f"<aside><ul>{more}</ul></aside><footer>{foot}</footer>"
            )
        html = f"<!DOCTYPE html><html lang=en><head>{head}</head><body>{body}</body></html>"
        return html.encode(), "text/html"


@dataclass(frozen=True)
class GoldSite:
    """Real furniture, before and after a redesign, around the stories of other real pages."""

    name: str
    looks: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    stories: tuple[tuple[str, ...], ...]

    def payload(self, day: date, number: int, *, is_redesigned: bool) -> tuple[bytes, str]:
        """Return a text capture: furniture, a story, furniture; a third of the long furniture is teasers."""
        page = random.Random(f"{self.name} {day} {number}")  # noqa: S311
        today = random.Random(f"{self.name} {day}")  # noqa: S311
        head, tail = self.looks[is_redesigned]
        story = page.choice(self.stories)
        lines = [
            *(self._teaser(line, today) for line in head),
            *story,
            *(self._teaser(line, today) for line in tail),
        ]
        return "\n".join(lines).encode(), "text/plain"

    def _teaser(self, line: str, today: random.Random) -> str:
        is_teaser = len(line.split()) >= _TEASER_WORDS and random.Random(line).random() < 1 / 3  # noqa: S311
        return today.choice(self.stories)[0][:80] if is_teaser else line


def read_gold_sites(selection: Selection, count: int) -> tuple[GoldSite, ...]:
    """Return sites that wear the furniture of gold pages, as many as there are pages for, up to a count."""
    pages = [page for page in read_pages(selection) if page.line_gold]
    by_language: dict[str, list[GoldPage]] = {}
    for page in pages:
        by_language.setdefault(page.language or "", []).append(page)
    sites: list[GoldSite] = []
    for language, own in sorted(by_language.items()):
        looks = [look for page in own if min(map(len, (look := _furniture(page)))) >= _MIN_FURNITURE]
        stories = tuple(story for page in own if len(story := _main_lines(page)) >= 3)
        if len(stories) < 50:
            continue  # the same story again and again is no site
        sites += [
            GoldSite(f"{language or 'xx'}{number}.example", (before, after), stories)
            for number, (before, after) in enumerate(zip(looks[::2], looks[1::2], strict=False))
        ]
    return tuple(sites[:: max(len(sites) // count, 1)][:count])


def _furniture(page: GoldPage) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the lines before and after the story, without blank ones."""
    lines = page.payload.decode().split("\n")
    main = [at for at, mark in enumerate(page.line_gold) if mark == 1]
    first, last = (main[0], main[-1]) if main else (0, 0)
    return _filled(lines[:first]), _filled(lines[last + 1 :])


def _main_lines(page: GoldPage) -> tuple[str, ...]:
    lines = zip(page.payload.decode().split("\n"), page.line_gold, strict=False)
    return _filled([line for line, mark in lines if mark == 1])


def _filled(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(line for line in lines if line.strip())


def _phrase(random_: random.Random) -> str:
    return " ".join(random_.choice(_WORDS) for _ in range(random_.randrange(1, 4))).capitalize()


def _headline(random_: random.Random) -> str:
    words = [random_.choice(_WORDS) for _ in range(3)]
    event = f"{words[0]} {random_.choice(_VERBS)} after {words[1]} {words[2]}"
    return f"{event} {random_.randrange(900)}".capitalize()


def _story(random_: random.Random, *, shorter: bool) -> list[str]:
    paragraphs = random_.randrange(4, 14)
    return [
        " ".join(_sentence(random_) for _ in range(random_.randrange(2, 6)))
        for _ in range(round(paragraphs * (0.6 if shorter else 1)))
    ]


def _sentence(random_: random.Random) -> str:
    words = [random_.choice(_WORDS) for _ in range(random_.randrange(4, 9))]
    return (
        f"The {words[0]} {random_.choice(_VERBS)} the {' '.join(words[1:])} of the {random_.choice(_WORDS)}."
    )
