"""The summary: right numbers, and readable where there is no terminal."""

from __future__ import annotations

import doctest
import io
from collections import Counter
from types import ModuleType

import pytest
from rich.console import Console

from flows import summary
from flows.jobs import ShardReport
from flows.report import RunReport
from flows.tally import MAX_PROBLEMS, Tally


@pytest.fixture
def report() -> RunReport:
    """Return the report of a run with a bit of everything."""
    tally = Tally(captures=2_010, known=10)
    tally.statuses = Counter(cleaned=1_998, failed=2)
    tally.words_kept = 90_000
    tally.words_removed = Counter({f"label_{n}": 100 * n for n in range(1, 20)})
    tally.fields = Counter(title=1_998, byline=5)
    tally.examples = {"title": ["Bridge closed", "x" * 200], "byline": ["Jane Doe"]}
    tally.add_problem("a.gz", "the gzip stream ends early")
    return RunReport("balanced-01234567", items=3, items_known=1, tally=tally, seconds=2.0)


def shown(report: RunReport, *, terminal: bool) -> str:
    """Return the summary as it is printed."""
    out = io.StringIO()
    summary.print_summary(Console(file=out, width=80, force_terminal=terminal), report, "news")
    return out.getvalue()


@pytest.mark.parametrize("module", [summary], ids=lambda module: module.__name__)
def test_examples_in_docstrings_hold(module: ModuleType) -> None:
    """Every ``>>>`` example shows what happens."""
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed


def test_summary_is_plain_without_a_terminal(report: RunReport) -> None:
    """No escape codes in a file, no table wider than 80."""
    text = shown(report, terminal=False)
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80
    for part in ("2,000 captures archived", "1,998", "90,000", "19,000", "Jane Doe", "a.gz", "others"):
        assert part in text


def test_summary_has_colours_on_a_terminal(report: RunReport) -> None:
    """On a terminal the same words have colours."""
    assert "\x1b[32m" in shown(report, terminal=True)


def test_summary_names_the_archive_in_the_command_to_try(report: RunReport) -> None:
    """Where some problems are left out, the command that lists them asks this archive."""
    report.tally.problem_count += 1
    assert "where status <> 'cleaned'\" --archive news\n" in shown(report, terminal=False)


def test_a_run_that_was_stopped_did_not_look_in_vain() -> None:
    """A reclean has no source: stopped at once, it does not complain of one."""
    assert summary.headline(RunReport("edition", is_stopped=True)) == "Nothing was cleaned."


def test_summary_names_what_was_not_finished(report: RunReport) -> None:
    """A shard that failed is named with its reason."""
    report.add(ShardReport("b.warc", failure="the worker process died twice"))
    assert not report.is_complete
    assert "b.warc" in shown(report, terminal=False)


def test_markdown_has_the_counts(report: RunReport) -> None:
    """The artifact of a flow run shows the same numbers."""
    text = summary.to_markdown(report)
    assert "| captures | cleaned | 1,998 |" in text
    assert "* a.gz: the gzip stream ends early" in text


def test_tallies_add_up() -> None:
    """Counts of two shards are the counts of the run; problems are listed up to a bound."""
    left, right = Tally(captures=2, words_kept=3), Tally(captures=5, words_kept=7)
    left.words_removed["nav"] = right.words_removed["nav"] = 4
    for number in range(MAX_PROBLEMS + 5):
        right.add_problem(str(number), "why")
    left.add(right)
    assert (left.captures, left.words_kept, left.words_removed["nav"]) == (7, 10, 8)
    assert left.problem_count == MAX_PROBLEMS + 5
    assert len(left.problems) == MAX_PROBLEMS
