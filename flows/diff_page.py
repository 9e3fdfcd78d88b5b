"""The page of ``strigil diff``: one HTML file that needs nothing else, in light and in dark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from archive.diff import BY, Comparison, Group, Sample
from flows.markup import to_html
from flows.review_page import PAGE_BEGINS
from flows.text_diff import find_differences

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fdfdfc; --line: #d8dade; --dim: #667;
  --more: #14713c; --more-paper: #e3f5ea; --less: #a3182f; --less-paper: #fbe7ea; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --paper: #16181c; --line: #363b43;
  --dim: #9aa3af; --more: #6fd49a; --more-paper: #12301f; --less: #f28b9c; --less-paper: #3a161d; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.1rem; margin-top: 2.5rem; }
code { overflow-wrap: anywhere; } .dim { color: var(--dim); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .2rem .6rem; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; overflow-wrap: anywhere; }
.more { color: var(--more); } .less { color: var(--less); }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .8rem 0; padding: .4rem .8rem; }
summary { cursor: pointer; overflow-wrap: anywhere; }
.text { font: 14px/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.code { font-size: .8em; outline: 1px dotted; } .text span { display: block; padding: 0 .4rem; }
.text .more { background: var(--more-paper); } .text .less { background: var(--less-paper); }
"""
_CLASSES: Final = {"+": "more", "-": "less", "…": "dim"}


def summarize(found: Comparison) -> str:
    """Return in a sentence or two what changed."""
    share = f" ({found.changed / found.captures:.1%})" if found.captures else ""
    parts = [
        f"{found.captures:,} captures are in both; {found.changed:,}{share} have another text, "
        f"{found.status_changed:,} another status. "
        f"Words kept: {found.words_more:+,} and {-found.words_less:+,}."
    ]
    if found.source_changed:
        parts.append(f"{found.source_changed:,} were read or rendered otherwise before anything was removed.")
    if found.only_before or found.only_after:
        parts.append(f"Only before: {found.only_before:,}. Only after: {found.only_after:,}.")
    return " ".join(parts)


def to_page(found: Comparison) -> str:
    """Return the page of a comparison."""
    title = f"{found.before} → {found.after}"
    body = [f"<h1>{to_html(title)}</h1><p>{to_html(summarize(found))}</p>"]
    body += [_to_section(by, found.groups[by]) for by in BY]
    if found.samples:
        body.append("<h2>Samples</h2><p class=dim>Those that changed most, each site in its turn.</p>")
        body += map(_to_details, found.samples)
    return (
        f'{PAGE_BEGINS}<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{to_html(title)}</title><style>{_STYLE}</style></head>\n<body>{''.join(body)}</body></html>\n"
    )


def _to_section(by: str, groups: Iterable[Group]) -> str:
    rows = "".join(
        f"<tr><td>{to_html(group.name) or '<span class=dim>none</span>'}</td><td>{group.captures:,}</td>"
        f"<td>{group.changed:,}</td><td class=more>{group.words_more:+,}</td>"
        f"<td class=less>{-group.words_less:+,}</td></tr>\n"
        for group in groups
        if group.changed
    )
    if not rows:
        return ""
    head = "<th>captures</th><th>changed</th><th>words kept more</th><th>words kept less</th>"
    return f"<h2>By {by}</h2><table><thead><tr><th>{by}</th>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _to_details(sample: Sample) -> str:
    return (
        f"<details open><summary>{to_html(sample.name)} <span class=dim>{sample.words_before:,} → "
        f"{sample.words_after:,} words, {to_html(sample.language or 'language unknown')}, "
        f"<code>{sample.capture_id}</code></span></summary>"
        f'<div class="text">{"".join(_to_spans(sample))}</div></details>'
    )


def _to_spans(sample: Sample) -> Iterator[str]:
    for sign, text in find_differences(sample.text_before, sample.text_after):
        yield f'<span class="{_CLASSES.get(sign, "both")}">{sign} {to_html(text)}</span>'
