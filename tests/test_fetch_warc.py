"""The WARC files of fetching: what archivists and their tools expect, and what must not be in them."""

from __future__ import annotations

import datetime
import gzip
import json
import re
import ssl
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker
from warcio.indexer import Indexer

from captures.fetching.addresses import AddressRule, to_allowed
from captures.fetching.client import Client
from captures.fetching.errors import FetchFailedError
from captures.fetching.state import State
from captures.fetching.values import Header, Request
from captures.fetching.warcs import recover
from tests.fetch_runs import QUICK, captures, ends, fetch
from tests.fetch_site import Page, redirect, serving, sitemap, story


def warc_files(folder: Path) -> list[Path]:
    """Return all sealed files."""
    return sorted((folder / "warc").glob("*.warc.gz"))


def check(folder: Path) -> int:
    """Run ``warcio check`` over all files; return its exit code."""
    checker = Checker(SimpleNamespace(inputs=list(map(str, warc_files(folder))), verbose=False))
    checker.process_all()
    return int(checker.exit_value)


def records(folder: Path, kind: str) -> list[tuple[dict[str, str], bytes]]:
    """Return the records of a type: their fields and their blocks."""
    found = []
    for file in warc_files(folder):
        with file.open("rb") as opened:
            found += [
                (dict(record.rec_headers.headers), record.raw_stream.read())
                for record in ArchiveIterator(opened, no_record_parse=True)
                if record.rec_type == kind
            ]
    return found


@pytest.fixture
def twice(tmp_path: Path) -> Path:
    """Return a folder where a small site was fetched twice."""
    with serving() as site:
        urls = site.add_stories(2)
        site.pages["/chunked.html"] = Page(story("chunked").body, is_chunked=True)
        site.pages["/packed.html"] = Page(
            gzip.compress(story("packed").body, mtime=0), headers=(("Content-Encoding", "gzip"),)
        )
        site.pages["/same.html"] = Page(b"<p>The same bytes each time.", has_validators=False)
        site.pages["/old.html"] = redirect("/story-0.html")
        others = (site.url(f"/{name}.html") for name in ("chunked", "packed", "same", "old"))
        site.pages["/map.xml"] = sitemap(*urls, *others)
        for _ in range(2):
            fetch(tmp_path, site.url("/map.xml"), site=site)
    return tmp_path


def test_warcio_finds_nothing_wrong(twice: Path) -> None:
    """``warcio check`` passes over every file, chunked and packed bodies and revisits included."""
    assert len(warc_files(twice)) == 4
    assert check(twice) == 0


def test_request_and_response_are_as_sent(twice: Path) -> None:
    """A response holds the bytes of the wire, and its request stands beside it."""
    responses = {fields["WARC-Target-URI"]: (fields, block) for fields, block in records(twice, "response")}
    requests = [fields for fields, _ in records(twice, "request")]
    [url] = [url for url in responses if url.endswith("/chunked.html")]
    fields, block = responses[url]
    assert b"Transfer-Encoding: chunked\r\n" in block
    assert b"\r\n64\r\n<!DOCTYPE html>" in block
    assert block.endswith(b"\r\n0\r\n\r\n")
    assert fields["WARC-IP-Address"] == "127.0.0.1"
    assert fields["Strigil-Source"] == "source-0"
    assert sum(one["WARC-Concurrent-To"] == fields["WARC-Record-ID"] for one in requests) == 1
    assert len(requests) == len(responses) + len(records(twice, "revisit"))
    _, request = records(twice, "request")[0]
    assert re.match(rb"GET /\S+ HTTP/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\nUser-Agent: Strigil/", request)


def test_revisits_name_what_they_stand_for(twice: Path) -> None:
    """Unchanged captures are revisit records of the right profile, with a header and no body."""
    originals = {fields["WARC-Target-URI"]: fields for fields, _ in records(twice, "response")}
    revisits = {fields["WARC-Target-URI"].rpartition("/")[2]: (fields, block)
                for fields, block in records(twice, "revisit")}  # fmt: skip
    assert set(revisits) >= {"story-0.html", "chunked.html", "packed.html", "same.html", "old.html"}
    fields, block = revisits["story-0.html"]
    assert fields["WARC-Profile"].endswith("/revisit/server-not-modified")
    assert block.startswith(b"HTTP/1.1 304 Not Modified\r\n")
    fields, block = revisits["same.html"]
    assert fields["WARC-Profile"].endswith("/revisit/identical-payload-digest")
    assert block.startswith(b"HTTP/1.1 200 OK\r\n")
    assert block.endswith(b"\r\n\r\n")
    original = originals[fields["WARC-Target-URI"]]
    assert fields["WARC-Payload-Digest"] == original["WARC-Payload-Digest"]
    assert fields["WARC-Refers-To-Date"] == original["WARC-Date"]
    assert fields["WARC-Refers-To-Target-URI"] == original["WARC-Target-URI"]


def test_each_file_says_who_made_it(twice: Path) -> None:
    """Every file begins with a warcinfo record that names the file, the software and the operator."""
    infos = records(twice, "warcinfo")
    assert {fields["WARC-Filename"] for fields, _ in infos} == {file.name for file in warc_files(twice)}
    assert all(
        b"software: Strigil/" in block and b"operator: desk@news.example" in block for _, block in infos
    )


def test_the_index_is_that_of_other_tools(twice: Path) -> None:
    """Our CDXJ has the offsets, types and statuses that warcio's indexer finds."""
    for file in warc_files(twice):
        theirs = {
            int(line["offset"]): line for line in _index(file) if line["warc-type"] in {"response", "revisit"}
        }
        ours = {}
        for line in file.with_name(file.name.replace(".warc.gz", ".cdxj")).read_text().splitlines():
            _key, stamp, content = line.split(" ", 2)
            told = json.loads(content)
            assert re.fullmatch(r"\d{14}", stamp)
            ours[int(told["offset"])] = told
        assert set(ours) == set(theirs)
        for offset, told in ours.items():
            assert told["url"] == theirs[offset]["warc-target-uri"]
            assert told["status"] == theirs[offset]["http:status"]
            assert (told["mime"] == "warc/revisit") == (theirs[offset]["warc-type"] == "revisit")


def _index(file: Path) -> list[dict[str, str]]:
    """Return what warcio's indexer says of a file."""
    out = StringIO()
    indexer = Indexer(["offset", "warc-type", "warc-target-uri", "http:status"], [str(file)], None)
    with file.open("rb") as opened:
        indexer.process_one(opened, out, file.name)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_revisits_are_no_captures(twice: Path) -> None:
    """A second run over an unchanged site leaves nothing to clean twice."""
    assert len({capture.url for capture in captures(twice)}) == len(captures(twice)) == 6


def test_secrets_are_sent_and_nowhere_written(tmp_path: Path) -> None:
    """A secret header reaches its origin only, and is in no file that a run leaves."""
    secret = "hunter2-0123456789"  # noqa: S105 - of nothing
    headers = (Header("Authorization", f"Bearer {secret}", is_secret=True), Header("Accept-Language", "nn"))
    with serving({"/a.html": story("a")}) as site, serving({"/b.html": story("b")}) as other:
        site.pages["/go.html"] = redirect(other.url("/b.html"))
        site.pages["/map.xml"] = sitemap(site.url("/a.html"), site.url("/go.html"))
        fetch(tmp_path, site.url("/map.xml"), site=site, allow=(other.host,), headers=headers)
        assert all(one.headers["authorization"] == f"Bearer {secret}" for one in site.asked)
        assert [one for one in other.asked if "authorization" in one.headers] == []
        assert {one.path for one in other.asked} == {"/robots.txt", "/b.html"}
    for path in tmp_path.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            packed = gzip.decompress(data) if path.suffix == ".gz" else data
            assert secret.encode() not in packed, path
    assert any(b"Authorization: [redacted]\r\n" in block for _, block in records(tmp_path, "request"))


def test_certificates_are_verified(tmp_path: Path) -> None:
    """A server whose certificate nobody vouches for is not spoken to, and not asked again."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_self_signed(tmp_path))
    server = ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    host = f"localhost:{server.server_address[1]}"
    try:
        client = Client(AddressRule(to_allowed([host]), lambda *_: ["127.0.0.1"]))
        with pytest.raises(FetchFailedError) as failed:
            client.get(Request(f"https://{host}/", limits=QUICK))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert failed.value.reason == "tls"
    assert not failed.value.is_passing


def _self_signed(folder: Path) -> Path:
    """Return a file with a key and a certificate that only vouches for itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.mark.parametrize("lost_bytes", [1, 700, 100_000], ids=["a byte", "some", "all"])
def test_what_a_power_cut_took_is_asked_again(tmp_path: Path, lost_bytes: int) -> None:
    """Records that are acknowledged but gone from the file are fetched once more, without conditions."""
    with serving() as site:
        urls = site.add_stories(4)
        fetch(tmp_path, *urls, site=site)
        [pages] = [file for file in warc_files(tmp_path) if file.name.startswith("pages-")]
        name = pages.name
        pages = pages.rename(pages.with_name(f"{name}.open"))
        with pages.open("r+b") as file:
            file.truncate(max(0, pages.stat().st_size - lost_bytes))
        state = State(tmp_path / "state.sqlite")
        with state.writing() as connection:
            connection.execute("UPDATE warcs SET is_sealed=0, worker='dead' WHERE name=?", (name,))
            connection.execute("UPDATE runs SET ended_at=NULL")
        recover(state, tmp_path / "warc", name, str.lower)
        state.close()
        kept = {capture.url for capture in captures(tmp_path)}
        site.asked.clear()
        report = fetch(tmp_path, *urls, site=site)
        assert set(site.paths()) == {"/" + url.rpartition("/")[2] for url in urls if url not in kept}
        assert not any(one.is_conditional for one in site.asked)
    assert report.outcomes == {"new": 4}
    assert {capture.url for capture in captures(tmp_path)} == set(urls)
    assert check(tmp_path) == 0


def test_files_of_a_web_archive_come_by_ranges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of WARC paths gives the files, byte for byte, in ranges."""
    monkeypatch.setattr("captures.fetching.ranges.RANGE_BYTES", 1000)
    with serving() as site:
        fetch(tmp_path / "made", *site.add_stories(5), site=site)
        [pages] = [file for file in warc_files(tmp_path / "made") if file.name.startswith("pages-")]
        data = pages.read_bytes()
        site.pages["/warc.paths.gz"] = Page(gzip.compress(b"crawl/one.warc.gz\n"), "application/gzip")
        site.pages["/crawl/one.warc.gz"] = Page(data, "application/warc", is_ranged=True)
        report = fetch(tmp_path / "got", site.url("/warc.paths.gz"), site=site)
        asked = [one.headers["range"] for one in site.asked if one.path.startswith("/crawl/")]
    assert ends(report)["/crawl/one.warc.gz"] == ("new", "")
    assert asked == [f"bytes={start}-{start + 999}" for start in range(0, len(data), 1000)]
    [file] = (tmp_path / "got/downloads").iterdir()
    assert file.read_bytes() == data
    assert file.name.endswith(".warc.gz")


def test_ranges_of_a_file_without_validator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent in place of a validator that there is not, or not any more."""
    monkeypatch.setattr("captures.fetching.ranges.RANGE_BYTES", 1000)
    page = Page(b"0" * 2500, "application/warc", has_validators=False, is_ranged=True)
    with serving({"/crawl/one.warc": page}) as site:
        fetch(tmp_path, site.url("/crawl/one.warc"), site=site)
        assert not [one.headers for one in site.asked if "if-range" in one.headers]
    [file] = (tmp_path / "downloads").iterdir()
    assert file.read_bytes() == page.body
