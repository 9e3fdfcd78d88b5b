"""Power cuts and full disks, on file systems made for the purpose. For root alone.

A power cut is the ioctl with which ext4 and xfs stop at once without writing back anything, log
included: what was not synced is gone. The file system is then mounted again, as after a restart.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import signal
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.soak_kills import CAPTURES, Result
from bench.soak_writers import Job, State, ask, fork, make_captures, moments

GOING_DOWN = 0x8004587D
"""EXT4_IOC_SHUTDOWN and XFS_IOC_GOINGDOWN."""
NO_LOG_FLUSH = 2
CUTS_A_ROUND = 5
MAX_CUT_SECONDS = 0.15
IMAGE_BYTES = 512 * 1024 * 1024
"""mkfs.xfs makes nothing under 300 MB."""
FULL_BYTES = 600 * 1024


def why_not(kind: str = "") -> str | None:
    """Return why this machine cannot do it; None if it can."""
    if os.geteuid() != 0:
        return "only root can mount"
    if kind and shutil.which(f"mkfs.{kind}") is None:
        return f"mkfs.{kind} is not installed"
    if kind and not Path("/dev/loop-control").exists():
        return "there are no loop devices"
    with tempfile.TemporaryDirectory() as folder:
        tried = _run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder)
        if tried.returncode:
            return f"mounting is not allowed here: {tried.stderr.strip()}"
        _run("umount", folder)
    return None


def run_power_cuts(kind: str, cuts: int) -> Result:
    """Cut the power under a writer at random moments, mount again, and look for what was acknowledged."""
    result = Result(f"power cut, {kind}", 0)
    reason = why_not(kind)
    if reason:
        return result._replace(note=f"skipped: {reason}")
    pauses = moments(MAX_CUT_SECONDS, seed=len(kind))
    while result.times < cuts:
        with tempfile.TemporaryDirectory(prefix="strigil-soak-") as folder:
            image, mounted = Path(folder, "image"), Path(folder, "mounted")
            with image.open("wb") as file:
                file.truncate(IMAGE_BYTES)
            quiet = ("-q",) if kind == "xfs" else ("-q", "-F")
            _run(f"mkfs.{kind}", *quiet, str(image), must=True)
            mounted.mkdir()
            job = Job(mounted / "archive", make_captures(CAPTURES), Path(folder, "acknowledged"))
            for _ in range(CUTS_A_ROUND):
                with _mounted(image, mounted):
                    pid = fork(job.write)
                    time.sleep(next(pauses))
                    _cut(mounted)
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)
                with _mounted(image, mounted):
                    result = result._replace(
                        times=result.times + 1,
                        torn=result.torn + job.torn_parts(),
                        lost=result.lost + job.lost_acknowledged(),
                    )
            with _mounted(image, mounted):
                found = ask(job.state)
                result = result.plus(State(*found) if found else None)
    return result


def run_full_disk(rounds: int) -> Result:
    """Fill a small disk, look, make it larger, and go on."""
    result = Result("full disk", 0)
    reason = why_not()
    if reason:
        return result._replace(note=f"skipped: {reason}")
    told = 0
    for number in range(rounds):
        with tempfile.TemporaryDirectory(prefix="strigil-soak-") as folder:
            mounted = Path(folder, "mounted")
            mounted.mkdir()
            size_bytes = FULL_BYTES + 8192 * number
            _run("mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs", str(mounted), must=True)
            try:
                job = Job(mounted / "archive", make_captures(CAPTURES), Path(folder, "acknowledged"))

                def write(job: Job = job) -> int:
                    try:
                        job.write()
                    except OSError as error:
                        return error.errno or 0
                    return 0

                told += ask(write) == errno.ENOSPC
                left = sum(1 for _ in (job.root / ".tmp").glob("*"))
                result = result._replace(
                    times=result.times + 1,
                    torn=result.torn + job.torn_parts(),
                    lost=result.lost + job.lost_acknowledged(),
                    problems=result.problems + left,
                )
                _run("mount", "-o", "remount,size=256M", str(mounted), must=True)
                found = ask(job.state)
                result = result.plus(State(*found) if found else None)
            finally:
                _run("umount", "-l", str(mounted))
    return result._replace(note=f"{told} writers were told (ENOSPC)")


@contextmanager
def _mounted(image: Path, folder: Path) -> Iterator[None]:
    _run("mount", "-o", "loop", str(image), str(folder), must=True)
    try:
        yield
    finally:
        _run("umount", str(folder), must=True)


def _cut(folder: Path) -> None:
    """Stop a file system at once, its log unwritten."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.ioctl(descriptor, GOING_DOWN, struct.pack("I", NO_LOG_FLUSH))
    finally:
        os.close(descriptor)


def _run(*words: str, must: bool = False) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if must and done.returncode:
        raise SystemExit(f"{' '.join(words)}: {done.stderr.strip()}")
    return done
