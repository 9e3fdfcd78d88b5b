"""The policy that a person chooses in a form: one by name, or the one that the archive has now."""

from __future__ import annotations

from typing import Literal

from archive.archive import Archive
from archive.overview import policy_of
from cleaners.values import Policy

PolicyChoice = Literal["as now", "strict", "balanced", "lenient", "annotate"]


def to_policy(choice: PolicyChoice) -> Policy | None:
    """Return the policy that was chosen by name; None for that of the current edition."""
    return None if choice == "as now" else Policy(choice)


def current_policy(archive: Archive | None) -> Policy:
    """Return the policy of the current edition; ``balanced`` where there is none."""
    current = archive.current_edition() if archive else None
    return Policy(policy_of(current)) if current else Policy.BALANCED
