"""Clean hostile pages of our own making until the time is up: ``python -m bench.fuzz --seconds 60``.

Each page must end with a status, rebuild to its source exactly, and cost at most 2 s of CPU time a MB
(small pages: 2 s). Pages are made from a seed, so a finding can be made again: ``--seed``.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from cleaners import Status, clean
from cleaners.labels import LABELS

MAX_SECONDS_PER_MB: Final = 2.0
MEGABYTE: Final = 1_000_000
_TAGS: Final = tuple(
    "div p span a ul ol li table tr td th form select option template svg math noscript iframe pre "  # noqa: SIM905
    "textarea script style title article section b i font center button dialog details frameset".split()
)
_TEXT: Final = (
    "The bridge was closed on Tuesday. Мост закрыт. 橋は閉鎖された。 جسر مغلق & < > \" ' \x00 \ufffd "
)
_CHARSETS: Final = (
    "utf-8", "windows-1250", "windows-1251", "windows-1252", "windows-1256", "gb18030", "shift_jis", "euc-kr",
    "big5", "utf-16", "koi8-r",
)  # fmt: skip
_ENTITIES: Final = (
    "&amp;",
    "&amp",
    "&#0;",
    "&#x110000;",
    "&#xD800;",
    "&nosuch;",
    "&#99999999999;",
    "&&&;",
    "&#x;",
)
_CLOSERS: Final = ("-->", "</script>", "]]>", "?>", "\"'>", "<!--", "<![CDATA[", "<!DOCTYPE", "</", "<")

Make = Callable[[random.Random, int], str]


class Finding(NamedTuple):
    """What one page did wrong, and how to make it again."""

    kind: str
    seed: int
    what: str


def _nested(rng: random.Random, size: int) -> str:
    """Elements inside each other, up to 10^5 deep."""
    tags = rng.sample(_TAGS[:16], rng.randint(1, 3))
    return "".join(f"<{tag} class=a-b>" for tag in tags) * min(size // 24, 100_000) + _TEXT


def _soup(rng: random.Random, size: int) -> str:
    """Random tags, ends, texts, entities and half-open markup."""
    pieces: list[str] = []
    chars = 0
    while chars < size:
        tag = rng.choice(_TAGS)
        pieces.append(
            rng.choice(
                (
                    f"<{tag}>", f"</{tag}>", f"<{tag} class='{_TEXT[:20]}' hidden style=display:none>", _TEXT,
                    rng.choice(_ENTITIES), rng.choice(_CLOSERS), f"<{tag} itemprop=author rel=author>",
                )
            )
        )  # fmt: skip
        chars += len(pieces[-1])
    return "".join(pieces)


def _attributes(rng: random.Random, size: int) -> str:
    """Tags with endless attributes or one endless value."""
    if rng.random() < 0.5:
        return f"<p {' '.join(f'a{number}={number}' for number in range(size // 12))}>x</p>"
    return f"<p class='{'ab-' * (size // 3)}' data-x='{'<b>' * 99}'>x</p>"


def _tables(rng: random.Random, size: int) -> str:
    """Tables, forms and templates inside each other, closed out of order."""
    opening = "<table><tr><td><form><template><select><option>"
    closing = ["</td>", "</table>", "</form>", "</template>", "</tr>", "</select>"]
    return (opening * rng.randint(1, 40) + "cell" + "".join(rng.sample(closing, 4))) * (size // 1500)


def _lines(rng: random.Random, size: int) -> str:
    """Very many short lines, or one endless one."""
    if rng.random() < 0.3:
        return f"<p>{_TEXT * (size // len(_TEXT))}</p>"
    line = rng.choice(("<li><a href=/x>12:00 One</a>", "<br>by Jane Doe", "<p>3 May 2021", "<td>a<tr>"))
    return line * (size // len(line))


def _data(rng: random.Random, size: int) -> str:
    """Scripts of data: deep, broken, huge."""
    inner = rng.choice(
        ("[" * size, '{"a":' * (size // 5), '{"articleBody": "' + "word " * (size // 5), ",  " * (size // 3))
    )
    kind = rng.choice(("type=application/ld+json", "id=__NEXT_DATA__ type=application/json"))
    assigned = rng.choice(("", "window.__STATE__=", "window.__STATE__=JSON.parse('", 'self.__A__={text:"'))
    return f"<script {'' if assigned else kind}>{assigned}{inner}</script>{_TEXT}"


def _debris(rng: random.Random, size: int) -> str:
    """Lines of one or two kinds of debris only, each a little different: a text capture."""
    examples = rng.sample([label.example for label in LABELS.values() if label.example], rng.randint(1, 2))
    lines = size // max(map(len, examples))
    return "\n".join(rng.choice(examples) + (f" {number}" if number % 3 else "") for number in range(lines))


KINDS: Final[dict[str, Make]] = {
    "nested": _nested,
    "soup": _soup,
    "attributes": _attributes,
    "tables": _tables,
    "lines": _lines,
    "data": _data,
    "debris": _debris,
}
TEXT_KINDS: Final = frozenset({"debris"})


def make_page(kind: str, seed: int, size: int) -> bytes:
    """Return a hostile page: the same for the same kind, seed and size in characters."""
    rng = random.Random(f"{kind} {seed}")  # noqa: S311  no secrets here, only pages
    charset = rng.choice(_CHARSETS)
    html = KINDS[kind](rng, size)
    if kind not in TEXT_KINDS:
        html = f"<meta charset={charset}>{html}"
    payload = html.encode(charset, "xmlcharrefreplace")
    return payload[: rng.randint(1, len(payload))] if rng.random() < 0.2 else payload


def try_page(kind: str, seed: int, size: int) -> tuple[float, list[Finding]]:
    """Clean one page; return CPU seconds a MB (a smaller page counts as one), and what went wrong."""
    payload = make_page(kind, seed, size)
    began = time.process_time()
    media_type = "text/plain" if kind in TEXT_KINDS else "text/html"
    page = clean(payload, media_type, url="https://example.org/")
    rate = (time.process_time() - began) / max(1.0, len(payload) / MEGABYTE)
    findings = []
    if page.status is Status.FAILED:
        findings.append(Finding(kind, seed, page.reason or "failed without a reason"))
    if page.rebuild() != page.source_text:
        findings.append(Finding(kind, seed, "does not rebuild to its source"))
    if rate > MAX_SECONDS_PER_MB:
        findings.append(Finding(kind, seed, f"{rate:.1f} s a MB"))
    return rate, findings


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz until the time is up; 1 where anything was found."""
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="CPU time to spend")
    parser.add_argument("--seed", type=int, default=0, help="the first page's seed")
    parser.add_argument("--size", type=int, default=200_000, help="characters of a page, about")
    options = parser.parse_args(arguments)
    worst: defaultdict[str, float] = defaultdict(float)
    findings: list[Finding] = []
    pages, seed = 0, options.seed
    while time.process_time() < options.seconds or not pages:
        for kind in KINDS:
            rate, found = try_page(kind, seed, options.size)
            worst[kind] = max(worst[kind], rate)
            findings += found
            pages += 1
        seed += 1
    print(f"{pages} pages, seeds {options.seed} to {seed - 1}; worst CPU seconds a MB:")
    for kind, rate in sorted(worst.items(), key=lambda item: -item[1]):
        print(f"  {kind:10} {rate:.2f}")
    for finding in findings[:20]:
        print(f"FOUND {finding.kind}, seed {finding.seed}: {finding.what}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
