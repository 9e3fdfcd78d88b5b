"""Object stores as they are: some ignore conditions, some lose answers, some are not there at all."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from datetime import timedelta

import pandas as pd
import polars as pl
import pyarrow.dataset as ds
import pytest
from obstore.exceptions import PermissionDeniedError

from archive.archive import Archive
from archive.errors import IgnoresConditionsError, SqlError
from archive.places import open_store
from archive.read import query
from captures import buckets
from captures.errors import BucketError
from tests.archive_builders import PIPELINE, fill, make_capture, make_pages, read_payload
from tests.archive_writers import CAPTURES, run_writers, write_all
from tests.s3_proxy import proxy

ROUNDS = 6


@pytest.fixture
def place(s3_bucket: str) -> str:
    """Return a place for an archive in a bucket."""
    return f"s3://{s3_bucket}/archive"


@pytest.fixture(params=["if-none-match", "if-match"])
def careless(
    request: pytest.FixtureRequest, s3_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Have a store that overlooks one of the two conditions; return its name."""
    with proxy(s3_endpoint, drops=frozenset({request.param})) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        yield request.param


def test_a_store_that_ignores_conditions_is_refused(careless: str, place: str) -> None:
    """Each time, with the condition and with what to do; reading is refused to nobody."""
    for _ in range(2):
        with pytest.raises(IgnoresConditionsError, match=f"(?i)ignores {careless}.*STRIGIL_ONE_WRITER=1"):
            Archive.open(place)
    Archive.open(place, create=False)


@pytest.mark.usefixtures("careless")
def test_one_writer_may_use_a_store_that_ignores_conditions(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who says that there is no other looks before each creation: nothing is overwritten."""
    monkeypatch.setenv("STRIGIL_ONE_WRITER", "1")
    archive = Archive.open(place)
    assert archive.store.has_one_writer
    assert archive.store.create("x", b"1")
    assert not archive.store.create("x", b"2")
    assert archive.store.read_bytes("x") == b"1"
    captures = [make_capture(n) for n in range(3)]
    assert len(fill(archive, captures).captures) == 3
    assert not archive.commit(captures).captures
    archive.promote(PIPELINE)
    assert not list(archive.verify())


def test_the_word_of_one_writer_changes_nothing_where_conditions_are_honoured(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There any number may write, whatever the environment says."""
    monkeypatch.setenv("STRIGIL_ONE_WRITER", "1")
    assert not Archive.open(place).store.has_one_writer


def test_a_lost_answer_is_no_other_writer(
    place: str, s3_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An object was created but the answer lost: the repeated request meets it, and knows it for its own."""
    with proxy(s3_endpoint, lost_answers=2) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        store = open_store(place)
        assert store.create("a", b"same")
        assert store.create("b", b"same")
        assert not store.create("b", b"same")
    with proxy(s3_endpoint, lost_answers=12) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        assert write_all(place, 8) == CAPTURES


def test_killed_writers_leave_nothing_partial(place: str) -> None:
    """Two writers are killed again and again: every object is whole, and the next run does the rest."""
    (kills,) = run_writers("interrupt", place, ROUNDS)
    assert kills >= ROUNDS
    archive = Archive.open(place)
    parts = [
        archive.store.read_bytes(name) for name in archive.store.names("clean") if name.endswith(".parquet")
    ]
    assert all(part[:4] == part[-4:] == b"PAR1" for part in parts)
    write_all(place, 10)
    for logged in archive.unfinished(PIPELINE):
        batch = logged.load(read_payload)
        archive.publish(batch, make_pages(batch.captures), PIPELINE)
    archive.promote(PIPELINE)
    assert not list(archive.verify())
    (row,) = query(archive, "select count(*) as n, count(distinct source_ordinal) as m from documents")
    assert row == {"n": CAPTURES, "m": CAPTURES}


def test_a_large_file_goes_in_one_request(place: str) -> None:
    """No multipart upload, of which a killed writer would leave pieces that cost money and are not seen."""
    store = open_store(place)
    data = os.urandom(1 << 20) * 24
    assert store.link(store.stage_bytes(data), "large")
    assert not store.link(store.stage_bytes(data), "large")
    assert store.read_bytes("large") == data
    (found,) = buckets.Bucket(place.split("/")[2]).find("archive/")
    assert "-" not in found.version  # the etag of a multipart upload ends in the number of its parts


def test_a_store_that_is_not_there_is_told_in_a_sentence(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No server, no bucket: where, what and what to look at, in one line, after a moment."""
    with pytest.raises(BucketError, match="there is no bucket 'no-such-bucket': make it first"):
        Archive.open("s3://no-such-bucket/archive")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{closed.getsockname()[1]}")
        for create in (True, False):
            with pytest.raises(BucketError, match=f"{place}.*no good answer.*AWS_ENDPOINT_URL") as caught:
                Archive.open(place, create=create)
            assert "\n" not in str(caught.value)


def test_plain_http_needs_a_word(place: str, s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials do not travel unseen over a network, unless it is said to be one's own."""
    with proxy(s3_endpoint, host="127.0.0.2") as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        with pytest.raises(BucketError, match=r"speaks plain HTTP.*AWS_ALLOW_HTTP=true"):
            Archive.open(place)
        monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
        Archive.open(place)


def test_a_store_that_never_answers_is_given_up(
    place: str, s3_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that takes the request and is silent costs the time limit, not for ever."""
    del s3_endpoint
    monkeypatch.setattr(buckets, "_TIMEOUT", timedelta(seconds=1))
    monkeypatch.setattr(buckets, "_MAX_RETRY_TIME", timedelta(seconds=1))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(BucketError, match="no good answer"):
            Archive.open(place)


def test_credentials_that_are_refused_are_told(place: str, s3_endpoint: str) -> None:
    """What the store says against the credentials comes with the variable to look at."""
    del s3_endpoint
    error = PermissionDeniedError("Error performing GET x - Server returned 403 Forbidden: <?xml …")
    assert buckets._explain("bucket", error).endswith(
        "refuses this (Server returned 403 Forbidden): check AWS_ACCESS_KEY_ID and what it is allowed to do"
    )
    fill(Archive.open(place), [make_capture(1)])


def test_sql_over_a_store_that_goes_away(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question in SQL fails with the sentence of the store, not with a traceback."""
    archive = Archive.open(place)
    fill(archive, [make_capture(1)])
    archive.promote(PIPELINE)
    monkeypatch.setattr(buckets.Bucket, "read_range", _fail)
    with pytest.raises(SqlError, match=r"^s3://bucket/key: gone$"):
        query(archive, "select * from documents")


def test_other_tools_read_the_parts(place: str) -> None:
    """pyarrow, pandas and Polars read the folder of an edition by its URL, as docs/archive.md says."""
    archive = Archive.open(place)
    fill(archive, [make_capture(n) for n in range(6)])
    archive.promote(PIPELINE)
    data = archive.data_path()
    assert ds.dataset(data, partitioning="hive").to_table(columns=["url"]).num_rows == 6
    assert len(pd.read_parquet(data)) == 6
    assert pl.scan_parquet(f"{data}/**/*.parquet").select(pl.len()).collect().item() == 6


def _fail(*_words: object) -> None:
    raise BucketError("s3://bucket/key", "gone")
