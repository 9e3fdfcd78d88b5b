"""Break what runs a backfill, in its middle, and say what survived. Real processes, a real server.

    python -m bench.faults [server run worker locked up cancel term ctrl-c disk] --captures 2000

For each fault: what became of the run, how many shards were published when it struck, how many of
those were made again (none), what the same form did afterwards, and whether the archive is whole.
"""

from __future__ import annotations

import argparse
import os
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

import httpx

from archive.archive import Archive
from archive.read import ask
from bench.generated import write_captures
from tests.up_server import ENDS, Up, wait_until

BACKFILL: Final = "backfill/backfill"
SHARD_CAPTURES: Final = 40
_DISK_BYTES: Final = 400_000
_LOCKED_SECONDS: Final = 20.0


class Outcome(NamedTuple):
    """What a fault did. ``again`` is the state of the run after it, None if none was needed."""

    fault: str
    state: str
    published: int
    redone: int
    again: str | None
    rows: int
    problems: int
    seconds: float

    @property
    def is_good(self) -> bool:
        """Return whether nothing was lost, doubled or done twice."""
        return self.redone == 0 and self.problems == 0 and (self.again or self.state) == "Completed"


def strike_server(up: Up, _run_id: str) -> None:
    """Kill the server; the supervisor starts it again."""
    os.kill(find_child(up.process.pid, "flows.serving server"), signal.SIGKILL)


def strike_run(up: Up, _run_id: str) -> None:
    """Kill the process of the run."""
    os.kill(_find_run(up), signal.SIGKILL)


def strike_worker(up: Up, _run_id: str) -> None:
    """Kill one of the run's worker processes."""
    os.kill(find_child(_find_run(up), "spawn_main"), signal.SIGKILL)


def strike_locked(up: Up, _run_id: str) -> None:
    """Hold the lock of the server's database, as a backup does that takes its time."""
    with closing(sqlite3.connect(up.folder / "home" / "prefect.db", timeout=60)) as database:
        database.execute("BEGIN EXCLUSIVE")
        time.sleep(_LOCKED_SECONDS)
        database.rollback()


def strike_up(up: Up, _run_id: str) -> None:
    """Kill everything at once, as a power cut does, and start again."""
    run = _find_run(up)
    processes = [up.process.pid, *find_children(up.process.pid), run, *find_children(run)]
    for process in processes:
        os.kill(process, signal.SIGKILL)
    up.process.wait()
    up.start()


def strike_cancel(up: Up, run_id: str) -> None:
    """Cancel the run as the UI does."""
    run = _find_run(up)
    at_work = [run, *find_children(run)]
    asked = time.monotonic()
    up.call(f"/flow_runs/{run_id}/set_state", state={"type": "CANCELLING"})
    wait_until(lambda: not any(_is_alive(process) for process in at_work[1:]))
    print(f"  its workers are gone after {time.monotonic() - asked:.1f} s", flush=True)
    wait_until(lambda: not _is_alive(run))
    print(f"  its process is gone after {time.monotonic() - asked:.1f} s", flush=True)


def strike_term(up: Up, run_id: str) -> None:
    """Stop strigil up as a service manager does, and start it again."""
    _stop_up(up, run_id, signal.SIGTERM)


def strike_ctrl_c(up: Up, run_id: str) -> None:
    """Stop strigil up from its terminal, and start it again."""
    _stop_up(up, run_id, signal.SIGINT)


def _stop_up(up: Up, run_id: str, number: signal.Signals) -> None:
    run = _find_run(up)
    left = [run, *find_children(run), *find_children(up.process.pid)]
    asked = time.monotonic()
    code = up.stop(number)
    print(f"  down after {time.monotonic() - asked:.1f} s, exit code {code}", flush=True)
    for process in left:
        if _is_alive(process):
            print(f"  process {process} was left running", flush=True)
    up.start()
    print(f"  after the restart the run is {up.run(run_id)['state']['type']}", flush=True)


FAULTS: Final[dict[str, Callable[[Up, str], None]]] = {
    "server": strike_server,
    "run": strike_run,
    "worker": strike_worker,
    "locked": strike_locked,
    "up": strike_up,
    "cancel": strike_cancel,
    "term": strike_term,
    "ctrl-c": strike_ctrl_c,
}


def try_fault(up: Up, fault: str, captures: int) -> Outcome:
    """Start a backfill, let the fault strike in its middle, and finish the work."""
    source, archive = f"captures-{fault}", f"archive-{fault}"
    write_captures(up.folder / source, captures)
    request = {"source": source, "archive": archive, "captures_per_shard": SHARD_CAPTURES}
    run_id = up.begin(BACKFILL, request=request)
    ledger = up.folder / archive / "ledger"
    wait_until(lambda: len(list(ledger.glob("*/*.json"))) >= 2)
    published = {path: path.stat().st_mtime_ns for path in ledger.glob("*/*.json")}
    struck = time.monotonic()
    FAULTS[fault](up, run_id)
    state = finish(up, run_id)
    seconds = time.monotonic() - struck
    again = None if state == "Completed" else finish(up, up.begin(BACKFILL, request=request))
    redone = sum(path.stat().st_mtime_ns != at for path, at in published.items())
    rows, problems = inspect(up.folder / archive)
    return Outcome(fault, state, len(published), redone, again, rows, problems, seconds)


def try_full_disk(up: Up, captures: int) -> Outcome:
    """Run a backfill into an archive on a disk that fills up, make room, and run it again."""
    archive = up.folder / "archive-disk"
    archive.mkdir()
    write_captures(up.folder / "captures-disk", captures)
    request = {
        "source": "captures-disk", "archive": "archive-disk", "captures_per_shard": SHARD_CAPTURES,
    }  # fmt: skip
    _mount(archive, f"size={_DISK_BYTES}")
    try:
        started = time.monotonic()
        state = finish(up, up.begin(BACKFILL, request=request))
        seconds = time.monotonic() - started
        published = {path: path.stat().st_mtime_ns for path in archive.glob("ledger/*/*.json")}
        _mount(archive, "remount,size=1g")
        again = finish(up, up.begin(BACKFILL, request=request))
        redone = sum(path.stat().st_mtime_ns != at for path, at in published.items())
        rows, problems = inspect(archive)
    finally:
        subprocess.run(["umount", archive], check=True)  # noqa: S607
    return Outcome("disk", state, len(published), redone, again, rows, problems, seconds)


def finish(up: Up, run_id: str) -> str:
    """Wait for the end of a run, also while the server is away, and return the state's name."""

    def is_over() -> bool:
        try:
            return up.run(run_id)["state"]["type"] in ENDS
        except httpx.TransportError:
            return False

    wait_until(is_over, step=0.5)
    state = up.run(run_id)["state"]
    if state["type"] == "FAILED":
        print(f"  {state['message']}", flush=True)
    return str(state["name"])


def inspect(place: Path) -> tuple[int, int]:
    """Return the rows of an archive and how many problems it has; a capture with two rows is one."""
    archive = Archive.open(place)
    if archive.current_edition() is None:  # the run that should have made one did not come to its end
        return 0, 1
    [(rows, captures)] = ask(archive, "select count(*), count(distinct capture_id) from documents").rows
    return rows, len(list(archive.verify())) + rows - captures


def find_children(parent: int) -> list[int]:
    """Return the children of a process."""
    return [
        int(child)
        for listed in Path(f"/proc/{parent}/task").glob("*/children")
        for child in listed.read_text().split()
    ]


def find_child(parent: int, words: str) -> int:
    """Return the child of a process whose command line has these words."""
    for child in find_children(parent):
        line = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        if words in line:
            return child
    raise LookupError(f"process {parent} has no child {words!r}")


def _is_alive(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def _find_run(up: Up) -> int:
    return find_child(find_child(up.process.pid, "flows.serving deployments"), "prefect")


def _mount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)  # noqa: S607


def main() -> None:
    """Try the faults and print a line for each; exit with 1 if something was lost."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("faults", nargs="*", default=[*FAULTS, "disk"])
    parser.add_argument("--captures", type=int, default=2_000)
    arguments = parser.parse_args()
    outcomes = []
    print("fault    run ended as          after   published  redone  then        rows  problems")
    with tempfile.TemporaryDirectory() as folder:
        up = Up(Path(folder))
        try:
            for fault in arguments.faults:
                if fault == "disk" and os.geteuid() != 0:
                    print("disk     left out: only root can mount a small disk")
                    continue
                one = (
                    try_full_disk(up, arguments.captures)
                    if fault == "disk"
                    else try_fault(up, fault, arguments.captures)
                )
                outcomes.append(one)
                print(
                    f"{one.fault:<8} {one.state:<20} {one.seconds:5.1f} s {one.published:>9} "
                    f"{one.redone:>8}  {one.again or '-':<10} {one.rows:>6} {one.problems:>8}",
                    flush=True,
                )
        finally:
            up.stop()
    if not all(one.is_good and one.rows == arguments.captures for one in outcomes):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
