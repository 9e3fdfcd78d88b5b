"""Secret blocks of Prefect, for headers that a sources.toml names."""

from __future__ import annotations

from prefect.blocks.system import Secret


def read_secret(name: str) -> str:
    """Return the value of a Secret block; raise ``LookupError`` if there is none of this name."""
    try:
        block = Secret.load(name)
    except ValueError as error:
        raise LookupError(f"Prefect has no Secret block {name!r}") from error
    return str(block.get())  # type: ignore[union-attr]
