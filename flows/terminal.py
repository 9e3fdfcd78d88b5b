"""The console that people see: what comes from a page or a file's name is shown there, never obeyed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

_SHOWN: Final = (
    {code: 0x2400 + code for code in range(32) if code not in b"\t\n"}
    | {0x7F: 0x2421}
    | dict.fromkeys(range(0x80, 0xA0), 0xFFFD)
)
"""A picture for each control character: ``␛`` for the one that begins a terminal's commands."""


def to_visible(text: str) -> str:
    r"""Return text with control characters made visible, for what is to be measured before it is printed.

    >>> to_visible("\x1b[31mred")
    '␛[31mred'
    """
    return text.translate(_SHOWN)


class Terminal(Console):
    """A console on which text can only be text."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield the segments of something to print, with control characters made visible."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=to_visible(segment.text))
