"""What orchestration costs: the flow on a server against the plain function, on the same captures.

    python -m bench.orchestration --captures 10000

The captures are HTML pages of 90 kB and 235 lines, about what news sites send. Both check their input
and clean it into a fresh archive with the same number of worker processes, in turns. The workers run the
same code on the same jobs, so what orchestration costs is what the run's own process takes more, in CPU
seconds, as a share of the CPU seconds of the plain run with its workers; and, by the clock, what the
whole takes more. The time of the server's processes is told apart.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.faults import find_children
from bench.generated import write_pages
from tests.up_server import Up

_PLAIN = """
import sys, time
from archive.archive import Archive
from flows.plan import RunOptions, check_input
from flows.pool import cpu_count
from flows.run import run
from flows.stop import StopSwitch
check_input([sys.argv[1]], RunOptions().read)
report = run([sys.argv[1]], Archive.open(sys.argv[2]), RunOptions(workers=cpu_count()), StopSwitch())
assert report.is_complete
print(time.process_time())
"""
_FLOW = """
import sys, time
from flows.ingest import ingest
assert ingest(sys.argv[1], sys.argv[2], return_state=True).is_completed()
print(time.process_time())
"""


class Cost(NamedTuple):
    """Seconds of one run: by the clock, of all its processes, of its own process alone."""

    wall: float
    cpu: float
    own: float


def measure(code: str, source: Path, archive: Path, environ: dict[str, str]) -> Cost:
    """Run a program in a process of its own and return what it and its children cost."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command: list[str | Path] = [sys.executable, "-c", code, source, archive]
    said = subprocess.run(command, env=environ, check=True, capture_output=True, text=True).stdout
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu, float(said.split()[-1]))


def cpu_of(process: int) -> float:
    """Return the CPU seconds that a process and its children have taken so far."""
    ticks = 0
    for one in (process, *find_children(process)):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure in turns and print the overhead; what does not grow with the captures is told apart."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--captures", type=int, default=10_000)
    parser.add_argument("--turns", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        write_pages(place / "captures", arguments.captures)
        write_pages(place / "one", 1)
        (place / "server").mkdir()
        up = Up(place / "server")
        environ = os.environ | {
            "PREFECT_API_URL": f"{up.url}/api", "PREFECT_HOME": str(place / "client"),
            "PREFECT_LOGGING_LEVEL": "ERROR",
        }  # fmt: skip
        try:
            costs: dict[tuple[str, str], list[Cost]] = {}
            begun = cpu_of(up.process.pid)
            for turn in range(arguments.turns):
                for name, code in (("plain", _PLAIN), ("flow", _FLOW)):
                    for source in ("one", "captures"):
                        made = place / f"{name}-{source}-{turn}"
                        cost = measure(code, place / source, made, environ)
                        costs.setdefault((name, source), []).append(cost)
                        print(
                            f"{name:<6} {source:<9} {cost.wall:7.1f} s wall {cost.cpu:7.1f} s CPU "
                            f"{cost.own:6.1f} s of it its own",
                            flush=True,
                        )
            served = (cpu_of(up.process.pid) - begun) / arguments.turns
        finally:
            up.stop()
    print(f"\nthe server and its two other processes took {served:.1f} s CPU a turn")
    _print(costs, arguments.captures)


def _print(costs: dict[tuple[str, str], list[Cost]], captures: int) -> None:
    """Print medians and the overhead: in all, and without what a run of one capture costs too."""
    own = {key: median(one.own for one in found) for key, found in costs.items()}
    plain = median(one.cpu for one in costs["plain", "captures"])
    fixed = own["flow", "one"] - own["plain", "one"]
    more = own["flow", "captures"] - own["plain", "captures"]
    print(f"{captures:,} captures take {plain:.1f} s CPU; the flow {more:.1f} s more, {fixed:.1f} s to start")
    print(f"orchestration: {more / plain:.1%} in all, {(more - fixed) / plain:.1%} without the start")
    fastest = {key: min(one.wall for one in found) for key, found in costs.items()}
    print(
        f"by the clock, fastest turns: {fastest['flow', 'captures'] / fastest['plain', 'captures'] - 1:.1%}"
    )


if __name__ == "__main__":
    main()
