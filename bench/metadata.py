"""Measure title, author, date and tags beside trafilatura and htmldate: ``python -m bench.metadata``.

An answer is right when it has the same words in the same order (title), the same set of names
(author), or the same day (date: the day where the page was written or the day in UTC, where
the gold states a zone). Shares are of the pages whose gold has the field. Tags are compared one
by one; their figure is F1 over all pages.

``--text`` asks Strigil alone about the text captures of the same pages: the others read no text.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, NamedTuple

import htmldate
import trafilatura
from rich.console import Console
from rich.table import Table

from bench.measure import spread
from bench.metrics import Confusion, tokenize
from bench.pages import RENDERINGS, GoldPage, find_missing, read_pages
from bench.quality import add_selection, to_selection
from cleaners import clean

SETS: Final = ("trafilatura_dev", "fundus_dev")
_DAY_PRECISION: Final = frozenset({"day", "minute", "second"})
# Linear: alternatives without repetition.
_BETWEEN_NAMES: Final = re.compile(r"[,;|/&]| and | und | et | y | og | i ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one tool says about one page; None and no tags where it says nothing."""

    title: str | None = None
    author: str | None = None
    day: str | None = None
    tags: tuple[str, ...] = ()


class Tally(NamedTuple):
    """How one tool did on one page: field name to right, wrong or silent, and the tags."""

    set_name: str
    tool: str
    outcomes: dict[str, str]
    tags: Confusion
    error: str | None


def answer_strigil(page: GoldPage) -> Answer:
    """Return Strigil's fields; a date less precise than a day is no answer."""
    fields = clean(page.payload, media_type=page.media_type, url=page.url).fields
    is_day = fields.published_at is not None and fields.published_precision in _DAY_PRECISION
    day = fields.published_at.date().isoformat() if is_day and fields.published_at else None
    return Answer(fields.title, fields.byline, day, fields.tags)


def answer_trafilatura(page: GoldPage) -> Answer:
    """Return trafilatura's metadata; keywords that it leaves as one string are split."""
    found = trafilatura.extract_metadata(page.payload, default_url=page.url)
    if found is None:
        return Answer()
    return Answer(found.title, found.author, found.date, tuple(",".join(found.tags or ()).split(",")))


def answer_htmldate(page: GoldPage) -> Answer:
    """Return the day htmldate takes for the publication."""
    return Answer(
        day=htmldate.find_date(page.payload.decode(errors="replace"), url=page.url, original_date=True)
    )


TOOLS: Final[dict[str, Callable[[GoldPage], Answer]]] = {
    "strigil": answer_strigil,
    "trafilatura": answer_trafilatura,
    "htmldate": answer_htmldate,
}


def judge(page: GoldPage, answer: Answer) -> tuple[dict[str, str], Confusion]:
    """Compare one answer with the gold of its page, field by field."""
    outcomes = {}
    if page.title:
        outcomes["title"] = _outcome(answer.title, tokenize(answer.title or "") == tokenize(page.title))
    if page.author:
        outcomes["author"] = _outcome(answer.author, names_of(answer.author or "") == names_of(page.author))
    if page.date and (days := days_of(page.date)):
        outcomes["date"] = _outcome(answer.day, answer.day in {day.isoformat() for day in days})
    if not page.tags:
        return outcomes, Confusion()
    given, wanted = _items_of(answer.tags), _items_of(page.tags)
    return outcomes, Confusion(len(given & wanted), len(wanted - given), len(given - wanted))


def days_of(stamp: str) -> set[date]:
    """Return the days a gold time names: where it was written, and in UTC; none where it is misspelt.

    >>> sorted(str(day) for day in days_of("2025-06-05 00:30:00+02:00"))
    ['2025-06-04', '2025-06-05']
    >>> days_of("2019-08-02")
    {datetime.date(2019, 8, 2)}
    """
    try:
        time = datetime.fromisoformat(stamp)
    except ValueError:
        return set()
    return {time.date()} | ({time.astimezone(UTC).date()} if time.tzinfo else set())


def names_of(author: str) -> frozenset[tuple[str, ...]]:
    """Return the persons of an author field, their names as words.

    >>> names_of("Jane Doe and John Roe") == names_of("john roe; Jane Doe")
    True
    """
    return _items_of(_BETWEEN_NAMES.split(author))


def _items_of(items: Iterable[str]) -> frozenset[tuple[str, ...]]:
    return frozenset(words for item in items if (words := tuple(tokenize(item))))


def _outcome(answer: object, is_right: bool) -> str:  # noqa: FBT001 - read where it is called
    if not answer:
        return "silent"
    return "right" if is_right else "wrong"


def tally(page: GoldPage) -> list[Tally]:
    """Ask every tool about one page; one that raises said nothing, and that is told."""
    tallies = []
    is_html = page.rendering == "html"
    for tool, ask in TOOLS.items() if is_html else [("strigil", answer_strigil)]:
        answer, error = Answer(), None
        try:
            answer = ask(page)
        except Exception as raised:  # noqa: BLE001 - a tool may fail in any way: that is a result
            error = f"{type(raised).__name__}: {raised}"
        name = page.set_name if is_html else f"{page.set_name} {page.rendering}"
        tallies.append(Tally(name, tool, *judge(page, answer), error))
    return tallies


def to_table(tallies: Iterable[Tally]) -> Table:
    """Return a table with a row for each set and tool."""
    groups: defaultdict[tuple[str, str], list[Tally]] = defaultdict(list)
    for one in tallies:
        groups[one.set_name, one.tool].append(one)
    table = Table(
        "set", "tool", "title", "author", "date", "tags F1", "raised", title="Right (wrong) answers"
    )
    for (set_name, tool), group in groups.items():
        shares = [_share([one.outcomes.get(field) for one in group]) for field in ("title", "author", "date")]
        tags = sum((one.tags for one in group), Confusion())
        raised = sum(one.error is not None for one in group)
        table.add_row(set_name, tool, *shares, f"{tags.f1:.3f}" if tags.tp else "–", str(raised))
    return table


def _share(outcomes: Sequence[str | None]) -> str:
    asked = [outcome for outcome in outcomes if outcome]
    right, wrong = asked.count("right"), asked.count("wrong")
    if not right + wrong:
        return "–"
    return f"{right / len(asked):.1%} ({wrong / len(asked):.1%}) of {len(asked)}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 where there was nothing to measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.metadata", description=__doc__)
    add_selection(parser)
    parser.set_defaults(sets=SETS)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--text", action="store_true", help="text captures instead of HTML")
    options = parser.parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 140)
    selection = to_selection(options, RENDERINGS[1:] if options.text else ("html",))
    for skipped in find_missing(selection):
        console.print(skipped, markup=False)
    tallies = [
        one for page in spread(tally, read_pages(selection), processes=options.processes) for one in page
    ]
    console.print(to_table(tallies) if tallies else "nothing was measured")
    for error in list(dict.fromkeys(f"{one.tool}: {one.error}" for one in tallies if one.error))[:5]:
        console.print(error, markup=False)
    return 0 if tallies else 1


if __name__ == "__main__":
    sys.exit(main())
