"""Checking an archive: every file against what was written down of it. Yields, never raises.

The log and the tombstones first (``verify_log``), then where raw files lie (``verify_gathered``), and
by these the raw files (``verify_raw``), the parts with their ledger (``verify_parts``), bags, links and sums,
then the marks of what is current. Unreferenced files younger than a day are left alone: a run may be
about to commit them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from archive.bag import verify_bag
from archive.editions import Editions
from archive.errors import DamagedFileError
from archive.log import Log
from archive.sample import Sample
from archive.sealed import read_sealed
from archive.store import Store
from archive.values import Problem
from archive.verify_drift import verify_drift
from archive.verify_gathered import verify_gatherings
from archive.verify_links import verify_links
from archive.verify_log import UNREADABLE, Judge, OnFile
from archive.verify_parts import verify_parts
from archive.verify_raw import VerifyRaw

_RESTORE: Final = "restore the file from a copy"


def verify_archive(store: Store, on_file: OnFile, sample: Sample) -> Iterator[Problem]:
    """Yield every problem of an archive; ``on_file`` hears of each file before it is read.

    Raw files and parts outside of the sample are looked for and not read.
    """
    judge = Judge(store, Log(store), on_file)
    yield from judge.verify_log()
    yield from verify_gatherings(judge)
    raw = VerifyRaw(judge, sample)
    for batch in judge.numbers:
        yield from raw.verify_batch(judge.entry(batch))
    if judge.is_whole:
        yield from raw.find_strays()
    yield from verify_parts(judge, sample)
    for edition in store.folders("clean"):
        yield from verify_bag(store, edition)
        yield from verify_links(store, edition, on_file, sample)
        yield from verify_drift(store, edition, on_file, sample)
    yield from _verify_records(store, "history", on_file)
    yield from _verify_records(store, "published", on_file)
    yield from _verify_current(judge)


def _verify_records(store: Store, folder: str, on_file: OnFile) -> Iterator[Problem]:
    """Yield the damaged records of a folder."""
    for name in store.names(folder):
        on_file(name)
        try:
            read_sealed(store, name)
        except UNREADABLE as error:
            yield Problem(store.address(name), f"it cannot be read: {error}", _RESTORE)


def _verify_current(judge: Judge) -> Iterator[Problem]:
    """Yield what the current edition lacks, and whether name and link lead to the same one."""
    store = judge.store
    editions = Editions(store)
    try:
        current = editions.current()
    except DamagedFileError as error:
        yield Problem(str(error.path), error.problem, "run with --repair, or promote an edition")
        return
    if current is None:
        return
    if not editions.has_sound_link(current):
        where = store.address("clean/current")
        yield Problem(where, f"the link does not lead to {current}", "run again to turn it")
    batches = (judge.entry(batch).days(number) for batch, number in judge.numbers.items())
    for batch, day in editions.missing(current, batches):
        yield Problem(
            store.address(f"clean/{current}"),
            f"no complete part for {day} of batch {batch.batch[:16]}",
            "run again: it finishes what is missing",
        )
