"""No request leaves for a private address, however it is written, resolved or redirected to."""

from __future__ import annotations

import socket
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captures.fetching.addresses import AddressRule, is_public, to_allowed
from captures.fetching.client import Client
from captures.fetching.errors import (
    FetchFailedError,
    ForbiddenAddressError,
    ForbiddenUrlError,
    RefusedError,
)
from captures.fetching.urls import is_same_site, show, to_normal_url, to_origin
from captures.fetching.values import Request
from tests.fetch_runs import QUICK, ends, fetch
from tests.fetch_site import redirect, serving, sitemap, story

TRICKS = tomllib.loads((Path(__file__).parent / "cases/fetching/ssrf.toml").read_text())["trick"]


def test_there_are_enough_tricks() -> None:
    """The list is long, and none is in it twice."""
    assert len({(trick["url"], str(trick.get("resolves"))) for trick in TRICKS}) == len(TRICKS) >= 90


@pytest.mark.parametrize("trick", TRICKS, ids=[trick["why"] for trick in TRICKS])
def test_tricks_are_refused_before_any_connection(
    trick: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each trick ends in a refusal, and no socket was connected."""
    connections: list[object] = []
    monkeypatch.setattr(socket, "create_connection", lambda *args, **_: connections.append(args))
    resolve = (lambda *_: trick["resolves"]) if "resolves" in trick else _numbers_only
    client = Client(AddressRule(to_allowed(["127.0.0.1:8080"]), resolve))
    with pytest.raises(RefusedError):
        client.get(Request(to_normal_url(trick["url"]), limits=QUICK))
    assert connections == []


def _numbers_only(host: str, port: int) -> list[str]:
    """Resolve as a machine without a name server does."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    return [str(entry[4][0]) for entry in found]


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8"]
)
def test_public_addresses_are_public(address: str) -> None:
    """Addresses of the public internet may be asked."""
    assert is_public(address)
    assert AddressRule(resolve=lambda *_: [address]).find_addresses("news.example", 443) == [address]


def test_a_host_is_allowed_with_its_port_and_under_its_name_only() -> None:
    """``--allow-host`` lifts the rule for one host and port, as they stand in the URL."""
    rule = AddressRule(to_allowed(["127.0.0.1:8080"]), lambda *_: ["127.0.0.1"])
    assert rule.find_addresses("127.0.0.1", 8080) == ["127.0.0.1"]
    for host, port in (("127.0.0.1", 8081), ("localhost", 8080), ("news.example", 8080)):
        with pytest.raises(RefusedError):
            rule.find_addresses(host, port)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "intern.example"])
def test_the_way_out_of_a_refusal_works(host: str) -> None:
    """What the refusal of an address says to write is taken, and lifts it."""
    with pytest.raises(ForbiddenAddressError) as refused:
        AddressRule(resolve=lambda *_: ["::1"]).find_addresses(host, 8080)
    told = str(refused.value).partition("--allow-host ")[2].split()[0]
    rule = AddressRule(to_allowed([told]), lambda *_: ["::1"])
    assert rule.find_addresses(host, 8080) == ["::1"]


@pytest.mark.parametrize(
    "text", ["127.0.0.1", "127.0.0.1:", ":80", "a.example:0", "a.example:70000", "a b:80", "a.example:²"]
)
def test_a_host_to_allow_needs_its_port(text: str) -> None:
    """What is no HOST:PORT is a mistake, and is said to be one."""
    with pytest.raises(ForbiddenUrlError):
        to_allowed([text])


def test_a_refused_password_is_not_repeated() -> None:
    """What a message says ends up in logs and on the pages of a server."""
    with pytest.raises(ForbiddenUrlError, match=r"at news\.example") as told:
        to_normal_url("https://ada:s3cret@x@news.example/feed")
    assert "s3cret" not in str(told.value)
    assert "ada" not in str(told.value)


def test_a_connection_goes_to_the_address_that_was_checked(tmp_path: Path) -> None:
    """A name server that answers otherwise the second time changes nothing: there is no second time."""
    with serving({"/a.html": story("a")}) as site:
        name = f"news.example:{site.port}"
        report = fetch(tmp_path, f"http://{name}/a.html", allow=(name,), resolve=_once(site.port))
        assert ends(report)["/a.html"] == ("new", "")
        assert {one.headers["host"] for one in site.asked} == {name}


def _once(port: int) -> Any:
    """Return a resolver that gives the site's address once, and then one that nobody listens on."""
    answers = [["127.0.0.1"]]

    def resolve(_host: str, asked: int) -> list[str]:
        assert asked == port
        return answers.pop() if answers else ["127.255.255.254"]

    return resolve


def test_redirects_to_private_addresses_are_refused(tmp_path: Path) -> None:
    """The target of a redirect is checked like any URL; the redirect itself is kept."""
    with serving() as site, serving({"/secret.html": story("secret")}) as other:
        site.pages["/a.html"] = redirect(other.url("/secret.html"))
        site.pages["/b.html"] = redirect("file:///etc/passwd")
        site.pages["/c.html"] = redirect("http://169.254.169.254/latest/")
        site.pages["/d.html"] = redirect("gopher://127.0.0.1:6379/_FLUSHALL", status=307)
        pages = ("/a.html", "/b.html", "/c.html", "/d.html")
        report = fetch(tmp_path, *map(site.url, pages), site=site)
        found = ends(report)
        assert other.asked == []
    assert found["/secret.html"][0] == found["/latest/"][0] == "refused"
    assert found["/secret.html"][1].startswith("forbidden-address")
    assert found["/b.html"][0] == found["/d.html"][0] == "failed"


def test_proxies_of_the_environment_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would look the name up itself, behind the check: no request goes to one."""
    with serving({"/a.html": story("a")}) as site, serving() as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url())
            monkeypatch.setenv(name.upper(), proxy.url())
        monkeypatch.delenv("no_proxy", raising=False)
        assert fetch(tmp_path, site.url("/a.html"), site=site).outcomes == {"new": 1}
        assert proxy.asked == []


def test_offers_of_another_place_are_not_taken(tmp_path: Path) -> None:
    """Alt-Svc, Refresh and an offer of HTTP/2 are headers like any other; no request follows them."""
    with serving() as site, serving() as other:
        offers = (
            ("Alt-Svc", f'h2="{other.host}"; ma=86400, h3="{other.host}"'),
            ("Upgrade", "h2c"),
            ("Refresh", f"0; url={other.url()}"),
            ("Link", f"<{other.url()}>; rel=preload"),
        )
        site.pages |= {f"/{name}.html": replace(story(name), headers=offers) for name in "ab"}
        report = fetch(tmp_path, site.url("/a.html"), site.url("/b.html"), site=site, allow=(other.host,))
        assert other.asked == []
    assert report.outcomes == {"new": 2}


def test_each_connection_is_checked_anew() -> None:
    """A name that was public and then leads to a private address is refused at its next connection."""
    answers = iter((["93.184.215.14"], ["10.0.0.7"]))
    rule = AddressRule(resolve=lambda *_: next(answers))
    assert rule.find_addresses("news.example", 80) == ["93.184.215.14"]
    with pytest.raises(ForbiddenAddressError):
        Client(rule).get(Request("http://news.example/", limits=QUICK))


def test_entries_of_lists_are_checked_too(tmp_path: Path) -> None:
    """A sitemap speaks for its own site, in http(s) only; the rest is refused with a reason."""
    with serving({"/a.html": story("a")}) as site:
        strange = ("http://10.0.0.1/x", "https://other.example/y", "file:///etc/passwd", "http://a@b/")
        site.pages["/sitemap.xml"] = sitemap(site.url("/a.html"), *strange)
        report = fetch(tmp_path, site.url("/sitemap.xml"), site=site)
    reasons = {reason.partition(":")[0] for outcome, reason in ends(report).values() if outcome == "refused"}
    assert reasons == {"other-site", "forbidden-url"}
    assert report.outcomes == {"new": 1, "refused": 4}


def test_an_unknown_name_is_a_failure(tmp_path: Path) -> None:
    """A name without an address is told as such."""

    def resolve(host: str, _port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(FetchFailedError, match="has no address"):
        Client(AddressRule(resolve=resolve)).get(Request("http://gone.example/", limits=QUICK))


@given(st.text(max_size=60))
def test_a_normal_form_is_its_own_normal_form(text: str) -> None:
    """Whatever is let through is plain ASCII without blanks, http(s), and stays as it is."""
    for url in (f"http://news.example/{text}", f"https://{text}/", text):
        try:
            normal = to_normal_url(url)
        except ForbiddenUrlError:
            continue
        assert to_normal_url(normal) == normal
        assert normal.isascii()
        assert normal.isprintable()
        assert " " not in normal
        assert to_origin(normal).host


@given(st.text())
def test_what_is_shown_is_one_harmless_line(text: str) -> None:
    """No URL or title can forge a line of a log."""
    assert show(text).isprintable()


@pytest.mark.parametrize(
    ("host", "other", "expected"),
    [
        ("a.example", "a.example", True),
        ("www.a.example", "a.example", True),
        ("news.a.example", "a.example", True),
        ("a.example", "news.a.example", True),
        ("aa.example", "a.example", False),
        ("b.example", "a.example", False),
    ],
)
def test_sites(host: str, other: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """A site is a host and what lies below it."""
    assert is_same_site(host, other) is expected
