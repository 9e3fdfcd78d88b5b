"""Errors of this room.

    FlowError           one or two sentences for the person at the terminal
    └── UsageError      the command was called with something that cannot be

The message says what, where, and what to do next; the command prints it and nothing else.
"""

from __future__ import annotations


class FlowError(Exception):
    """Something a person has to know and can act on; ``exit_code`` is what the command returns."""

    exit_code = 1


class UsageError(FlowError):
    """An argument that cannot be: nothing was done."""

    exit_code = 2
