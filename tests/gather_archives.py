"""Archives of small runs, to be gathered: how to make one, and how to see all of it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.read import query
from archive.takedown import Decision, Targets
from tests.archive_builders import NEXT_PIPELINE, make_capture, read_payload
from tests.edition_writers import fill_runs

WHO = Decision("jane", "order 12/26")


@pytest.fixture(scope="session")
def small_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive of four batches, the first of them with a capture that was taken down."""
    root = tmp_path_factory.mktemp("small-runs")
    fill_runs(root)
    return root


def target(number: int) -> Targets:
    """Return a capture by its URL."""
    return Targets(urls=frozenset({str(make_capture(number).url)}))


def payloads(archive: Archive) -> dict[str, bytes]:
    """Return the bytes of every capture of the current edition."""
    ids = [row["capture_id"] for row in query(archive, "select capture_id from documents")]
    return {one: archive.raw(one, read_payload) for one in ids}


def load_batches(archive: Archive) -> list[object]:
    """Return all batches as they are read from raw."""
    return [logged.load(read_payload) for logged in archive.unfinished(NEXT_PIPELINE)]


def raw_files(root: Path) -> list[str]:
    """Return the names of the raw files."""
    return sorted(path.relative_to(root).as_posix() for path in root.glob("raw/**/*.*"))


def assert_gone(root: Path, number: int) -> None:
    """See that no file but parts holds anything of a capture."""
    for word in (b"Story %d of" % number, b"/News/%d?" % number):
        assert not [str(path) for path, data in _plain_files(root) if word in data]


def _plain_files(root: Path) -> list[tuple[Path, bytes]]:
    """Return all files but parts, with their content, decompressed."""
    paths = [path for path in root.rglob("*") if path.is_file() and path.suffix != ".parquet"]
    return [(path, _plain(path.read_bytes())) for path in paths]


def _plain(data: bytes) -> bytes:
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
