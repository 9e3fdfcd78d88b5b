"""The flow ``fetch`` on a real Prefect server on loopback, with a secret header from a Secret block."""

from __future__ import annotations

import gzip
import logging
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from prefect import State
from prefect.states import Completed, Failed

from captures.fetching.runs import FetchReport
from flows.outcome import ENDS, to_state_of_fetch
from tests.fetch_site import Page, Site, feed, robots, serving
from tests.strigil_command import query

SECRET: Final = "hunter2-0123456789"  # noqa: S105 - of nothing
BLOCK: Final = "gazette-key"
_ROWS: Final = "select url, status, source, http_status from documents order by url"


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve a site with a feed of two stories and a page that robots.txt forbids."""
    with serving() as site:
        urls = site.add_stories(2)
        site.pages["/robots.txt"] = robots("User-agent: *\nDisallow: /private/\n")
        site.pages["/feed"] = feed(*urls, site.url("/private/a.html"))
        yield site


def write_sources(folder: Path, site: Site, block: str = BLOCK) -> Path:
    """Write a sources.toml whose header, if there is one, is in a Secret block."""
    path = folder / "sources.toml"
    path.write_text(
        f'[[source]]\nname = "gazette"\nurl = "{site.url("/feed")}"\ndelay_seconds = 0\nrefetch = "always"\n'
        + (f'headers = {{ Authorization = {{ block = "{block}" }} }}\n' if block else "")
    )
    return path


@pytest.mark.usefixtures("prefect_server")
def test_a_site_becomes_rows_and_the_secret_stays_secret(
    site: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """The server gets the header of the Secret block; no row, log line, file or artifact has its value."""
    from prefect.blocks.system import Secret

    from flows.fetch_flow import fetch

    Secret(value=SECRET).save(BLOCK, overwrite=True)  # type: ignore[arg-type]
    sources = write_sources(tmp_path, site)
    with caplog.at_level(logging.DEBUG):
        first = fetch(str(sources), str(tmp_path / "news"), allow_hosts=site.host, return_state=True)
        site.pages["/story-1.html"] = Page(status=410, has_validators=False)
        again = fetch(str(sources), str(tmp_path / "news"), allow_hosts=site.host, return_state=True)
    assert (first.name, first.message) == ("Completed", "2 cleaned")
    assert again.is_completed()
    assert {one.headers.get("authorization") for one in site.asked} == {SECRET}
    assert "/private/a.html" not in site.paths()
    rows = query(_ROWS, tmp_path / "news")
    assert {row["url"] for row in rows} == {site.url("/story-0.html"), site.url("/story-1.html")}
    assert {row["source"] for row in rows} == {"gazette"}
    artifacts = _artifacts()
    assert any("2 new, 1 refused" in text for text in artifacts)
    assert any("1 unchanged, 1 gone" in text for text in artifacts)
    assert SECRET not in "".join((caplog.text, *capfd.readouterr(), *artifacts, str(rows), *_logs()))
    assert b"Authorization: [redacted]" in _written(tmp_path)
    assert SECRET.encode() not in _written(tmp_path)


@pytest.mark.usefixtures("prefect_server")
def test_a_block_that_is_missing_is_told_before_anything_is_asked(site: Site, tmp_path: Path) -> None:
    """The run fails with a sentence that names source and block."""
    from flows.fetch_flow import fetch

    sources = write_sources(tmp_path, site, "no-such-block")
    state = fetch(str(sources), str(tmp_path / "news"), allow_hosts=site.host, return_state=True)
    assert state.is_failed()
    assert "gazette" in (state.message or "")
    assert "no Secret block 'no-such-block'" in (state.message or "")
    assert site.asked == []


@pytest.mark.usefixtures("prefect_server")
def test_a_run_that_got_a_part_says_so_by_its_name(site: Site, tmp_path: Path) -> None:
    """One page of three gives an error: completed, with a name to act on; or failed, if that was chosen."""
    from flows.fetch_flow import fetch

    site.pages["/story-1.html"] = Page(status=403)
    place, sources = str(tmp_path / "news"), str(write_sources(tmp_path, site, block=""))
    state = fetch(sources, place, allow_hosts=site.host, return_state=True)
    assert (state.name, state.is_completed()) == ("CompletedInPart", True)
    assert state.message == "1 of 3 could not be fetched (1 http-403); 1 cleaned, 1 empty"
    state = fetch(sources, place, allow_hosts=site.host, max_failed_percent=33, return_state=True)
    assert state.is_failed()
    assert "1 of 3 could not be fetched" in (state.message or "")


@pytest.mark.parametrize(
    ("outcomes", "cleaned", "name"),
    [
        ({"new": 5, "gone": 3, "refused": 2}, Completed(message="5 cleaned"), "Completed"),
        ({"new": 5}, Completed(name="NeedsReview", message="5 review"), "NeedsReview"),
        ({"new": 5, "failed": 5}, Completed(name="NeedsReview", message="5 review"), "CompletedInPart"),
        ({"new": 4, "failed": 5}, Completed(message="4 cleaned"), "Failed"),
        ({"new": 5, "failed": 1}, Failed(message="Not finished: 1 shard"), "Failed"),
        ({"failed": 2, "error": 1}, Completed(message="nothing new"), "Failed"),
        ({"not-due": 9}, Completed(message="nothing new"), "Completed"),
    ],
)
def test_the_state_of_a_fetch_says_what_is_missing(
    outcomes: dict[str, int], cleaned: State[Any], name: str
) -> None:
    """What gave no answer makes a part, more than half of it a failure; gone and forbidden do not."""
    reasons = Counter({(key, ""): number for key, number in outcomes.items() if key in {"failed", "error"}})
    state = to_state_of_fetch(FetchReport(Counter(outcomes), reasons=reasons), cleaned, 50)
    assert state.name == name
    assert state.name in ENDS


@pytest.mark.usefixtures("prefect_server")
def test_a_fetch_that_gets_nothing_is_no_success(site: Site, tmp_path: Path) -> None:
    """Every source refused or out of reach, and a green run: nobody would look for months."""
    from flows.fetch_flow import fetch

    state = fetch(site.url("/feed"), str(tmp_path / "news"), return_state=True)
    assert state.is_failed()
    assert "Nothing could be fetched" in (state.message or "")
    assert "1 refused" in (state.message or "")


def _artifacts() -> list[str]:
    """Return the text of all artifacts that the flow left."""
    from prefect import get_client
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

    wanted = ArtifactFilter(key=ArtifactFilterKey(any_=["fetch-requests"]))
    with get_client(sync_client=True) as client:
        return [str(artifact.data) for artifact in client.read_artifacts(artifact_filter=wanted)]


def _logs() -> list[str]:
    """Return the log lines and the parameters of all runs, as the server keeps them."""
    from prefect import get_client

    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs()
        logs = client._client.post("/logs/filter", json={}).json()
    return [*(str(run.parameters) for run in runs), *(str(line["message"]) for line in logs)]


def _written(folder: Path) -> bytes:
    """Return what lies in all files that the runs have left, without their gzip wrapping."""
    data = (path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
    return b"".join(gzip.decompress(one) if one.startswith(b"\x1f\x8b") else one for one in data)
