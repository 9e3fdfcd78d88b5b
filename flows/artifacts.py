"""What a run leaves to look at in Prefect's UI: a bar, a report, tables and a picture."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast
from uuid import UUID

import httpx
from prefect import get_run_logger
from prefect.artifacts import (
    create_image_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.exceptions import PrefectHTTPStatusError
from prefect.runtime import flow_run

from archive.columns import encode
from flows.markdown import to_markdown_text
from flows.picture import draw_run
from flows.report import RunReport
from flows.summary import to_markdown
from flows.tally import Words

MAX_ROWS: Final = 1_000
_UNREACHABLE: Final = (httpx.HTTPError, PrefectHTTPStatusError)


def key(what: str) -> str:
    """Return the key of an artifact of this run's flow: the same from run to run, for a history."""
    return f"{flow_run.flow_name or 'strigil'}-{what}"


def to_sendable(text: str) -> str:
    r"""Return a text that the server can take: names of files may hold bytes that are no UTF-8.

    >>> to_sendable("caf\udce9.html") == "caf\ufffd.html"
    True
    """
    return encode(text).decode()


class ProgressBar:
    """A bar of the run. A server that does not answer costs the bar, not the run."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._id: UUID | None = None
        tell(self._create)

    def advance(self) -> None:
        """Say that one more of the total is done."""
        self._done += 1
        tell(self._update)

    def _create(self) -> None:
        made = create_progress_artifact(0.0, key=key("progress"), description=f"{self._total:,} shards")
        self._id = cast("UUID", made)

    def _update(self) -> None:
        if self._id is None:
            self._create()
        update_progress_artifact(cast("UUID", self._id), 100 * self._done / self._total)


def tell(publish: Callable[[], object]) -> None:
    """Publish something for people to look at; if the server is away, say so in the log and go on."""
    try:
        publish()
    except _UNREACHABLE as error:
        get_run_logger().warning("Not shown in the UI, the server does not answer: %s", error)


def publish_report(report: RunReport, more: str = "", *, new_lines: Sequence[Mapping[str, Any]] = ()) -> None:
    """Leave the report of a run: Markdown, tables, one picture. ``more`` is Markdown behind it."""
    tally = report.tally
    text = "\n\n".join(part for part in (to_markdown(report), more) if part)
    publish_markdown("summary", "What the run did", text)
    for name, title, rows in (
        ("statuses", "Captures by status", _counted(tally.statuses, "status", "captures")),
        ("labels", "Words removed by label", _counted(tally.words_removed, "label", "words")),
        ("sites", "Sites with the most removed", _site_rows(tally.sites)),
        ("lines", "Short lines that these sites never had before", [dict(row) for row in new_lines]),
        ("fields", "Fields found", _counted(tally.fields, "field", "captures")),
    ):
        publish_table(name, title, rows)
    if tally.statuses:
        publish_picture("picture", "What came in, what was removed, day by day", draw_run(report))


def publish_markdown(name: str, title: str, text: str) -> None:
    """Leave a page of Markdown with a title, which is text."""
    text, title = to_sendable(text), to_markdown_text(to_sendable(title))
    tell(lambda: create_markdown_artifact(text, key=key(name), description=title))


def publish_table(name: str, title: str, rows: list[dict[str, Any]]) -> None:
    """Leave a table with a title, if there is anything in it; its cells are text, no Markdown."""
    if not rows:
        return
    title = to_markdown_text(to_sendable(title))
    shown = [{column: _to_cell(value) for column, value in row.items()} for row in rows[:MAX_ROWS]]
    tell(lambda: create_table_artifact(shown, key=key(name), description=title))


def publish_picture(name: str, title: str, svg: str) -> None:
    """Leave a picture that needs no file and no network: the image is in its address."""
    address = "data:image/svg+xml;base64," + base64.b64encode(encode(svg)).decode()
    tell(lambda: create_image_artifact(address, key=key(name), description=title))


def _to_cell(value: object) -> object:
    return to_markdown_text(to_sendable(value)) if isinstance(value, str) else value


def _counted(counts: Mapping[str, int], name: str, unit: str) -> list[dict[str, Any]]:
    total = sum(counts.values()) or 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{name: one, unit: number, "share": f"{number / total:.1%}"} for one, number in ordered]


def _site_rows(sites: Mapping[str, Words]) -> list[dict[str, Any]]:
    ordered = sorted(sites.items(), key=lambda item: (-item[1].removed, item[0]))
    return [
        {
            "site": site,
            "captures": words.captures,
            "words kept": words.kept,
            "words removed": words.removed,
            "share removed": f"{words.removed / max(words.kept + words.removed, 1):.1%}",
        }
        for site, words in ordered
    ]
