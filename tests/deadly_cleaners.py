"""Cleaners that are handed to jobs, and kill their process when they meet a marked capture.

Many processes import this, one after another: it imports nothing but what they clean with.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path

from cleaners import clean_many
from cleaners.values import CaptureLike, CleanedPage, Policy

POISON = b"POISON"


def clean_or_die(
    captures: Iterable[CaptureLike], *, policy: Policy | str = Policy.BALANCED
) -> Iterator[CleanedPage]:
    """Clean as always, but die as a crash in a C library would: at once, without a word."""
    for capture in captures:
        if POISON in bytes(capture.payload):  # type: ignore[arg-type]
            os.kill(os.getpid(), signal.SIGKILL)
        yield from clean_many([capture], policy=policy)


def clean_or_die_three_times(
    captures: Iterable[CaptureLike], *, policy: Policy | str = Policy.BALANCED
) -> Iterator[CleanedPage]:
    """Die at a capture the first three times; its URL names the file that counts them."""
    for capture in captures:
        if capture.url:
            with Path(capture.url.removeprefix("file:")).open("ab") as counter:
                counter.write(b".")
                deaths = counter.tell()
            if deaths <= 3:
                os.kill(os.getpid(), signal.SIGKILL)
        yield from clean_many([capture], policy=policy)
