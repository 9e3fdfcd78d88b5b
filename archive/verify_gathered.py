"""Checking the records of what was gathered, and seeing what killed gatherings left behind."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from archive.gathered import FOLDER, RAW_FOLDER, Gathering, record_name, refresh
from archive.sealed import read_sealed
from archive.store import STALE_SECONDS
from archive.values import Problem
from archive.verify_log import UNREADABLE, Judge

LEFT_OVER: Final = "a gathering was killed and left this file, which is not needed"
_TIDY: Final = "run: strigil compact; if it stays, records in gathered/ are lost: restore them from a copy"
_RESTORE: Final = "restore the record from a copy: it says where raw files lie"


def verify_gatherings(judge: Judge) -> Iterator[Problem]:
    """Yield what is wrong with the records, and tell the judge where raw files lie."""
    store = judge.store
    there = set(store.names("raw"))
    stems = [PurePosixPath(name).stem for name in store.names(FOLDER) if name.endswith(".json")]
    for number in range(1, max(map(int, filter(str.isdigit, stems)), default=0) + 1):
        name = record_name(number)
        judge.on_file(name)
        try:
            gathering = Gathering.from_json(read_sealed(store, name))
        except FileNotFoundError:
            judge.is_whole = False
            yield Problem(store.address(name), "the record of a gathering is missing", _RESTORE)
            continue
        except UNREADABLE as error:
            judge.is_whole = False
            yield Problem(store.address(name), f"it cannot be read: {error}", _RESTORE)
            continue
        gone = _take_in(judge, gathering)
        if _is_old(judge, name):
            yield from (Problem(store.address(file), LEFT_OVER, _TIDY) for file in sorted(gone & there))
    if judge.is_whole:
        refresh(store)
        for name in sorted(there - judge.named):
            if name.startswith(f"{RAW_FOLDER}/") and _is_old(judge, name):
                yield Problem(store.address(name), LEFT_OVER, _TIDY)


def _take_in(judge: Judge, gathering: Gathering) -> set[str]:
    """Tell the judge what a gathering says; return the files that it made needless."""
    judge.named |= {file.file for file in gathering.files}
    for batch in gathering.batches:
        judge.gathered[batch.index.file] = gathering.index
        if batch.warc and gathering.warc:
            judge.gathered[batch.warc.file] = gathering.warc
    return {file.file for batch in gathering.batches for file in batch.files}


def _is_old(judge: Judge, name: str) -> bool:
    """Return whether no gathering can be at work on a file any more."""
    return judge.store.modified_at(name) < time.time() - STALE_SECONDS
