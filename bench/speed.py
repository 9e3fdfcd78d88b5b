"""Measure CPU time beside the peers, on the same pages in the same run: ``python -m bench.speed``.

Every extractor runs over a chunk of pages before the next chunk begins, several times over; of
the repeats the median counts. What counts is CPU time of the process with all its threads, so
other work on the machine disturbs little. Strigil runs as the flows run it (``clean_many``: text,
fields and edits); peers read text captures with each line wrapped in ``<p>``.
"""

from __future__ import annotations

import argparse
import gc
import inspect
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import wraps
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple
from unittest.mock import patch

import flows  # noqa: F401  one thread a matrix product, as in a run
from bench.pages import RENDERERS, GoldPage, find_missing, read_pages
from bench.peers import EXTRACTORS, extract_guarded
from bench.pictures import draw_speed
from bench.quality import add_selection, to_selection
from captures.values import Capture, Provenance
from cleaners import Status, clean_many, intake, pipeline

PICTURE = Path("docs/speed.png")
_SETS: Final = ("wcxb_dev", "fundus_dev", "trafilatura_dev")
_CHUNK_PAGES: Final = 16
_PEERS: Final = ("trafilatura", "resiliparse", "justext")
_INPUTS: Final = {"HTML": ("html",), "text captures": tuple(f"text:{name}" for name in RENDERERS)}

Run = Callable[[Sequence[GoldPage]], object]


class Timing(NamedTuple):
    """CPU seconds by extractor over the same pages, and how much that was."""

    pages: int
    lines: int
    seconds: dict[str, float]


def run_strigil(pages: Sequence[GoldPage]) -> int:
    """Clean the pages as the flows do; return how many failed."""
    captures = (Capture(page.payload, Provenance(page.page_id), page.media_type, page.url) for page in pages)
    return sum(page.status is Status.FAILED for page in clean_many(captures))


def _run_peer(name: str) -> Run:
    return lambda pages: [extract_guarded(EXTRACTORS[name], page) for page in pages]


def measure_times(pages: Sequence[GoldPage], runs: Mapping[str, Run], repeats: int) -> Timing:
    """Time all runs over all pages, interleaved chunk by chunk; the first chunk warms up."""
    chunks = [pages[start : start + _CHUNK_PAGES] for start in range(0, len(pages), _CHUNK_PAGES)]
    for run in runs.values():
        run(chunks[0])
    seconds: defaultdict[str, float] = defaultdict(float)
    for chunk in chunks:
        samples: defaultdict[str, list[float]] = defaultdict(list)
        for _ in range(repeats):
            for name, run in runs.items():
                samples[name].append(_cpu_seconds(run, chunk))
        for name, values in samples.items():
            seconds[name] += median(values)
    lines = sum(page.payload.count(b"\n") + 1 for page in pages)
    return Timing(len(pages), lines, dict(seconds))


def _cpu_seconds(run: Run, pages: Sequence[GoldPage]) -> float:
    gc.collect()
    start = time.process_time()
    run(pages)
    return time.process_time() - start


def measure_steps(pages: Sequence[GoldPage]) -> dict[str, float]:
    """Return CPU seconds of Strigil's steps: all that the pipeline calls, and each cleaner."""
    with timed_steps() as seconds:
        total = _cpu_seconds(run_strigil, pages)
    seconds["everything else"] = total - sum(seconds.values())
    return seconds


@contextmanager
def timed_steps() -> Iterator[dict[str, float]]:
    """Wrap the cleaners and the functions that the pipeline takes from other files."""
    seconds: defaultdict[str, float] = defaultdict(float)
    cleaners = {name: _timed(f"cleaner {name}", find, seconds) for name, find in pipeline.CLEANERS.items()}
    with ExitStack() as patches:
        patches.enter_context(patch.dict(pipeline.CLEANERS, cleaners))
        for module in (pipeline, intake):
            steps = {
                name: _timed(name, function, seconds)
                for name, function in vars(module).items()
                if inspect.isfunction(function)
                and function.__module__.startswith("cleaners.")
                and function.__module__ not in {pipeline.__name__, intake.__name__}
            }
            patches.enter_context(patch.dict(vars(module), steps))
        yield seconds


def _timed(name: str, function: Callable[..., Any], seconds: dict[str, float]) -> Callable[..., Any]:
    """Return the function with its CPU time added up; what it yields is made within the time."""

    @wraps(function)
    def timed(*args: object, **options: object) -> object:
        start = time.process_time()
        result = function(*args, **options)
        if inspect.isgenerator(result):
            result = list(result)
        seconds[name] += time.process_time() - start
        return result

    return timed


def _peak_mib() -> float:
    """Return the most memory this program ever held; ``ru_maxrss`` would begin with its parent's."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) / 1024


def measure_memory(pages: Sequence[GoldPage]) -> tuple[float, float]:
    """Return MiB held before the first page and at most while cleaning; wants a fresh process."""
    before = _peak_mib()
    run_strigil(pages)
    return before, _peak_mib()


def print_memory(pages: Sequence[GoldPage]) -> None:
    """Print what cleaning these pages takes in a process of its own; only Linux tells."""
    if sys.platform == "linux":
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            before, peak = pool.submit(measure_memory, pages).result()
        print(f"  memory: {peak - before:.0f} MiB on top of {before:.0f} MiB for Python, libraries and pages")


def print_timing(title: str, timing: Timing) -> None:
    """Print the ratios first, then what they come from."""
    own = timing.seconds["strigil"]
    print(f"\n{title}: {timing.pages} pages, {timing.lines:,} lines")
    for name, seconds in timing.seconds.items():
        if name != "strigil":
            print(f"  strigil is {seconds / own:5.1f} × as fast as {name}")
    for name, seconds in timing.seconds.items():
        rate = f"{timing.pages / seconds:8.1f} pages per CPU second"
        print(f"  {name:12} {1e3 * seconds / timing.pages:8.2f} ms a page  {rate}", end="")
        print(f"  {1e6 * seconds / timing.lines:7.1f} µs a line" if title != "HTML" else "")


def print_steps(seconds: Mapping[str, float], pages: int) -> None:
    """Print where Strigil's own time goes, the slowest step first."""
    total = sum(seconds.values())
    print("  of which")
    for name, value in sorted(seconds.items(), key=lambda item: -item[1]):
        print(f"    {name:24} {1e3 * value / pages:8.3f} ms a page  {value / total:6.1%}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 where there was nothing to measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.speed", description=__doc__)
    add_selection(parser)
    parser.set_defaults(sets=_SETS, limit=16)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--picture", action="store_true", help=f"draw {PICTURE}")
    options = parser.parse_args(arguments)
    for skipped in find_missing(to_selection(options)):
        print(skipped)
    runs: dict[str, Run] = {"strigil": run_strigil, **{name: _run_peer(name) for name in _PEERS}}
    drawn = {}
    for title, renderings in _INPUTS.items():
        pages = list(read_pages(to_selection(options, renderings)))
        if not pages:
            print(f"{title}: nothing was measured")
            return 1
        timing = measure_times(pages, runs, options.repeats)
        print_timing(title, timing)
        print_steps(measure_steps(pages), timing.pages)
        print_memory(pages)
        if failed := run_strigil(pages):
            print(f"  strigil failed on {failed} pages: its time says nothing")
        drawn[title] = {name: 1e3 * seconds / timing.pages for name, seconds in timing.seconds.items()}
    if options.picture:
        draw_speed(drawn, PICTURE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
