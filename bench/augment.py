"""Make text captures worse in the ways real ones are, lines and their gold together.

Training on these keeps the tagger from trusting what one renderer happens to do.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from cleaners.lexicon import load_lexicons

Marked = list[tuple[str, int]]
"""Lines with their gold: 1 main text, 0 not, -1 do not care."""

MAX_JOINED_CHARS: Final = 400
_HAN: Final = [chr(code) for code in range(0x4E00, 0x4E00 + 3000)]
_FULL_WIDTH: Final = {".": "。", ",": "，", "!": "！", "?": "？", ":": "："}
_KEPT_LABELS: Final = frozenset({"section", "caption", "correction", "tags"})


class Augmenter:
    """Changes captures at random, from one seed. It remembers the last capture to graft from."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311  training data, no secret
        self._other: Marked = []
        self._phrases = [
            wording
            for phrase in load_lexicons().phrases
            if phrase.form == "line" and phrase.label not in _KEPT_LABELS
            for wording in phrase.patterns
            if "{" not in wording
        ]
        self._ways: tuple[Callable[[Marked], Marked], ...] = (
            self._without_blanks, self._joined, self._indented, self._cut, self._grafted, self._with_phrases,
            self._dense, self._unframed, self._broken,
        )  # fmt: skip

    def change(self, lines: Marked) -> Marked:
        """Return the capture changed in one way, or as it was where that would leave nothing."""
        changed = self._random.choice(self._ways)(lines)
        self._other = lines
        return changed if any(text.strip() for text, _ in changed) else lines

    def _without_blanks(self, lines: Marked) -> Marked:
        return [line for line in lines if line[0].strip()]

    def _joined(self, lines: Marked) -> Marked:
        """Join neighbours of one kind, as `get_text()` without a separator does."""
        result: Marked = []
        for text, gold in lines:
            if (
                result
                and result[-1][1] == gold
                and result[-1][0].strip()
                and len(result[-1][0]) + len(text) < MAX_JOINED_CHARS
                and self._random.random() < 0.3
            ):
                space = self._random.choice(["", " ", " "])
                result[-1] = (result[-1][0] + space + text.strip(), gold)
            else:
                result.append((text, gold))
        return result

    def _broken(self, lines: Marked) -> Marked:
        """Break lines around a word or two, as inline tags on lines of their own do."""
        result: Marked = []
        for text, gold in lines:
            words = text.split()
            if len(words) > 12 and self._random.random() < 0.3:
                start = self._random.randrange(3, len(words) - 3)
                stop = start + self._random.randrange(1, 4)
                pieces = (words[:start], words[start:stop], words[stop:])
                result += [(" ".join(piece), gold) for piece in pieces if piece]
            else:
                result.append((text, gold))
        return result

    def _indented(self, lines: Marked) -> Marked:
        margin = " " * self._random.choice([2, 4, 8])
        return [(margin + text if text.strip() else text, gold) for text, gold in lines]

    def _cut(self, lines: Marked) -> Marked:
        third = max(1, len(lines) // 3)
        start = self._random.randrange(third)
        return lines[start : len(lines) - self._random.randrange(third)]

    def _grafted(self, lines: Marked) -> Marked:
        """Put the story of one page into the frame of another."""
        here, there = _story(lines), _story(self._other)
        if not here or not there:
            return lines
        return self._other[: there.start] + lines[here.start : here.stop] + self._other[there.stop :]

    def _unframed(self, lines: Marked) -> Marked:
        """Leave little of the page around the story."""
        story = _story(lines)
        if not story:
            return lines
        above, below = self._random.randrange(15), self._random.randrange(25)
        return lines[max(0, story.start - above) : story.stop + below]

    def _with_phrases(self, lines: Marked) -> Marked:
        """Put debris of any language in the place of debris, and some between."""
        result: Marked = []
        for text, gold in lines:
            is_debris = gold == 0 and 0 < len(text.strip()) < 40
            replaced = is_debris and self._random.random() < 0.3
            result.append((self._random.choice(self._phrases) if replaced else text, gold))
            if self._random.random() < 0.02:
                result.append((self._random.choice(self._phrases), 0))
        return result

    def _dense(self, lines: Marked) -> Marked:
        """Write every word as one or more ideographs: a page in a script without spaces."""
        return [(_to_dense(text), gold) for text, gold in lines]


def _story(lines: Marked) -> range:
    """Return the lines from the first to the last of the main text."""
    main = [number for number, (_, gold) in enumerate(lines) if gold == 1]
    return range(main[0], main[-1] + 1) if main else range(0)


def _to_dense(text: str) -> str:
    pieces = []
    for word in text.split():
        core = word.strip(".,!?;:\"'()“”")
        drawn = random.Random(core.lower())  # noqa: S311  one word, always the same characters
        pieces.append("".join(drawn.choice(_HAN) for _ in range(max(1, (len(core) + 2) // 3))))
        pieces.append(_FULL_WIDTH.get(word[-1], ""))
    return "".join(pieces) or text
