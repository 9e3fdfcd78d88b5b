"""Stopping a run from outside: one switch that every process of the run can see.

The switch is a pipe. Asking to stop writes to it; every worker polls the reading end and never
reads, so one message is seen by all, and no lock exists that a killed worker could leave closed.
"""

from __future__ import annotations

import os
import signal
from multiprocessing import Pipe
from types import FrameType, TracebackType


class StopSwitch:
    """Turns Ctrl-C and SIGTERM into a wish that the run reads when it is safe to stop.

    A second Ctrl-C leaves at once, which the archive is built to survive.
    """

    def __init__(self) -> None:
        self.reader, self._writer = Pipe(duplex=False)
        self.signal_number: int | None = None
        self._before: dict[int, object] = {}

    def request(self) -> None:
        """Ask every process of the run to end after what it is doing."""
        if not self.is_requested():
            self._writer.send_bytes(b"stop")

    def is_requested(self) -> bool:
        """Return whether somebody asked to stop."""
        return self.reader.poll()

    @property
    def exit_code(self) -> int:
        """Return what a shell expects of a process that a signal ended (130 for Ctrl-C)."""
        return 128 + (self.signal_number or signal.SIGINT)

    def __enter__(self) -> StopSwitch:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self.signal_number is not None:
            os._exit(self.exit_code)  # the second time: workers see their parent gone and leave too
        self.signal_number = number
        self.request()
