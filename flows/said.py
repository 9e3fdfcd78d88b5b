"""What ends a flow with its own sentence, not with a traceback.

Apart from the errors of this room, because those are needed for help too, which must not load the archive.
"""

from __future__ import annotations

from typing import Final

from archive.errors import ArchiveError
from captures.errors import CaptureError
from flows.errors import FlowError

SAID: Final = (FlowError, CaptureError, ArchiveError, OSError)
"""Errors of our own, and what disks and buckets refuse."""
