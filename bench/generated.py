"""Captures made up for tests of crashes and speed: every one different, all made from a seed."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Final

_SUBJECTS: Final = ("The council", "A ferry", "The museum", "Farmers", "The harbour office", "Two engineers")
_VERBS: Final = ("repaired", "closed", "opened", "inspected", "sold", "painted", "moved", "measured")
_OBJECTS: Final = ("the old bridge", "a wooden pier", "the town archive", "seven orchards", "the night tram")
_ENDS: Final = ("after the storm", "before the winter", "for the first time in years", "without a permit")
_HEAD: Final = ("Listen Live", "Share", "Print this page", "Most read")
_TAIL: Final = ("Sign up for our daily newsletter", "Read also: Ferry to run again", "© 2021 The Example.")


def write_captures(folder: Path, count: int, *, seed: int = 0) -> None:
    """Write captures into a folder, one a file: two of three are text, one is HTML."""
    folder.mkdir(parents=True, exist_ok=True)
    random_ = random.Random(seed)  # noqa: S311 - nothing secret
    for number in range(count):
        title = f"{_sentence(random_)} ({number})"
        paragraphs = [" ".join(_sentence(random_) + "." for _ in range(5)) for _ in range(6)]
        if number % 3 == 2:
            (folder / f"{number:06}.html").write_text(to_html(title, paragraphs), encoding="utf-8")
        else:
            lines = [*_HEAD, title, "By Jane Doe", *paragraphs, *_TAIL]
            (folder / f"{number:06}.txt").write_text("\n".join(lines), encoding="utf-8")


def write_pages(folder: Path, count: int) -> None:
    """Write HTML captures of 90 kB, one a file: a story among the menus, teasers and scripts of a site."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"{number:06}.html").write_text(to_page(number), encoding="utf-8")


def to_page(number: int) -> str:
    """Return an HTML capture of the bytes and lines that news sites send, each number another one."""
    random_ = random.Random(number)  # noqa: S311 - nothing secret
    script = "".join(f"window.slot{slot}={{size:[300,{slot}],lazy:true}};" for slot in range(1600))
    menu = "".join(f'<li class="menu-item"><a href="/section/{n}">Section {n}</a></li>' for n in range(100))
    teasers = "".join(
        f'<div class="teaser card"><a href="/story/{number}-{n}"><h3>{_sentence(random_)}</h3></a>'
        f'<span class="card-time">{n} min</span></div>'
        for n in range(60)
    )
    story = "".join(f"<p>{' '.join(_sentence(random_) + '.' for _ in range(5))}</p>\n" for _ in range(12))
    title = f"{_sentence(random_)} ({number})"
    return (
        f"<!DOCTYPE html><html lang=en><head><title>{title}</title><script>{script}</script></head><body>"
        f'<nav><ul class="menu">{menu}</ul></nav><article><h1>{title}</h1><p class="byline">By Jane Doe</p>'
        f'{story}</article><aside class="related">{teasers}</aside><footer>{_TAIL[-1]}</footer></body></html>'
    )


def to_text(number: int) -> str:
    """Return a small text capture, each number another one."""
    random_ = random.Random(number)  # noqa: S311 - nothing secret
    paragraphs = [" ".join(_sentence(random_) + "." for _ in range(4)) for _ in range(3)]
    title = f"{_sentence(random_)} ({number})"
    return "\n".join([*_HEAD, title, "By Jane Doe", *paragraphs, *_TAIL])


def to_note(number: int) -> str:
    """Return a text capture of a few lines, each number another one."""
    random_ = random.Random(number)  # noqa: S311 - nothing secret
    title, *sentences = (_sentence(random_) for _ in range(4))
    return "\n".join([_HEAD[1], f"{title} ({number})", ". ".join(sentences) + ".", _TAIL[-1]])


def to_html(title: str, paragraphs: list[str]) -> str:
    """Return a page with a story and what usually stands around one."""
    story = "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)
    menu = "".join(f'<li><a href="/{word}">{word}</a></li>' for word in ("World", "Sport", "Weather"))
    return (
        f"<!DOCTYPE html><html lang=en><head><title>{title}</title></head><body><nav><ul>{menu}</ul></nav>"
        f"<article><h1>{title}</h1>{story}</article><footer>{_TAIL[-1]}</footer></body></html>"
    )


def _sentence(random_: random.Random) -> str:
    words = (random_.choice(part) for part in (_SUBJECTS, _VERBS, _OBJECTS, _ENDS))
    return f"{' '.join(words)} {random_.randrange(10**6)}"
