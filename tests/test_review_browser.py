"""The review page in a real Chromium: it loads nothing, filters, turns views, and is used by keys."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from archive.archive import Archive
from flows.plan import RunOptions
from flows.review import write_review
from flows.review_capture import View
from flows.review_page import to_page
from flows.run import run
from flows.stop import StopSwitch

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parent.parent
CHROMIUM = shutil.which("chromium")
PHONE = {"width": 360, "height": 740}
HOSTILE = '</script><script>document.title = "owned"</script><img src=x onerror="document.title=1">'

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the system's Chromium."""
    if CHROMIUM is None:
        pytest.skip("there is no chromium here (on Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the review page of the example captures."""
    folder = tmp_path_factory.mktemp("browser")
    archive = Archive.open(folder / "archive")
    run([str(ROOT / "examples/captures")], archive, RunOptions(workers=1), StopSwitch())
    return write_review(archive.root, folder / "review.html")


@pytest.fixture
def page(browser: Browser, review: Path) -> Iterator[Page]:
    """Open the review page; whatever it asks for or complains of fails the test."""
    with browser.new_context() as context:
        page = context.new_page()
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(review.as_uri())
        yield page
        assert [url for url in asked if not url.startswith("file:")] == []
        assert said == []


def test_keys_go_from_capture_to_capture(page: Page) -> None:
    """The key j opens the first and the next, k goes back, n finds a line, ? helps, / searches."""
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.locator("details.here").get_attribute("id") == "c2"
    page.keyboard.press("ArrowLeft")
    assert page.locator("details.here").get_attribute("id") == "c1"
    page.keyboard.press("n")
    assert page.locator("li.found").count() == 1
    page.keyboard.press("?")
    assert page.locator("dialog#help").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("dialog#help").is_visible()
    page.keyboard.press("/")
    page.keyboard.type("ferry")
    shown = page.locator("details.capture:visible")
    assert 0 < shown.count() < page.locator("details.capture").count()


def test_filters_keep_what_they_name(page: Page) -> None:
    """Site, label and score hide the captures without, and faint the other lines."""
    everything = page.locator("details.capture").count()
    page.select_option("#label", "share")
    shown = page.locator("details.capture:visible")
    assert 0 < shown.count() < everything
    assert "share" in (shown.first.get_attribute("data-labels") or "").split()
    assert f"{shown.count()} of {everything} captures" in page.inner_text("#count")
    page.fill("#high", "0.1")
    assert shown.count() == 0
    page.click("button[type=reset]")
    page.select_option("#site", "shore.example")
    sites = {one.get_attribute("data-site") for one in shown.all()}
    assert sites == {"shore.example"}


def test_before_and_after_stand_side_by_side(page: Page) -> None:
    """Before has every line of the capture and nothing new; after has what was kept only."""
    page.select_option("#view", "sides")
    page.keyboard.press("Escape")
    capture = page.locator("details.capture").filter(has=page.locator("summary", has_text="Harbour Bridge"))
    capture.locator("summary").click()
    before, after = capture.locator("ol.before"), capture.locator("ol.after")
    assert before.locator("li.cut").first.is_visible()
    assert "Get short URL" in before.inner_text()
    assert "Get short URL" not in after.inner_text()
    assert "cracks in two of its seven piers" in after.inner_text()
    page.select_option("#view", "marked")
    assert page.locator("ol.after").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_it_without_scrolling_sideways(browser: Browser, review: Path, scheme: str) -> None:
    """Nothing is wider than 360 pixels, and the ground follows the scheme."""
    with browser.new_context(viewport=PHONE, color_scheme=scheme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(review.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert (max(map(int, ground[4:-1].split(","))) < 64) == (scheme == "dark")


def test_without_scripts_everything_is_there(browser: Browser, review: Path) -> None:
    """No filter, but every capture opens."""
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(review.as_uri())
        assert not page.locator("form").is_visible()
        page.locator("summary").first.click()
        assert page.locator("details[open]").count() == 1


def test_a_hostile_capture_runs_nothing(browser: Browser, tmp_path: Path) -> None:
    """Its markup is text, and what it would run does not run."""
    from cleaners import clean

    path = tmp_path / "hostile.html"
    source = clean(f"{HOSTILE}\n\nThe bridge was closed on Tuesday, said {HOSTILE}.\n")
    path.write_text(to_page("mine", HOSTILE, [View(source, HOSTILE, HOSTILE)]), encoding="utf-8")
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(path.as_uri())
        assert page.title() == "mine"
        assert page.locator("img").count() == 0
        assert HOSTILE in page.inner_text("ol.lines")
