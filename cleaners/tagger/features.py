"""What a line looks like, as numbers: computed for all lines of a page at once, blind to the language.

Every number is a count, a quotient of counts or a looked-up logarithm, so the same page gives the
same numbers on every machine.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from cleaners.tagger import characters as ch

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_LOGS: Final[Floats] = np.log1p(np.arange(4096, dtype=np.float64)).round(9)
"""Rounded, as the last bit of a logarithm differs between machines."""
MAX_LINE_CHARS: Final = 4000
MIN_LONG_CHARS: Final = 80
MIN_LONG_DENSE: Final = 25
MIN_WORD_SHARE: Final = 0.005
WORD_SLOTS: Final = 1 << 15
_HASHED_CHARS: Final = 32
HINT_SLOTS: Final = 1 << 20
_PAGE_STEP: Final = np.uint64(0x9E3779B97F4A7C15)
"""Keeps equal lines of two pages apart."""
_MULTIPLIERS: Final = (
    np.uint32(2654435761) * np.arange(1, 2 * _HASHED_CHARS, 2, dtype=np.uint32) + np.uint32(40503)
) | np.uint32(1)

GROUPS: Final = (
    (),
    ("nav", "breadcrumb", "pagination", "legal"),
    ("related", "read_more", "trending"),
    ("byline", "published", "updated", "credit", "tags", "source_url"),
    ("section",),
    ("copyright", "disclaimer"),
    ("comment", "comment_prompt", "community", "counter", "poll"),
    ("caption", "correction"),
    ("newsletter", "paywall", "donation", "app_promo", "cookie", "ad"),
    ("share", "print", "font_size", "listen_live", "player", "typo_report"),
)
"""Labels of lexicons, in groups that mean the same to the model; the first stands for no phrase."""
GROUP_OF: Final = {label: number for number, labels in enumerate(GROUPS) for label in labels}

NAMES: Final = (
    "chars", "words", "word_chars", "upper", "digits", "dense", "commas", "terminals", "colons", "quotes",
    "opens", "dashes", "bars", "symbols", "first_upper", "first_digit", "first_other", "last_terminal",
    "last_colon", "last_comma", "last_digit", "last_letter", "last_other", "capital_words", "all_capitals",
    "short_words", "common_words", "known_words", "twins", "blanks_before", "blanks_after", "at", "to_end",
    "at_chars", "lines_above", "lines_below", "page_lines", "page_chars", "page_mean", "page_long",
    "page_dense", "terminal_rate", "indent",
    "hint_nav", "hint_related", "hint_byline", "hint_section", "hint_copyright", "hint_comment",
    "hint_caption", "hint_newsletter", "hint_share",
)  # fmt: skip


_COUNTED: Final = (ch.COMMA, ch.TERMINAL, ch.COLON, ch.QUOTE, ch.OPEN, ch.DASH, ch.BAR, ch.SYMBOL)


class Hints(NamedTuple):
    """What single words hint at: words of the lexicons' phrases, in all their languages.

    ``row[hash % len(row)]`` is the row of a word in ``weights`` (rows, len(GROUPS) - 1): how much more the
    word is said in the phrases of each group than words are on the whole. Row 0 is for all other words.
    """

    row: npt.NDArray[np.uint16]
    weights: Floats

    @classmethod
    def from_words(cls, hashes: npt.NDArray[np.uint32], weights: Floats) -> Hints:
        """Return the hints of words with these hashes."""
        row = np.zeros(HINT_SLOTS, np.uint16)
        row[hashes % HINT_SLOTS] = np.arange(1, len(hashes) + 1)
        return cls(row, np.concatenate([np.zeros((1, weights.shape[1])), weights]))


class Lines(NamedTuple):
    """The non-blank lines of some pages, one page after the other.

    Stripped texts, blank lines before each, indentation of each; ``sizes`` are the lines of each page,
    none of them 0.
    """

    texts: list[str]
    blanks: Ints
    indents: Ints
    sizes: Ints


class _Letters(NamedTuple):
    """The characters of all lines and what is known of each line and word."""

    kind: npt.NDArray[np.uint8]
    starts: Ints
    lengths: Ints
    counts: Ints
    word_starts: Ints
    word_lines: Ints
    word_chars: Ints
    hashes: npt.NDArray[np.uint32]


class _Pages(NamedTuple):
    """Which lines are of which page: number of lines, page of each line, first line of each page."""

    sizes: Ints
    of: Ints
    first: Ints

    @classmethod
    def from_sizes(cls, sizes: Ints) -> _Pages:
        """Return the layout of pages with so many lines."""
        return cls(sizes, np.repeat(np.arange(len(sizes)), sizes), np.cumsum(sizes) - sizes)

    def total(self, column: npt.NDArray[np.integer] | npt.NDArray[np.bool_]) -> Ints:
        """Return the sum of a column over the lines of each page."""
        result: Ints = np.add.reduceat(column.astype(np.int64), self.first)
        return result


def to_features(lines: Lines, hints: Hints) -> Floats:
    """Return (lines, len(NAMES)) numbers for the lines of some pages; there must be at least one.

    What a line's numbers are does not depend on the other pages.
    """
    letters, pages = _read(lines.texts), _Pages.from_sizes(lines.sizes)
    is_long = (letters.lengths >= MIN_LONG_CHARS) | (letters.counts[:, ch.DENSE] >= MIN_LONG_DENSE)
    columns = [*_shape(letters), *_words(letters, pages, is_long), *_place(letters, lines, pages, is_long)]
    return np.concatenate([np.stack(columns, axis=1), _hints(letters, hints)], axis=1)


def hash_words(texts: list[str]) -> tuple[npt.NDArray[np.uint32], Ints]:
    """Return the hashes of all words of some texts, and the number of the text each stands in."""
    letters = _read(texts)
    return letters.hashes, letters.word_lines


def _read(texts: list[str]) -> _Letters:
    """Classify every character, find words and hash them."""
    joined = "\n".join([text[:MAX_LINE_CHARS] for text in texts]) + "\n"
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    codes = np.where(codes < ch.PLANE, codes, np.uint32(ch.OTHER_PLANES))
    kind = ch.tables().kind[codes]
    breaks = np.flatnonzero(codes == 10)
    starts = np.concatenate([[0], breaks[:-1] + 1])
    line_of = np.repeat(np.arange(len(texts)), breaks - starts + 1)
    classes = len(ch.CLASSES)
    counts = np.bincount(line_of * classes + kind, minlength=len(texts) * classes).reshape(-1, classes)
    spaced = (kind == ch.LOWER) | (kind == ch.UPPER) | (kind == ch.DIGIT)
    dense = kind == ch.DENSE
    begins = dense | (spaced & ~np.concatenate([[False], spaced[:-1]]))
    word_starts = np.flatnonzero(begins)
    word_chars, hashes = np.zeros(0, np.int64), np.zeros(0, np.uint32)
    if len(word_starts):
        in_word = spaced | dense
        place = np.arange(len(codes)) - word_starts[np.maximum(np.cumsum(begins) - 1, 0)]
        mixed = ch.tables().lower[codes] * _MULTIPLIERS[np.clip(place, 0, _HASHED_CHARS - 1)] * in_word
        hashes = _scatter(np.add.reduceat(mixed.astype(np.uint32), word_starts, dtype=np.uint32))
        word_chars = np.add.reduceat(in_word.astype(np.int64), word_starts)
    return _Letters(
        kind, starts, breaks - starts, counts, word_starts, line_of[word_starts], word_chars, hashes
    )


def _scatter(hashes: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Spread the bits of hashes, so that their remainders are even."""
    hashes = (hashes ^ (hashes >> np.uint32(15))) * np.uint32(2246822519)
    return hashes ^ (hashes >> np.uint32(13))


def log_counts(counts: Ints) -> Floats:
    """Return log(1 + count), looked up, so that it is the same on every machine."""
    logs: Floats = _LOGS[np.minimum(counts, len(_LOGS) - 1)]
    return logs


def _shape(letters: _Letters) -> list[Floats]:
    """Return length, classes of characters, and how a line begins and ends."""
    kind, starts, lengths, counts = letters.kind, letters.starts, letters.lengths, letters.counts
    words = np.bincount(letters.word_lines, minlength=len(lengths))
    chars = np.bincount(letters.word_lines, weights=letters.word_chars, minlength=len(lengths))
    alphabetic = np.maximum(counts[:, ch.LOWER] + counts[:, ch.UPPER] + counts[:, ch.DENSE], 1)
    at_least_one = np.maximum(lengths, 1)
    last_at = np.maximum(starts + lengths - 1, starts)
    first, last = kind[starts], kind[last_at]
    first = np.where((first == ch.QUOTE) | (first == ch.OPEN), kind[np.minimum(starts + 1, last_at)], first)
    last = np.where((last == ch.QUOTE) | (last == ch.SYMBOL), kind[np.maximum(last_at - 1, starts)], last)
    letter_first = (first == ch.UPPER) | (first == ch.LOWER) | (first == ch.DENSE)
    return [
        log_counts(lengths) / 3,
        log_counts(words) / 2,
        chars / np.maximum(words, 1) / 6,
        counts[:, ch.UPPER] / alphabetic,
        counts[:, ch.DIGIT] / at_least_one,
        counts[:, ch.DENSE] / at_least_one,
        *(log_counts(counts[:, mark]) for mark in _COUNTED),
        (first == ch.UPPER).astype(np.float64),
        (first == ch.DIGIT).astype(np.float64),
        (~letter_first & (first != ch.DIGIT)).astype(np.float64),
        *((last == mark).astype(np.float64) for mark in (ch.TERMINAL, ch.COLON, ch.COMMA, ch.DIGIT)),
        ((last == ch.LOWER) | (last == ch.UPPER) | (last == ch.DENSE)).astype(np.float64),
        (last >= ch.QUOTE).astype(np.float64),
    ]


def _words(letters: _Letters, pages: _Pages, is_long: npt.NDArray[np.bool_]) -> list[Floats]:
    """Return what the words of a line are like, and how they stand to the words of the page's long lines."""
    lines, counts = letters.word_lines, letters.counts
    total = len(letters.lengths)
    words = np.maximum(np.bincount(lines, minlength=total), 1)
    in_long = is_long[lines]
    # A word is counted in one of WORD_SLOTS by its hash: exact counts need a sort, which costs more than
    # all the rest, and two words in one slot are rare on a page.
    slots = pages.of[lines] * WORD_SLOTS + (letters.hashes % WORD_SLOTS).astype(np.int64)
    others = np.bincount(slots[in_long], minlength=len(pages.sizes) * WORD_SLOTS)[slots] - in_long
    long_words = np.bincount(pages.of[lines[in_long]], minlength=len(pages.sizes))
    common = others > (MIN_WORD_SHARE * np.maximum(long_words, 200))[pages.of[lines]]
    capital = letters.kind[letters.word_starts] == ch.UPPER
    alphabetic = np.maximum(counts[:, ch.LOWER] + counts[:, ch.UPPER] + counts[:, ch.DENSE], 1)

    def share(flags: npt.NDArray[np.bool_]) -> Floats:
        return np.bincount(lines[flags], minlength=total) / words

    return [
        share(capital),
        (5 * counts[:, ch.UPPER] > 4 * alphabetic).astype(np.float64),
        share(letters.word_chars <= 3),
        share(common),
        share(others > 0),
        log_counts(_count_twins(letters, pages) - 1),
    ]


def _count_twins(letters: _Letters, pages: _Pages) -> Ints:
    """Return how many lines of the page have the same words as each line, itself counted."""
    key = np.zeros(len(letters.lengths), np.uint64)
    if len(letters.word_lines):
        is_head = np.concatenate([[True], letters.word_lines[1:] != letters.word_lines[:-1]])
        heads = np.flatnonzero(is_head)
        place = np.arange(len(is_head)) - heads[np.cumsum(is_head) - 1] + 1
        mixed = letters.hashes.astype(np.uint64) * place.astype(np.uint64)
        key[letters.word_lines[heads]] = np.add.reduceat(mixed, heads)
    by_page = key + pages.of.astype(np.uint64) * _PAGE_STEP
    _, which, counts = np.unique(by_page, return_inverse=True, return_counts=True)
    return np.where(key > 0, counts[which], 1)


def _hints(letters: _Letters, hints: Hints) -> Floats:
    """Return what the words of each line hint at, by group: less for a word among many."""
    rows = hints.row[letters.hashes % len(hints.row)]
    hit = np.flatnonzero(rows)
    lines, total = letters.word_lines[hit], len(letters.lengths)
    words = np.bincount(letters.word_lines, minlength=total)
    weights = hints.weights[rows[hit]]
    summed = [np.bincount(lines, weights=column, minlength=total) for column in weights.T]
    found: Floats = np.round(np.stack(summed, axis=1) / np.sqrt(words + 1.0)[:, None], 6)
    return found


def _place(letters: _Letters, lines: Lines, pages: _Pages, is_long: npt.NDArray[np.bool_]) -> list[Floats]:
    """Return where in the page a line stands, and what the page is like."""
    lengths, counts, of = letters.lengths, letters.counts, pages.of
    total = pages.sizes[of]
    index = np.arange(len(of)) - pages.first[of]
    below = total - 1 - index
    all_chars = pages.total(lengths)
    chars = np.maximum(all_chars, 1)
    until = np.cumsum(lengths)
    before = until - lengths - (until - lengths)[pages.first][of]
    after = np.concatenate([lines.blanks[1:], [0]])
    after[pages.first[1:] - 1] = 0
    page = [
        log_counts(pages.sizes) / 5,
        log_counts(chars // 16) / 8,
        np.minimum(chars / pages.sizes / 100, 5.0),
        pages.total(lengths * is_long) / chars,
        pages.total(counts[:, ch.DENSE]) / chars,
    ]
    return [
        np.minimum(lines.blanks, 3) / 3,
        np.minimum(after, 3) / 3,
        index / np.maximum(total - 1, 1),
        below / np.maximum(total - 1, 1),
        (before + lengths // 2) / chars[of],
        log_counts(index) / 4,
        log_counts(below) / 4,
        *(number[of] for number in page),
        np.minimum(counts[:, ch.TERMINAL] * 50 / np.maximum(lengths, 1), 3.0),
        np.minimum(lines.indents, 12) / 12,
    ]
