"""Secrets that a sources.toml names: from the environment, or from a Secret block of Prefect."""

from __future__ import annotations

import os


def look_up(kind: str, name: str) -> str:
    """Return a secret; raise ``LookupError`` with what is missing, never with a value."""
    if kind == "env":
        if name not in os.environ:
            raise LookupError(f"the environment has no {name}")
        return os.environ[name]
    from flows.blocks import read_secret

    return read_secret(name)
