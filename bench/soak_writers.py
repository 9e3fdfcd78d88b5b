"""Writers to be killed, raced and cut short, and the questions asked afterwards.

Writers are forks of a process that has no threads, so a writer costs no start of Python and can be
killed at any moment of its work. They write captures and pages that are made beforehand: what is
killed is the archive at work, not the cleaner.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from archive.archive import Archive
from archive.read import query
from archive.values import Pipeline
from captures.values import Capture, Provenance, ReadOptions
from captures.warc import read_payload
from cleaners.ledger import apply
from cleaners.values import CleanedPage, Edit, Fields, Status

PIPELINE: Final = Pipeline("soak", "1.0", "balanced", "sha256:" + "0" * 64)
BATCH_CAPTURES: Final = 10
_MAGIC: Final = b"PAR1"
_FAILED: Final = 255


class State(NamedTuple):
    """What is in an archive: captures that are missing, rows that stand twice, problems ``verify`` names."""

    lost: int
    twice: int
    problems: int


@dataclass(frozen=True, slots=True)
class Job:
    """What all writers of a round write."""

    root: Path
    captures: tuple[Capture, ...]
    acknowledged: Path
    """A file outside of the archive, to which a writer appends what it was told is safe."""

    def write(self, start: int = 0) -> int:
        """Commit and publish all captures, batch by batch; return how many were new to the archive."""
        archive = Archive.open(self.root)
        ranges = list(range(0, len(self.captures), BATCH_CAPTURES))
        turn = start % len(ranges)
        new = 0
        with self.acknowledged.open("ab", buffering=0) as told:
            for at in [*ranges[turn:], *ranges[:turn]]:
                batch = archive.commit(self.captures[at : at + BATCH_CAPTURES])
                records = archive.publish(batch, list(map(to_page, batch.captures)), PIPELINE)
                new += len(batch.captures)
                for record in records:
                    told.write(f"{record.path}\n".encode())
        return new

    def finish(self) -> None:
        """Publish what is committed and lacks its rows, and make the edition the current one."""
        archive = Archive.open(self.root)
        for logged in archive.unfinished(PIPELINE):
            batch = logged.load(lambda file, offset, _size: read_payload(file, offset, ReadOptions()))
            archive.publish(batch, list(map(to_page, batch.captures)), PIPELINE)
        archive.promote(PIPELINE)

    def lost_acknowledged(self) -> int:
        """Return how many parts are gone of which a writer was told that they are safe."""
        names = self.acknowledged.read_text().splitlines() if self.acknowledged.exists() else []
        return sum(not (self.root / name).is_file() for name in set(names))

    def torn_parts(self) -> int:
        """Return how many part files are visible that are not whole."""
        parts = self.root.glob("clean/*/data/**/*.*")
        return sum(not data[:4] == data[-4:] == _MAGIC for data in map(Path.read_bytes, parts))

    def state(self) -> State:
        """Finish what was left, and return what is there."""
        self.write()
        self.finish()
        archive = Archive.open(self.root)
        [counted] = query(
            archive, "select count(*) as rows, count(distinct capture_id) as ids from documents"
        )
        problems = sum(1 for _ in archive.verify())
        return State(len(self.captures) - counted["ids"], counted["rows"] - counted["ids"], problems)


def make_captures(count: int) -> tuple[Capture, ...]:
    """Return captures of three days, each different from all others."""
    begin = datetime(2024, 2, 28, 12, tzinfo=UTC)
    return tuple(
        Capture(
            f"Share\nStory {number} of the bridge.\n{'It stands. ' * (number % 50)}\nRead more\n".encode(),
            Provenance("soak.jsonl", "soak", "jsonl", number),
            url=f"http://www.example{number % 7}.com/{number}",
            captured_at=begin + timedelta(days=number % 3),
            captured_at_source="record",
        )
        for number in range(count)
    )


def to_page(capture: Capture) -> CleanedPage:
    """Return a page without its first line."""
    source_text = capture.payload.decode()
    edits = (Edit(0, source_text.index("\n") + 1, "share", "share/button", 1.0, ""),)
    text, removed_text = apply(source_text, edits)
    return CleanedPage(text, source_text, edits, (), Fields(), Status.CLEANED, removed_text=removed_text)


def fork(work: Callable[[], object]) -> int:
    """Start work in a process of its own; its exit code is 0, or 255 if it failed."""
    pid = os.fork()
    if pid == 0:
        code = _FAILED
        try:
            work()
            code = 0
        except OSError:
            pass  # a disk that fails is what some tests are about: the exit code says it
        except BaseException:  # noqa: BLE001 - this process ends here, and says why
            traceback.print_exc()
        finally:
            os._exit(code)
    return pid


def ask(question: Callable[[], Any]) -> Any:
    """Return the answer of a process of its own, so that this one gets no threads; None if it died."""
    reader, writer = os.pipe()

    def answer() -> None:
        os.write(writer, json.dumps(question()).encode())

    pid = fork(answer)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        data = pipe.read()
    os.waitpid(pid, 0)
    return json.loads(data) if data else None


def kill(pids: Sequence[int]) -> int:
    """Kill processes and return how many had not come to their end."""
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    return sum(os.WIFSIGNALED(os.waitpid(pid, 0)[1]) for pid in pids)


def wait(pids: Sequence[int]) -> int:
    """Wait for processes and return how many failed."""
    return sum(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != 0 for pid in pids)


def moments(seconds: float, *, seed: int) -> Iterator[float]:
    """Yield times to wait, drawn evenly from 0 to so many seconds."""
    chance = random.Random(seed)  # noqa: S311 - a seed, so that a failure can be repeated
    while True:
        yield chance.uniform(0, seconds)


def wait_until(moment: float) -> None:
    """Sleep until a time of the monotonic clock."""
    time.sleep(max(0.0, moment - time.monotonic()))
