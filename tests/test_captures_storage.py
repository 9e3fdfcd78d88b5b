"""Finding inputs: files, folders, globs, objects."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from captures.errors import MissingExtraError, SourceNotFoundError
from captures.storage import find_items, open_input


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a folder with files, hidden ones, and a link that leads back up."""
    hidden = (".hidden/4.txt", "b/.5.txt")
    for name in ("b/2.txt", "b/1.txt", "a/deep/er/3.txt", "a.txt", "c[1]/6.html", *hidden):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "b" / "up").symlink_to(tmp_path, target_is_directory=True)
    os.mkfifo(tmp_path / "pipe")
    return tmp_path


SOURCES = (
    ("", ["a/deep/er/3.txt", "a.txt", "b/1.txt", "b/2.txt", "c[1]/6.html"]),
    ("b/1.txt", ["b/1.txt"]),
    ("b/.5.txt", ["b/.5.txt"]),
    ("*.txt", ["a.txt"]),
    ("**/*.html", ["c[1]/6.html"]),
    ("**/deep/**/*.txt", ["a/deep/er/3.txt"]),
    ("?/[12].txt", ["b/1.txt", "b/2.txt"]),
    ("a*", ["a/deep/er/3.txt", "a.txt"]),
    ("c[1]", ["c[1]/6.html"]),
)


@pytest.mark.parametrize(("source", "names"), SOURCES)
def test_local_sources(tree: Path, source: str, names: list[str]) -> None:
    """A source names its files, sorted, once, without hidden ones, pipes and loops."""
    items = list(find_items(str(tree / source)))
    assert [item.path for item in items] == [str(tree / name) for name in names]
    for item in items:
        assert item.size_bytes == Path(item.path).stat().st_size
        assert item.version == str(Path(item.path).stat().st_mtime_ns)
        assert item.modified_at is not None


def test_a_relative_source_gives_absolute_paths(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Items hold wherever they are read."""
    monkeypatch.chdir(tree)
    assert [item.path for item in find_items("a")] == [str(tree / "a/deep/er/3.txt")]


@pytest.mark.parametrize("source", ["nowhere", "*.warc", "nowhere/*.txt", "empty"])
def test_a_source_without_files_says_what_to_do(tree: Path, source: str) -> None:
    """A source that matches nothing is an error that names it and the next step."""
    (tree / "empty").mkdir()
    with pytest.raises(SourceNotFoundError, match=r"check|point to") as caught:
        list(find_items(str(tree / source)))
    assert str(tree / source) in str(caught.value)


def test_the_listing_streams(tmp_path: Path) -> None:
    """The first items come before later folders are looked at."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.txt").write_text("x")
    items = find_items(str(tmp_path))
    assert next(items).path.endswith("a/1.txt")
    (tmp_path / "b" / "2.txt").write_text("x")
    assert [Path(item.path).name for item in items] == ["1.txt", "2.txt"]


def test_a_change_of_a_file_changes_its_key(tmp_path: Path) -> None:
    """The key tells states of a file apart, by listing alone."""
    path = tmp_path / "a.txt"
    path.write_text("one")
    (before,) = find_items(str(path))
    os.utime(path, ns=(1, before.modified_at is not None))
    (after,) = find_items(str(path))
    assert before.key != after.key


def test_objects(put_object: Callable[[str, bytes], str]) -> None:
    """A key, a prefix and a glob find objects in order of their keys; the version is the etag."""
    keys = ("in/a.txt", "in/b/1.txt", "in/b/2.html", "in/.hidden/x.txt", "inner.txt")
    paths = {key: put_object(key, key.encode()) for key in keys}
    bucket = paths["in/a.txt"].removesuffix("/in/a.txt")

    def found(source: str) -> list[str]:
        return [item.path.removeprefix(f"{bucket}/") for item in find_items(f"{bucket}/{source}")]

    assert found("in/a.txt") == ["in/a.txt"]
    assert found("in") == found("in/") == ["in/a.txt", "in/b/1.txt", "in/b/2.html"]
    assert found("in/**/*.txt") == ["in/a.txt", "in/b/1.txt"]
    assert found("*.txt") == ["inner.txt"]
    assert found("") == ["in/a.txt", "in/b/1.txt", "in/b/2.html", "inner.txt"]
    with pytest.raises(SourceNotFoundError, match="no object"):
        found("in/c")
    (item,) = find_items(paths["in/a.txt"])
    assert item.size_bytes == 8
    assert item.modified_at is not None
    put_object("in/a.txt", b"changed!")
    (changed,) = find_items(paths["in/a.txt"])
    assert changed.key != item.key


def test_an_object_is_a_seekable_file(put_object: Callable[[str, bytes], str]) -> None:
    """Reading, seeking and the end behave as in a local file; a missing object is an OSError."""
    data = bytes(range(256)) * 100
    path = put_object("data.bin", data)
    with open_input(path) as raw:
        assert raw.read(10) == data[:10]
        assert raw.seek(-5, os.SEEK_END) == len(data) - 5
        assert raw.read() == data[-5:]
        assert raw.read(1) == b""
        raw.seek(1000)
        assert raw.read(100) == data[1000:1100]
    with pytest.raises(OSError, match="missing"):
        open_input(path.replace("data.bin", "missing"))


def test_a_store_that_does_not_answer_is_named(s3_bucket: str) -> None:
    """A bucket that does not exist is an error with what the store said."""
    with pytest.raises(SourceNotFoundError, match="there is no bucket"):
        list(find_items(f"s3://{s3_bucket}-not/x"))


def test_without_the_extra_the_command_to_install_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without obstore an s3:// source says what to install."""
    for module in ("captures.objects", "captures.buckets"):
        monkeypatch.delitem(sys.modules, module, raising=False)
        monkeypatch.delattr(module, raising=False)
    for module in ("obstore", "obstore.exceptions", "obstore.store"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=r"pip install 'strigil\[s3\]'"):
        list(find_items("s3://bucket/key"))
