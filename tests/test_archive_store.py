"""The publish protocol: every step fails in turn, and no reader ever sees half a file."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from archive.archive import Archive
from archive.errors import CollisionError, UnfitFileSystemError
from archive.local import LocalStore
from archive.store import STALE_SECONDS
from tests.archive_builders import PIPELINE, fill, make_capture, make_pages, read_payload, tree
from tests.archive_writers import CAPTURES, run_writers, write_all

FAILURES = [
    *(("fsync", at) for at in (1, 5, 9, 13, 17, 21, 25)),
    *(("link", at) for at in (1, 2, 3, 5)),
    *(("mkdir", at) for at in (1, 3, 5)),
    *(("unlink", at) for at in (1, 4)),
    ("open", 2),
    ("close", 2),
    ("replace", 1),
    ("replace", 2),
    ("symlink", 1),
]
"""Calls of ``os`` that a run makes, and the how manieth of them fails."""


class _Failing:
    """A function that fails at its n-th call, as on a full disk."""

    def __init__(self, function: Callable[..., Any], at: int) -> None:
        self._function = function
        self._at = at
        self.calls = 0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Do it, or fail; closing fails after the fact."""
        self.calls += 1
        if self.calls == self._at:
            if self._function is os.close:
                self._function(*args)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._function(*args, **kwargs)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the files of an archive that nothing happened to."""
    root = tmp_path_factory.mktemp("whole")
    archive = Archive.open(root)
    fill(archive, [make_capture(1), make_capture(2)])
    archive.promote(PIPELINE)
    return without_temporary(root)


def without_temporary(root: Path) -> dict[str, bytes]:
    """Return the files of an archive but for its work place."""
    return {name: data for name, data in tree(root).items() if not name.startswith(".tmp/")}


@pytest.mark.parametrize(("step", "at"), FAILURES)
def test_any_step_may_fail(step: str, at: int, tmp_path: Path, whole: dict[str, bytes]) -> None:
    """After a failure at any call of any step all files are whole; a second run completes the archive."""
    captures = [make_capture(1), make_capture(2)]
    with pytest.MonkeyPatch.context() as patch:
        failing = _Failing(getattr(os, step), at)
        patch.setattr(os, step, failing)
        with suppress(OSError):
            archive = Archive.open(tmp_path)
            fill(archive, captures)
            archive.promote(PIPELINE)
    assert failing.calls >= at
    assert without_temporary(tmp_path).items() <= whole.items()
    archive = Archive.open(tmp_path)
    archive.commit(captures)
    for logged in archive.unfinished(PIPELINE):
        batch = logged.load(read_payload)
        archive.publish(batch, make_pages(batch.captures), PIPELINE)
    archive.promote(PIPELINE)
    assert not list(archive.verify())
    assert without_temporary(tmp_path) == whole


def test_a_name_is_given_once(tmp_path: Path) -> None:
    """The second writer of a name changes nothing and is told."""
    store = LocalStore(tmp_path)
    assert store.create("a/b", b"first")
    assert not store.create("a/b", b"second")
    assert (tmp_path / "a/b").read_bytes() == b"first"
    assert not list((tmp_path / ".tmp").iterdir())


def test_a_name_that_stands_for_its_content_cannot_have_another(tmp_path: Path) -> None:
    """The same content is fine, an empty or another file is not."""
    store = LocalStore(tmp_path)
    store.keep(store.stage_bytes(b"same"), "x")
    store.keep(store.stage_bytes(b"same"), "x")
    (tmp_path / "x").write_bytes(b"")
    with pytest.raises(CollisionError, match="move it out"):
        store.keep(store.stage_bytes(b"same"), "x")


def _refuse(code: int) -> Callable[..., None]:
    def link(*_args: object, **_kwargs: object) -> None:
        raise OSError(code, os.strerror(code))

    return link


def test_a_link_whose_answer_was_lost_is_known_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network file system asks twice; that its own first request came first is no other writer."""
    link = os.link

    def twice(*paths: Any, **names: Any) -> None:
        link(*paths, **names)
        raise FileExistsError(errno.EEXIST, "the second request finds the name taken")

    store = LocalStore(tmp_path)
    monkeypatch.setattr(os, "link", twice)
    assert store.create("a", b"first")
    monkeypatch.undo()
    assert not store.create("a", b"first")


@pytest.mark.skipif(sys.platform != "linux", reason="renameat2 is a call of Linux")
def test_a_file_system_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There an exclusive rename does the same."""
    monkeypatch.setattr(os, "link", _refuse(errno.EPERM))
    store = LocalStore(tmp_path)
    assert store.create("a", b"first")
    assert not store.create("a", b"second")
    assert (tmp_path / "a").read_bytes() == b"first"


def test_a_file_system_without_exclusive_creation_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where two writers could not be told apart nothing is written."""

    class NoLibrary:
        """A C library without ``renameat2``."""

    monkeypatch.setattr(os, "link", _refuse(errno.ENOTSUP))
    monkeypatch.setattr(ctypes, "CDLL", lambda *_args, **_kwargs: NoLibrary())
    with pytest.raises(UnfitFileSystemError, match="put the archive on another"):
        LocalStore(tmp_path).create("a", b"first")
    assert not (tmp_path / "a").exists()


def test_another_link_error_is_not_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is no reason to try another way."""
    monkeypatch.setattr(os, "link", _refuse(errno.ENOSPC))
    with pytest.raises(OSError, match="No space"):
        LocalStore(tmp_path).create("a", b"first")


def test_order_of_a_publication(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sync the file, then link, then unlink, then sync the folder: the promise against power cuts."""
    store = LocalStore(tmp_path)
    store.create("d/first", b"")
    calls: list[str] = []

    def noted(step: str) -> Callable[..., Any]:
        function: Callable[..., Any] = getattr(os, step)

        def call(*args: Any, **kwargs: Any) -> Any:
            calls.append(step)
            return function(*args, **kwargs)

        return call

    for step in ("fsync", "link", "unlink"):
        monkeypatch.setattr(os, step, noted(step))
    store.create("d/second", b"")
    assert calls == ["fsync", "link", "unlink", "fsync"]


def test_old_temporary_files_are_swept_and_young_ones_are_not(tmp_path: Path) -> None:
    """What a killed run left goes after a day; what may be in use stays."""
    Archive.open(tmp_path)
    old, young = tmp_path / ".tmp/old", tmp_path / ".tmp/young"
    old.parent.mkdir(exist_ok=True)
    old.write_bytes(b"x")
    young.write_bytes(b"x")
    long_ago = time.time() - STALE_SECONDS - 60
    os.utime(old, (long_ago, long_ago))
    Archive.open(tmp_path)
    assert not old.exists()
    assert young.exists()


def test_what_becomes_needed_at_the_last_moment_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was old when it was looked at first; before it lost its name somebody kept the same content."""
    store = LocalStore(tmp_path)
    store.create("raw/x", b"1")
    long_ago = time.time() - STALE_SECONDS - 60
    os.utime(tmp_path / "raw/x", (long_ago, long_ago))
    make_folder = LocalStore.make_folder

    def needed(self: LocalStore, folder: Path) -> None:
        if folder == tmp_path / ".tmp":
            os.utime(tmp_path / "raw/x")
        make_folder(self, folder)

    monkeypatch.setattr(LocalStore, "make_folder", needed)
    assert not store.remove_stale("raw/x")
    assert without_temporary(tmp_path) == {"raw/x": b"1"}
    assert not list((tmp_path / ".tmp").iterdir())


@pytest.mark.parametrize("limit_bytes", [1_000, 14_000])
def test_a_write_that_is_cut_short_leaves_nothing(limit_bytes: int, tmp_path: Path) -> None:
    """A real limit on file size fails raw files, or only parts: all is whole, and a re-run completes."""
    assert run_writers("limit", tmp_path, limit_bytes) == [errno.EFBIG]
    assert not list((tmp_path / ".tmp").iterdir())
    assert not list(tmp_path.rglob("*.parquet"))
    is_committed = bool(list((tmp_path / "log").iterdir()))
    assert is_committed == (limit_bytes == 14_000)
    write_all(tmp_path, CAPTURES)
    archive = Archive.open(tmp_path)
    for logged in archive.unfinished(PIPELINE):
        batch = logged.load(read_payload)
        archive.publish(batch, make_pages(batch.captures), PIPELINE)
    archive.promote(PIPELINE)
    assert not list(archive.verify())


def test_names_made_together_are_durable_at_the_end_of_the_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each folder is synced once, after all of its names; also when the block fails; then as before."""
    store = LocalStore(tmp_path)
    synced: list[tuple[str, int]] = []

    def record(folder: Path) -> None:
        synced.append((folder.name, len(list(folder.iterdir()))))

    monkeypatch.setattr("archive.local.sync_folder", record)
    with store.together() as group:
        for name in ("a/1", "a/2", "b/1"):
            assert group.create(name, b"x")
        assert not synced
    assert synced[1:] == [(tmp_path.name, 3), ("a", 2), ("b", 1)]  # the first is the folder around it
    with suppress(OSError), store.together() as group:
        group.create("a/3", b"x")
        raise OSError
    store.create("a/4", b"x")
    assert synced[4:] == [("a", 3), ("a", 4)]
