"""axe on every kind of page: no violation of any of its rules, best practices and target sizes included.

One walk looks at all of it: the pages wide, dark, on a tablet and at 320 px, where nothing may scroll sideways either.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import Axe
from django.test import RequestFactory
from django.urls import URLPattern, get_resolver, resolve
from playwright.sync_api import Page, Route
from playwright.sync_api import ViewportSize as Size
from pytest_django import Settings

from kanazawa_strategy.desk.guide import SLUGS
from kanazawa_strategy.pages.errors import failed
from kpis.models import YearlyValue
from tests.browser.places import DEMONSTRATION, KINDS, LOST, MEMBER_KINDS, PLAN, STAFF_KINDS, STATES, WITHOUT_VALUES
from tests.browser.test_layout import UNFOLD, sideways
from tests.browser.visitor import Visitor

Rules = Mapping[str, Any]
NOTHING: Rules = {}

WIDE: Size = {"width": 1280, "height": 900}
TABLET: Size = {"width": 780, "height": 1100}
NARROW: Size = {"width": 320, "height": 640}  # also 1280 px at 400 %
DARK = ["/", "/strategies/3/goals/1/", "/indicators/", "/indicators/3-1-n1/", "/measures/", "/committee/"]

# What Django's own admin leaves open, and we leave to Django: the log-in page has no h1, and the search box over a list
# is named by its picture, and a table of inlines has an empty heading.
STOCK_RULES = {name: {"enabled": False} for name in ("page-has-heading-one", "label-title-only", "empty-table-header")}


# Django's own lists and forms (test_admin_layout.py)
STOCK = re.compile(r"/admin/(?!help/)")


def violations(page: Page, rules: Rules = NOTHING, context: Rules = NOTHING, only: Sequence[str] = ()) -> str:
    """Unfold what is folded and run axe, all of its rules or some; return what it found, nothing where all is well."""
    page.evaluate(UNFOLD)
    options: dict[str, Any] = {
        "resultTypes": ["violations"],
        # Off by default, but AA in WCAG 2.2
        "rules": {"target-size": {"enabled": True}, **rules},
        # Else axe puts style sheets with @import into the page as style elements, against its policy.
        "preload": False,
    }
    if only:
        options["runOnly"] = {"type": "rule", "values": [*only]}
    script = "null" if page.evaluate("() => 'axe' in window") else AXE_SCRIPT
    results = Axe(script).run(page, context=context, options=options)
    return results.generate_report() if results.violations_count else ""


def check(
    visitor: Visitor,
    *paths: str,
    sizes: Sequence[Size] = (WIDE, NARROW),
    contrast: Sequence[Size] = (WIDE,),
    rules: Rules = NOTHING,
    context: Rules = NOTHING,
) -> None:
    """Hold pages to it, wide and narrow; tell of all of them at once.

    `contrast`: at which sizes to measure contrast too, four fifths of axe's time (`make audit` does at both).
    """
    found = [what for path in paths for what in _found(visitor.open(path), sizes, contrast, rules, context)]
    assert not found, "\n\n".join(found)


def check_shown(page: Page, rules: Rules = NOTHING) -> None:
    """Hold what a page shows now to it, such as the answer to a form."""
    found = _found(page, (WIDE, NARROW), (WIDE,), rules, NOTHING)
    assert not found, "\n\n".join(found)


def _found(page: Page, sizes: Sequence[Size], contrast: Sequence[Size], rules: Rules, context: Rules) -> list[str]:
    found = []
    for size in sizes:
        page.set_viewport_size(size)
        measured = {**rules, "color-contrast": {"enabled": size in contrast}}
        if what := violations(page, measured, context):
            found.append(f"{page.url} at {size['width']} px: {what}")
        if size == NARROW and not STOCK.search(page.url):
            found += [f"{page.url} scrolls sideways: {what}" for what in sideways(page)]
    page.set_viewport_size(WIDE)
    return found


def in_the_dark(page: Page) -> list[str]:
    """Look at the colours of a page that is dark; all else is the same by day."""
    page.emulate_media(color_scheme="dark")
    surface = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    found = [] if max(int(part) for part in surface.strip("rgb()").split(",")) < 64 else [f"is not dark: {surface}"]
    found.append(violations(page, only=["color-contrast"]))
    page.emulate_media(color_scheme="light")
    return [f"{page.url} in the dark: {what}" for what in found if what]


def on_a_tablet(page: Page) -> list[str]:
    page.set_viewport_size(TABLET)
    return [f"{page.url} scrolls sideways at {TABLET['width']} px: {what}" for what in sideways(page)]


@DEMONSTRATION
class TestTheDemonstration:
    def test_no_violation_on_any_kind_of_page_wide_dark_on_a_tablet_and_narrow(self, visitor: Visitor) -> None:
        found = []
        for path in KINDS:
            page = visitor.open(path)
            found += _found(page, (WIDE, NARROW), (WIDE,), NOTHING, NOTHING)
            if path in DARK:
                found += in_the_dark(page)
            found += on_a_tablet(page)
        assert not found, "\n\n".join(found)

    def test_no_violation_whatever_became_of_an_indicator(self, visitor: Visitor) -> None:
        check(visitor, *STATES, sizes=(NARROW,))

    def test_no_violation_where_nothing_is_found(self, visitor: Visitor) -> None:
        visitor.expect("404")
        check(visitor, LOST)

    def test_no_violation_in_what_staff_use(self, visitor: Visitor) -> None:
        """Those of a round are looked at in test_round.py."""
        check(visitor, "/admin/login/", rules=STOCK_RULES)
        visitor.come_as("kikaku")
        entered = YearlyValue.objects.filter(fiscal_year=2026).earliest("pk")
        published = YearlyValue.objects.filter(fiscal_year=2025).earliest("pk")
        check(
            visitor,
            "/admin/",
            "/admin/kpis/yearlyvalue/",
            "/admin/kpis/yearlyvalue/add/",
            f"/admin/kpis/yearlyvalue/{entered.pk}/change/",
            f"/admin/kpis/yearlyvalue/{published.pk}/change/",
            f"/admin/kpis/yearlyvalue/{published.pk}/history/",
            f"/admin/kpis/indicator/{entered.indicator_id}/change/",
            "/admin/kpis/indicator/import/",
            "/admin/kpis/indicator/export/",
            "/admin/kpis/amendment/add/",
            rules=STOCK_RULES,
        )

    def test_no_violation_before_publication(self, visitor: Visitor) -> None:
        visitor.come_as("iin")
        check(visitor, *MEMBER_KINDS, contrast=())

    def test_no_violation_in_the_guide_of_any_role(self, visitor: Visitor) -> None:
        visitor.come_as("kikaku")
        guides = [f"/admin/help/{slug}/" for slug in SLUGS]
        check(visitor, *STAFF_KINDS, *guides, rules=STOCK_RULES)


@PLAN
def test_no_violation_while_no_value_is_published(visitor: Visitor) -> None:
    check(visitor, *WITHOUT_VALUES, sizes=(NARROW,))


def test_every_kind_of_page_is_among_those_looked_at() -> None:
    """A page that comes to kanazawa_strategy/urls.py comes to places.py too; files and the admin are no pages."""
    served = {
        pattern.name
        for pattern in get_resolver().url_patterns
        if isinstance(pattern, URLPattern) and "." not in str(pattern.pattern)
    }
    looked_at = {resolve(urlsplit(path).path).url_name for path in [*KINDS, *STAFF_KINDS, *MEMBER_KINDS, *STATES]}
    # An action, an answer to machines; pages with tests of their own
    others = {"logout", "healthz", "components", "login-code", "first-password"}
    assert served - others - looked_at == set(), "Add a page of this kind to tests/browser/places.py."


@PLAN
def test_no_violation_in_any_component_in_any_state(visitor: Visitor, settings: Settings) -> None:
    settings.DEBUG = True
    check(visitor, "/about/components/", contrast=(WIDE, NARROW))


def test_no_violation_when_the_site_fails(visitor: Visitor) -> None:
    def fail(route: Route) -> None:
        route.fulfill(content_type="text/html; charset=utf-8", body=failed(RequestFactory().get("/")).content)

    visitor.page.route("**/broken/", fail)
    check(visitor, "/broken/")


def test_what_is_wrong_is_found(visitor: Visitor) -> None:
    body = """<!doctype html><html lang="ja"><title>例</title><main><h1>例</h1>
        <p style="color: #999">薄い文字</p><a href="/1" style="font-size: 8px">一</a><a href="/2" style="font-size: 8px">二</a>
        <details><summary>ひらく</summary><img src="data:,"></details></main></html>"""
    visitor.page.route("**/wrong/", lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=body))
    page = visitor.open("/wrong/")
    found, colours = violations(page), violations(page, only=["color-contrast"])
    for rule in ("color-contrast", "target-size", "image-alt"):
        assert rule in found
    assert "color-contrast" in colours
    assert "image-alt" not in colours
