"""What a fetch did, for a person: new, unchanged, changed, gone, and what was not fetched and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.console import Console

from captures.fetching.runs import FetchReport
from captures.fetching.urls import show
from flows.summary import count

_MAX_REASONS: Final = 12
_MAX_URL_CHARS: Final = 90
_MAX_TOLD: Final = 3
_UNANSWERED: Final = frozenset({"host-busy", "robots-unreachable"})
"""Not asked, because the host had not answered before."""
_ORDER: Final = ("new", "changed", "unchanged", "gone", "redirect", "error", "failed", "refused", "not-due",
                 "waiting")  # fmt: skip


def print_fetched(console: Console, report: FetchReport) -> None:
    """Print what a run fetched and what not."""
    for line in describe(report):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def describe(report: FetchReport) -> Iterator[str]:
    """Yield the lines on a run.

    >>> from collections import Counter
    >>> next(describe(FetchReport(Counter(new=2, refused=1), requests=4)))
    'Fetched with 4 requests (0.0 MB): 2 new, 1 refused.'
    """
    told = [f"{report.outcomes[name]:,} {name}" for name in _ORDER if report.outcomes[name]]
    size = f"{report.received_bytes / 1e6:.1f} MB"
    yield f"Fetched with {count(report.requests, 'request')} ({size}): {', '.join(told) or 'no page'}."
    if report.lists:
        told = [f"{report.lists[name]:,} {name}" for name in _ORDER if report.lists[name]]
        yield f"Feeds, sitemaps and lists: {', '.join(told)}."
    reasons = [(key, number) for key, number in report.reasons.most_common() if key[0] != "gone"]
    for (outcome, reason), number in reasons[:_MAX_REASONS]:
        why = f"{outcome}: {reason}" if reason else outcome
        yield f"  {number:>7,} {why}, as {show(report.examples[outcome, reason], _MAX_URL_CHARS)}"
    if report.path:
        yield f"A line for every URL: {report.path}"


def is_in_vain(report: FetchReport) -> bool:
    """Return whether something was asked for and nothing at all could be had.

    >>> from collections import Counter
    >>> is_in_vain(FetchReport(Counter(failed=2))), is_in_vain(FetchReport(Counter(failed=2, unchanged=1)))
    (True, False)
    """
    outcomes = report.outcomes + report.lists
    return bool(outcomes) and set(outcomes) <= {"failed", "refused", "error"}


def count_failed(report: FetchReport) -> tuple[int, int]:
    """Return how much of what was asked for gave no answer, and how much was asked for.

    What robots.txt or a limit of ours forbids was not asked for; a page that is gone is an answer, and
    a redirect counts as the page it leads to.

    >>> from collections import Counter
    >>> reasons = Counter({("refused", "robots"): 3, ("refused", "host-busy"): 1, ("error", "500"): 1})
    >>> count_failed(FetchReport(Counter(new=7, gone=1, redirect=2, refused=4, error=1), reasons=reasons))
    (2, 10)
    """
    failed = sum(number for key, number in report.reasons.items() if _is_failure(*key))
    outcomes = report.outcomes + report.lists
    return failed, failed + sum(outcomes[name] for name in ("new", "changed", "unchanged", "gone"))


def failures(report: FetchReport) -> str:
    """Return why what was asked for gave no answer, the most frequent reasons first."""
    found = [(key, number) for key, number in report.reasons.most_common() if _is_failure(*key)]
    return ", ".join(f"{number:,} {reason or outcome}" for (outcome, reason), number in found[:_MAX_TOLD])


def _is_failure(outcome: str, reason: str) -> bool:
    return outcome in {"error", "failed"} or (outcome == "refused" and reason in _UNANSWERED)


def to_markdown(report: FetchReport) -> str:
    """Return the same as Markdown, for a page that shows it; nothing from outside can be markup there."""
    lines = [line.strip().replace("`", "'") for line in describe(report)]
    return "\n".join(f"* `{line}`" for line in lines)
