"""Do to writers of the archive what machines do to them, and count what is wrong afterwards.

    python -m bench.soak                       all, a few minutes (power cuts and full disk: as root)
    python -m bench.soak kills races           some of them
    python -m bench.soak --times 10            each ten times

After each blow, every visible part file must be whole and every part of which a writer was told
that it is safe must be there. After each round the captures are written once more, undisturbed:
each must be there exactly once, and ``verify`` must find nothing. ``delta`` and ``iceberg`` are the
same kills on tables of deltalake and pyiceberg, for comparison: what they find is no fault of ours.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import Final

from bench.soak_disks import run_full_disk, run_power_cuts
from bench.soak_kills import Result, run_faults, run_kills, run_limits, run_races
from bench.soak_lakes import run_delta, run_iceberg
from bench.soak_readers import run_readers

Run = Callable[[int], Result]

TESTS: Final[dict[str, tuple[tuple[Run, int], ...]]] = {
    "kills": (
        (lambda times: run_kills(times, 1), 200),
        (lambda times: run_kills(times, 2), 200),
        (lambda times: run_kills(times, 8), 200),
    ),
    "races": ((run_races, 20),),
    "power-ext4": ((lambda times: run_power_cuts("ext4", times), 50),),
    "power-xfs": ((lambda times: run_power_cuts("xfs", times), 50),),
    "full": ((run_full_disk, 20),),
    "limits": ((run_limits, 20),),
    "faults": ((run_faults, 50),),
    "readers": ((run_readers, 10),),
    "delta": ((run_delta, 50),),
    "iceberg": ((run_iceberg, 50),),
}
"""Each with how often it is done unless told otherwise."""


COMPARED: Final = ("delta", "iceberg")
"""Others, doing the same: shown, and not judged."""


def main() -> None:
    """Run the tests that are named, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tests", nargs="*", choices=[[], *TESTS], help="which tests; all if none is named")
    parser.add_argument("--times", type=int, default=0, help="how often each is done")
    options = parser.parse_args()
    print(f"{'test':<34} {'times':>5} {'torn':>5} {'lost':>5} {'twice':>5} {'verify':>6} {'seconds':>7}")
    is_right = True
    for name in options.tests or TESTS:
        for run, times in TESTS[name]:
            started = time.monotonic()
            result = run(options.times or times)
            is_right &= result.is_right or name in COMPARED
            print(
                f"{result.test:<34} {result.times:>5} {result.torn:>5} {result.lost:>5} {result.twice:>5} "
                f"{result.problems:>6} {time.monotonic() - started:>7.0f}  {result.note}",
                flush=True,
            )
    sys.exit(0 if is_right else 1)


if __name__ == "__main__":
    main()
