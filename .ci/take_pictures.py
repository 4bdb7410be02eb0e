"""Take the pictures of README and docs/ from a running demonstration: take_pictures.py http://localhost:8000 PASSWORD."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

OUTPUT = Path(__file__).resolve().parent.parent / "docs" / "pictures"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def main(address: str, password: str) -> None:
    """Write the pictures of the pages for citizens and of the steps of the round."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="ja-JP", timezone_id="Asia/Tokyo")
        page.goto(f"{address}/")
        take(page, "home", 1380)
        page.goto(f"{address}/indicators/3-1-n1/")
        page.locator("summary").first.click()
        take(page, "indicator", 1560)
        log_in(page, address, "kikaku", password)
        page.goto(f"{address}/admin/kpis/round/?status__exact=OPEN")
        page.locator("input.action-select").first.check()
        page.locator("select[name=action]").select_option(value="publish")
        page.locator("button[name=index]").click()
        take(page, "publish", 1300)
        page.goto(f"{address}/admin/")
        page.locator("a:has-text('実績値を確認する')").first.click()
        take(page, "review", 1300)
        page.context.clear_cookies()
        log_in(page, address, "kodomo", password)
        page.locator("a:has-text('年度実績入力を開く')").first.click()
        take(page, "sheet", 1000)
        page.goto(f"{address}/admin/kpis/yearlyvalue/add/")
        page.locator("#id_fiscal_year").fill("令和8年度")
        page.locator("#id_value").fill("５１．５")
        take(page, "value-form", 900)
        browser.close()


def log_in(page: Page, address: str, name: str, password: str) -> None:
    page.goto(f"{address}/admin/login/")
    page.locator("#id_username").fill(name)
    page.locator("#id_password").fill(password)
    page.locator("input[type=submit]").click()


def take(page: Page, name: str, height: int) -> None:
    page.screenshot(path=OUTPUT / f"{name}.png", full_page=True, clip={"x": 0, "y": 0, "width": 1280, "height": height})


if __name__ == "__main__":
    main(*sys.argv[1:])
