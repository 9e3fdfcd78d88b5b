"""Which cleaner made a row: name, version and a digest over everything that decides a result."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from cleaners.values import Policy

_DECIDING_LIBRARIES = (
    "beautifulsoup4",
    "charset-normalizer",
    "ftfy",
    "numpy",
    "py3langid",
    "selectolax",
    "trafilatura",
)


class CleanerVersion(NamedTuple):
    """Name, PEP 440 version, policy, and ``config_digest`` = ``sha256:…`` of code, data and libraries."""

    cleaner: str
    version: str
    policy: str
    config_digest: str


def cleaner_version(policy: Policy = Policy.BALANCED) -> CleanerVersion:
    """Return what tells results of this cleaner from those of any other."""
    return CleanerVersion("strigil", version("strigil"), policy.value, _config_digest())


@cache
def _config_digest() -> str:
    """Digest this package's code, phrases, rules and weights, and the versions of the libraries that decide.

    Code counts, not only data: an edition is what one state of the cleaner made of the captures.
    """
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(p for p in root.rglob("*") if p.suffix in {".py", ".toml", ".npz"}):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    for name in _DECIDING_LIBRARIES:
        digest.update(f"{name}=={version(name)}\n".encode())
    return f"sha256:{digest.hexdigest()}"
