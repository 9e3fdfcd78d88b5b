"""Which files are read tonight: a share of all, another one each night, and in time every one.

A file has its place on a circle by the digest of its name. Night n reads the n-th stretch of the
circle; the stretches lie end to end, so that after ``1 / share`` nights in a row all were read.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

_CIRCLE = 1 << 64


@dataclass(frozen=True, slots=True)
class Sample:
    """A share of all files, from 0 to 1, and the number of the night."""

    share: float = 1.0
    night: int = 0

    def takes(self, name: str) -> bool:
        """Return whether a file is read tonight.

        >>> sum(Sample(0.25, night).takes("raw/a.cdxj") for night in range(100, 104))
        1
        """
        width = round(self.share * _CIRCLE)
        if width >= _CIRCLE:
            return True
        place = int.from_bytes(hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[:8], "big")
        return (place - self.night * width) % _CIRCLE < width


WHOLE = Sample()
