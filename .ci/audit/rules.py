"""axe on every kind of public page, in every width and colour scheme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

WIDTHS = {1280: 900, 320: 640}
SCHEMES: dict[Literal["light", "dark"], str] = {"light": "明るい画面", "dark": "暗い画面"}
OPTIONS = {
    "resultTypes": ["violations"],
    # Off by default, but AA in WCAG 2.2
    "rules": {"target-size": {"enabled": True}},
    # Else axe puts style sheets into the page as style elements, against its policy.
    "preload": False,
}


@dataclass
class Findings:
    """What axe found, one line a broken rule and page, with its version and the browser's."""

    tool: str = ""
    browser: str = ""
    looks: int = 0
    violations: list[str] = field(default_factory=list)


def look(address: str, paths: Sequence[str], flags: Sequence[str], chromium: str, found: Findings) -> None:
    """Run axe on pages, and add to what was found."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(flags))
        found.browser = f"Chromium {browser.version.partition('.')[0]}"
        for scheme in SCHEMES:
            page = browser.new_page(base_url=address, locale="ja-JP", color_scheme=scheme)
            for path in paths:
                answer = page.goto(path)
                if not (answer and answer.ok):
                    raise SystemExit(f"{path} answers {answer and answer.status}")
                for width, height in WIDTHS.items():
                    page.set_viewport_size({"width": width, "height": height})
                    _look(page, f"{path} at {width} px, {scheme}", found)
            page.close()
        browser.close()


def _look(page: Page, place: str, found: Findings) -> None:
    """Unfold what is folded, and run axe."""
    page.evaluate("() => document.querySelectorAll('details').forEach(each => { each.open = true; })")
    results = Axe().run(page, options=OPTIONS)
    found.tool = f"axe-core {results.response['testEngine']['version']}"
    found.looks += 1
    for rule in results.response["violations"]:
        nodes = "; ".join(node["html"][:120] for node in rule["nodes"][:3])
        found.violations.append(f"{place}: {rule['id']} ({len(rule['nodes'])}×): {nodes}")
