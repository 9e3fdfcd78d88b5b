"""The language of the kept text, by py3langid; a page's own claim counts where the text is short."""

from __future__ import annotations

from functools import cache
from typing import Any

MIN_CHARS = 60
SAMPLE_CHARS = 600
"""The classifier is sure long before this; its cost grows with the sample."""


@cache
def _identifier() -> Any:
    """Return the classifier; its model takes about a second to load, once a process."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415  slow to import

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def find_language(text: str) -> tuple[str, float] | None:
    """Return BCP 47 language and probability (0 to 1) of a text, None when it is too short to tell."""
    if len(text) < MIN_CHARS:
        return None
    middle = max(0, (len(text) - SAMPLE_CHARS) // 2)
    language, score = _identifier().classify(text[middle : middle + SAMPLE_CHARS])
    return str(language), round(float(score), 4)
