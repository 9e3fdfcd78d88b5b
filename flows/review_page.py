"""The review page as one HTML file that asks nobody for anything.

Its policy lets the browser run this one script and this one style, named by their digests, and
load nothing at all: neither a page's text nor a slip of ours can make it do more.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final

from cleaners.labels import LABELS
from flows import review_plots as plots
from flows.markup import to_attribute, to_html
from flows.review_capture import KINDS, View, to_article
from flows.review_numbers import MAX_SITES, STATUSES, Numbers

MAX_PAGE_BYTES: Final = 3_000_000
"""Captures are left out from where the page would be larger."""

PAGE_BEGINS: Final = "<!DOCTYPE html>\n<!-- strigil -->\n"

_KEYS: Final = (
    ("j k", "next, previous capture (also → ←)"),
    ("n p", "next, previous line that is not plain story (also ↓ ↑)"),
    ("o", "open or close the capture"),
    ("s", "marked, side by side, before, after"),
    ("/", "search; Esc leaves the field"),
    ("?", "this help"),
)
_VIEWS: Final = (("marked", "marked"), ("sides", "side by side"), ("before", "before"), ("after", "after"))
_KIND_NAMES: Final = {
    "data": "lifted into a field",
    "way": "ways through the site",
    "social": "readers and sharing",
    "offer": "offers and consent",
    "others": "other stories",
    "repeated": "repeated or fixed wording",
}


def to_page(title: str, lead: str, views: Sequence[View], numbers: Numbers | None = None) -> str:
    """Return the page: plots and phrases where there are numbers, then the captures."""
    style, script = _read("review.css"), _read("review.js")
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    head = (
        f'{PAGE_BEGINS}<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>{to_attribute(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n{plots.PATTERNS}"
        f'<header><h1><bdi>{to_html(title)}</bdi></h1><p class="lead">{to_html(lead)}</p></header>\n<main>\n'
    )
    tail = f"</main>\n{_help()}<script>{script}</script>\n</body>\n</html>\n"
    overview = _overview(numbers) if numbers else ""
    room = MAX_PAGE_BYTES - sum(len(part.encode()) for part in (head, overview, tail)) - 20_000
    return head + overview + _captures(views, room) + tail


def _overview(numbers: Numbers) -> str:
    shown = numbers.sites[:MAX_SITES]
    parts = [plots.funnel(numbers), plots.days(numbers.days), plots.sites(shown)]
    parts.append(plots.labels(numbers.words_removed, numbers.words_kept))
    more = f'<p class="note">The {len(shown)} sites with the most captures, of {len(numbers.sites):,}.</p>\n'
    page = f'<section class="plots">\n{"".join(parts)}</section>\n'
    if len(numbers.sites) > len(shown):
        page += more
    if numbers.phrases:
        page += '<h2>Removed most often, by site</h2>\n<section class="phrases">\n'
        page += f"{_phrases(numbers)}</section>\n"
    return page


def _phrases(numbers: Numbers) -> str:
    tables = []
    for site, phrases in numbers.phrases.items():
        rows = "".join(
            f'<tr><td><bdi dir="auto">{to_html(phrase.text)}</bdi></td><td>{to_html(phrase.label)}</td>'
            f"<td>{phrase.captures:,} ×</td></tr>"
            for phrase in phrases
        )
        tables.append(
            f"<figure><table><caption><bdi>{to_html(site)}</bdi></caption>{rows}</table></figure>\n"
        )
    return "".join(tables)


def _captures(views: Sequence[View], room_bytes: int) -> str:
    """Return the captures that fit, with what to choose among them."""
    articles: list[str] = []
    shown: list[View] = []
    for number, view in enumerate(views, 1):
        article = to_article(number, view, is_open=len(views) == 1)
        room_bytes -= len(article.encode())
        if room_bytes < 0:
            break
        articles.append(article)
        shown.append(view)
    if not views:
        return '<p class="note">No captures to look at.</p>\n' + _filter(())
    left = len(views) - len(shown)
    note = f'<p class="note">{left:,} more captures would make the page too large.</p>\n' if left else ""
    head = "<h2>Captures</h2>\n" if len(views) > 1 else ""
    return f"{head}{_legend()}{_filter(shown)}{''.join(articles)}{note}"


def _filter(views: Sequence[View]) -> str:
    labels = {line.label for view in views for line in view.page.lines}
    sites = sorted({view.site for view in views} - {""})
    statuses = {str(view.page.status) for view in views}
    return (
        '<form id="filter" hidden>'
        '<label>Search <input id="words" type="search" placeholder="/"></label>'
        + _select("site", "Site", [(site, site) for site in sites])
        + _select("status", "Status", [(name, name) for name in STATUSES if name in statuses])
        + _select("label", "Label", [(name, name) for name in LABELS if name in labels and name != "blank"])
        + '<label>Score from <input id="low" type="number" min="0" max="1" step="0.05"></label>'
        '<label>to <input id="high" type="number" min="0" max="1" step="0.05"></label>'
        + _select("view", "View", _VIEWS)
        + '<button type="reset">Clear</button><button type="button" id="keys">Keys ?</button>'
        '<output id="count" aria-live="polite"></output></form>\n'
    )


def _select(name: str, title: str, options: Sequence[tuple[str, str]]) -> str:
    if len(options) < 2:
        return ""  # nothing to choose
    everything = "" if name == "view" else '<option value="">all</option>'
    rest = "".join(
        f'<option value="{to_attribute(value)}">{to_attribute(text)}</option>' for value, text in options
    )
    return f'<label>{title} <select id="{name}">{everything}{rest}</select></label>'


def _legend() -> str:
    kinds = "".join(
        f'<li class="{kind}" title="{" ".join(KINDS[kind])}">{name}</li>'
        for kind, name in _KIND_NAMES.items()
    )
    return (
        f'<ul class="legend"><li class="story">kept, not plain story</li>{kinds}</ul>\n'
        '<p class="note">+ kept, − removed; a line that is not plain story has its label, score and reason. '
        "<ins>Mended</ins> in what was kept.</p>\n"
    )


def _help() -> str:
    rows = "".join(
        f"<tr><td>{' '.join(f'<kbd>{key}</kbd>' for key in keys.split())}</td><td>{what}</td></tr>"
        for keys, what in _KEYS
    )
    return (
        '<dialog id="help" aria-label="Keys"><h2>Keys</h2><table>'
        f'{rows}</table><p><button id="close" type="button">Close</button></p></dialog>\n'
    )


@cache
def _read(name: str) -> str:
    return (files("flows") / "assets" / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
