"""What was said about one line, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Final, NamedTuple

from cleaners.grammars.scripts import count_words
from cleaners.labels import LABELS, Safety
from cleaners.tagger.tagger import MODEL_REASON
from cleaners.values import Block, Policy, Span

DECISIVE: Final = frozenset({"site", "hidden"})
"""Families that need no second opinion: a person's rule, and what no reader of the page saw."""
STRUCTURE: Final = frozenset({"semantic", "words", "repetition"})
"""Families that see where a line stands, not what it says: they name it less exactly."""
MARKED_APART: Final = frozenset({"html_caption"})
"""Families that read in the page's own markup that a line of kind D stands beside the running text: there
it is data, as kind C is, and the policy says whether it stays."""

_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SET_APART: Final = frozenset({"li", "pre"})
"""Elements whose lines are also single words of the story: items of its lists, its code. So are headings."""

_CLEAR: Final = frozenset({Safety.A, Safety.B, Safety.C})
_CLEAR_ANYWHERE: Final = frozenset({Safety.A, Safety.B})
"""Kinds that a sure wording is enough for."""
MIN_CLEAR_WORDS: Final = 3
LED_HEADLINE: Final = "led_headline"

WORDING_LEAD: Final = 0.1
SURE: Final = 0.85
"""From this score on the kind of a line (dateline, caption, headline) protects it; below it is a doubt."""
MODEL_WEIGHT: Final = 5.0
MODEL_PIVOT: Final = 0.7
"""The chance of being main text from which on the model speaks for a line, with its weight."""

MODEL_LEAD: Final = 0.5
"""What the model's word against a line needs less than rules of kind B do: under ``balanced`` it removes a
line alone at a chance of 0.5."""

MIN_WORD: Final = 0.5
"""A weaker word (the name of a section) removes no line that the model takes for the story."""
EVEN_CHANCE: Final = 0.5
MIN_PROTECTED: Final = 0.05
"""What the model is so sure against is no caption or correction of this story but a link to others."""
_ABOVE: Final = frozenset({"title", "subtitle"})
"""They stay however sure the model is: it was taught by gold that mostly begins below them."""


class Bar(NamedTuple):
    """How much a case must weigh by kind of label, and the removal budget of the policy.

    ``d`` is for lines of kind D that their markup sets apart; no other line of kind D goes.
    """

    a: float
    b: float
    c: float
    d: float
    max_lost_share: float

    def needs(self, label: str) -> float:
        """Return how much a case for this label must weigh."""
        safety = LABELS[label].safety
        if safety is Safety.A:
            return self.a
        return self.b if safety is Safety.B else self.c if safety is Safety.C else self.d

    @property
    def max_chance(self) -> float:
        """Return the chance of being main text below which the model removes a line alone."""
        return MODEL_PIVOT - (self.b - MODEL_LEAD) / MODEL_WEIGHT


BARS: Final[dict[Policy, Bar]] = {
    Policy.STRICT: Bar(a=0.3, b=1.0, c=0.5, d=0.5, max_lost_share=0.9),
    Policy.BALANCED: Bar(a=0.5, b=1.5, c=0.75, d=0.75, max_lost_share=0.75),
    Policy.LENIENT: Bar(a=0.9, b=2.0, c=0.9, d=inf, max_lost_share=0.6),
    Policy.ANNOTATE: Bar(a=0.5, b=1.5, c=0.75, d=0.75, max_lost_share=1.0),
}


class Decision(NamedTuple):
    """What becomes of one line. ``value`` is for a field."""

    label: str
    reason: str
    score: float
    kept: bool
    value: str | None = None


BODY: Final = Decision("body", "", 0.0, kept=True)
BLANK: Final = Decision("blank", "", 0.0, kept=True)


@dataclass(slots=True)
class Case:
    """The strongest span of each family about one line, for and against its being the story.

    ``is_inside`` says that it stands between the first and the last paragraph of the page,
    ``is_framed`` that it is one of few lines between stretches the model takes for the story, or between
    the story and the end, of a page without a frame. There what the model says against a line does not
    count: to it sub-headings, results and short answers look like menus. ``block`` is what the DOM knew of
    it, None in a text capture.
    """

    is_inside: bool
    text: str
    block: Block | None
    is_framed: bool = False
    debris: dict[str, Span] = field(default_factory=dict)
    story: dict[str, Span] = field(default_factory=dict)
    decisive: Span | None = None
    chance: float | None = None
    """How surely the model takes the line for main text, 0 to 1; None if it was not asked."""
    model_label: str = "boilerplate"
    """What the model takes the line for if it is no main text."""

    def add(self, family: str, span: Span) -> None:
        """Take what a family says."""
        if family in DECISIVE:
            self.decisive = self.decisive or span
        is_story = LABELS[span.label].safety is Safety.D and family not in MARKED_APART
        side = self.story if is_story else self.debris
        if family not in side or side[family].score < span.score:
            side[family] = span

    def decide(self, bonus: float, bar: Bar) -> Decision:
        """Return the decision, given what place and neighbours add to the evidence against the line."""
        if self.decisive:
            span = self.decisive
            return Decision(span.label, span.reason, span.score, kept=span.label == "body", value=span.value)
        verdict, story = self._verdict(), self._believed(bar)
        protected = _protected(story)
        if protected and (verdict is None or protected.score >= max(SURE, verdict.score)):
            return _keep(protected)
        if self._goes(verdict, bonus - sum(span.score for span in story), bar):
            if verdict is None:
                return remove_alone(self.model_label, self.chance or 0.0)
            return Decision(*verdict[2:5], kept=False, value=self._value(verdict.label))
        if protected is None and verdict and LABELS[verdict.label].safety is Safety.D:
            protected = verdict
        return _keep(protected) if protected else self._body()

    def _goes(self, verdict: Span | None, bonus: float, bar: Bar) -> bool:
        """Return whether the evidence is enough to remove the line; ``bonus`` is what else speaks against it.

        What the model says for a line counts in full. What it says against one is worth a removal of
        kind B; it does not turn a weak word into a field or a button.
        """
        chance = MODEL_PIVOT if self.chance is None else self.chance
        if verdict is None:
            return chance < bar.max_chance and not self.is_framed
        if verdict.score < MIN_WORD and self.chance is not None and self.chance >= EVEN_CHANCE:
            return False
        model = MODEL_WEIGHT * (MODEL_PIVOT - chance)
        if self.is_framed:
            model = min(model, 0.0)
        weight = bonus + sum(s.score for s in self.debris.values() if s.label != "duplicate")
        needed = bar.needs(verdict.label)
        if weight >= min(needed, bar.c) and self._says_itself():
            return True
        return weight + min(model, 0.0) >= needed or weight + model >= max(needed, bar.b - MODEL_LEAD)

    def _says_itself(self) -> bool:
        """Return whether wording alone tells what the line is: a sure phrase, or a headline behind a lead-in.

        To the model all paragraphs of an article look alike: of ten such lines it takes for the story, seven
        are debris. Elsewhere it is asked about one or two words, which may be the story's own.
        """
        is_paragraph = self._is_paragraph()
        if not is_paragraph and count_words(self.text) < MIN_CLEAR_WORDS:
            return False
        kinds = _CLEAR if is_paragraph else _CLEAR_ANYWHERE
        return LED_HEADLINE in self.debris or any(
            span.score >= SURE and LABELS[span.label].safety in kinds
            for family, span in self.debris.items()
            if family not in STRUCTURE
        )

    def _is_paragraph(self) -> bool:
        """Return whether the line is a block of its own in HTML, and no heading, item of a list or code."""
        if not self.block or self.block.tag in _HEADINGS:
            return False
        return _SET_APART.isdisjoint(self.block.path.split("/"))

    def _verdict(self) -> Span | None:
        """Return the span that names the line best: the surest; of two equally sure the one by wording."""
        if len(self.debris) <= 1:
            return next((s for s in self.debris.values() if s.label != "duplicate"), None)
        debris = {f: s for f, s in self.debris.items() if s.label != "duplicate"}
        named = {f: s for f, s in debris.items() if s.label != "boilerplate"} or debris
        if not named:
            return None
        family = max(named, key=lambda f: named[f].score + (0.0 if f in STRUCTURE else WORDING_LEAD))
        return named[family]

    def _value(self, label: str) -> str | None:
        """Return what a field takes from the line: the surest span of that label that parsed it knows."""
        parsed = [s for s in self.debris.values() if s.label == label and s.value is not None]
        return max(parsed, key=lambda s: s.score).value if parsed else None

    def _believed(self, bar: Bar) -> list[Span]:
        """Return the spans that speak for the line, without those that the model surely contradicts."""
        story = list(self.story.values())
        if self.chance is None or self.chance >= MIN_PROTECTED or self.is_framed or bar.d == inf:
            return story
        return [span for span in story if span.label == "body" or span.label in _ABOVE]

    def _body(self) -> Decision:
        """Return the decision to keep the line as the story, with the model's chance where there is one."""
        return BODY if self.chance is None else keep_alone(self.chance)


def remove_alone(label: str, chance: float) -> Decision:
    """Return the decision on a line that only the model speaks against: most of what goes."""
    return Decision(label, MODEL_REASON, round(1.0 - chance, 4), kept=False)


def keep_alone(chance: float) -> Decision:
    """Return the decision on a line that only the model speaks of, and that it takes for the story."""
    return Decision("body", MODEL_REASON, chance, kept=True)


def _protected(story: Sequence[Span]) -> Span | None:
    """Return the span that makes a line part of the story by its own kind (dateline, caption…)."""
    return max((span for span in story if span.label != "body"), key=lambda span: span.score, default=None)


def _keep(span: Span) -> Decision:
    return Decision(*span[2:5], kept=True, value=span.value)
