"""What a call to the cleaner must look like: a wrong one raises at once and says what to give instead."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from cleaners.labels import LABELS
from cleaners.values import CaptureLike, Policy

PAYLOADS: Final = (str, bytes, bytearray)


def check_capture(capture: CaptureLike) -> None:
    """Raise ``TypeError`` for what is no capture.

    Only types are judged here: what a capture says, be it ever so odd, never raises.
    """
    payload = getattr(capture, "payload", None)
    if not isinstance(payload, PAYLOADS):
        what = type(capture if payload is None else payload).__name__
        raise TypeError(f"a payload must be str or bytes, not {what}; for a file give what it holds")
    for name in ("media_type", "url"):
        value = getattr(capture, name)
        if not isinstance(value, str) and (value is not None or name == "media_type"):
            raise TypeError(f"{name} must be str, not {type(value).__name__}")
    when = capture.captured_at
    if when is not None and not isinstance(when, datetime):
        raise TypeError(f"captured_at must be a datetime, not {type(when).__name__} {when!r}")


def to_policy(policy: Policy | str) -> Policy:
    """Return the policy of that name."""
    if policy not in list(Policy):
        raise ValueError(f"no policy {policy!r}; there is {', '.join(Policy)}")
    return Policy(policy)


def to_kept_labels(keep: Collection[str]) -> frozenset[str]:
    """Return the labels to keep, each of them one of ours."""
    if isinstance(keep, str) or not isinstance(keep, Collection):
        raise TypeError(f"keep must list labels, as in keep=('comment',), not be {keep!r}")
    if unknown := [label for label in keep if label not in LABELS]:
        raise ValueError(f"no label {unknown[0]!r}; all are in docs/labels.md")
    return frozenset(keep)
