"""kill -9 at random moments: what is visible is whole, and the next run completes it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from archive.archive import Archive
from archive.read import query
from tests.archive_builders import PIPELINE, fill, make_capture, make_pages, read_payload

ROUNDS = 5
CAPTURES = 48

_FORKER = """
import os, random, signal, sys, time
from pathlib import Path
from archive.archive import Archive
from tests.archive_builders import PIPELINE, fill, make_capture

root, rounds, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
chance = random.Random(7)

def work(folder, size):
    archive = Archive.open(folder)
    for start in range(0, count, size):
        fill(archive, [make_capture(n) for n in range(start, min(count, start + size))])

def start(folder, size):
    pid = os.fork()
    if pid == 0:
        try:
            work(folder, size)
        finally:
            os._exit(0)
    return pid

kills = torn = 0
for round in range(rounds):
    folder = root / str(round)
    for _try in range(6):
        pids = [start(folder, 8), start(folder, 12)]
        time.sleep(chance.uniform(0.0, 0.12))
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
            kills += os.WIFSIGNALED(os.waitpid(pid, 0)[1])
        for part in folder.glob("clean/*/data/**/*.*"):
            data = part.read_bytes()
            torn += not (data[:4] == data[-4:] == b"PAR1")
print(kills, torn)
"""
"""Forks writers, two at a time, out of a process that has no threads, and kills them."""


def test_killed_writers_lose_and_double_nothing(tmp_path: Path) -> None:
    """After each kill no part is torn; after a last undisturbed run every capture is there once."""
    command = [sys.executable, "-c", _FORKER, str(tmp_path), str(ROUNDS), str(CAPTURES)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    kills, torn = map(int, done.stdout.split())
    assert kills >= ROUNDS
    assert torn == 0
    captures = [make_capture(n) for n in range(CAPTURES)]
    for folder in sorted(tmp_path.iterdir()):
        archive = Archive.open(folder)
        fill(archive, captures)
        for logged in archive.unfinished(PIPELINE):
            batch = logged.load(read_payload)
            archive.publish(batch, make_pages(batch.captures), PIPELINE)
        archive.promote(PIPELINE)
        assert not list(archive.verify())
        (row,) = query(archive, "select count(*) as n, count(distinct source_ordinal) as m from documents")
        assert row == {"n": CAPTURES, "m": CAPTURES}
