"""Links and tables of an archive in an object store: the same as in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.archive import Archive
from archive.errors import UnfitLakeError
from archive.iceberg import TABLE_NAME, open_catalog
from archive.lake import publish
from archive.linking import link_edition
from archive.read import query
from tests.test_archive_links import CHANGED, QUOTE, STORY, add, capture, duplicates


@pytest.fixture
def archive(s3_bucket: str) -> Archive:
    """Return an archive in a bucket, with a story and its near duplicate."""
    archive = Archive.open(f"s3://{s3_bucket}/news")
    add(archive, [capture("first", f"{STORY}\n“{QUOTE}”", 1), capture("near", CHANGED, 2)])
    return archive


def test_links_in_a_bucket(archive: Archive) -> None:
    """Built, found up to date, and built again when there is more."""
    assert set(duplicates(archive)) == {"near"}
    assert not link_edition(archive).is_new
    add(archive, [capture("page", STORY, 3), capture("page", CHANGED, 4)])
    assert set(duplicates(archive)) == {"near", "page"}
    assert len(query(archive, "select * from versions where is_changed")) == 1


def test_an_iceberg_table_of_a_bucket(archive: Archive, tmp_path: Path) -> None:
    """The table names the objects; Delta, which needs links, is refused with the reason."""
    publish(archive, "iceberg", tmp_path)
    rows = open_catalog(tmp_path).load_table(TABLE_NAME).scan().to_arrow()
    assert sorted(rows["url"].to_pylist()) == ["http://news.example/first", "http://news.example/near"]
    with pytest.raises(UnfitLakeError, match="no links"):
        publish(archive, "delta", tmp_path)
