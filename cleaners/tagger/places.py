"""What the DOM knew of the lines of an HTML capture, as numbers and words for the line tagger.

A place is a path and its class words: the lines of one list share one. All that can be is computed
once a place. The words themselves say what themes call their parts (``comment``, ``sidebar``); how
much of the page's prose stands under a word or a path says what is a wrapper and what is a box, on
any site and in any language.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from cleaners.html.htmlpage import HtmlPage
from cleaners.tagger.features import Floats, Ints, log_counts

MIN_PROSE_CHARS: Final = 80
MAX_PROSE_LINKS: Final = 0.4
MIN_MAIN_SHARE: Final = 0.85
"""What holds this share of the prose is around the story."""
MIN_WRAPPER_SHARE: Final = 0.5
"""What holds this share of the prose is a wrapper; its words are read apart from those of boxes."""
MAX_DEPTH: Final = 20

TAGS: Final = (
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "td", "th", "tr", "div", "dt", "dd", "pre",
    "blockquote", "figcaption", "article", "section", "header", "footer", "nav", "aside", "form",
    "button", "a", "body", "main", "ul", "ol", "table", "summary", "details", "address", "label",
)  # fmt: skip
"""Block elements that the tagger tells apart; number 0 stands for all others."""
_TAG_NUMBERS: Final = {tag: number for number, tag in enumerate(TAGS, start=1)}

FLAGS: Final = (
    ("article",), ("main",), ("nav",), ("header",), ("footer",), ("aside",), ("form",), ("ul", "ol"), ("li",),
    ("table",), ("figure",), ("blockquote",), ("dialog", "button"), ("dl",), ("details",), ("section",),
)  # fmt: skip
"""Elements around a line that the tagger tells apart, however far above it they stand."""
_FLAG_NUMBERS: Final = {tag: number for number, tags in enumerate(FLAGS) for tag in tags}

NAMES: Final = (
    "is_html", "links", "hidden", "depth", "place_lines", "place_chars", "place_mean", "place_links",
    "place_prose", "run", "parent_lines", "parent_chars", "parent_mean", "parent_links", "parent_prose",
    "least_word", "mean_word", "main_words_missing", "path_in_main", "path_beside_main", "page_links",
    "page_prose", *(f"in_{'_'.join(tags)}" for tags in FLAGS),
)  # fmt: skip


class Places(NamedTuple):
    """The DOM's side of the lines of one page.

    ``numbers`` is (lines, len(NAMES)); ``tags``, ``place`` and ``parent`` (the number of the path around the
    place) have one entry a line. Word i of the flat list ``words`` stands at place ``word_place[i]``;
    ``is_wrapper`` says whether it stands around half of the prose or more.
    """

    numbers: Floats
    tags: Ints
    place: Ints
    parent: Ints
    words: list[str]
    word_place: Ints
    is_wrapper: npt.NDArray[np.bool_]


class _Totals(NamedTuple):
    """Sums over the lines of each group (a place, or the places under one parent)."""

    lines: Floats
    chars: Floats
    links: Floats
    prose: Floats

    @classmethod
    def of(cls, group: Ints, groups: int, columns: tuple[Floats, Floats, Floats]) -> _Totals:
        """Add up the columns by group."""
        return cls(
            np.bincount(group, minlength=groups).astype(np.float64),
            *(np.bincount(group, weights=column, minlength=groups).astype(np.float64) for column in columns),
        )

    def describe(self, chars: float, prose: float) -> list[Floats]:
        """Return number of lines, share of the page, mean length, link density, share of the prose."""
        return [
            log_counts(self.lines.astype(np.int64)) / 3,
            self.chars / max(chars, 1.0),
            np.minimum(self.chars / np.maximum(self.lines, 1.0) / 100, 5.0),
            self.links / np.maximum(self.chars, 1.0),
            self.prose / max(prose, 1.0),
        ]


def find_places(page: HtmlPage, lines: Sequence[int]) -> Places:
    """Return what the DOM knew of the given lines of a page."""
    at = np.array(lines)
    page_place = np.array(page.place_of)[at]
    seen: dict[tuple[str, frozenset[str]], int] = {}
    alike = [seen.setdefault((place.path, place.words), len(seen)) for place in page.places]
    used, place = np.unique(np.array(alike)[page_place], return_inverse=True)
    all_keys = list(seen)
    keys = [all_keys[number] for number in used]
    lengths = np.array([len(page.texts[line]) for line in lines])
    chars = lengths.astype(np.float64)
    links = np.minimum(np.array(page.link_chars, np.float64)[at], chars)
    hidden = np.array([place.hidden for place in page.places], np.float64)[page_place]
    is_prose = (lengths >= MIN_PROSE_CHARS) & (links <= MAX_PROSE_LINKS * chars) & (hidden == 0)
    columns = chars, links, chars * is_prose
    all_chars, all_links, all_prose = (float(column.sum()) for column in columns)
    totals = _Totals.of(place, len(keys), columns)
    parents: dict[str, int] = {}
    parent_of = np.array([parents.setdefault(path.rpartition("/")[0], len(parents)) for path, _ in keys])
    above = _Totals.of(parent_of[place], len(parents), columns)
    words, word_place, shares = _to_words(keys, totals.prose, all_prose)
    per_place = [
        *totals.describe(all_chars, all_prose),
        *(column[parent_of] for column in above.describe(all_chars, all_prose)),
        *_word_shares(words, word_place, shares, len(keys)),
        *_paths(keys, totals.prose, all_prose),
    ]
    about = np.stack(per_place, axis=1)[place]
    flags = np.array([_flags(path) for path, _ in keys], np.float64)[place]
    whole = np.array([[all_links / max(all_chars, 1.0), all_prose / max(all_chars, 1.0)]])
    numbers = np.concatenate(
        [
            np.stack(
                [
                    np.ones(len(lines)),
                    links / np.maximum(chars, 1.0),
                    hidden,
                    np.array([min(path.count("/"), MAX_DEPTH) for path, _ in keys])[place] / 10,
                ],
                axis=1,
            ),
            about[:, :5],
            log_counts(_run_lengths(place))[:, None] / 3,
            about[:, 5:],
            np.repeat(whole, len(lines), axis=0),
            flags,
        ],
        axis=1,
    )
    tags = np.array([_TAG_NUMBERS.get(place.tag, 0) for place in page.places])[page_place]
    is_wrapper = shares >= MIN_WRAPPER_SHARE
    found = Places(numbers, tags, place, parent_of[place], words, word_place, is_wrapper)
    return _say_types(found, {one.value for one in page.evidence if one.field == "page_type"}, len(keys))


def _to_words(
    keys: list[tuple[str, frozenset[str]]], prose: Floats, all_prose: float
) -> tuple[list[str], Ints, Floats]:
    """Return the words of all places in a fixed order, the place of each, and its share of the prose."""
    words = [word for _, at in keys for word in sorted(at)]
    word_place = np.repeat(np.arange(len(keys)), [len(at) for _, at in keys])
    local: dict[str, int] = {}
    number = np.array([local.setdefault(word, len(local)) for word in words], np.int64)
    held = np.bincount(number, weights=prose[word_place], minlength=len(local)) if words else np.zeros(0)
    return words, word_place, (held / max(all_prose, 1.0))[number]


def _say_types(found: Places, stated: set[str], places: int) -> Places:
    """Return the places with what the page says of its own type, alone and beside each class word.

    A review is the story of an article, and what customers say in a shop.
    """
    types = sorted(stated - {"article"})
    if not types:
        return found
    beside = [f"{page_type}:{word}" for page_type in types for word in found.words]
    alone = [f"{page_type}:" for page_type in types for _ in range(places)]
    times = 1 + len(types)
    return found._replace(
        words=[*found.words, *beside, *alone],
        word_place=np.concatenate([np.tile(found.word_place, times), np.tile(np.arange(places), len(types))]),
        is_wrapper=np.concatenate([np.tile(found.is_wrapper, times), np.ones(len(alone), np.bool_)]),
    )


def _word_shares(words: list[str], word_place: Ints, shares: Floats, places: int) -> list[Floats]:
    """Return for each place the least and the mean share of its words, and the main words it lacks."""
    counts = np.bincount(word_place, minlength=places)
    least = np.ones(places)
    np.minimum.at(least, word_place, shares)
    mean = np.bincount(word_place, weights=shares, minlength=places) / np.maximum(counts, 1)
    is_main = shares >= MIN_MAIN_SHARE
    main = {word for word, flag in zip(words, is_main.tolist(), strict=True) if flag}
    has = np.bincount(word_place, weights=is_main, minlength=places)
    return [least, mean, (len(main) - has) / max(len(main), 1)]


def _paths(keys: list[tuple[str, frozenset[str]]], prose: Floats, all_prose: float) -> list[Floats]:
    """Return how much of the path to the prose each place shares, and how far it goes beside it."""
    held: dict[str, float] = {}
    for (path, _), chars in zip(keys, prose.tolist(), strict=True):
        if chars:
            held[path] = held.get(path, 0.0) + chars
    main = _main_path(held, MIN_MAIN_SHARE * all_prose)
    shared = np.array([_shared_depth(path.split("/"), main) for path, _ in keys], np.float64)
    depth = np.array([path.count("/") + 1 for path, _ in keys], np.float64)
    return [shared / max(len(main), 1), np.minimum(depth - shared, MAX_DEPTH) / 10]


def _main_path(held: dict[str, float], most: float) -> list[str]:
    """Return the deepest path that holds so much of the prose."""
    level: list[str] = []
    paths = [(path.split("/"), chars) for path, chars in held.items()]
    while paths:
        steps: dict[str, float] = {}
        for tags, chars in paths:
            if len(tags) > len(level):
                steps[tags[len(level)]] = steps.get(tags[len(level)], 0.0) + chars
        step = max(steps, key=lambda tag: (steps[tag], tag), default="")
        if not step or steps[step] < most:
            break
        paths = [(tags, chars) for tags, chars in paths if tags[len(level) : len(level) + 1] == [step]]
        level.append(step)
    return level


def _shared_depth(tags: list[str], main: list[str]) -> int:
    depth = 0
    for tag, other in zip(tags, main, strict=False):
        if tag != other:
            break
        depth += 1
    return depth


def _flags(path: str) -> list[float]:
    flags = [0.0] * len(FLAGS)
    for tag in path.split("/"):
        if tag in _FLAG_NUMBERS:
            flags[_FLAG_NUMBERS[tag]] = 1.0
    return flags


def _run_lengths(place: Ints) -> Ints:
    """Return for each line how many lines of the same place follow each other around it."""
    heads = np.flatnonzero(np.concatenate([[True], place[1:] != place[:-1]]))
    lengths = np.diff(np.append(heads, len(place)))
    return np.repeat(lengths, lengths)
