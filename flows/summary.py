"""What a run did, for a person to enjoy: counts with small bars, what was lifted, where it lies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.cli_options import archive_option
from flows.markdown import to_markdown_line
from flows.report import RunReport
from flows.tally import Tally

_BAR_CELLS: Final = 24
_EIGHTHS: Final = " ▏▎▍▌▋▊▉"
_STATUS_COLORS: Final = {
    "cleaned": "green", "empty": "yellow", "review": "yellow", "rejected": "red", "failed": "red",
}  # fmt: skip
_MAX_LABELS: Final = 12
_MAX_FIELDS: Final = 8
_MAX_PROBLEMS: Final = 10
_MAX_EXAMPLE_CHARS: Final = 32
_LIST_PROBLEMS: Final = "select source_file, error from documents where status <> 'cleaned'"
_SHOWN_FIELDS: Final = ("title", "byline", "published_at", "section", "tags", "related", "language")


def print_summary(console: Console, report: RunReport, place: str) -> None:
    """Print what a run into an archive found, cleaned, removed and lifted, and what needs a look."""
    tally = report.tally
    console.print(headline(report), highlight=False)
    if tally.statuses:
        console.print(_bars("captures", tally.statuses, _STATUS_COLORS), "")
    if tally.words_kept or tally.words_removed:
        console.print(_words(tally), "")
    if tally.fields:
        console.print(_fields(tally), "")
    _print_problems(console, report, f'strigil sql "{_LIST_PROBLEMS}"{archive_option(place)}')
    for note in report.notes:
        _print_plain(console, note)


def headline(report: RunReport) -> str:
    """Return one or two sentences on what a run did.

    >>> headline(RunReport("balanced-0123abcd", items=3, items_known=3))
    'Nothing new: all 3 files were in the archive already.'
    """
    done = sum(report.tally.statuses.values())
    parts = []
    if done:
        rate = f"{done / report.seconds:,.0f} a second" if report.seconds else "at once"
        parts.append(f"{count(done, 'capture')} archived in {report.seconds:.1f} s ({rate}).")
        if report.finished:
            parts.append(f"{report.finished:,} of them had been left unfinished before.")
    elif not report.is_complete:
        parts.append("Nothing was cleaned.")
    elif not report.items:
        parts.append("Nothing to clean: the source has no files in it.")
    elif report.items_known == report.items:
        all_files = "all of it was" if report.items == 1 else f"all {report.items:,} files were"
        parts.append(f"Nothing new: {all_files} in the archive already.")
    else:
        parts.append("Nothing new: every capture was in the archive already.")
    if done and (report.items_known or report.tally.known):
        known = [count(report.items_known, "file")] if report.items_known else []
        known += [count(report.tally.known, "capture")] if report.tally.known else []
        parts.append(f"Known before: {' and '.join(known)}.")
    return " ".join(parts)


def count(number: int, noun: str) -> str:
    """Return a number with its noun.

    >>> count(1, "file"), count(2000, "file")
    ('1 file', '2,000 files')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def bar(share: float, cells: int = _BAR_CELLS) -> str:
    """Return a bar for a share of 0 to 1, exact to an eighth of a cell; a trace is still seen.

    >>> bar(0.5, 4), bar(0.001, 4), bar(0.0, 4)
    ('██', '▏', '')
    """
    eighths = max(round(share * cells * 8), 1 if share > 0 else 0)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def status_line(statuses: Mapping[str, int]) -> str:
    """Return the counts of statuses in one line.

    >>> status_line({"failed": 2, "cleaned": 1998})
    '1,998 cleaned, 2 failed'
    """
    ordered = [name for name in _STATUS_COLORS if statuses.get(name)]
    return ", ".join(f"{statuses[name]:,} {name}" for name in ordered) or "nothing new"


def to_markdown(report: RunReport) -> str:
    """Return what a run did as Markdown, for a page that shows it."""
    tally = report.tally
    rows = [("captures", name, number) for name, number in tally.statuses.most_common()]
    rows.append(("words", "kept", tally.words_kept))
    rows += [("words removed", label, words) for label, words in tally.words_removed.most_common()]
    rows += [("lifted", name, number) for name, number in tally.fields.most_common()]
    lines = [headline(report), "", f"Edition `{report.edition}`", "", "| | | |", "|---|---|---:|"]
    lines += [f"| {kind} | {name} | {number:,} |" for kind, name, number in rows]
    if tally.problems:
        lines += ["", f"{count(tally.problem_count, 'capture')} to look at:", ""]
        lines += [
            f"* {to_markdown_line(problem.where)}: {to_markdown_line(problem.what)}"
            for problem in tally.problems
        ]
    return "\n".join(lines)


def _bars(title: str, counts: Mapping[str, int], colors: Mapping[str, str]) -> Table:
    table = _table(title)
    total = max(sum(counts.values()), 1)
    for name in sorted(counts, key=lambda name: -counts[name]):
        table.add_row(name, f"{counts[name]:,}", Text(bar(counts[name] / total), colors.get(name, "cyan")))
    return table


def _words(tally: Tally) -> Table:
    removed = tally.words_removed.total()
    total = tally.words_kept + removed
    table = _table("words")
    table.add_row("kept", f"{tally.words_kept:,}", Text(bar(tally.words_kept / total), "green"))
    table.add_row("removed", f"{removed:,}", Text(bar(removed / total), "red"))
    shown = tally.words_removed.most_common(_MAX_LABELS)
    for label, words in shown:
        table.add_row(Text(f"  {label}", "dim"), f"{words:,}", Text(bar(words / total), "red dim"))
    rest = removed - sum(words for _, words in shown)
    if rest:
        table.add_row(Text("  others", "dim"), f"{rest:,}", Text(bar(rest / total), "red dim"))
    return table


def _fields(tally: Tally) -> Table:
    table = _table("lifted")
    for name in [name for name in _SHOWN_FIELDS if tally.fields[name]][:_MAX_FIELDS]:
        examples = " · ".join(_shorten(value) for value in tally.examples.get(name, ()))
        table.add_row(
            name, f"{tally.fields[name]:,}", Text(examples, "cyan", overflow="ellipsis", no_wrap=True)
        )
    return table


def _shorten(value: str) -> str:
    line = " ".join(value.split())
    return line if len(line) <= _MAX_EXAMPLE_CHARS else line[: _MAX_EXAMPLE_CHARS - 1] + "…"


def _table(title: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=True, header_style="bold", pad_edge=False)
    table.add_column(title, min_width=14, no_wrap=True)
    table.add_column("", justify="right", min_width=9, no_wrap=True)
    table.add_column("", overflow="ellipsis", no_wrap=True)
    return table


def _print_problems(console: Console, report: RunReport, command: str) -> None:
    """Print what needs a look: each reason once, with how often it was met and where first."""
    tally = report.tally
    if tally.problem_count:
        verb = "needs" if tally.problem_count == 1 else "need"
        console.print(
            f"{count(tally.problem_count, 'capture')} {verb} a look:", style="yellow", highlight=False
        )
        seen: dict[str, list[str]] = {}
        for problem in tally.problems:
            reason = problem.what.partition("\n")[0].removeprefix(f"{problem.where}: ")
            seen.setdefault(reason, []).append(problem.where)
        for reason, places in list(seen.items())[:_MAX_PROBLEMS]:
            more = f" and {len(places) - 1:,} more" if len(places) > 1 else ""
            where = "" if reason.startswith(places[0]) else f"{places[0]}{more}: "
            _print_plain(console, f"  {where}{reason}")
        if len(seen) > _MAX_PROBLEMS or len(tally.problems) < tally.problem_count:
            _print_plain(console, f"  … all of them: {command}")
        console.print()
    for failed in report.failures:
        _print_plain(console, f"not finished: {failed.name}: {failed.failure}", "red")


def _print_plain(console: Console, text: str, style: str | None = None) -> None:
    """Print a line that may be longer than the terminal, as it is."""
    console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)
