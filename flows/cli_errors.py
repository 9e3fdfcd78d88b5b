"""What a person sees when something is wrong: one or two sentences, never a traceback.

``STRIGIL_DEBUG=1`` shows the traceback all the same.
"""

from __future__ import annotations

import os
import tempfile
import traceback
from pathlib import Path
from types import TracebackType

from flows.errors import FlowError

STOPPED = "Stopped. What is archived is safe."


class ErrorsForPeople:
    """Turns an exception that leaves the command into a message and an exit code."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None or isinstance(error, SystemExit) or os.environ.get("STRIGIL_DEBUG"):
            return
        if isinstance(error, KeyboardInterrupt):
            say_error(STOPPED)
            code = 130
        elif isinstance(error, FlowError):
            say_error(str(error))
            code = error.exit_code
        elif isinstance(error, _known_errors()):
            say_error(str(error))
            code = 1
        elif isinstance(error, OSError) and error.strerror:
            say_error(_describe_refusal(error))
            code = 1
        else:
            say_error(_describe_crash(error))
            code = 70  # EX_SOFTWARE: the fault is ours
        raise SystemExit(code) from None


def say_error(message: str) -> None:
    """Print an error message where errors belong."""
    from flows.cli_options import stderr

    console = stderr()
    console.print("strigil:", end=" ", style="bold red")
    console.print(message, markup=False, soft_wrap=True)


def _known_errors() -> tuple[type[BaseException], ...]:
    """Return the errors whose message is written for people."""
    from archive.errors import ArchiveError
    from captures.errors import BucketError, CaptureError
    from cleaners.errors import CleanerError

    return ArchiveError, BucketError, CaptureError, CleanerError


def _describe_refusal(error: OSError) -> str:
    """Return what the operating system refused, and what to look at."""
    what = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return f"{what}. Check the path, its permissions and the room that is left; then run the same again."


def _describe_crash(error: BaseException) -> str:
    """Keep the traceback in a file and say where."""
    handle, name = tempfile.mkstemp(prefix="strigil-crash-", suffix=".log")
    os.close(handle)
    Path(name).write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    return (
        f"This should not have happened ({type(error).__name__}: {error}). What is archived is safe, and the "
        f"same command goes on where it stopped. The details for a bug report are in {name}"
    )
