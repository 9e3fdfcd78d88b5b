"""Standard input and output as every verb can rely on them, whatever the caller made of them."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _Patient(io.FileIO):
    """An output whose reader may leave, as ``head`` does: what it wants no more goes nowhere.

    So the work is done, and the exit code says what became of it. Another fault is raised, once.
    """

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            with Path(os.devnull).open("wb") as nowhere:
                os.dup2(nowhere.fileno(), self.fileno())
            if not isinstance(error, BrokenPipeError):
                raise
            return memoryview(data).nbytes


def prepare_streams() -> None:
    r"""Make standard streams that are there, outlive their reader and take every character.

    What the charset of the terminal lacks, and what is no character at all in the name of a file, is
    written as ``\u2014``.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:  # closed by the caller: `strigil … >&-`
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - it stays open
        elif mode == "w" and isinstance(stream, io.TextIOWrapper):
            setattr(sys, name, _to_patient(stream))


def _to_patient(stream: io.TextIOWrapper) -> io.TextIOWrapper:
    raw = _Patient(stream.fileno(), "wb", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors="backslashreplace",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
