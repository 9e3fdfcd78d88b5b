"""The guard of one capture: whatever goes wrong with it costs it alone, and is said."""

from __future__ import annotations

from collections.abc import Callable

from captures.values import Capture


def guarded(read: Callable[[], Capture], say: Callable[[str], Capture]) -> Capture:
    """Return the capture that is read, or the one that says why it cannot be."""
    try:
        return read()
    except Exception as error:  # noqa: BLE001 - the guard of one capture: the reason is recorded
        return say(f"reader failed: {type(error).__name__}: {error}")
