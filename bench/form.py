"""Start a backfill as a person does: in Chromium, with the form of a running ``strigil up``.

    python -m bench.form http://127.0.0.1:4200 SOURCE ARCHIVE

Waits for the end of the run and prints the name of its state; exit code 1 if the run has failed.
"""

from __future__ import annotations

import shutil
import sys
import time
from typing import Any, Final

import httpx
from playwright.sync_api import sync_playwright

ENDS: Final = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
_PATIENCE_SECONDS: Final = 300.0


def run_form(server: str, source: str, archive: str) -> dict[str, Any]:
    """Fill in and send the form; wait for the end of the run, and return its state."""
    deployment = httpx.get(f"{server}/api/deployments/name/backfill/backfill").raise_for_status().json()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.set_default_timeout(_PATIENCE_SECONDS * 1000)
        page.goto(f"{server}/v2/deployments/deployment/{deployment['id']}/run")
        page.wait_for_load_state("networkidle")  # the form is drawn anew when its schema comes
        page.get_by_label("Source").fill(source)
        page.get_by_label("Archive").fill(archive)
        page.get_by_role("button", name="Submit").click()
        state = _finish(server)
        browser.close()
    return state


def _finish(server: str) -> dict[str, Any]:
    """Wait until the latest run of the backfill has ended, and return its state."""
    wanted = {"flows": {"name": {"any_": ["backfill"]}}, "sort": "EXPECTED_START_TIME_DESC", "limit": 1}
    while True:
        runs = httpx.post(f"{server}/api/flow_runs/filter", json=wanted, timeout=60).raise_for_status().json()
        if runs and runs[0]["state"]["type"] in ENDS:
            state: dict[str, Any] = runs[0]["state"]
            return state
        time.sleep(1)


def main() -> None:
    """Send the form and wait for the run."""
    state = run_form(*sys.argv[1:])
    print(f"{state['name']}: {state['message']}")
    if state["type"] != "COMPLETED":
        raise SystemExit(1)


if __name__ == "__main__":
    main()
