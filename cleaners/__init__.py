r"""The pure core: a capture in, labelled lines and kept text out. Nothing is lost.

>>> page = clean("Listen Live\nThe bridge was closed on Tuesday.")
>>> page.text
'The bridge was closed on Tuesday.'
"""

from cleaners.pipeline import clean, clean_many
from cleaners.values import (
    CleanedPage,
    Edit,
    Evidence,
    Fields,
    Line,
    Policy,
    Span,
    Status,
)

__all__ = [
    "CleanedPage",
    "Edit",
    "Evidence",
    "Fields",
    "Line",
    "Policy",
    "Span",
    "Status",
    "clean",
    "clean_many",
]
