"""A real browser: the backfill form of ``strigil up`` is filled in, sent, waited for, and looked at.

Opt-in, since it needs Chromium: ``make test-browser``. Screenshots go where ``STRIGIL_SCREENSHOTS`` says.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench.generated import write_captures
from tests.up_server import PATIENCE_SECONDS, Up, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.skipif("STRIGIL_BROWSER" not in os.environ, reason="opt-in: make test-browser"),
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here (Debian: apt-get install chromium)"),
]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """Return a page of Chromium in which every request to another host would be seen."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        opened = browser.new_page(viewport={"width": 1280, "height": 860})
        opened.set_default_timeout(PATIENCE_SECONDS * 1000)
        yield opened
        browser.close()


def keep(page: Page, name: str) -> None:
    """Keep a screenshot, if somebody wants them."""
    if folder := os.environ.get("STRIGIL_SCREENSHOTS"):
        page.wait_for_timeout(2_000)  # pictures and charts fade in
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_a_backfill_is_filled_in_sent_and_looked_at(up: Up, page: Page) -> None:
    """From the form to the artifacts; the browser talks to nobody but the server."""
    hosts: set[str] = set()
    page.on("response", lambda answer: hosts.add(answer.url.split("/")[2]))
    examples = Path(__file__).parent.parent / "examples" / "captures"
    shutil.copytree(examples, up.folder / "scrapes-of-march", dirs_exist_ok=True)
    write_captures(up.folder / "scrapes-of-march" / "more", 120)
    deployment = up.call("/deployments/name/backfill/backfill")["id"]

    page.goto(f"{up.url}/v2/deployments/deployment/{deployment}/run")
    source = page.get_by_label("Source")
    source.wait_for()
    source.fill("scrapes-of-march")
    page.get_by_label("Select Policy").click()
    page.get_by_role("option", name="strict").click()
    page.get_by_label("Archive").fill("news")
    page.mouse.move(1200, 400)
    keep(page, "backfill-form")
    page.get_by_role("button", name="Submit").click()

    def runs() -> list[dict[str, str]]:
        wanted = {"id": {"any_": [deployment]}}
        found: list[dict[str, str]] = up.call("/flow_runs/filter", deployments=wanted, sort="START_TIME_DESC")
        return [run for run in found if "scrapes-of-march" in run["name"]]

    wait_until(lambda: bool(runs()), step=1)
    run = up.finish(runs()[0]["id"])
    assert run["state"]["name"] == "CompletedWithRejects"
    assert run["parameters"]["request"]["policy"] == "strict"
    assert set(run["parameters"]["request"]) <= {*deployment_fields(up)}

    page.goto(f"{up.url}/v2/runs/flow-run/{run['id']}?tab=Artifacts")
    page.get_by_text("backfill-summary").first.wait_for()
    keep(page, "backfill-run")
    for key, name in (("backfill-summary", "report"), ("backfill-picture", "picture")):
        wanted = {"flow_run_id": {"any_": [run["id"]]}, "key": {"any_": [key]}}
        [artifact] = up.call("/artifacts/filter", artifacts=wanted)
        page.goto(f"{up.url}/v2/artifacts/artifact/{artifact['id']}")
        page.get_by_text(key).first.wait_for()
        keep(page, f"backfill-{name}")
    page.goto(f"{up.url}/reviews/{run['id']}.html")
    page.get_by_text("Captures").first.wait_for()
    keep(page, "backfill-review")
    assert hosts == {f"127.0.0.1:{up.port}"}


def deployment_fields(up: Up) -> list[str]:
    """Return the fields of the form."""
    schema = up.call("/deployments/name/backfill/backfill")["parameter_openapi_schema"]
    return list(schema["definitions"]["BackfillRequest"]["properties"])
